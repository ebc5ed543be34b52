//! What every emulated service needs: a listening socket, answers, faults on demand, and a record of what came in.
//!
//! Nothing here knows the paths or the words of a service.

mod answer;
mod call;
mod fault;
mod listen;
mod lock;
mod misbehave;
mod record;
mod traffic;
mod under_way;

pub(crate) use answer::{Answer, detail, json, text, with};
pub(crate) use call::Call;
pub(crate) use fault::Script;
pub use fault::{Fault, Route};
pub(crate) use listen::{Connection, serve};
pub(crate) use lock::lock;
pub(crate) use misbehave::changed;
pub use record::RequestRecord;
pub(crate) use traffic::{Arrival, Traffic};

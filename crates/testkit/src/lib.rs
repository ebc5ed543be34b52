#![doc = include_str!("../README.md")]

mod bench;
mod checks;
mod clock;
mod harness;
mod record;
mod scenario;
mod server;
mod suite;
mod wire;

pub mod bent;
pub mod bytes_now;
pub mod fake;
pub mod peak;
pub mod status_carries_result;

pub use clock::{InstantClock, NoClock, SteppedClock};
pub use harness::{Harness, canonical_request};
pub use mediagen_runtime::{TokioClock, context};
pub use record::{Capture, Recorder};
pub use scenario::{DATA_URI, RETRY_HINT, Scenario, UNKNOWN_PARAM, WANTED_PARTS};
pub use server::Server;
pub use suite::{check, main, trials};
pub use wire::Seen;

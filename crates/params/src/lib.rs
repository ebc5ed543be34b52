//! Canonical options, an endpoint's schema and rules, turned into a request body with a note for every change.
//!
//! Three levels decide where a wish goes, the strongest last: the alias table (what a canonical option is called
//! elsewhere, best name first), the endpoint's [`Schema`](mediagen_core::Schema) (which of these names it has, of which
//! type, with which values), and [`Rule`]s (data of a provider crate, for what the first two get wrong). There is no
//! model's name in this crate and no I/O: the same request, schema and rules always give the same body.

mod alias;
mod check;
mod coerce;
mod draft;
mod extra;
mod inputs;
mod map;
mod mapped;
mod media;
mod openapi;
mod options;
mod path;
mod rule;

pub use map::map;
pub use mapped::{Mapped, UploadSlot};
pub use openapi::{SchemaError, schema_from_openapi};
pub use rule::{Op, Rule, RuleBook, RuleError};

#![doc = include_str!("../README.md")]

mod alias;
mod carry;
mod check;
mod coerce;
mod dialect;
mod draft;
mod extra;
mod facts;
mod filler;
mod inputs;
mod kinds;
mod map;
mod mapped;
mod media;
mod openapi;
mod options;
mod path;
mod places;
mod rule;
mod table;
mod targets;

pub use dialect::Dialect;
pub use kinds::{Signature, kinds_of, signature};
pub use map::map;
pub use mapped::{Mapped, UploadSlot};
pub use mediagen_core::MediaFacts;
pub use openapi::{SchemaError, schema_from_openapi, schema_from_parts};
pub use places::{places, prompt_limit};
pub use rule::{Op, Rule, RuleBook, RuleError};
pub use table::{AliasError, AliasTable};

#![doc = include_str!("../README.md")]

mod alias;
mod carry;
mod check;
mod coerce;
mod draft;
mod extra;
mod facts;
mod filler;
mod index;
mod inputs;
mod map;
mod mapped;
mod media;
mod openapi;
mod options;
mod path;
mod places;
mod rule;
mod targets;

pub use map::{map, map_with_facts};
pub use mapped::{Mapped, UploadSlot};
pub use mediagen_core::MediaFacts;
pub use openapi::{SchemaError, schema_from_openapi};
pub use places::{places, prompt_limit};
pub use rule::{Op, Rule, RuleBook, RuleError};

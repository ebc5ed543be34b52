//! A provider over HTTP whose status answer carries the result: one resource per job, no separate result, no stream.
//!
//! Its jobs can only be found under their model's name, so its tickets need it. It exists in two layouts, because
//! providers differ in where the version of their interface stands.

mod answer;
mod endpoint;
mod provider;

pub use endpoint::CarryEndpoint;
pub use provider::{CARRY, CarryProvider, Layout, MODELS, PROVIDER};

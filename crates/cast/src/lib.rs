#![doc = include_str!("../README.md")]

mod built_in;
mod check;
mod entry;
mod ffprobe;
mod join;
mod options;
mod plan;
mod program;
mod registry;
mod run;
mod source;

pub use built_in::built_in;
pub use entry::{CastEntry, CastJob, CastWish};
pub use ffprobe::{Ffprobe, complete};
pub use join::join;
pub use options::{CastOptions, MAX_BYTES_PER_PIXEL, Spending};
pub use plan::{Plan, Step};
pub use registry::{CastRegistry, CastRegistryError};
pub use source::CastSource;

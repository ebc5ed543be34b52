//! The commands, one file or folder each.

pub(crate) mod assets;
pub(crate) mod completions;
#[cfg(feature = "emulate")]
pub(crate) mod demo;
pub(crate) mod doctor;
#[cfg(feature = "emulate")]
pub(crate) mod emulate;
pub(crate) mod generate;
pub(crate) mod models;
pub(crate) mod price;
pub(crate) mod schema;
pub(crate) mod upload;

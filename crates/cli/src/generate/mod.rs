//! From arguments to kept files: what `generate`, `price` and `demo` share.

pub(crate) mod cost;
pub(crate) mod long_text;
pub(crate) mod request;
mod run;
mod work;

pub(crate) use cost::Prices;
pub(crate) use long_text::Split;
pub(crate) use run::{Files, Generation, Stopped, generate};
pub(crate) use work::Work;

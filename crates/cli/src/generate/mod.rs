//! From arguments to kept files: what `generate`, `price` and `demo` share.

pub(crate) mod long_text;
pub(crate) mod request;
mod run;
pub(crate) mod split;

pub(crate) use request::bind;
pub(crate) use run::{Files, Generation, generate};
pub(crate) use split::Split;

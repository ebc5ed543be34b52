//! Aliases.
pub(crate) struct Alias { pub(crate) option: &'static str }
pub(crate) const OPTIONS: &[Alias] = &[];

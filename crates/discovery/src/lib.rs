#![doc = include_str!("../README.md")]

mod catalogue;
mod classify;
pub mod language;
mod query;
mod rank;

pub use catalogue::{Catalogue, MAX_PAGES};
pub use classify::{Ladder, Verdict};
pub use language::{Classifier, LanguageReport, is_coarse, refine};
pub use query::Query;

#[cfg(test)]
mod tests;

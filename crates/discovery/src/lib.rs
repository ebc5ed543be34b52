#![doc = include_str!("../README.md")]

mod cache;
mod catalogue;
mod classify;
mod collect;
mod discovery;
mod entry;
pub mod language;
mod query;
mod rank;
mod report;

pub use catalogue::Catalogue;
pub use classify::{Ladder, Verdict};
pub use collect::MAX_PAGES;
pub use discovery::{Discovery, DiscoveryPolicy, Listed, Refresh};
pub use entry::Entry;
pub use language::{Answer, Classifier, LanguageReport, Question, is_coarse, refine};
pub use query::Query;
pub use report::Report;

#[cfg(test)]
mod tests;

#![doc = include_str!("../README.md")]

mod cache;
mod catalogue;
mod classify;
mod collect;
pub mod config;
mod diff;
mod discovery;
mod entry;
pub mod language;
mod prices;
mod query;
mod rank;
mod report;
mod select;

pub use catalogue::Catalogue;
pub use classify::{Ladder, Verdict};
pub use collect::MAX_PAGES;
pub use diff::Diff;
pub use discovery::{Discovery, DiscoveryPolicy, Listed, Refresh};
pub use entry::Entry;
pub use language::{Answer, Classifier, LanguageReport, Question, is_coarse, refine};
pub use query::Query;
pub use report::Report;
pub use select::{Attempt, Choice, FallbackPolicy, Wish, select};

#[cfg(test)]
mod tests;

#![doc = include_str!("../README.md")]

mod catalogue;
mod classify;
mod query;
mod rank;

pub use catalogue::{Catalogue, MAX_PAGES};
pub use classify::{Ladder, Verdict};
pub use query::Query;

#[cfg(test)]
mod tests;

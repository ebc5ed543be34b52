#![doc = include_str!("../README.md")]

mod catalogue;
mod query;
mod rank;

pub use catalogue::{Catalogue, MAX_PAGES};
pub use query::Query;

#[cfg(test)]
mod tests;

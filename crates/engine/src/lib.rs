#![doc = include_str!("../README.md")]

mod builder;
mod content;
mod draft;
mod drive;
mod generation;
mod generator;
mod id;
mod inputs;
mod journal;
#[cfg(feature = "assets")]
mod keep;
mod lost;
mod mediagen;
mod pay;
mod price;
mod provider;
mod sending;
mod shared;
mod submission;
mod wait;
mod watch;

pub use builder::{Builder, CRASH_POINTS};
pub use content::Fetch;
pub use draft::{Draft, DryRun};
pub use generation::Generation;
pub use generator::Generator;
pub use id::JobId;
pub use journal::{
    Bound, Content, Fact, Journal, MemoryJournal, Opened, Order, Progress, ROW_VERSION, Row, Spooled, Step, Terms, Why,
};
pub use mediagen::Mediagen;
pub use price::{FromProvider, PriceSource};
pub use submission::Submission;

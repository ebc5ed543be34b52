//! The gallery as a person meets it: in a browser, from the disk.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking and says what it skips"
)]
#![cfg(unix)]

mod browser;
mod command;
mod demo;
mod hostile;
mod keyboard;
mod made;
mod thousand;

//! Casts: what becomes what, at what price, and what happens when it does not.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests; a skipped one says so")]

mod audio;
mod images;
mod limits;
mod plans;
mod same;
mod stage;
mod videos;

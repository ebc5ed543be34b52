//! Casts: what becomes what, at what price, and what happens when it does not.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests; a skipped one says so")]

mod films;
mod limits;
mod pictures;
mod plans;
mod same;
mod sounds;
mod stage;

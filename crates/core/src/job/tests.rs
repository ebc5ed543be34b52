//! The waiting loop against a scripted driver, on a clock that steps by itself: no test here really sleeps.

mod cancelling;
mod deadlines;
mod fixture;
mod outcomes;
mod polling;
mod streaming;

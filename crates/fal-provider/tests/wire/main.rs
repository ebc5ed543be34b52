//! fal's wire over real sockets: every request and answer of the protocol, on loopback alone.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what the tests share stops a test as the tests themselves do")]

mod answers;
mod catalogue;
mod delivery;
mod emulator;
mod factories;
mod jobs;
mod paid;
mod refusals;
mod rules;
mod run;
mod secrets;
mod storage;
mod storage_parts;
mod storage_reuse;
mod storage_streams;
mod support;

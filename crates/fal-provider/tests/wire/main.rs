//! fal's wire over real sockets: every request and answer of the protocol, on loopback alone.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what the tests share stops a test as the tests themselves do")]

mod aliases;
mod answers;
mod catalogue;
mod connections;
mod delivery;
mod emulator;
mod factories;
mod identity;
mod jobs;
mod limits;
mod paid;
mod plans;
mod prices;
mod refusals;
mod rules;
mod run;
mod safety;
mod secrets;
mod seed;
mod sources;
mod sources_pages;
mod storage;
mod storage_large;
mod storage_parts;
mod storage_reuse;
mod storage_streams;
mod storage_together;
mod support;
mod webhooks;

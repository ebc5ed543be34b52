//! fal's wire over real sockets: every request and answer of the protocol, on loopback alone.

mod catalogue;
mod delivery;
mod emulator;
mod factories;
mod jobs;
mod paid;
mod refusals;
mod run;
mod secrets;
mod storage;
mod support;

//! fal.ai on one loopback port: queue, storage, catalogue and real media, for tests without a key.
//!
//! The crate knows none of the other crates of this workspace: a shared type would let one
//! misreading of fal's protocol hide in both the client and its judge.

pub mod catalogue;
pub mod media;
pub mod server;
pub mod work;

pub use server::{Emulator, EmulatorConfig, EmulatorError, Fault, JobFault, JobRecord, RequestRecord, Route};

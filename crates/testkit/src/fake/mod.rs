//! A provider in memory that has everything: jobs, queue, logs, cancel, resume, uploads, schemas and a catalogue.
//!
//! It passes the whole suite ([`FakeHarness`]) and stands in for a real provider wherever a test needs one. Nothing
//! leaves the process.

mod call;
mod driver;
mod endpoint;
mod harness;
mod provider;
mod service;

pub use endpoint::FakeEndpoint;
pub use harness::FakeHarness;
pub use provider::{FAKE, FakeProvider, MODELS, PROVIDER};
pub use service::{FAKE_KEY, FakeService};

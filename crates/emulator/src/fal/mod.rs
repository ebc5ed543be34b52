//! fal.ai on one loopback port: every host of fal under its own first path segment.
//!
//! `/queue`, `/run`, `/rest`, `/cdn`, `/api` (the platform API, `/v1` included), `/www` (the
//! website) and `/openrouter`. `/__emulator` is for tests in another process:
//!
//! | call | what |
//! |---|---|
//! | `GET /__emulator/requests` | every [`RequestRecord`] so far |
//! | `GET /__emulator/stats` | `{"jobs_created", "counts": {route: n}, "most_at_once": {route: n}, "connections": n, "jobs": [`[`JobRecord`]`]}` |
//! | `POST /__emulator/delays` | `{"queue_ms", "run_ms", "queue_ahead"}`, each optional; `run_ms: null` lets endpoints decide |
//! | `POST /__emulator/faults` | `{"route": "submit", "fault": {"nginx-html": 503}, "times": 2}`; names of [`Route`] and [`Fault`] in kebab case |
//! | `POST /__emulator/locked` | `true` or `false` |
//! | `POST /__emulator/clear` | forgets requests, what was at once, and faults |
//!
//! `GET /cdn/files/synthetic/{bytes}.bin` is a file of any size, computed while it is sent.

mod account;
mod admission;
mod answer;
mod api;
pub mod catalogue;
mod cdn;
mod config;
mod control;
mod emulator;
mod id;
mod queue;
mod rest;
mod run;
mod runner;
mod service;
mod webhook;
mod www;

pub use crate::wire::{Fault, RequestRecord, Route};
pub use config::EmulatorConfig;
pub use emulator::{Emulator, EmulatorError};
pub use queue::JobRecord;
pub use runner::JobFault;
#[cfg(test)]
pub(crate) use runner::ModelError;

#![doc = include_str!("../README.md")]

mod alias;
mod catalog;
mod client;
mod config;
mod endpoint;
mod id;
mod info;
mod job;
mod listing;
pub mod models;
mod output;
mod provider;
mod sources;
mod storage_settings;
mod webhook;

pub use config::{Bases, FalConfig, KEY_VARIABLES, Mode};
pub use id::EndpointId;
pub use info::INFO;
pub use mediagen_http::{Limit, RetryPolicy};
pub use models::MODELS;
pub use provider::{FalProvider, PROVIDER};

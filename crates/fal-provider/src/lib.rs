//! fal.ai for mediagen: every endpoint of fal, by what its schema says.
//!
//! ```no_run
//! # use mediagen_core::{Context, MediaModelExt as _, TextToImageRequest, Result};
//! # async fn example(cx: Context) -> Result<()> {
//! let fal = fal_provider::FalProvider::new(fal_provider::FalConfig::from_env()?)?;
//! let model = fal.text_to_image(&cx, "fal-ai/flux/dev").await?;
//! let output = model.run(&cx, TextToImageRequest::new("a fox in the snow").with_seed(7)).await?;
//! # Ok(()) }
//! ```
//!
//! - [`FalConfig`]: key, addresses, mode; the only reader of the environment.
//! - [`FalProvider`]: the catalogue, the factories, uploads. Cheap to clone.
//! - [`FalModel`]: one type for every kind; what differs between models is their schema and the rows of
//!   `data/rules.toml` and `data/aliases.toml`.
//! - [`PROVIDER`] and [`MODELS`]: the entries, linked by `inventory` or passed to
//!   [`Registry::from_entries`](mediagen_core::Registry::from_entries).
//!
//! # Delivery settings
//!
//! [`Delivery::settings`](mediagen_core::Delivery) takes `mode` (`queue` or `run`), `runner_hint` (text), `store_io`,
//! `no_retry`, `disable_fallback` (true or false), `lifecycle` (`never`, `immediate`, `1h`, `1d`, `7d`, `30d`, `1y`,
//! seconds, or fal's own document), `tags` (an object of texts, at most 10) and `max_queue_length` (a whole number).
//! Any other name is refused before anything is sent.

mod alias;
mod catalog;
mod client;
mod config;
mod factory;
mod id;
mod job;
mod model;
pub mod models;
mod output;
mod provider;

pub use config::{Bases, FalConfig, KEY_VARIABLES, Mode};
pub use id::EndpointId;
pub use mediagen_http::RetryPolicy;
pub use model::FalModel;
pub use models::MODELS;
pub use provider::{FalProvider, INFO, PROVIDER};

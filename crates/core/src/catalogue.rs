//! Ways to read a provider's catalogue.

use crate::{Context, ModelPage, ModelQuery, Result};
use async_trait::async_trait;
use std::fmt::Debug;

/// One place where a provider's models are listed: an API, a website, a snapshot.
///
/// A provider names its sources best first; whoever collects a catalogue falls through to the next when one fails.
#[async_trait]
pub trait CatalogSource: Debug + Send + Sync {
    /// Short and stable, such as `platform-api`.
    fn name(&self) -> &'static str;

    /// Whether what it gives is as old as the program and not as young as the call.
    fn is_bundled(&self) -> bool {
        false
    }

    /// One page.
    ///
    /// # Errors
    /// Whatever kept it from being read; an answer that should hold models and holds none is `DiscoveryEmpty`
    /// unless the query asks for something particular.
    async fn page(&self, cx: &Context, query: &ModelQuery) -> Result<ModelPage>;
}

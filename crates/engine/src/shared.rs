//! What every clone of an engine shares.

use crate::{Fetch, Journal, PriceSource};
use mediagen_core::{Endpoint, Provider, ProviderId, Registry, Settings};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

/// Puts a layer around an endpoint.
pub(crate) type Wrap = Box<dyn Fn(Arc<dyn Endpoint>) -> Arc<dyn Endpoint> + Send + Sync>;

/// What every clone of an engine shares.
pub(crate) struct Shared {
    pub(crate) registry: Registry,
    pub(crate) default: Option<ProviderId>,
    /// Configured names, with the entry and the settings of each.
    pub(crate) configured: BTreeMap<String, (String, Settings)>,
    pub(crate) providers: Mutex<BTreeMap<String, Arc<dyn Provider>>>,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) layers: Vec<Wrap>,
    pub(crate) prices: Arc<dyn PriceSource>,
    pub(crate) fetch: Option<Arc<dyn Fetch>>,
    pub(crate) budget: Option<f64>,
    pub(crate) list_delay: Duration,
    pub(crate) crash: Option<&'static str>,
    /// One for each provider, so that connections are used again.
    #[cfg(feature = "assets")]
    pub(crate) downloaders: Mutex<BTreeMap<String, mediagen_assets::Downloader>>,
    #[cfg(feature = "assets")]
    pub(crate) store: Option<mediagen_assets::Store>,
}

//! How an engine is put together.

use crate::{Fetch, FromProvider, Journal, Mediagen, MemoryJournal, PriceSource, Terms, shared::Shared};
use mediagen_core::{Context, Endpoint, Provider, ProviderId, Registry, Result, Settings};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

/// How long after an intent a provider's list has to be read until what it lacks was surely not accepted: two minutes in
/// which a call may still arrive, and one in which the list may lag.
const LIST_DELAY: Duration = Duration::from_mins(3);

/// The points of [`Builder::crash_at`], in the order in which a generation comes by them.
#[doc(hidden)]
pub const CRASH_POINTS: [&str; 14] = [
    "planned",
    "priced",
    "reserving",
    "reserved",
    "uploaded",
    "ready",
    "intent",
    "answered",
    "running",
    "waited",
    "finished",
    "settled",
    "keeping",
    "kept",
];

/// Puts an engine together: [`Mediagen::builder`].
pub struct Builder {
    shared: Shared,
    cx: Context,
    terms: Terms,
}

impl Builder {
    pub(crate) fn new(registry: Registry) -> Self {
        let shared = Shared {
            registry,
            default: None,
            configured: BTreeMap::new(),
            providers: Mutex::default(),
            journal: Arc::new(MemoryJournal::new()),
            layers: Vec::new(),
            prices: Arc::new(FromProvider::new()),
            fetch: None,
            budget: None,
            list_delay: LIST_DELAY,
            crash: None,
            #[cfg(feature = "assets")]
            downloaders: Mutex::default(),
            #[cfg(feature = "assets")]
            store: None,
        };
        Self { shared, cx: mediagen_runtime::context(), terms: Terms::default() }
    }

    /// Writes down what happens in `journal`. Default: a [`MemoryJournal`].
    pub fn journal(mut self, journal: Arc<dyn Journal>) -> Self {
        self.shared.journal = journal;
        self
    }

    /// The template of each call's context. Default: tokio's time, and its runtime as the spawner.
    pub fn context(mut self, cx: Context) -> Self {
        self.cx = cx;
        self
    }

    /// The provider of a model whose name does not name one. Default: the only one there is.
    pub fn default_provider(mut self, name: ProviderId) -> Self {
        self.shared.default = Some(name);
        self
    }

    /// Builds the provider `name` from the registry's `entry` with these settings, when it is needed first.
    pub fn configure(mut self, name: impl Into<String>, entry: impl Into<String>, settings: Settings) -> Self {
        self.shared.configured.insert(name.into(), (entry.into(), settings));
        self
    }

    /// Uses `provider` under its own name.
    pub fn provider(mut self, provider: Arc<dyn Provider>) -> Self {
        let name = provider.name().as_str().to_owned();
        if let Ok(providers) = self.shared.providers.get_mut() {
            providers.insert(name, provider);
        }
        self
    }

    /// Puts a layer around every endpoint that is bound: the last one is the outermost.
    pub fn layer(mut self, wrap: impl Fn(Arc<dyn Endpoint>) -> Arc<dyn Endpoint> + Send + Sync + 'static) -> Self {
        self.shared.layers.push(Box::new(wrap));
        self
    }

    /// Where prices come from. Default: [`FromProvider`].
    pub fn prices(mut self, prices: impl PriceSource) -> Self {
        self.shared.prices = Arc::new(prices);
        self
    }

    /// Puts every file that is kept into `store` as well.
    #[cfg(feature = "assets")]
    pub fn store(mut self, store: mediagen_assets::Store) -> Self {
        self.shared.store = Some(store);
        self
    }

    /// How the content behind an address is read. Default: it is downloaded with the feature `assets`, and cannot be read
    /// without it.
    pub fn fetch(mut self, fetch: impl Fetch) -> Self {
        self.shared.fetch = Some(Arc::new(fetch));
        self
    }

    /// The most that one job may cost, in US dollars. What is not known in advance is refused under it.
    pub fn max_cost(mut self, usd: f64) -> Self {
        self.terms.max_cost = Some(usd);
        self
    }

    /// Lets jobs run under a limit whose cost is not known in advance.
    pub fn allow_unknown_cost(mut self, allow: bool) -> Self {
        self.terms.allow_unknown_cost = allow;
        self
    }

    /// The most that all jobs of the journal together may cost, in US dollars.
    pub fn budget(mut self, usd: f64) -> Self {
        self.shared.budget = Some(usd);
        self
    }

    /// How long after an intent a provider's list has to be read until what it lacks was surely not accepted. Default:
    /// three minutes.
    pub fn list_delay(mut self, delay: Duration) -> Self {
        self.shared.list_delay = delay;
        self
    }

    /// Stops each job at `point` as if the process had ended there: for tests of what is left then.
    #[doc(hidden)]
    pub fn crash_at(mut self, point: &'static str) -> Self {
        self.shared.crash = Some(point);
        self
    }

    /// The engine.
    pub fn build(self) -> Mediagen {
        Mediagen { shared: Arc::new(self.shared), cx: self.cx, terms: self.terms }
    }
}

impl Mediagen {
    /// An engine for every provider that this program was linked with, each configured by its environment.
    ///
    /// # Errors
    /// `Config` when two linked crates claim one place.
    pub fn from_env() -> Result<Self> {
        Ok(Self::builder(Registry::linked()?).build())
    }

    /// An engine for the providers of `registry`.
    pub fn builder(registry: Registry) -> Builder {
        Builder::new(registry)
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("terms", &self.terms).finish_non_exhaustive()
    }
}

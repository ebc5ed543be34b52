//! The provider: a handle over the client, the catalogue and the rules.

use crate::{
    catalog::Catalog,
    client::{FalClient, Handling},
    config::{FalConfig, Mode},
    info::INFO,
    webhook::FalWebhooks,
};
use async_trait::async_trait;
use mediagen_core::{
    Address, AddressUse, Availability, CatalogSource, Context, Delivery, Error, ErrorKind, MediaInput, ModelPage,
    ModelQuery, ModelSpec, Policy, Price, Provider, ProviderEntry, ProviderInfo, Result, Settings, Uploaded, Webhooks,
    inventory,
};
use mediagen_params::{AliasTable, Dialect, RuleBook};
use mediagen_provider_kit::{LocalInput, estimate::Table};
use serde_json::Value;
use std::{collections::BTreeMap, fmt, sync::Arc};

/// The entry of fal: linked by itself, or passed to [`Registry::from_entries`](mediagen_core::Registry::from_entries).
pub const PROVIDER: ProviderEntry = ProviderEntry::new(&INFO, connect);
inventory::submit! { PROVIDER }

fn connect(settings: &Settings) -> Result<Arc<dyn Provider>> {
    Ok(Arc::new(FalProvider::new(FalConfig::from_settings(settings)?)?))
}

/// So many prices may be read off pages, one a second, where the list of prices does not answer.
const FEW: usize = 5;

/// fal.ai. Cheap to clone; clones share connections and what was read of the catalogue.
///
/// ```
/// use fal_provider::{FalConfig, FalProvider};
///
/// let fal = FalProvider::new(FalConfig::new("key-id:secret")?)?;
/// # let _ = fal;
/// # Ok::<(), mediagen_core::Error>(())
/// ```
#[derive(Clone)]
pub struct FalProvider {
    inner: Arc<Inner>,
    cx: Context,
}

struct Inner {
    client: Arc<FalClient>,
    catalog: Catalog,
    rules: RuleBook,
    names: AliasTable,
    billing: Table,
}

impl FalProvider {
    /// A provider; nothing is sent.
    ///
    /// # Errors
    /// `Config` when the settings cannot be used.
    pub fn new(config: FalConfig) -> Result<Self> {
        let rules = RuleBook::parse(include_str!("../data/rules.toml"))
            .map_err(|e| Error::new(ErrorKind::Config, "the table of rules cannot be read").with_source(e))?;
        let names = AliasTable::parse(include_str!("../data/fields.toml"))
            .map_err(|e| Error::new(ErrorKind::Config, "the table of names cannot be read").with_source(e))?;
        let billing = Table::parse(include_str!("../data/estimate.toml"))?;
        let client = Arc::new(FalClient::new(&config)?);
        let catalog = Catalog::new(config.aliases)?;
        let inner = Inner { client, catalog, rules, names, billing };
        Ok(Self { inner: Arc::new(inner), cx: mediagen_runtime::context() })
    }

    /// The same provider whose models have `cx` as the template of their calls.
    pub fn with_context(&self, cx: Context) -> Self {
        Self { inner: Arc::clone(&self.inner), cx }
    }

    /// The template of the calls of its models; by default real time over tokio, without an observer.
    pub fn context(&self) -> &Context {
        &self.cx
    }

    pub(crate) fn client(&self) -> &FalClient {
        &self.inner.client
    }

    pub(crate) fn dialect(&self, model: &str) -> Dialect<'_> {
        Dialect::new(&self.inner.names, self.inner.rules.matching(model))
    }

    /// What requests are billed by, as far as names show it.
    pub(crate) fn billing(&self) -> &Table {
        &self.inner.billing
    }
}

#[async_trait]
impl Provider for FalProvider {
    fn info(&self) -> &'static ProviderInfo {
        &INFO
    }

    fn check_credentials(&self) -> Result<()> {
        self.inner.client.need_key()
    }

    fn addresses(&self) -> Vec<Address> {
        let bases = &self.inner.client.bases;
        vec![
            Address::new("queue", bases.queue.clone(), AddressUse::Api),
            Address::new("run", bases.run.clone(), AddressUse::Api),
            Address::new("rest", bases.rest.clone(), AddressUse::Api),
            Address::new("api", bases.api.clone(), AddressUse::Api),
            Address::new("cdn", bases.cdn.clone(), AddressUse::Files),
            Address::new("web", bases.web.clone(), AddressUse::Site),
        ]
    }

    /// Of the settings, `lifecycle` and `acl` count; an unknown one is refused.
    async fn upload(&self, cx: &Context, media: &MediaInput, delivery: &Delivery) -> Result<Uploaded> {
        let handling = Handling::of(delivery, Policy::Adjust, Mode::Queue)?;
        if let MediaInput::Url(url) = media {
            return Ok(Uploaded::new(0, url.as_str()));
        }
        let input = LocalInput::open(media).await?;
        let input = input.ok_or_else(|| Error::new(ErrorKind::Unsupported, "this form of input cannot be uploaded"))?;
        cx.bounded(Box::pin(self.inner.client.upload(cx, &input, &handling.uploads))).await?
    }

    /// Reads the endpoint from fal's catalogue, once per id for the life of this value; aliases are resolved.
    async fn describe(&self, cx: &Context, model: &str) -> Result<Arc<ModelSpec>> {
        self.inner.catalog.describe(&self.inner.client, cx, model).await
    }

    /// The endpoint's `OpenAPI` document, from the catalogue otherwise from the website; no key is needed.
    async fn schema_document(&self, cx: &Context, model: &str) -> Result<Value> {
        self.inner.catalog.document(&self.inner.client, cx, model).await
    }

    async fn list(&self, cx: &Context, query: &ModelQuery) -> Result<ModelPage> {
        self.inner.catalog.list(&self.inner.client, cx, query).await
    }

    /// The platform's API, the website's JSON, the website's pages, and a snapshot that comes with this crate.
    fn catalog_sources(&self) -> Vec<Arc<dyn CatalogSource>> {
        crate::sources::all(&self.inner.client)
    }

    /// In batches of 50, with the key. Ids that fal does not know are left out, like those without a price.
    async fn prices(&self, cx: &Context, models: &[&str]) -> Result<BTreeMap<String, Vec<Price>>> {
        match self.inner.client.prices(cx, models).await {
            // Where the list of prices does not answer, the pages of a few models may.
            Err(error) if error.kind() == ErrorKind::Unavailable && models.len() <= FEW => {
                crate::sources::prices_of_pages(&self.inner.client, cx, models).await.ok_or(error)
            }
            outcome => outcome,
        }
    }

    fn webhooks(&self) -> Option<Arc<dyn Webhooks>> {
        Some(Arc::new(FalWebhooks::new(Arc::clone(&self.inner.client))))
    }

    /// Reads a price, which needs a key and costs nothing.
    async fn check(&self, cx: &Context) -> Availability {
        if !self.inner.client.has_key() {
            return Availability::Unauthenticated;
        }
        match self.inner.client.probe(cx).await {
            Ok(()) => Availability::Available,
            Err(error) => match error.kind() {
                ErrorKind::Unauthenticated | ErrorKind::PermissionDenied | ErrorKind::AccountLocked => {
                    Availability::Unauthenticated
                }
                ErrorKind::RateLimited => Availability::RateLimited,
                ErrorKind::Unavailable | ErrorKind::Timeout(_) => Availability::Unreachable(error.to_string()),
                _ => Availability::Unknown,
            },
        }
    }
}

impl fmt::Debug for FalProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FalProvider").field("client", &self.inner.client).finish_non_exhaustive()
    }
}

//! A provider: a service with models.

use crate::{
    CapabilitySet, CatalogSource, Context, Delivery, Error, ErrorKind, MediaCapability, MediaInput, ModelId, ModelKind,
    ModelSpec, Price, Result, Uploaded, Webhooks,
};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    any::Any,
    borrow::Cow,
    collections::BTreeMap,
    fmt::{self, Debug},
    sync::Arc,
};
use url::Url;

/// The short stable name of a provider; part of model ids, tickets and caches.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProviderId(Cow<'static, str>);

impl ProviderId {
    /// From a literal.
    pub const fn new(id: &'static str) -> Self {
        Self(Cow::Borrowed(id))
    }
    /// From a configured name.
    pub fn named(name: impl Into<String>) -> Self {
        Self(Cow::Owned(name.into()))
    }
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Facts about a provider that never change while a program runs. The doctor and the conformance suite read the same.
///
/// ```
/// use mediagen_core::{ModelKind, ProviderInfo};
///
/// static INFO: ProviderInfo = ProviderInfo::new("acme", "Acme", &["ACME_KEY"], module_path!())
///     .with_kinds(&[ModelKind::TextToImage])
///     .with_storage();
/// assert!(INFO.storage && !INFO.catalogue);
/// ```
#[derive(Debug)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each a yes or no")]
pub struct ProviderInfo {
    /// The crate's name for it; the configured name may be another one.
    pub id: ProviderId,
    /// For a person.
    pub title: &'static str,
    /// Environment variables that its configuration reads for the key, best first.
    pub env: &'static [&'static str],
    /// Where the entry stands, `module_path!()`, to name both origins of a duplicate.
    pub origin: &'static str,
    /// The kinds that at least one of its models can be run as.
    pub kinds: &'static [ModelKind],
    /// Whether its models have schemas.
    pub schemas: bool,
    /// Whether it has a catalogue to list.
    pub catalogue: bool,
    /// Whether local files can be moved to it.
    pub storage: bool,
    /// Whether it can post results to an address.
    pub webhooks: bool,
}

impl ProviderInfo {
    /// For constants: a provider of every kind that has nothing but its models.
    pub const fn new(
        id: &'static str,
        title: &'static str,
        env: &'static [&'static str],
        origin: &'static str,
    ) -> Self {
        Self {
            id: ProviderId::new(id),
            title,
            env,
            origin,
            kinds: ModelKind::ALL,
            schemas: false,
            catalogue: false,
            storage: false,
            webhooks: false,
        }
    }

    /// Restricts the kinds.
    pub const fn with_kinds(mut self, kinds: &'static [ModelKind]) -> Self {
        self.kinds = kinds;
        self
    }

    /// Its models have schemas.
    pub const fn with_schemas(mut self) -> Self {
        self.schemas = true;
        self
    }

    /// It has a catalogue.
    pub const fn with_catalogue(mut self) -> Self {
        self.catalogue = true;
        self
    }

    /// It has storage for local files.
    pub const fn with_storage(mut self) -> Self {
        self.storage = true;
        self
    }

    /// It can post results to an address.
    pub const fn with_webhooks(mut self) -> Self {
        self.webhooks = true;
        self
    }

    /// What the categories of its kinds guarantee.
    pub fn capabilities(&self) -> CapabilitySet {
        let rows = crate::category::CATEGORIES.iter().filter(|row| self.kinds.contains(&row.kind));
        rows.flat_map(|row| row.capabilities.iter().copied()).collect()
    }
}

/// A base address that a provider was configured with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Address {
    /// A short name, such as `queue`.
    pub name: &'static str,
    /// The address.
    pub base: Url,
    /// What it is for.
    pub usage: AddressUse,
}

impl Address {
    /// An address for `usage`.
    pub fn new(name: &'static str, base: Url, usage: AddressUse) -> Self {
        Self { name, base, usage }
    }
}

/// What a provider's address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressUse {
    /// Calls with the key: the doctor shows whether it answers.
    Api,
    /// Files that come out: downloads from it are permitted, also from loopback.
    Files,
    /// Pages for people, read without a key.
    Site,
}

/// Whether a provider can be used right now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Availability {
    /// It answered an authenticated call.
    Available,
    /// It refused the credentials.
    Unauthenticated,
    /// It could not be reached; why.
    Unreachable(String),
    /// It limits the rate of calls at the moment.
    RateLimited,
    /// It has no way to find out.
    Unknown,
}

impl Availability {
    /// `true` only after a good answer.
    pub fn is_available(&self) -> bool {
        *self == Self::Available
    }
}

/// Loose settings by name, for construction through the registry; each provider documents its own.
#[derive(Default, Clone, PartialEq, Eq)]
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    /// No settings: everything comes from the environment or its default.
    pub fn new() -> Self {
        Self::default()
    }
    /// The setting `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
    /// Adds or replaces a setting.
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }
    /// The names that are set.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl Debug for Settings {
    /// Names only: a value may be a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Which models to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelQuery {
    /// Free text.
    pub text: Option<String>,
    /// This category only.
    pub category: Option<String>,
    /// This purpose only.
    pub capability: Option<MediaCapability>,
    /// Continue after this page; opaque.
    pub cursor: Option<String>,
    /// At most this many on a page; the provider may return fewer.
    pub limit: Option<u32>,
    /// With schemas, where the provider can list them.
    pub schemas: bool,
}

/// One page of a listing.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ModelPage {
    /// The models, without schemas where those need further calls.
    pub models: Vec<Arc<ModelSpec>>,
    /// Where to continue; `None` at the end.
    pub next: Option<String>,
}

impl ModelPage {
    /// A page.
    pub fn new(models: Vec<Arc<ModelSpec>>, next: Option<String>) -> Self {
        Self { models, next }
    }
}

/// A service with models. Only [`info`](Self::info) is required.
///
/// A provider is never wrapped: layers go around its endpoints ([`Layer`](crate::Layer)).
#[async_trait]
pub trait Provider: Any + Debug + Send + Sync {
    /// Constant facts.
    fn info(&self) -> &'static ProviderInfo;

    /// The configured name, which stands in the ids of its models, in tickets and in caches; by default that of its crate.
    fn name(&self) -> ProviderId {
        self.info().id.clone()
    }

    /// Whether it has the credentials that paid calls need; no call is made, so a wrong key passes. By default none are
    /// needed.
    ///
    /// # Errors
    /// `Unauthenticated` with the variables to set.
    fn check_credentials(&self) -> Result<()> {
        Ok(())
    }

    /// The base addresses that it was configured with. By default none.
    fn addresses(&self) -> Vec<Address> {
        Vec::new()
    }

    /// What is known about one model; by default nothing but its name.
    ///
    /// # Errors
    /// `NotFound` with the nearest known names as the hint.
    async fn describe(&self, cx: &Context, model: &str) -> Result<Arc<ModelSpec>> {
        let _ = cx;
        Ok(Arc::new(ModelSpec::new(ModelId::new(self.name(), model))))
    }

    /// The provider's own document about what a model takes and returns, in the provider's own dialect.
    ///
    /// # Errors
    /// `NotFound` with the nearest known names as the hint; `Unsupported` where there is no such document.
    async fn schema_document(&self, cx: &Context, model: &str) -> Result<Value> {
        let _ = cx;
        let message = format!("{} does not publish the schema of `{model}`", self.info().title);
        Err(Error::new(ErrorKind::Unsupported, message))
    }

    /// Moves `media` to the provider's storage, apart from any request; of `delivery`, `reuse_uploads` and its settings
    /// count. An address is returned as it is.
    ///
    /// # Errors
    /// `Unsupported` where there is no storage, `NotFound`, `Io` and `InvalidInput` for what cannot be read, and those
    /// of the storage service.
    async fn upload(&self, cx: &Context, media: &MediaInput, delivery: &Delivery) -> Result<Uploaded> {
        let _ = (cx, media, delivery);
        Err(Error::new(ErrorKind::Unsupported, format!("{} has no storage for files", self.info().title)))
    }

    /// One page of the catalogue.
    ///
    /// # Errors
    /// `Unsupported` where there is none.
    async fn list(&self, cx: &Context, query: &ModelQuery) -> Result<ModelPage> {
        let _ = (cx, query);
        Err(Error::new(ErrorKind::Unsupported, format!("{} has no catalogue", self.info().title)))
    }

    /// The places where its models are listed, best first; by default [`list`](Self::list) is all there is.
    fn catalog_sources(&self) -> Vec<Arc<dyn CatalogSource>> {
        Vec::new()
    }

    /// What models cost, by name: a list for each, of which the first price that applies to a body counts. Models without
    /// a price are left out.
    ///
    /// # Errors
    /// `Unsupported` where the provider does not publish prices.
    async fn prices(&self, cx: &Context, models: &[&str]) -> Result<BTreeMap<String, Vec<Price>>> {
        let _ = (cx, models);
        Err(Error::new(ErrorKind::Unsupported, format!("{} does not publish prices", self.info().title)))
    }

    /// Reads what the provider posts to an address of ours; `None` where it posts nothing.
    fn webhooks(&self) -> Option<Arc<dyn Webhooks>> {
        None
    }

    /// Whether it can be used right now, by a call that costs nothing.
    async fn check(&self, cx: &Context) -> Availability {
        let _ = cx;
        Availability::Unknown
    }
}

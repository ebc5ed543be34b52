//! A provider: a service with models.

use crate::{
    CapabilitySet, CatalogSource, Context, Delivery, Error, ErrorKind, Estimate, MediaCapability, MediaInput, ModelId,
    ModelKind, ModelSpec, Note, Place, Request, Result, UnitPrice,
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

/// The short stable name of a provider; part of tickets and caches.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProviderId(Cow<'static, str>);

impl ProviderId {
    /// From a literal.
    pub const fn new(id: &'static str) -> Self {
        Self(Cow::Borrowed(id))
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

/// Facts about a provider that never change while a program runs.
#[derive(Debug)]
#[non_exhaustive]
pub struct ProviderInfo {
    /// Short name.
    pub id: ProviderId,
    /// For a person.
    pub title: &'static str,
    /// Environment variables that its configuration reads for the key, best first.
    pub env: &'static [&'static str],
    /// Where the entry stands, `module_path!()`, to name both origins of a duplicate.
    pub origin: &'static str,
}

impl ProviderInfo {
    /// For constants.
    pub const fn new(
        id: &'static str,
        title: &'static str,
        env: &'static [&'static str],
        origin: &'static str,
    ) -> Self {
        Self { id: ProviderId::new(id), title, env, origin }
    }
}

/// What a provider can do, as data; everything is off until said otherwise.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each a yes or no")]
#[non_exhaustive]
pub struct Caps {
    /// The kinds that at least one of its models can be asked for.
    pub kinds: Vec<ModelKind>,
    /// Submissions become jobs that can be waited for.
    pub jobs: bool,
    /// Jobs can be cancelled.
    pub cancel: bool,
    /// Jobs can be found again by ticket.
    pub resume: bool,
    /// Models have schemas.
    pub schemas: bool,
    /// Local files can be moved to it.
    pub upload: bool,
    /// It can post results to an address.
    pub webhook: bool,
    /// It has a catalogue to list.
    pub catalogue: bool,
}

impl Caps {
    /// These kinds, and nothing else.
    pub fn new(kinds: impl IntoIterator<Item = ModelKind>) -> Self {
        Self { kinds: kinds.into_iter().collect(), ..Self::default() }
    }

    /// Sets the rest by `change`, for readable construction of a struct that may grow.
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// What the categories of its kinds guarantee.
    pub fn capabilities(&self) -> CapabilitySet {
        let rows = crate::category::CATEGORIES.iter().filter(|row| self.kinds.contains(&row.kind));
        rows.flat_map(|row| row.capabilities.iter().copied()).collect()
    }
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
    /// It wants us to come back later.
    RateLimited,
    /// It has no way to tell.
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
    /// Go on after this page; opaque.
    pub cursor: Option<String>,
    /// At most this many a page; the provider may give fewer.
    pub limit: Option<u32>,
    /// With schemas, where the provider can give them with the listing.
    pub schemas: bool,
}

/// One page of a listing.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ModelPage {
    /// The models, without schemas where those cost extra.
    pub models: Vec<Arc<ModelSpec>>,
    /// Where to go on; `None` at the end.
    pub next: Option<String>,
}

impl ModelPage {
    /// A page.
    pub fn new(models: Vec<Arc<ModelSpec>>, next: Option<String>) -> Self {
        Self { models, next }
    }
}

/// An input on the provider's storage.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Uploaded {
    /// Where models can read it.
    pub url: Url,
    /// Its length in bytes, where it is known.
    pub bytes: Option<u64>,
    /// The media type that it has there.
    pub media_type: Option<String>,
    /// BLAKE3 of the content, in hexadecimal.
    pub blake3: Option<String>,
    /// The same content was there already: no byte moved.
    pub cached: bool,
    /// What is worth knowing, such as a name that contradicts the content.
    pub notes: Vec<Note>,
}

impl Uploaded {
    /// At this address; nothing else is known.
    pub fn new(url: Url) -> Self {
        Self { url, bytes: None, media_type: None, blake3: None, cached: false, notes: Vec::new() }
    }
}

/// A service with models. Only [`info`](Self::info) and [`caps`](Self::caps) are required.
#[async_trait]
pub trait Provider: Any + Debug + Send + Sync {
    /// Constant facts.
    fn info(&self) -> &'static ProviderInfo;

    /// What it can do.
    fn caps(&self) -> Caps;

    /// Whether it has the credentials that paid calls need; no call is made, so a wrong key passes. By default none
    /// are needed.
    ///
    /// # Errors
    /// `Unauthenticated` saying what to set.
    fn check_credentials(&self) -> Result<()> {
        Ok(())
    }

    /// The base addresses that it was configured with, by name: to show whether they answer, and to permit downloads
    /// from a loopback address that the user chose. By default none.
    fn addresses(&self) -> Vec<(&'static str, Url)> {
        Vec::new()
    }

    /// What is known about one model; by default nothing but its name.
    ///
    /// # Errors
    /// `NotFound` with the nearest known names as the hint.
    async fn describe(&self, cx: &Context, model: &str) -> Result<Arc<ModelSpec>> {
        let _ = cx;
        Ok(Arc::new(ModelSpec::new(ModelId::new(self.info().id.clone(), model))))
    }

    /// What the model of `spec` takes when it is asked for `kind`: each field with the canonical options, roles or
    /// `prompt` that go there. No call is made. By default the fields of its schema, without options; empty where no
    /// schema is known.
    fn places(&self, spec: &ModelSpec, kind: ModelKind) -> Vec<Place> {
        let _ = kind;
        Place::of(&spec.schema)
    }

    /// The most characters of a prompt that the model of `spec` takes when it is asked for `kind`; `None` where it does
    /// not say. No call is made. A longer text can be asked for in parts: [`Request::split_prompt`].
    fn prompt_limit(&self, spec: &ModelSpec, kind: ModelKind) -> Option<u64> {
        let _ = (spec, kind);
        None
    }

    /// The provider's own document about what a model takes and gives, in the provider's own dialect.
    ///
    /// # Errors
    /// `NotFound` with the nearest known names as the hint; `Unsupported` where there is no such document.
    async fn schema_document(&self, cx: &Context, model: &str) -> Result<Value> {
        let _ = cx;
        let message = format!("{} has no document about what `{model}` takes", self.info().title);
        Err(Error::new(ErrorKind::Unsupported, message))
    }

    /// Moves `media` to the provider's storage; of `delivery`, its settings count. An address is given back as it is.
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

    /// What models cost for one unit, by name; those without a price are left out.
    ///
    /// # Errors
    /// `Unsupported` where the provider tells no prices.
    async fn prices(&self, cx: &Context, models: &[&str]) -> Result<BTreeMap<String, UnitPrice>> {
        let _ = (cx, models);
        Err(Error::new(ErrorKind::Unsupported, format!("{} tells no prices", self.info().title)))
    }

    /// What `request` will cost when the model of `spec` is asked for `kind`, before anything is sent: `body` is what
    /// [`plan`](crate::MediaModel::plan) gives, `price` the model's unit price. No call is made; local inputs are
    /// measured. What a unit is counted from is the provider's knowledge, so by default nothing can be said.
    async fn estimate(
        &self,
        cx: &Context,
        spec: &ModelSpec,
        kind: ModelKind,
        request: &Request,
        body: &Value,
        price: &UnitPrice,
    ) -> Estimate {
        let _ = (cx, spec, kind, request, body);
        Estimate::unknown(format!("{} does not tell what counts as one {}", self.info().title, price.unit))
    }

    /// Whether it can be used right now, by a call that costs nothing.
    async fn check(&self, cx: &Context) -> Availability {
        let _ = cx;
        Availability::Unknown
    }
}

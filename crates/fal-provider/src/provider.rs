//! The provider: a handle over the client, the catalogue and the rules.

use crate::{
    catalog::Catalog,
    client::{FalClient, Handling},
    config::{FalConfig, Mode},
    estimate::Asked,
};
use async_trait::async_trait;
use mediagen_core::{
    Availability, Caps, CatalogSource, Context, Delivery, Error, ErrorKind, Estimate, MediaInput, ModelKind, ModelPage,
    ModelQuery, ModelSpec, Place, Policy, Provider, ProviderEntry, ProviderInfo, Request, Result, Settings, UnitPrice,
    Uploaded, inventory,
};
use mediagen_params::{AliasTable, Dialect, Op, RuleBook, places, prompt_limit};
use mediagen_provider_kit::{LocalInput, upload::Stored};
use serde_json::Value;
use std::{collections::BTreeMap, fmt, sync::Arc};
use url::Url;

/// Facts about fal.
pub static INFO: ProviderInfo = ProviderInfo::new("fal", "fal.ai", crate::KEY_VARIABLES, module_path!());

/// The entry of fal: linked by itself, or passed to [`Registry::from_entries`](mediagen_core::Registry::from_entries).
pub const PROVIDER: ProviderEntry = ProviderEntry::new(&INFO, connect);
inventory::submit! { PROVIDER }

fn connect(settings: &Settings) -> Result<Arc<dyn Provider>> {
    Ok(Arc::new(FalProvider::new(FalConfig::from_settings(settings)?)?))
}

/// fal.ai. Cheap to clone; clones share connections and what was read of the catalogue.
#[derive(Clone)]
pub struct FalProvider(Arc<Inner>);

struct Inner {
    client: FalClient,
    catalog: Catalog,
    rules: RuleBook,
    names: AliasTable,
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
        let client = FalClient::new(&config)?;
        let catalog = Catalog::new(config.aliases)?;
        Ok(Self(Arc::new(Inner { client, catalog, rules, names })))
    }

    /// Moves `media` to fal's storage and gives its address; an address is given back as it is.
    ///
    /// # Errors
    /// `NotFound`, `Io` and `InvalidInput` for a file that cannot be sent, and those of the storage service.
    pub async fn upload(&self, cx: &Context, media: MediaInput) -> Result<Url> {
        if let MediaInput::Url(url) = media {
            return Ok(url);
        }
        Ok(Provider::upload(self, cx, &media, &Delivery::default()).await?.url)
    }

    pub(crate) fn client(&self) -> &FalClient {
        &self.0.client
    }

    pub(crate) fn dialect(&self, model: &str) -> Dialect<'_> {
        Dialect::new(&self.0.names, self.0.rules.matching(model))
    }
}

#[async_trait]
impl Provider for FalProvider {
    fn info(&self) -> &'static ProviderInfo {
        &INFO
    }

    fn caps(&self) -> Caps {
        Caps::new(ModelKind::ALL.iter().copied()).with(|caps| {
            caps.jobs = true;
            caps.cancel = true;
            caps.resume = true;
            caps.schemas = true;
            caps.upload = true;
            caps.webhook = true;
            caps.catalogue = true;
        })
    }

    fn check_credentials(&self) -> Result<()> {
        self.0.client.need_key()
    }

    fn addresses(&self) -> Vec<(&'static str, Url)> {
        let bases = &self.0.client.bases;
        let all = [
            ("queue", &bases.queue),
            ("run", &bases.run),
            ("rest", &bases.rest),
            ("cdn", &bases.cdn),
            ("api", &bases.api),
            ("web", &bases.web),
        ];
        all.into_iter().map(|(name, base)| (name, base.clone())).collect()
    }

    /// Of the settings, `lifecycle`, `acl` and `force_upload` count; an unknown one is refused.
    async fn upload(&self, cx: &Context, media: &MediaInput, delivery: &Delivery) -> Result<Uploaded> {
        let handling = Handling::of(delivery, Policy::Adjust, Mode::Queue)?;
        if let MediaInput::Url(url) = media {
            return Ok(Uploaded::new(url.clone()));
        }
        let input = LocalInput::open(media).await?;
        let input = input.ok_or_else(|| Error::new(ErrorKind::Unsupported, "this form of input cannot be uploaded"))?;
        uploaded(cx.until_cancelled(Box::pin(self.0.client.upload(cx, &input, &handling.uploads))).await??)
    }

    /// Reads the endpoint from fal's catalogue, once per id for the life of this value; aliases are resolved.
    async fn describe(&self, cx: &Context, model: &str) -> Result<Arc<ModelSpec>> {
        self.0.catalog.describe(&self.0.client, cx, model).await
    }

    fn places(&self, spec: &ModelSpec, kind: ModelKind) -> Vec<Place> {
        places(kind, &spec.schema, &self.dialect(&spec.id.name))
    }

    fn prompt_limit(&self, spec: &ModelSpec, kind: ModelKind) -> Option<u64> {
        prompt_limit(kind, &spec.schema, &self.dialect(&spec.id.name))
    }

    /// The endpoint's `OpenAPI` document, from the catalogue or else from the website; no key is needed.
    async fn schema_document(&self, cx: &Context, model: &str) -> Result<Value> {
        self.0.catalog.document(&self.0.client, cx, model).await
    }

    async fn list(&self, cx: &Context, query: &ModelQuery) -> Result<ModelPage> {
        self.0.catalog.list(&self.0.client, cx, query).await
    }

    /// The platform's API, the website's JSON, the website's pages, and a snapshot that comes with this crate.
    fn catalog_sources(&self) -> Vec<Arc<dyn CatalogSource>> {
        crate::sources::all(self)
    }

    /// In batches of 50, with the key. Ids that fal does not know are left out as those without a price are.
    async fn prices(&self, cx: &Context, models: &[&str]) -> Result<BTreeMap<String, UnitPrice>> {
        self.0.client.prices(cx, models).await
    }

    /// By the fields of the body, the schema's defaults and the measured inputs; units are not rounded.
    async fn estimate(
        &self,
        cx: &Context,
        spec: &ModelSpec,
        kind: ModelKind,
        request: &Request,
        body: &Value,
        price: &UnitPrice,
    ) -> Estimate {
        let dialect = self.dialect(&spec.id.name);
        let frame_rate = dialect.rules.iter().rev().flat_map(|rule| &rule.ops).find_map(|op| match op {
            Op::FrameRate { value } if *value > 0.0 => Some(*value),
            _ => None,
        });
        let places = places(kind, &spec.schema, &dialect);
        let mut inputs = Vec::with_capacity(request.inputs.len());
        for input in &request.inputs {
            inputs.push((input.role, cx.probe(&input.media).await));
        }
        let id = &spec.id.name;
        Asked { id, kind, places: &places, body, inputs: &inputs, frame_rate }.estimate(price)
    }

    /// Asks for a price, which needs a key and costs nothing (protocol 1.2, 7.2).
    async fn check(&self, cx: &Context) -> Availability {
        if !self.0.client.has_key() {
            return Availability::Unauthenticated;
        }
        match self.0.client.probe(cx).await {
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
        f.debug_struct("FalProvider").field("client", &self.0.client).finish_non_exhaustive()
    }
}

fn uploaded(stored: Stored) -> Result<Uploaded> {
    let url = stored.reference.as_str().and_then(|url| Url::parse(url).ok());
    let url =
        url.ok_or_else(|| Error::new(ErrorKind::InvalidResponse, "the reference of the upload is not an address"))?;
    let mut uploaded = Uploaded::new(url);
    uploaded.bytes = Some(stored.len);
    uploaded.media_type = Some(stored.media_type);
    uploaded.blake3 = stored.hash;
    uploaded.cached = stored.cached;
    uploaded.notes = stored.notes;
    Ok(uploaded)
}

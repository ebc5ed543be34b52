//! The provider value: its entries, what it knows of its models, and its prices.

use crate::{endpoint::MixedEndpoint, wire};
use async_trait::async_trait;
use mediagen::{
    core::{
        Address, AddressUse, Binds, Context, Endpoint, Error, ErrorKind, ModelEntry, ModelId, ModelKind, ModelPage,
        ModelQuery, ModelSpec, Phase, Price, PriceUnit, Provider, ProviderEntry, ProviderInfo, Result, SchemaSource,
        Settings, SubmitError, inventory,
    },
    http::{
        Classify, Credential, HostPolicy, HttpClient, HttpRequest, HttpResponse, ResponseHead, Url, Verdict,
        check_base, redact, retry_after, secrecy::SecretString,
    },
};
use mediagen_params::{AliasTable, schema_from_parts};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, LazyLock},
};

pub(crate) const KINDS: [ModelKind; 3] = [ModelKind::TextToImage, ModelKind::ImageToVideo, ModelKind::TextToAudio];
pub(crate) static INFO: ProviderInfo = ProviderInfo::new("mixed", "Mixed", &[], module_path!())
    .with_kinds(&KINDS)
    .with_schemas()
    .with_catalogue()
    .with_storage();

pub(crate) const ENTRY: ProviderEntry = ProviderEntry::new(&INFO, connect);
pub(crate) const TEXT_TO_IMAGE: ModelEntry = ModelEntry::of::<Mixed>(ModelKind::TextToImage);
pub(crate) const IMAGE_TO_VIDEO: ModelEntry = ModelEntry::of::<Mixed>(ModelKind::ImageToVideo);
pub(crate) const TEXT_TO_AUDIO: ModelEntry = ModelEntry::of::<Mixed>(ModelKind::TextToAudio);
inventory::submit! { ENTRY }
inventory::submit! { TEXT_TO_IMAGE }
inventory::submit! { IMAGE_TO_VIDEO }
inventory::submit! { TEXT_TO_AUDIO }

/// What its models call things, where the neutral table does not have the names.
const NAMES: &str = r#"
    [[alias]]
    option = "prompt"
    fields = ["wording"]

    [[alias]]
    option = "count"
    fields = ["pieces"]

    [[alias]]
    option = "image"
    kinds = ["image-to-video"]
    fields = ["stills[].sheet"]
"#;

pub(crate) fn names() -> &'static AliasTable {
    static TABLE: LazyLock<AliasTable> = LazyLock::new(|| AliasTable::parse(NAMES).expect("the rows are well formed"));
    &TABLE
}

fn connect(settings: &Settings) -> Result<Arc<dyn Provider>> {
    let setting = |name: &str| {
        settings.get(name).ok_or_else(|| Error::new(ErrorKind::Config, format!("the setting `{name}` is missing")))
    };
    let malformed = |e| Error::new(ErrorKind::Config, "`base_url` is not an address").with_source(e);
    let root = Url::parse(setting("base_url")?).and_then(|base| base.join("v1/")).map_err(malformed)?;
    check_base(&root)?;
    let credential = Credential::new(SecretString::from(format!("Bearer {}", setting("key")?)));
    let http = HttpClient::builder()
        .user_agent("mixed/1")
        .hosts(HostPolicy::new().with_credential(&root, credential))
        .classifier(Arc::new(Table))
        .build()?;
    Ok(Arc::new(Mixed { http, root }))
}

/// Too fast means that nothing began.
struct Table;
impl Classify for Table {
    fn classify(&self, _: Phase, head: &ResponseHead, _: &[u8]) -> Verdict {
        match head.status {
            429 => Verdict::RefusedBeforeStart { after: retry_after(&head.headers) },
            502..=504 => Verdict::Retry { after: retry_after(&head.headers) },
            _ => Verdict::Final,
        }
    }
}

/// The provider. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Mixed {
    http: HttpClient,
    root: Url,
}

impl fmt::Debug for Mixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mixed").field("root", &self.root.as_str()).finish_non_exhaustive()
    }
}

impl Mixed {
    pub(crate) fn url(&self, path: &str) -> Result<Url> {
        let malformed = |e| Error::new(ErrorKind::InvalidInput, format!("`{path}` makes no address")).with_source(e);
        self.root.join(path).map_err(malformed)
    }

    /// A call that costs nothing.
    pub(crate) async fn send(&self, cx: &Context, request: HttpRequest) -> Result<HttpResponse> {
        let response = self.http.send(cx, request).await?;
        if response.is_success() { Ok(response) } else { Err(wire::refusal(response).await) }
    }

    /// The paid call.
    pub(crate) async fn pay(&self, cx: &Context, request: HttpRequest) -> Result<HttpResponse, SubmitError> {
        let response = self.http.send(cx, request).await.map_err(wire::unsent_or_unknown)?;
        wire::accepted(response).await
    }
}

/// What the service has about a model.
#[derive(Deserialize)]
struct Described {
    name: String,
    kind: ModelKind,
    revision: String,
    input: Value,
    /// Missing where the answer is the content itself.
    output: Option<Value>,
    route: String,
}

#[derive(Deserialize)]
struct Listed {
    models: Vec<String>,
    next: Option<Url>,
}

#[async_trait]
impl Provider for Mixed {
    fn info(&self) -> &'static ProviderInfo {
        &INFO
    }

    fn addresses(&self) -> Vec<Address> {
        vec![Address::new("api", self.root.clone(), AddressUse::Api)]
    }

    async fn describe(&self, cx: &Context, model: &str) -> Result<Arc<ModelSpec>> {
        let call = HttpRequest::get(self.url(&format!("models/{model}"))?, Phase::Catalogue);
        let described: Described = self.send(cx, call).await?.json(wire::LIMIT).await?;
        let schema = schema_from_parts(&Value::Null, &described.input, described.output.as_ref(), SchemaSource::Live)
            .map_err(|e| Error::new(ErrorKind::InvalidResponse, "the schema cannot be read").with_source(e))?;
        let spec = ModelSpec::new(ModelId::new(self.name(), described.name))
            .with_kinds([described.kind])
            .with_schema(schema)
            .with_revision(described.revision)
            .with_private(json!({"route": described.route}));
        Ok(Arc::new(spec))
    }

    async fn list(&self, cx: &Context, query: &ModelQuery) -> Result<ModelPage> {
        let malformed = |e| Error::new(ErrorKind::InvalidInput, "the cursor is not an address").with_source(e);
        let url = match &query.cursor {
            None => self.url("models")?,
            Some(cursor) => Url::parse(cursor).map_err(malformed)?,
        };
        if !self.http.hosts().allows(&url) {
            let text = format!("the catalogue continues at another host: `{}`", redact(&url));
            return Err(Error::new(ErrorKind::InvalidResponse, text));
        }
        let listed: Listed = self.send(cx, HttpRequest::get(url, Phase::Catalogue)).await?.json(wire::LIMIT).await?;
        let spec = |name: String| Arc::new(ModelSpec::new(ModelId::new(self.name(), name)));
        Ok(ModelPage::new(listed.models.into_iter().map(spec).collect(), listed.next.map(Into::into)))
    }

    /// A price for each call of one model, and for the time of the machine of another; the third has none.
    async fn prices(&self, _: &Context, models: &[&str]) -> Result<BTreeMap<String, Vec<Price>>> {
        let known = [
            ("paint", Price::new(0.003, PriceUnit::Request, "USD")),
            ("animate", Price::new(0.002, PriceUnit::ComputeSecond, "USD")),
        ];
        let wanted = known.into_iter().filter(|(name, _)| models.contains(name));
        Ok(wanted.map(|(name, price)| (name.to_owned(), vec![price])).collect())
    }
}

impl Binds for Mixed {
    const INFO: &'static ProviderInfo = &INFO;

    fn bind(self: Arc<Self>, spec: Arc<ModelSpec>, kind: ModelKind) -> Result<Arc<dyn Endpoint>> {
        Ok(Arc::new(MixedEndpoint::new(Self::clone(&self), spec, kind)))
    }
}

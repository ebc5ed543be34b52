//! The provider value: base address, layout, catalogue.

use super::{answer, endpoint::CarryEndpoint};
use async_trait::async_trait;
use mediagen_core::{
    Address, AddressUse, Binds, Context, Dispatch, Endpoint, Error, ErrorKind, ModelEntry, ModelId, ModelKind,
    ModelPage, ModelQuery, ModelSpec, Phase, Provider, ProviderEntry, ProviderInfo, Result, Settings, SubmitError,
};
use mediagen_http::{
    Classify, Credential, HostPolicy, HttpClient, HttpRequest, HttpResponse, ResponseHead, Verdict, check_base,
    retry_after, secrecy::SecretString,
};
use serde::Deserialize;
use std::{fmt, sync::Arc};
use url::Url;

/// Facts about it.
pub static CARRY: ProviderInfo =
    ProviderInfo::new("carry", "Carry", &[], module_path!()).with_kinds(&[ModelKind::TextToImage]).with_catalogue();

/// Its entry; settings `key` and `base_url`.
pub static PROVIDER: ProviderEntry = ProviderEntry::new(&CARRY, connect);

/// The entry of its only kind.
pub static MODELS: [ModelEntry; 1] = [ModelEntry::of::<CarryProvider>(ModelKind::TextToImage)];

/// Where the version of the interface stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// In the path, after the base address: `https://api.carry.test/v1/jobs`.
    Versioned,
    /// Nowhere: `https://carry.test/jobs`.
    Bare,
}

impl Layout {
    /// The address without any override.
    pub fn base(self) -> &'static str {
        match self {
            Self::Versioned => "https://api.carry.test/v1",
            Self::Bare => "https://carry.test",
        }
    }
}

fn connect(settings: &Settings) -> Result<Arc<dyn Provider>> {
    let base = settings.get("base_url").unwrap_or(Layout::Versioned.base());
    let key = settings.get("key").ok_or_else(|| Error::new(ErrorKind::Config, "`key` is missing"))?;
    Ok(Arc::new(CarryProvider::new(Layout::Versioned, base, key)?))
}

/// The provider. Cheap to clone.
#[derive(Clone)]
pub struct CarryProvider {
    pub(super) http: HttpClient,
    root: Url,
}

impl CarryProvider {
    /// Talks to `base`, with or without the version, with or without a slash at its end.
    ///
    /// # Errors
    /// `Config` for an address that a key must not go to.
    pub fn new(layout: Layout, base: &str, key: &str) -> Result<Self> {
        let malformed =
            |e| Error::new(ErrorKind::Config, format!("`base_url` is `{base}`, not an address")).with_source(e);
        let mut text = base.trim_end_matches('/').to_owned();
        if layout == Layout::Versioned && !text.ends_with("/v1") {
            text.push_str("/v1");
        }
        let root = Url::parse(&format!("{text}/")).map_err(malformed)?;
        check_base(&root)?;
        let credential = Credential::new(SecretString::from(format!("Bearer {key}")));
        let http = HttpClient::builder()
            .user_agent("mediagen-testkit")
            .hosts(HostPolicy::new().with_credential(&root, credential))
            .classifier(Arc::new(Table))
            .build()?;
        Ok(Self { http, root })
    }

    /// The address of `path` under the root.
    pub(super) fn url(&self, path: &str) -> Result<Url> {
        let malformed = |e| Error::new(ErrorKind::InvalidInput, format!("`{path}` makes no address")).with_source(e);
        self.root.join(path).map_err(malformed)
    }

    /// Sends, and turns refusals into errors.
    pub(super) async fn send(&self, cx: &Context, request: HttpRequest) -> Result<HttpResponse> {
        let response = self.http.send(cx, request).await?;
        if response.is_success() { Ok(response) } else { Err(answer::refusal(response).await) }
    }

    /// Sends the paid call. Only a refusal by the service itself is one: a gateway in front of it may have passed the call
    /// on.
    pub(super) async fn submit(&self, cx: &Context, request: HttpRequest) -> Result<HttpResponse, SubmitError> {
        let response = self.http.send(cx, request).await.map_err(|error| match error.dispatch() {
            Dispatch::NotSent => SubmitError::NotSent(error),
            _ => SubmitError::Unknown(error),
        })?;
        match response.status() {
            200..=299 => Ok(response),
            429 => Err(SubmitError::NotSent(answer::refusal(response).await)),
            408 | 500.. => Err(SubmitError::Unknown(answer::refusal(response).await)),
            _ => Err(SubmitError::Refused(answer::refusal(response).await)),
        }
    }
}

impl fmt::Debug for CarryProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CarryProvider").field("root", &self.root.as_str()).finish_non_exhaustive()
    }
}

/// Too fast means that nothing began; server errors say nothing about it.
struct Table;
impl Classify for Table {
    fn classify(&self, _: Phase, head: &ResponseHead, _: &[u8]) -> Verdict {
        let after = retry_after(&head.headers);
        match head.status {
            429 => Verdict::RefusedBeforeStart { after },
            502..=504 => Verdict::Retry { after },
            _ => Verdict::Final,
        }
    }
}

impl Binds for CarryProvider {
    const INFO: &'static ProviderInfo = &CARRY;

    fn bind(self: Arc<Self>, spec: Arc<ModelSpec>, kind: ModelKind) -> Result<Arc<dyn Endpoint>> {
        Ok(Arc::new(CarryEndpoint::new(Self::clone(&self), spec, kind)))
    }
}

#[derive(Deserialize)]
struct Listing {
    models: Vec<String>,
    /// The whole address of the next page.
    next: Option<Url>,
}

#[async_trait]
impl Provider for CarryProvider {
    fn info(&self) -> &'static ProviderInfo {
        &CARRY
    }

    fn addresses(&self) -> Vec<Address> {
        vec![Address::new("api", self.root.clone(), AddressUse::Api)]
    }

    async fn list(&self, cx: &Context, query: &ModelQuery) -> Result<ModelPage> {
        let url = match &query.cursor {
            None => self.url("models")?,
            Some(cursor) => Url::parse(cursor)
                .map_err(|e| Error::new(ErrorKind::InvalidInput, "the cursor is malformed").with_source(e))?,
        };
        if !self.http.hosts().allows(&url) {
            let text = format!("the catalogue continues at another host: `{}`", mediagen_http::redact(&url));
            return Err(Error::new(ErrorKind::InvalidResponse, text));
        }
        let response = self.send(cx, HttpRequest::get(url, Phase::Catalogue)).await?;
        let listing: Listing = response.json(1 << 20).await?;
        let spec = |name: &String| Arc::new(ModelSpec::new(ModelId::new(CARRY.id.clone(), name.as_str())));
        Ok(ModelPage::new(listing.models.iter().map(spec).collect(), listing.next.map(Into::into)))
    }
}

//! A model: one endpoint bound to its provider.

use crate::{
    CapabilityEvidence, CapabilitySet, Context, Error, ErrorKind, Job, JobTicket, Kind, KindEvidence, Listing,
    MediaCapability, Method, ModelKind, Note, ProviderId, Result, Role, Schema, Submitted, kind,
};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    fmt::{self, Debug},
    sync::Arc,
};

/// Names a model: the provider, and the provider's own name for it. Text form `provider:name`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelId {
    /// The provider.
    pub provider: ProviderId,
    /// The provider's own name; opaque to us.
    pub name: Arc<str>,
}

impl ModelId {
    /// A model of a provider.
    pub fn new(provider: ProviderId, name: impl Into<Arc<str>>) -> Self {
        Self { provider, name: name.into() }
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.provider, self.name)
    }
}

/// How strictly a capability is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MatchLevel {
    /// The category's guarantee is enough.
    Category,
    /// Something about the very model must show it.
    #[default]
    Evidence,
}

/// What is known about a model. Data, not behaviour; everything but the id may be unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelSpec {
    /// Identity: the resolved name, not the alias that was asked for.
    pub id: ModelId,
    /// For a person.
    pub title: String,
    /// The catalogue's category, as it was given.
    pub category: Option<String>,
    /// The kinds that it can be asked for; empty when unknown.
    pub kinds: Vec<ModelKind>,
    /// Its purposes, each with a reason.
    pub capabilities: Vec<CapabilityEvidence>,
    /// What it takes and gives.
    pub schema: Arc<Schema>,
    /// Whether the provider is about to withdraw it.
    pub deprecated: bool,
    /// What the catalogue tells of it beside that.
    #[serde(default)]
    pub listing: Listing,
    /// Why it has its kinds, where something other than the category says so; strongest first.
    #[serde(default)]
    pub kind_evidence: Vec<KindEvidence>,
}

impl ModelSpec {
    /// A model of which nothing else is known.
    pub fn new(id: ModelId) -> Self {
        Self {
            title: id.name.to_string(),
            id,
            category: None,
            kinds: Vec::new(),
            capabilities: Vec::new(),
            schema: Arc::new(Schema::default()),
            deprecated: false,
            listing: Listing::default(),
            kind_evidence: Vec::new(),
        }
    }

    /// Takes kind and guaranteed capabilities from a category; an unknown one is kept as text alone.
    pub fn with_category(mut self, category: impl Into<String>) -> Self {
        let category = category.into();
        if let Some(row) = crate::category::lookup(&category) {
            if !self.kinds.contains(&row.kind) {
                self.kinds.push(row.kind);
            }
            let claim = |c: &MediaCapability| CapabilityEvidence::new(*c, Method::Category, category.clone());
            self.capabilities.extend(row.capabilities.iter().map(claim));
        }
        self.category = Some(category);
        self
    }

    /// Sets the kinds.
    pub fn with_kinds(mut self, kinds: impl IntoIterator<Item = ModelKind>) -> Self {
        self.kinds = kinds.into_iter().collect();
        self
    }

    /// Sets the title.
    pub fn with_title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Sets the schema.
    pub fn with_schema(mut self, schema: Schema) -> Self {
        self.schema = Arc::new(schema);
        self
    }

    /// Whether it has `capability` at `level`.
    pub fn has(&self, capability: MediaCapability, level: MatchLevel) -> bool {
        let counts = |c: &CapabilityEvidence| level == MatchLevel::Category || c.method != Method::Category;
        self.capabilities.iter().any(|c| c.capability == capability && counts(c))
    }

    /// Its purposes as a set, at the weakest level.
    pub fn capability_set(&self) -> CapabilitySet {
        self.capabilities.iter().map(|c| c.capability).collect()
    }

    /// Checks that it can be asked for `kind`. A model of unknown kinds, and the raw kind, always pass.
    ///
    /// # Errors
    /// `KindMismatch` naming both kinds.
    pub fn check_kind(&self, kind: ModelKind) -> Result<()> {
        if kind == ModelKind::Raw || self.kinds.is_empty() || self.kinds.contains(&kind) {
            return Ok(());
        }
        let kinds = crate::nearest::join(self.kinds.iter().map(|k| k.as_str()));
        Err(Error::new(ErrorKind::KindMismatch, format!("`{}` is a {kinds} model, not {kind}", self.id.name))
            .with_hint(format!("ask it for {kinds}")))
    }
}

/// What would be sent, without sending it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Plan {
    /// The body, with a URL given by the caller in its place and each planned upload marked.
    pub body: Value,
    /// What was adjusted.
    pub notes: Vec<Note>,
    /// Inputs that would be moved first.
    pub uploads: Vec<PlannedUpload>,
}

impl Plan {
    /// A plan.
    pub fn new(body: Value, notes: Vec<Note>, uploads: Vec<PlannedUpload>) -> Self {
        Self { body, notes, uploads }
    }
}

/// An input that would be moved to the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedUpload {
    /// What it is for.
    pub role: Role,
    /// The local file, or the name of the bytes.
    pub path: String,
    /// Size in bytes, where it could be read.
    pub bytes: Option<u64>,
    /// Media type, from the first bytes or the name.
    pub media_type: Option<String>,
    /// JSON pointer of the body field that will hold its URL.
    pub pointer: String,
}

impl PlannedUpload {
    /// An upload of `path` in the part of `role` into the field at `pointer`.
    pub fn new(role: Role, path: impl Into<String>, pointer: impl Into<String>) -> Self {
        Self { role, path: path.into(), bytes: None, media_type: None, pointer: pointer.into() }
    }
}

/// What every bound model can say about itself.
pub trait Model: Debug + Send + Sync + 'static {
    /// What is known about it.
    fn spec(&self) -> &ModelSpec;
}

/// The one trait: a model that can be asked for kind `K`.
///
/// Layers wrap it once for all kinds: `impl<K: Kind, M: MediaModel<K>> MediaModel<K> for Layer<M>`.
#[async_trait]
pub trait MediaModel<K: Kind>: Model {
    /// Uploads the inputs, submits once, and gives the output or a job.
    ///
    /// # Errors
    /// `InvalidInput` and `Unsupported` before anything is sent; `SubmitUnknown` when the call left and its
    /// answer was lost, which is never repeated (law 1).
    async fn submit(&self, cx: &Context, request: K::Request) -> Result<Submitted<K>>;

    /// Finds a job again without any call; by default there is nothing to find.
    ///
    /// # Errors
    /// `Unsupported` where the provider has no jobs, `InvalidInput` for a ticket of another model or kind.
    fn resume(&self, ticket: JobTicket) -> Result<Job<K>> {
        let _ = ticket;
        Err(Error::new(ErrorKind::Unsupported, format!("`{}` has no jobs to resume", self.spec().id)))
    }

    /// What [`submit`](Self::submit) would send; nothing leaves, but a schema may be read from the provider.
    ///
    /// # Errors
    /// Those that `submit` gives before sending; `Unsupported` where the provider has no mapping to show.
    async fn plan(&self, cx: &Context, request: K::Request) -> Result<Plan> {
        let _ = (cx, request);
        Err(Error::new(ErrorKind::Unsupported, format!("`{}` cannot show its body beforehand", self.spec().id)))
    }
}

/// Conveniences; blanket-implemented, never implemented by hand.
#[async_trait]
pub trait MediaModelExt<K: Kind>: MediaModel<K> {
    /// Submits and waits.
    ///
    /// # Errors
    /// Those of [`MediaModel::submit`] and [`Job::wait`].
    async fn run(&self, cx: &Context, request: K::Request) -> Result<K::Output> {
        self.submit(cx, request).await?.finish(cx).await
    }

    /// The kind.
    fn kind(&self) -> ModelKind {
        K::KIND
    }
}

impl<K: Kind, M: MediaModel<K> + ?Sized> MediaModelExt<K> for M {}

macro_rules! named_models {
    ($($(#[$doc:meta])* $name:ident = $kind:ident),+ $(,)?) => {$(
        $(#[$doc])*
        pub trait $name: MediaModel<kind::$kind> {}
        impl<M: MediaModel<kind::$kind> + ?Sized> $name for M {}
    )+};
}

named_models! {
    /// A [`MediaModel`] that makes pictures from text.
    TextToImageModel = TextToImage,
    /// A [`MediaModel`] that makes pictures from pictures.
    ImageToImageModel = ImageToImage,
    /// A [`MediaModel`] that makes films from text.
    TextToVideoModel = TextToVideo,
    /// A [`MediaModel`] that makes films from pictures.
    ImageToVideoModel = ImageToVideo,
    /// A [`MediaModel`] that makes films from films.
    VideoToVideoModel = VideoToVideo,
    /// A [`MediaModel`] that makes sound from text.
    TextToAudioModel = TextToAudio,
    /// A [`MediaModel`] that makes sound from sound.
    AudioToAudioModel = AudioToAudio,
    /// A [`MediaModel`] that takes and gives JSON.
    RawModel = Raw,
}

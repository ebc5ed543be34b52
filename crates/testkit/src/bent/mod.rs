//! A provider around another one, bent in one way: proof that the suite finds what it is there to find.
//!
//! Wrap a harness that passes, and the scenario that is there for the bend has to fail:
//!
//! ```
//! use mediagen_core::ModelKind;
//! use mediagen_testkit::{Harness, Scenario, bent::{Bend, BentHarness}, check, fake::FakeHarness};
//! use std::{fmt, sync::Arc};
//!
//! let bent: Arc<dyn Harness> = Arc::new(BentHarness::new(Arc::new(FakeHarness::default()), Some(Bend::SubmitsTwice)));
//! assert!(check(&bent, ModelKind::TextToImage, Scenario::Succeeds).is_err());
//! ```

mod endpoint;

use crate::{Harness, Scenario, Seen, Server};
use async_trait::async_trait;
use bytes::Bytes;
use endpoint::Bent;
use mediagen_core::{
    Binds, Context, Endpoint, Error, ErrorKind, ModelEntry, ModelKind, ModelPage, ModelQuery, ModelSpec, Phase,
    Provider, ProviderEntry, ProviderInfo, Registry, Request, Result,
};
use mediagen_http::{HttpClient, HttpRequest};
use std::{fmt, sync::Arc};
use url::Url;

macro_rules! bends {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// How a provider can be bent.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Bend { $($(#[$doc])* $name),+ }

        impl Bend {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
        }
    };
}

bends! {
    /// A submit of unknown fate is reported as if nothing had left.
    UnknownAsNotSent,
    /// A submit of unknown fate is reported as a refusal.
    UnknownAsRefused,
    /// A refusal passes through a careless `?`.
    RefusedAsUnknown,
    /// A refusal is reported as if nothing had left.
    RefusedAsNotSent,
    /// What did not leave passes through a careless `?`.
    NotSentAsUnknown,
    /// What did not leave is given up.
    NotSentAsRefused,
    /// The paid call leaves twice.
    SubmitsTwice,
    /// The provider reports the ticket itself, as it had to before.
    SubmitReported,
    /// The provider reports the end itself, as it had to before.
    EndReported,
    /// Notes are reported by the provider, besides being in the plan.
    NotesReported,
    /// Notes are reported, and not in the plan.
    NotesReportedOnly,
    /// Notes are made and lost.
    NotesLost,
    /// Each note is in the plan twice.
    NotesRepeated,
    /// The strict policy is taken as the other one.
    UnknownFieldDropped,
    /// The plan holds the key.
    KeyInPlan,
    /// The ticket holds the key.
    KeyInTicket,
    /// The output holds the key.
    KeyInOutput,
    /// A part of the body is kept in memory, where no journal finds it.
    PlanLacksBody,
    /// The schema is read again before the submit.
    StubReadsSchema,
    /// Without a schema nothing is uploaded and submitted.
    StubNeedsSchema,
    /// The key of the intent is not sent along, so nothing is found by it.
    IntentDropped,
    /// An output next to a status that is not the end is taken as the end.
    PartIsTheEnd,
    /// An output that comes with the submit, or right after it, is taken as the end.
    PartIsDone,
    /// Files after the first, and notes about what is missing, are left out.
    OneFile,
    /// Content in the answer is replaced by an address.
    InlineFilesLost,
    /// An answer that broke off, or did not come, is final.
    BrokenBodyIsFinal,
    /// A result that is gone is reported as a job that never was.
    ExpiredAsNotFound,
    /// Progress is made up.
    ProgressInvented,
    /// A cancel is sent twice.
    CancelsTwice,
    /// Each cancel is reported as a success.
    CancelIsSure,
    /// A job that failed is reported as one that was cancelled.
    FailureWithoutReason,
    /// The upload takes other content than it was given.
    OtherContent,
    /// The catalogue is followed to any host.
    PagesFollowed,
}

static INFO: ProviderInfo = ProviderInfo::new("bent", "Bent", &[], module_path!());
static PROVIDER: ProviderEntry =
    ProviderEntry::new(&INFO, |_| Err(Error::new(ErrorKind::Config, "made by its harness only")));
static MODELS: [ModelEntry; 2] =
    [ModelEntry::of::<BentProvider>(ModelKind::TextToImage), ModelEntry::of::<BentProvider>(ModelKind::ImageToImage)];

/// The harness of a provider, with the provider bent.
pub struct BentHarness {
    base: Arc<dyn Harness>,
    bend: Option<Bend>,
}

impl BentHarness {
    /// The provider of `base`, bent; without a bend only wrapped.
    pub fn new(base: Arc<dyn Harness>, bend: Option<Bend>) -> Self {
        Self { base, bend }
    }
}

#[async_trait]
impl Harness for BentHarness {
    async fn mount(&self, server: &Server, kind: ModelKind, scenario: Scenario) -> bool {
        self.base.mount(server, kind, scenario).await
    }
    fn connect(&self, base: &Url) -> Result<Arc<dyn Provider>> {
        let (inner, registry) = (self.base.connect(base)?, self.base.registry());
        let key = self.base.secrets().into_iter().next().unwrap_or_default();
        Ok(Arc::new(BentProvider { inner, registry: Arc::new(registry), bend: self.bend, key }))
    }
    fn registry(&self) -> Registry {
        // The entries are constants of this crate; a clash would show in every trial.
        Registry::from_entries([&PROVIDER], &MODELS).unwrap_or_default()
    }
    fn model(&self, kind: ModelKind) -> String {
        self.base.model(kind)
    }
    fn request(&self, kind: ModelKind) -> Request {
        self.base.request(kind)
    }
    fn secrets(&self) -> Vec<String> {
        self.base.secrets()
    }
    fn phase(&self, seen: &Seen) -> Option<Phase> {
        self.base.phase(seen)
    }
    fn calls(&self, server: &Server, phase: Phase) -> usize {
        self.base.calls(server, phase)
    }
    fn submitted(&self, server: &Server) -> Vec<Bytes> {
        self.base.submitted(server)
    }
    fn received(&self, server: &Server, content: &[u8]) -> bool {
        self.base.received(server, content)
    }
}

impl fmt::Debug for BentHarness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BentHarness").field("bend", &self.bend).finish_non_exhaustive()
    }
}

struct BentProvider {
    inner: Arc<dyn Provider>,
    registry: Arc<Registry>,
    bend: Option<Bend>,
    key: String,
}

impl fmt::Debug for BentProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BentProvider").field("inner", &self.inner).field("bend", &self.bend).finish_non_exhaustive()
    }
}

impl Binds for BentProvider {
    const INFO: &'static ProviderInfo = &INFO;

    fn bind(self: Arc<Self>, spec: Arc<ModelSpec>, kind: ModelKind) -> Result<Arc<dyn Endpoint>> {
        let inner = self.registry.bind(&self.inner, spec, kind)?;
        Ok(Arc::new(Bent::new(inner, &self)))
    }
}

#[async_trait]
impl Provider for BentProvider {
    fn info(&self) -> &'static ProviderInfo {
        &INFO
    }
    async fn describe(&self, cx: &Context, model: &str) -> Result<Arc<ModelSpec>> {
        self.inner.describe(cx, model).await
    }
    async fn list(&self, cx: &Context, query: &ModelQuery) -> Result<ModelPage> {
        let next = query.cursor.as_deref().and_then(|cursor| Url::parse(cursor).ok());
        if let (Some(next), Some(Bend::PagesFollowed)) = (next, self.bend) {
            HttpClient::builder().build()?.send(cx, HttpRequest::get(next, Phase::Catalogue)).await?;
            return Ok(ModelPage::default());
        }
        self.inner.list(cx, query).await
    }
}

//! Three providers of different shapes over one world each: `queue` (a list of requests, uploads that give addresses, the
//! result apart from the status), `status` (a key that makes a second call safe, the status carries the result) and
//! `mixed` (neither list nor key, jobs for video, bytes at once for speech, an upload that gives a file name).
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a toy that fails fails its test")]

mod endpoint;
mod world;

pub(crate) use world::World;

use async_trait::async_trait;
use endpoint::ToyEndpoint;
use mediagen_core::{
    Binds, Context, Delivery, Endpoint, Error, ErrorKind, MediaInput, ModelEntry, ModelId, ModelKind, ModelSpec,
    PollPolicy, Price, PriceUnit, Provider, ProviderEntry, ProviderId, ProviderInfo, Registry, Result, Settings,
    Uploaded,
};
use mediagen_engine::{Builder, JobId, Mediagen, MemoryJournal, Row};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// How a toy works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Queue,
    Status,
    Mixed,
    /// Like `queue`, but what may have arrived is reported as not sent: against the contract.
    Careless,
}

static QUEUE: ProviderInfo = ProviderInfo::new("queue", "Queue", &[], module_path!()).with_storage();
static STATUS: ProviderInfo = ProviderInfo::new("status", "Status", &[], module_path!()).with_storage();
static MIXED: ProviderInfo = ProviderInfo::new("mixed", "Mixed", &[], module_path!()).with_storage();
static CARELESS: ProviderInfo = ProviderInfo::new("careless", "Careless", &[], module_path!()).with_storage();

macro_rules! toy {
    ($name:ident, $info:ident, $shape:ident) => {
        #[derive(Debug)]
        struct $name(Toy);

        #[async_trait]
        impl Provider for $name {
            fn info(&self) -> &'static ProviderInfo {
                &$info
            }
            fn name(&self) -> ProviderId {
                ProviderId::named(self.0.name.clone())
            }
            async fn describe(&self, _: &Context, model: &str) -> Result<Arc<ModelSpec>> {
                self.0.describe(model)
            }
            async fn prices(&self, cx: &Context, models: &[&str]) -> Result<BTreeMap<String, Vec<Price>>> {
                self.0.prices(cx, models).await
            }
            async fn upload(&self, _: &Context, _: &MediaInput, _: &Delivery) -> Result<Uploaded> {
                self.0.world.state().uploads += 1;
                Ok(Uploaded::new(0, "https://cdn.test/in.png"))
            }
        }

        impl Binds for $name {
            const INFO: &'static ProviderInfo = &$info;
            fn bind(self: Arc<Self>, spec: Arc<ModelSpec>, kind: ModelKind) -> Result<Arc<dyn Endpoint>> {
                Ok(Arc::new(ToyEndpoint::new(Shape::$shape, Arc::clone(&self.0.world), spec, kind)))
            }
        }
    };
}

toy!(Queue, QUEUE, Queue);
toy!(Status, STATUS, Status);
toy!(Mixed, MIXED, Mixed);
toy!(Careless, CARELESS, Careless);

static PROVIDERS: [ProviderEntry; 4] = [
    ProviderEntry::new(&QUEUE, |settings| Ok(Arc::new(Queue(Toy::new(settings)?)))),
    ProviderEntry::new(&STATUS, |settings| Ok(Arc::new(Status(Toy::new(settings)?)))),
    ProviderEntry::new(&MIXED, |settings| Ok(Arc::new(Mixed(Toy::new(settings)?)))),
    ProviderEntry::new(&CARELESS, |settings| Ok(Arc::new(Careless(Toy::new(settings)?)))),
];

static MODELS: [ModelEntry; 8] = [
    ModelEntry::of::<Queue>(ModelKind::TextToImage),
    ModelEntry::of::<Queue>(ModelKind::ImageToVideo),
    ModelEntry::of::<Queue>(ModelKind::Raw),
    ModelEntry::of::<Status>(ModelKind::ImageToVideo),
    ModelEntry::of::<Status>(ModelKind::TextToImage),
    ModelEntry::of::<Mixed>(ModelKind::TextToAudio),
    ModelEntry::of::<Mixed>(ModelKind::ImageToVideo),
    ModelEntry::of::<Careless>(ModelKind::TextToImage),
];

#[derive(Debug)]
struct Toy {
    name: String,
    world: Arc<World>,
}

impl Toy {
    fn new(settings: &Settings) -> Result<Self> {
        let missing = || Error::new(ErrorKind::Config, "a toy needs a world");
        let world = World::named(settings.get("world").ok_or_else(missing)?);
        Ok(Self { name: settings.get("name").ok_or_else(missing)?.to_owned(), world })
    }

    fn describe(&self, model: &str) -> Result<Arc<ModelSpec>> {
        if model == "nothing" {
            return Err(Error::new(ErrorKind::NotFound, "no such model"));
        }
        let id = ModelId::new(ProviderId::named(self.name.clone()), model);
        let schema = mediagen_core::Schema::default();
        Ok(Arc::new(ModelSpec::new(id).with_revision("v7").with_private("route".into()).with_schema(schema)))
    }

    async fn prices(&self, cx: &Context, models: &[&str]) -> Result<BTreeMap<String, Vec<Price>>> {
        let (slow, currency) = {
            let mut state = self.world.state();
            state.priced += 1;
            (state.slow_price, state.currency.clone())
        };
        cx.clock().sleep(slow).await;
        let price = || vec![Price::new(0.02, PriceUnit::Request, currency.clone())];
        let known = models.iter().filter(|_| !currency.is_empty());
        Ok(known.map(|model| ((*model).to_owned(), price())).collect())
    }
}

pub(crate) fn registry() -> Registry {
    Registry::from_entries(PROVIDERS.iter(), MODELS.iter()).unwrap()
}

/// An engine with fresh providers over the world of this name.
pub(crate) fn engine(world: &str, journal: &Arc<MemoryJournal>) -> Builder {
    let cx = mediagen_runtime::context();
    let cx = cx.with_poll(PollPolicy::default().with_initial(Duration::from_millis(1)));
    let builder = Mediagen::builder(registry()).journal(Arc::clone(journal) as _).context(cx);
    let mut builder = builder.list_delay(Duration::ZERO);
    for name in ["queue", "status", "mixed", "careless"] {
        builder = builder.configure(name, name, Settings::new().with("world", world).with("name", name));
    }
    builder.default_provider(ProviderId::new("queue"))
}

pub(crate) async fn row(journal: &MemoryJournal, id: JobId) -> Row {
    use mediagen_engine::Journal as _;
    journal.read(id).await.unwrap()
}

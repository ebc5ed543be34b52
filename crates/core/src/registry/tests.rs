//! Registration, binding and the errors of both.

use super::*;
use crate::{
    Caps, Flow, Intent, JobTicket, ModelId, Plan, ProviderId, Request, SubmitError, Submitted,
    kind::{TextToImage, TextToVideo, VideoToVideo},
    still::Still,
};
use async_trait::async_trait;
use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Poll, Waker},
};

static TOY: ProviderInfo = ProviderInfo::new("toy", "Toy", &[], "toy_crate::entry").with_kinds(&ModelKind::MEDIA);
static TWIN: ProviderInfo = ProviderInfo::new("toy", "Twin", &[], "twin_crate::entry");
static OTHER: ProviderInfo = ProviderInfo::new("other", "Other", &[], "other_crate::entry");

static TOY_ENTRY: ProviderEntry = ProviderEntry::new(&TOY, |_| Ok(Arc::new(Toy::default())));
static TWIN_ENTRY: ProviderEntry = ProviderEntry::new(&TWIN, |_| Ok(Arc::new(Toy::default())));
static OTHER_ENTRY: ProviderEntry = ProviderEntry::new(&OTHER, |_| Ok(Arc::new(Other)));
static MODELS: [ModelEntry; 7] = [
    ModelEntry::of::<Toy>(ModelKind::TextToImage),
    ModelEntry::of::<Toy>(ModelKind::ImageToImage),
    ModelEntry::of::<Toy>(ModelKind::TextToVideo),
    ModelEntry::of::<Toy>(ModelKind::ImageToVideo),
    ModelEntry::of::<Toy>(ModelKind::VideoToVideo),
    ModelEntry::of::<Toy>(ModelKind::TextToAudio),
    ModelEntry::of::<Toy>(ModelKind::AudioToAudio),
];

/// A provider whose models are named after their category: `acme/image-to-video/17`.
#[derive(Debug, Default)]
struct Toy {
    described: Mutex<BTreeMap<String, usize>>,
}

#[async_trait]
impl Provider for Toy {
    fn info(&self) -> &'static ProviderInfo {
        &TOY
    }
    async fn describe(&self, _: &Context, model: &str) -> Result<Arc<ModelSpec>> {
        *self.described.lock().unwrap().entry(model.to_owned()).or_default() += 1;
        let spec = ModelSpec::new(ModelId::new(TOY.id.clone(), model));
        Ok(Arc::new(match model.split('/').nth(1) {
            Some(category) => spec.with_category(category),
            None => spec,
        }))
    }
}

#[derive(Debug)]
struct Other;
impl Provider for Other {
    fn info(&self) -> &'static ProviderInfo {
        &OTHER
    }
}

static BOUND: AtomicUsize = AtomicUsize::new(0);

impl Binds for Toy {
    const INFO: &'static ProviderInfo = &TOY;
    fn bind(self: Arc<Self>, spec: Arc<ModelSpec>, kind: ModelKind) -> Result<Arc<dyn Endpoint>> {
        BOUND.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(ToyEndpoint(spec, kind)))
    }
}

#[derive(Debug)]
struct ToyEndpoint(Arc<ModelSpec>, ModelKind);

#[async_trait]
impl Endpoint for ToyEndpoint {
    fn spec(&self) -> &Arc<ModelSpec> {
        &self.0
    }
    fn kind(&self) -> ModelKind {
        self.1
    }
    fn caps(&self) -> Caps {
        Caps::new(Flow::Done)
    }
    async fn prepare(&self, _: &Context, _: &Request) -> Result<Plan> {
        Ok(Plan::new(self.0.id.clone(), self.1, crate::JsonMap::new()))
    }
    async fn submit(&self, _: &Context, _: &Plan, _: serde_json::Value, _: &Intent) -> Result<Submitted, SubmitError> {
        Err(Error::new(ErrorKind::Unsupported, "a toy"))?
    }
}

/// Runs a future that never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut std::task::Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future waits"),
    }
}

fn registry() -> Registry {
    Registry::from_entries([&TOY_ENTRY, &OTHER_ENTRY], &MODELS).unwrap()
}

#[test]
fn two_providers_of_one_name_are_refused_naming_both() {
    let error = Registry::from_entries([&TOY_ENTRY, &TWIN_ENTRY], []).unwrap_err();
    assert!(matches!(error, RegistryError::DuplicateProvider { id: "toy", .. }));
    let text = Error::from(error).to_string();
    assert!(text.contains("toy_crate::entry") && text.contains("twin_crate::entry"), "{text}");
}

#[test]
fn two_entries_for_one_place_are_refused_naming_both() {
    let error = Registry::from_entries([&TOY_ENTRY], [&MODELS[0], &MODELS[0]]).unwrap_err();
    assert!(matches!(error, RegistryError::DuplicateModel { id: "toy", kind: ModelKind::TextToImage, .. }));
    assert_eq!(error.to_string().matches("toy_crate::entry").count(), 2);
}

#[test]
fn a_model_without_its_provider_is_refused() {
    let error = Registry::from_entries([&OTHER_ENTRY], [&MODELS[2]]).unwrap_err();
    assert!(matches!(error, RegistryError::Orphan { id: "toy", kind: ModelKind::TextToVideo, .. }));
    assert!(error.to_string().contains("toy_crate::entry"));
}

#[test]
fn providers_and_kinds_come_in_order() {
    let registry = registry();
    assert_eq!(registry.providers().map(|info| info.id.as_str()).collect::<Vec<_>>(), ["other", "toy"]);
    assert_eq!(registry.kinds("toy"), ModelKind::MEDIA);
    assert!(registry.kinds("other").is_empty());
}

#[test]
fn an_unknown_provider_lists_the_known_ones() {
    let error = registry().connect("tyo", &Settings::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoProvider);
    assert!(error.to_string().contains("tyo") && error.hint().unwrap().contains("other, toy"));
    let error = Registry::default().connect("toy", &Settings::new()).unwrap_err();
    assert!(error.hint().unwrap().contains("feature"));
}

#[test]
fn a_model_of_another_kind_is_refused_naming_both_kinds() {
    let registry = registry();
    let provider = registry.connect("toy", &Settings::new()).unwrap();
    let cx = Context::new(Still);
    let error = now(registry.model::<TextToVideo>(&cx, &provider, "acme/image-to-image/1")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KindMismatch);
    let text = error.to_string();
    assert!(text.contains("image-to-image") && text.contains("text-to-video"), "{text}");
}

#[test]
fn a_kind_that_the_provider_lacks_is_unsupported() {
    let registry = registry();
    let provider = registry.connect("other", &Settings::new()).unwrap();
    let error = now(registry.model::<TextToImage>(&Context::new(Still), &provider, "any")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("text-to-image"), "{error}");
}

#[test]
fn a_provider_of_another_type_under_the_same_name_is_refused() {
    #[derive(Debug)]
    struct Impostor;
    impl Provider for Impostor {
        fn info(&self) -> &'static ProviderInfo {
            &TOY
        }
    }
    let provider: Arc<dyn Provider> = Arc::new(Impostor);
    let error = now(registry().model::<TextToImage>(&Context::new(Still), &provider, "any")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[test]
fn the_generic_factory_picks_the_kind_for_each_of_the_seven() {
    let registry = registry();
    let provider = registry.connect("toy", &Settings::new()).unwrap();
    for kind in ModelKind::MEDIA {
        let name = format!("acme/{kind}/1");
        let endpoint = now(registry.endpoint(&Context::new(Still), &provider, &name, None)).unwrap();
        assert_eq!((endpoint.kind(), &*endpoint.spec().id.name), (kind, name.as_str()));
        let typed = Model::<VideoToVideo>::new(endpoint, Context::new(Still));
        assert_eq!(typed.is_ok(), kind == ModelKind::VideoToVideo);
    }
}

#[test]
fn a_thousand_models_of_every_kind_are_described_once_each() {
    let toy = Arc::new(Toy::default());
    let provider: Arc<dyn Provider> = Arc::<Toy>::clone(&toy);
    let registry = registry();
    let cx = Context::new(Still);
    let before = BOUND.load(Ordering::Relaxed);
    // A small stack: creation that recursed per model would not get through.
    std::thread::scope(|scope| {
        let create = || {
            for kind in ModelKind::MEDIA {
                for number in 0..1000 {
                    now(registry.endpoint(&cx, &provider, &format!("acme/{kind}/{number}"), None)).unwrap();
                }
            }
        };
        std::thread::Builder::new().stack_size(256 * 1024).spawn_scoped(scope, create).unwrap();
    });
    assert!(BOUND.load(Ordering::Relaxed) - before >= 7000);
    let described = toy.described.lock().unwrap();
    assert_eq!(described.len(), 7000);
    assert!(described.values().all(|count| *count == 1));
}

#[test]
fn a_model_without_jobs_refuses_to_resume() {
    let registry = registry();
    let provider = registry.connect("toy", &Settings::new()).unwrap();
    let model = now(registry.model::<TextToImage>(&Context::new(Still), &provider, "bare")).unwrap();
    let id = ModelId::new(ProviderId::new("toy"), "bare");
    let ticket = JobTicket::new(id, ModelKind::TextToImage, None, serde_json::Value::Null);
    assert_eq!(model.resume(ticket).unwrap_err().kind(), ErrorKind::Unsupported);
}

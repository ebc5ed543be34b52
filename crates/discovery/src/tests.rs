//! Collecting and finding, against providers in memory.

use super::*;
use async_trait::async_trait;
use mediagen_core::{
    CapabilityEvidence, Context, Error, ErrorKind, Event, MatchLevel, MediaCapability as C, Method, ModelId, ModelKind,
    ModelPage, ModelQuery, ModelSpec, Provider, ProviderId, ProviderInfo, Result,
};
use mediagen_testkit::NoClock;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

static INFO: ProviderInfo = ProviderInfo::new("shelf", "Shelf", &[], "tests");

fn spec(name: &str, title: &str, category: &str) -> Arc<ModelSpec> {
    let id = ModelId::new(ProviderId::new("shelf"), name);
    Arc::new(ModelSpec::new(id).with_title(title).with_category(category))
}

/// Pages by number: `next` answers the cursor after a page.
struct Shelf {
    pages: Vec<Vec<Arc<ModelSpec>>>,
    next: fn(usize) -> Option<String>,
    asked: AtomicUsize,
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shelf")
    }
}

#[async_trait]
impl Provider for Shelf {
    fn info(&self) -> &'static ProviderInfo {
        &INFO
    }
    async fn list(&self, _: &Context, query: &ModelQuery) -> Result<ModelPage> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let number = query.cursor.as_deref().map_or(Ok(0), str::parse);
        let number = number.map_err(|_| Error::new(ErrorKind::InvalidInput, "the cursor is malformed"))?;
        Ok(ModelPage::new(self.pages.get(number).cloned().unwrap_or_default(), (self.next)(number)))
    }
}

fn shelf(pages: Vec<Vec<Arc<ModelSpec>>>, next: fn(usize) -> Option<String>) -> Shelf {
    Shelf { pages, next, asked: AtomicUsize::new(0) }
}

async fn collected(cx: &Context, shelf: &Shelf) -> Result<Catalogue> {
    let collected = collect::collect(cx, shelf, &ModelQuery::default()).await?;
    let entries = collected.specs.into_iter().map(|(spec, source)| Entry::new(spec, Verdict::Known, source, 0));
    Ok(Catalogue::new(entries.map(Arc::new), collected.complete))
}

fn names(found: &[&Arc<Entry>]) -> Vec<String> {
    found.iter().map(|model| model.id().name.to_string()).collect()
}

fn sample() -> Catalogue {
    let mut lips = ModelSpec::clone(&spec("acme/sync-lips", "Sync Lips", "video-to-video"));
    lips.capabilities.push(CapabilityEvidence::new(C::VideoLipSync, Method::Rule, "title: lips"));
    let mut swap = ModelSpec::clone(&spec("acme/face-swap", "Swap a face in a film", "video-to-video"));
    swap.capabilities.push(CapabilityEvidence::new(C::VideoFaceSwap, Method::Schema, "field: face"));
    let mut old = ModelSpec::clone(&spec("acme/flux/old", "Flux of old", "text-to-image"));
    old.deprecated = true;
    let others = [
        spec("acme/flux/dev", "FLUX.1 dev", "text-to-image"),
        spec("acme/flux/schnell", "Fast pictures", "text-to-image"),
        spec("beta/dev", "Something else", "text-to-image"),
        spec("beta/mesh", "A mesh from a flux of pictures", "image-to-3d"),
        spec("beta/trainer", "Portrait trainer", "training"),
    ];
    others.into_iter().chain([Arc::new(lips), Arc::new(swap), Arc::new(old)]).collect()
}

#[tokio::test]
async fn pages_are_collected_in_order_and_the_first_of_two_stays() {
    let pages = vec![
        vec![spec("b", "first", "text-to-image"), spec("c", "c", "text-to-image")],
        vec![spec("a", "a", "training"), spec("b", "second", "text-to-image")],
    ];
    let shelf = shelf(pages, |page| (page == 0).then(|| "1".into()));
    let catalogue = collected(&Context::new(NoClock), &shelf).await.unwrap();
    assert_eq!(names(&catalogue.find(&Query::new())), ["a", "b", "c"]);
    assert_eq!(catalogue.get(&ModelId::new(ProviderId::new("shelf"), "b")).unwrap().spec.title, "first");
    assert!(catalogue.is_complete());
    assert_eq!(shelf.asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_circle_and_an_endless_listing_are_cut_with_a_warning() {
    let circle: fn(usize) -> Option<String> = |page| Some(((page + 1) % 3).to_string());
    let endless: fn(usize) -> Option<String> = |page| Some((page + 1).to_string());
    // The circle is noticed when cursor 1 comes for the second time: pages 0, 1, 2 and 0 again.
    for (next, asked) in [(circle, 4), (endless, MAX_PAGES)] {
        let shelf = shelf(vec![vec![spec("a", "a", "text-to-image")]], next);
        let events: Arc<Mutex<Vec<Event>>> = Arc::default();
        let sink = Arc::clone(&events);
        let cx = Context::new(NoClock).with_observer(move |event: &Event| sink.lock().unwrap().push(event.clone()));
        let catalogue = collected(&cx, &shelf).await.unwrap();
        assert_eq!((catalogue.entries().len(), catalogue.is_complete()), (1, false));
        assert_eq!(shelf.asked.load(Ordering::Relaxed), asked);
        let events = events.lock().unwrap();
        let warnings: Vec<_> = events.iter().filter(|event| matches!(event, Event::Warning(_))).collect();
        assert!(matches!(warnings.as_slice(), [Event::Warning(text)] if text.contains("Shelf")));
    }
}

#[tokio::test]
async fn the_token_stops_the_reading() {
    let shelf = shelf(Vec::new(), |page| Some((page + 1).to_string()));
    let cx = Context::new(NoClock);
    cx.cancellation().cancel();
    let error = collected(&cx, &shelf).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(shelf.asked.load(Ordering::Relaxed) <= 1);
}

#[test]
fn a_003_unknown_categories_stay_listed_without_a_kind() {
    let catalogue = sample();
    let found = catalogue.find(&Query::new().with_category("image-to-3d"));
    assert_eq!(names(&found), ["beta/mesh"]);
    assert!(found[0].spec.kinds.is_empty() && found[0].spec.capabilities.is_empty());
    assert_eq!(found[0].spec.category.as_deref(), Some("image-to-3d"));
    assert!(names(&catalogue.find(&Query::new())).contains(&"beta/trainer".to_owned()));
    assert_eq!(catalogue.categories()[&Some("training")], 1);
    for kind in ModelKind::MEDIA {
        assert!(!names(&catalogue.find(&Query::new().with_kind(kind))).contains(&"beta/mesh".to_owned()));
    }
    assert!(names(&catalogue.find(&Query::new().with_kind(ModelKind::Raw))).contains(&"beta/mesh".to_owned()));
}

#[test]
fn a_006_a_lip_sync_model_swaps_faces_at_category_level_only() {
    let catalogue = sample();
    let swaps = |level| names(&catalogue.find(&Query::new().with_capability(C::VideoFaceSwap, level)));
    assert_eq!(swaps(MatchLevel::Category), ["acme/face-swap", "acme/sync-lips"]);
    assert_eq!(swaps(MatchLevel::Evidence), ["acme/face-swap"]);
    let lips = Query::new().with_capability(C::VideoLipSync, MatchLevel::Evidence);
    assert_eq!(names(&catalogue.find(&lips)), ["acme/sync-lips"]);
}

#[test]
fn text_finds_names_before_parts_before_titles_before_similar_ones() {
    let catalogue = sample();
    let search = |text: &str| names(&catalogue.find(&Query::new().with_text(text)));
    assert_eq!(search("acme/flux/dev")[0], "acme/flux/dev");
    assert_eq!(search("shelf:beta/dev")[0], "beta/dev");
    assert_eq!(search("FLUX")[..3], ["acme/flux/dev", "acme/flux/schnell", "beta/mesh"]);
    assert_eq!(search("portrait"), ["beta/trainer"]);
    assert_eq!(search("face film")[0], "acme/face-swap");
    assert_eq!(search("acme/flux/schnel")[0], "acme/flux/schnell");
    assert!(search("zzzzqqqq").is_empty());
    assert_eq!(search("  ").len(), 7);
}

#[test]
fn conditions_add_up_and_deprecated_models_come_when_asked_for() {
    let catalogue = sample();
    let pictures = Query::new().with_kind(ModelKind::TextToImage);
    assert_eq!(names(&catalogue.find(&pictures)), ["acme/flux/dev", "acme/flux/schnell", "beta/dev"]);
    let all = pictures.clone().with_deprecated();
    assert_eq!(catalogue.find(&all).len(), 4);
    assert_eq!(names(&catalogue.find(&pictures.clone().with_text("dev").with_limit(1))), ["acme/flux/dev"]);
    assert!(catalogue.find(&pictures.with_provider(ProviderId::new("other"))).is_empty());
    assert_eq!(catalogue.nearest("acme/flux/dve", 1), ["acme/flux/dev"]);
}

#[test]
fn a_catalogue_survives_text_and_merges() {
    let text = serde_json::to_string(&sample()).unwrap();
    assert_eq!(serde_json::from_str::<Catalogue>(&text).unwrap(), sample());
    let extra: Catalogue = [spec("zeta", "z", "text-to-audio")].into_iter().collect();
    let merged = sample().merged(extra.clone()).merged(extra);
    assert_eq!(merged.entries().len(), sample().entries().len() + 1);
    assert!(merged.is_complete());
}

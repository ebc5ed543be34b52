//! Where models are listed: the platform's API and the website's JSON, against the emulator (protocol 7.1, 7.3).

use crate::support::*;
use fal_provider::{FalConfig, FalProvider, Limit};
use mediagen_core::{CatalogSource, Context, ErrorKind, ModelQuery, ModelSpec, Provider as _, SchemaSource};
use mediagen_emulator::fal::{
    Emulator, EmulatorConfig, Fault, Route,
    catalogue::{Catalogue, Endpoint},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, path::Path, sync::Arc, time::Duration};
use wiremock::{Mock, MockServer, matchers::path};

/// A provider that is not slowed down.
pub(crate) fn quick(emulator: &Emulator) -> FalProvider {
    let config = config(&emulator.base_url());
    FalProvider::new(config.with_page_limit(Limit::default()).with_catalogue_limit(Limit::default())).unwrap()
}

pub(crate) fn source(fal: &FalProvider, name: &str) -> Arc<dyn CatalogSource> {
    fal.catalog_sources().into_iter().find(|source| source.name() == name).unwrap()
}

/// Every model of `source`, and how many pages that took.
pub(crate) async fn walk(cx: &Context, source: &dyn CatalogSource, query: ModelQuery) -> (Vec<Arc<ModelSpec>>, usize) {
    let (mut query, mut models) = (query, Vec::new());
    for pages in 1..500 {
        let page = source.page(cx, &query).await.unwrap();
        models.extend(page.models);
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => return (models, pages),
        }
    }
    panic!("{} has no end", source.name());
}

pub(crate) fn ids(models: &[Arc<ModelSpec>]) -> BTreeSet<String> {
    models.iter().map(|spec| spec.id.name.to_string()).collect()
}

/// Ids that break careless patterns: dots, foreign owners, many segments, capitals, one that begins another.
const ODD: [&str; 11] = [
    "fal-ai/flux",
    "fal-ai/flux-pro/v1.1-ultra/redux",
    "fal-ai/flux/dev",
    "fal-ai/kling-video/v2.1/master/image-to-video",
    "CassetteAI/music-generator",
    "fal-ai/ltx-2.3/text-to-video/fast",
    "x-ai/grok_imagine/edit",
    "bria/fibo",
    "workflows/me/poster/v2",
    "a/b/c/d/e/f/g",
    "110602490/lcm-sdxl",
];

fn odd() -> Catalogue {
    let mut catalogue = Catalogue::default();
    for (n, id) in ODD.iter().enumerate() {
        let status = if n == 3 { "deprecated" } else { "active" };
        let metadata = json!({"display_name": format!("Model {n}"), "category": "text-to-image", "status": status,
            "description": "Makes things.", "tags": ["fast"], "group": {"key": "k", "label": "Family"},
            "license_type": "commercial", "date": "2026-01-02T00:00:00Z", "updated_at": "2026-03-04T00:00:00Z",
            "kind": if n == 4 { "training" } else { "inference" }});
        catalogue.insert(Endpoint { id: (*id).to_owned(), metadata, openapi: None, price: None });
    }
    catalogue
}

async fn start(config: EmulatorConfig) -> Emulator {
    Emulator::start(config.with_accepted_key(KEY)).await.unwrap()
}

/// What `/api/models` was asked, as `limit/cursor`.
fn asked(emulator: &Emulator) -> Vec<String> {
    let models = emulator.requests().into_iter().filter(|r| r.path == "/api/models");
    let param = |query: &str, name: &str| {
        let pair = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        pair.unwrap_or("-").to_owned()
    };
    models.map(|r| format!("{}/{}", param(&r.query, "limit"), param(&r.query, "cursor"))).collect()
}

#[tokio::test]
async fn a_086_every_id_of_a_listing_of_several_pages_is_whole() {
    let emulator = start(EmulatorConfig::default().with_catalogue(odd()).with_page_limits(3, 2, false)).await;
    let expected: BTreeSet<String> = ODD.iter().map(ToString::to_string).collect();
    for name in ["platform-api", "website", "pages"] {
        let (cx, mut query) = (context(), ModelQuery::default());
        query.limit = Some(3);
        let (models, pages) = walk(&cx, &*source(&quick(&emulator), name), query).await;
        assert_eq!(ids(&models), expected, "{name}");
        assert!(pages > 3, "{name}: {pages}");
        assert!(name == "pages" || models.len() == ODD.len(), "{name}: no model twice");
    }
}

#[tokio::test]
async fn the_platform_s_facts_are_all_kept() {
    let emulator = start(EmulatorConfig::default().with_catalogue(odd())).await;
    let (models, _) = walk(&context(), &*source(&quick(&emulator), "platform-api"), ModelQuery::default()).await;
    let find = |id: &str| models.iter().find(|spec| &*spec.id.name == id).unwrap();
    let spec = find("fal-ai/flux-pro/v1.1-ultra/redux");
    let listing = &spec.listing;
    assert_eq!(
        (spec.title.as_str(), spec.category.as_deref(), spec.deprecated),
        ("Model 1", Some("text-to-image"), false)
    );
    assert_eq!((listing.description.as_deref(), listing.status.as_deref()), (Some("Makes things."), Some("active")));
    assert_eq!((listing.group.as_deref(), listing.licence.as_deref()), (Some("Family"), Some("commercial")));
    assert_eq!(listing.published_at.as_deref(), Some("2026-01-02T00:00:00Z"));
    assert_eq!(listing.updated_at.as_deref(), Some("2026-03-04T00:00:00Z"));
    assert_eq!((listing.tags.as_slice(), listing.trains), (["fast".to_owned()].as_slice(), false));
    assert!(find(ODD[3]).deprecated, "the deprecated are listed and marked");
    assert!(find(ODD[4]).listing.trains && find(ODD[4]).kinds.is_empty());
}

#[tokio::test]
async fn pages_get_smaller_until_the_server_takes_them_and_stay_so() {
    let emulator = start(EmulatorConfig::default().with_catalogue(odd()).with_page_limits(100, 4, true)).await;
    let (cx, platform) = (context(), source(&quick(&emulator), "platform-api"));
    let (models, _) = walk(&cx, &*platform, ModelQuery::default()).await;
    assert_eq!(
        (models.len(), asked(&emulator)),
        (11, ["500/-", "250/-", "125/-", "62/-", "62/-"].map(String::from).to_vec())
    );
    emulator.clear_requests();
    walk(&cx, &*platform, ModelQuery::default()).await;
    assert_eq!(asked(&emulator), ["62/-", "62/-"], "the active and the deprecated");

    emulator.clear_requests();
    let mut query = ModelQuery::default();
    query.schemas = true;
    let (models, _) = walk(&cx, &*platform, query).await;
    assert_eq!(models.len(), 11);
    assert_eq!(asked(&emulator)[..3], ["10/-", "5/-", "2/-"], "with schemas pages are short from the beginning");
    assert!(emulator.requests().iter().all(|r| r.query.contains("expand=openapi-3.0")));
}

#[tokio::test]
async fn a_short_page_tells_what_the_server_gives() {
    let emulator = start(EmulatorConfig::default().with_catalogue(odd()).with_page_limits(4, 2, false)).await;
    let (cx, platform) = (context(), source(&quick(&emulator), "platform-api"));
    for expected in ["500/-", "4/-"] {
        emulator.clear_requests();
        let (models, pages) = walk(&cx, &*platform, ModelQuery::default()).await;
        assert_eq!((models.len(), pages), (11, 4));
        assert_eq!(asked(&emulator)[0], expected);
    }
}

#[tokio::test]
async fn schemas_come_along_in_bulk_when_asked_for() {
    let emulator = start(EmulatorConfig::default()).await;
    let mut query = ModelQuery::default();
    query.schemas = true;
    let (models, pages) = walk(&context(), &*source(&quick(&emulator), "platform-api"), query).await;
    let with = models.iter().filter(|spec| spec.schema.source == SchemaSource::Live).count();
    let listed = Catalogue::builtin().iter().filter(|e| !e.metadata.is_null() && e.openapi.is_some()).count();
    assert_eq!(with, listed);
    assert_eq!(emulator.count(Route::Models), pages);
    assert_eq!(emulator.count(Route::OpenApi), 0, "not one by one");
}

#[tokio::test]
async fn a_circle_of_cursors_ends_with_a_warning() {
    let emulator = start(EmulatorConfig::default().with_catalogue(odd()).with_page_limits(4, 2, false)).await;
    emulator.fail(Route::Models, Fault::CircularCursor, 50);
    let (cx, events) = watched(context());
    let (models, pages) = walk(&cx, &*source(&quick(&emulator), "platform-api"), ModelQuery::default()).await;
    assert!(!models.is_empty() && pages <= 4, "{pages}");
    let warned = events.lock().unwrap().iter().filter(|e| e.contains("goes round in a circle")).count();
    assert_eq!(warned, 2, "the active and the deprecated");
}

#[tokio::test]
async fn a_pause_that_the_platform_asks_for_is_kept() {
    let emulator = start(EmulatorConfig::default()).await;
    emulator.fail(Route::Models, Fault::RetryAfter(1, 429), 1);
    let begun = tokio::time::Instant::now();
    let (models, _) = walk(&context(), &*source(&quick(&emulator), "platform-api"), ModelQuery::default()).await;
    assert!(begun.elapsed() >= Duration::from_secs(1) && models.len() > 50, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn without_a_key_the_list_is_the_same_and_the_website_never_sees_one() {
    let emulator = start(EmulatorConfig::default()).await;
    let keyless = FalProvider::new(FalConfig::keyless().unwrap().with_base_url(&emulator.base_url()).unwrap()).unwrap();
    let (without, _) = walk(&context(), &*source(&keyless, "platform-api"), ModelQuery::default()).await;
    assert!(emulator.requests().iter().all(|r| r.header("authorization").is_none()));
    emulator.clear_requests();
    let fal = quick(&emulator);
    let (with, _) = walk(&context(), &*source(&fal, "platform-api"), ModelQuery::default()).await;
    assert!(emulator.requests().iter().all(|r| r.header("authorization").is_some()));
    assert_eq!(ids(&without), ids(&with));
    emulator.clear_requests();
    walk(&context(), &*source(&fal, "website"), ModelQuery::default()).await;
    walk(&context(), &*source(&fal, "pages"), ModelQuery::default()).await;
    let requests = emulator.requests();
    assert!(requests.iter().all(|r| r.header("authorization").is_none()) && requests.len() > 4);
    assert!(requests.iter().all(|r| r.header("user-agent").unwrap().starts_with("mediagen-fal/")));
}

#[tokio::test]
async fn the_website_lists_the_same_models_in_both_its_shapes() {
    let listed = |e: &&Endpoint| !e.metadata.is_null();
    let expected: BTreeSet<String> = Catalogue::builtin().iter().filter(listed).map(|e| e.id.clone()).collect();
    for bare in [false, true] {
        let emulator = start(EmulatorConfig::default().with_bare_website_list(bare)).await;
        for (limit, requests) in [(None, 1), (Some(30), expected.len().div_ceil(30))] {
            emulator.clear_requests();
            let mut query = ModelQuery::default();
            query.limit = limit;
            let (models, _) = walk(&context(), &*source(&quick(&emulator), "website"), query).await;
            assert_eq!((ids(&models), models.len()), (expected.clone(), expected.len()), "{bare} {limit:?}");
            assert_eq!(emulator.count(Route::Models), requests, "{bare} {limit:?}");
            let priced = models.iter().find(|spec| &*spec.id.name == "fal-ai/flux/dev").unwrap();
            assert!(priced.listing.price_text.as_deref().unwrap().contains('$'));
        }
    }
}

#[tokio::test]
async fn a_website_that_does_not_count_pages_is_left_after_the_second() {
    let server = MockServer::start().await;
    let items = json!([{"endpointId": "a/b", "title": "A"}, {"id": "c/d", "removed": "True"}]);
    let body = json!({"items": items, "page": 1, "totalPages": 900});
    Mock::given(path("/www/api/models")).respond_with(ok(body)).mount(&server).await;
    let (cx, events) = watched(context());
    let (models, _) = walk(&cx, &*source(&provider(&server), "website"), ModelQuery::default()).await;
    assert_eq!((ids(&models).into_iter().collect::<Vec<_>>(), models.len()), (vec!["a/b".to_owned()], 1));
    assert_eq!(lines(&server).await.len(), 2);
    assert!(events.lock().unwrap().iter().any(|e| e.contains("repeats itself")));
}

#[tokio::test]
async fn a_088_a_good_answer_without_a_model_is_no_success() {
    let emulator = start(EmulatorConfig::default()).await;
    let fal = quick(&emulator);
    emulator.fail(Route::Models, Fault::EmptyPage, 50);
    emulator.fail(Route::Page, Fault::EmptyPage, 50);
    for name in ["platform-api", "website", "pages"] {
        let error = source(&fal, name).page(&context(), &ModelQuery::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::DiscoveryEmpty, "{name}: {error}");
        assert!(error.message().contains(name), "{error}");
    }
    // Who asks for something particular may find nothing.
    let mut query = ModelQuery::default();
    query.text = Some("no such model anywhere".to_owned());
    for name in ["platform-api", "website", "snapshot"] {
        let page = source(&fal, name).page(&context(), &query).await.unwrap();
        assert!(page.models.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn a_platform_that_fails_is_an_error_and_the_next_source_answers() {
    let emulator = start(EmulatorConfig::default()).await;
    emulator.fail(Route::Models, Fault::Status(500, json!({"error": {"message": "boom"}})), 1);
    let (cx, fal) = (context(), quick(&emulator));
    let mut sources = fal.catalog_sources().into_iter();
    let error = sources.next().unwrap().page(&cx, &ModelQuery::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::Unavailable, Some(500)));
    assert!(walk(&cx, &*sources.next().unwrap(), ModelQuery::default()).await.0.len() > 50);
}

#[tokio::test]
async fn a_101_discovery_obeys_the_limiter_of_everything_else_and_every_request_is_told() {
    let emulator = start(EmulatorConfig::default().with_catalogue(odd()).with_page_limits(2, 2, false)).await;
    let limited = config(&emulator.base_url()).with_catalogue_limit(Limit::per_second(50.0));
    let fal = FalProvider::new(limited.with_page_limit(Limit::per_second(50.0))).unwrap();
    let (cx, events) = watched(context());
    let (platform, begun) = (source(&fal, "platform-api"), tokio::time::Instant::now());
    // A description and a price take turns with the walk: they share one place.
    let (walked, spec, prices) = tokio::join!(
        walk(&cx, &*platform, ModelQuery::default()),
        fal.describe(&cx, ODD[0]),
        fal.prices(&cx, &[ODD[0]])
    );
    spec.unwrap();
    prices.unwrap();
    let at_api = emulator.requests().iter().filter(|r| r.path.starts_with("/api/")).count();
    assert!(at_api >= walked.1 + 2, "{at_api}");
    let least = Duration::from_millis(20) * u32::try_from(at_api - 1).unwrap();
    assert!(begun.elapsed() >= least, "{at_api} requests took {:?}, not {least:?}", begun.elapsed());
    walk(&cx, &*source(&fal, "pages"), ModelQuery::default()).await;
    let told = events.lock().unwrap().iter().filter(|e| e.starts_with("requested ")).count();
    assert_eq!(told, emulator.requests().len(), "every request is told, those for pages too");
    let catalogue = events.lock().unwrap().iter().filter(|e| *e == "requested catalogue").count();
    assert_eq!(catalogue, told - 1, "all but the price");
}

#[tokio::test]
async fn the_whole_real_catalogue_is_listed_in_fifteen_requests_with_every_id_whole() {
    let Some(folder) = std::env::var_os("MEDIAGEN_FAL_DATA") else {
        println!("skipped: MEDIAGEN_FAL_DATA names no folder with a snapshot of fal's catalogue");
        return;
    };
    let mut catalogue = Catalogue::default();
    catalogue.extend_from_file(&Path::new(&folder).join("catalogue.jsonl.gz")).unwrap();
    let expected: BTreeSet<String> = catalogue.iter().map(|e| e.id.clone()).collect();
    let facts: std::collections::BTreeMap<String, Value> =
        catalogue.iter().map(|e| (e.id.clone(), e.metadata.clone())).collect();
    assert_eq!(expected.len(), 1081);
    let emulator = start(EmulatorConfig::default().with_catalogue(catalogue)).await;
    for (name, most) in [("platform-api", 15), ("website", 15), ("pages", 15)] {
        emulator.clear_requests();
        let (models, _) = walk(&context(), &*source(&quick(&emulator), name), ModelQuery::default()).await;
        let requests = emulator.requests().len();
        println!("{name}: {} models in {requests} requests", ids(&models).len());
        assert_eq!(ids(&models), expected, "{name}");
        assert!(requests <= most, "{name}: {requests}");
        if name == "pages" {
            continue;
        }
        for spec in &models {
            let category = facts[&*spec.id.name].get("category").and_then(Value::as_str).filter(|c| !c.is_empty());
            assert_eq!(spec.category.as_deref(), category, "{name}: {}", spec.id);
        }
    }
}

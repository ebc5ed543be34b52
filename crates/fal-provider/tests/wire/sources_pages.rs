//! The website's pages and the snapshot as sources (protocol 7.4).

use crate::{
    sources::{ids, quick, source, walk},
    support::*,
};
use fal_provider::{FalProvider, Limit};
use mediagen_core::{ErrorKind, ModelQuery, Provider as _, SchemaSource};
use mediagen_emulator::fal::{
    Emulator, EmulatorConfig, Fault, Route,
    catalogue::{Catalogue, Endpoint},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

fn builtin() -> BTreeSet<String> {
    Catalogue::builtin().iter().filter(|e| !e.metadata.is_null()).map(|e| e.id.clone()).collect()
}

#[tokio::test]
async fn sources_come_best_first_and_only_the_last_is_as_old_as_the_program() {
    let fal = FalProvider::new(config("http://127.0.0.1:9")).unwrap();
    let sources: Vec<_> = fal.catalog_sources().iter().map(|s| (s.name(), s.is_bundled())).collect();
    assert_eq!(sources, [("platform-api", false), ("website", false), ("pages", false), ("snapshot", true)]);
    for source in fal.catalog_sources().iter().take(3) {
        let mut query = ModelQuery::default();
        query.cursor = Some("of somebody else".to_owned());
        let error = source.page(&context(), &query).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{}", source.name());
    }
}

#[tokio::test]
async fn sitemaps_of_sitemaps_are_followed() {
    let mut catalogue = Catalogue::default();
    for n in 0..1_000 {
        let id = format!("some-owner/model-{n}/v1.{n}");
        let endpoint = Endpoint { id, metadata: json!({"display_name": "M"}), openapi: None, price: None };
        catalogue.insert(endpoint);
    }
    let emulator = Emulator::start(EmulatorConfig::default().with_catalogue(catalogue)).await.unwrap();
    let page = source(&quick(&emulator), "pages").page(&context(), &ModelQuery::default()).await.unwrap();
    assert_eq!(ids(&page.models).len(), 1_000);
    let asked: Vec<String> = emulator.requests().into_iter().map(|r| r.path).collect();
    let expected = ["robots.txt", "sitemap.xml", "sitemap/0.xml", "sitemap/1.xml", "sitemap/2.xml"];
    assert_eq!(asked, expected.map(|path| format!("/www/{path}")));
}

#[tokio::test]
async fn pages_are_asked_for_one_a_second_by_default() {
    let emulator = Emulator::start(EmulatorConfig::default()).await.unwrap();
    let fal = FalProvider::new(config(&emulator.base_url())).unwrap();
    let begun = tokio::time::Instant::now();
    let page = source(&fal, "pages").page(&context(), &ModelQuery::default()).await.unwrap();
    assert_eq!((ids(&page.models), emulator.requests().len()), (builtin(), 2));
    assert!(begun.elapsed() >= Duration::from_millis(990), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn what_robots_txt_forbids_is_not_asked_for() {
    let robots = "User-agent: *\nDisallow: /sitemap.xml\nDisallow: /explore\nAllow: /explore/models\n";
    let emulator = Emulator::start(EmulatorConfig::default().with_robots(robots)).await.unwrap();
    let (cx, events) = watched(context());
    let (models, _) = walk(&cx, &*source(&quick(&emulator), "pages"), ModelQuery::default()).await;
    assert!(models.len() > 30);
    let asked: Vec<String> = emulator.requests().into_iter().map(|r| r.path).collect();
    assert_eq!(asked, ["/www/robots.txt", "/www/explore/models", "/www/models"]);
    assert!(events.lock().unwrap().iter().any(|e| e.starts_with("warning") && e.contains("Disallow: /explore")));

    let emulator = Emulator::start(EmulatorConfig::default().with_robots("User-agent: *\nDisallow: /")).await.unwrap();
    let fal = quick(&emulator);
    let error = source(&fal, "pages").page(&context(), &ModelQuery::default()).await.unwrap_err();
    assert_eq!((error.kind(), emulator.requests().len()), (ErrorKind::PermissionDenied, 1), "{error}");
}

#[tokio::test]
async fn a_place_that_fails_is_passed_over_and_robots_that_fail_forbid_nothing() {
    let emulator = Emulator::start(EmulatorConfig::default()).await.unwrap();
    emulator.fail(Route::Robots, Fault::Status(404, json!({})), 1);
    emulator.fail(Route::Page, Fault::Status(500, json!({})), 1);
    emulator.fail(Route::Page, Fault::EmptyPage, 1);
    let (cx, events) = watched(context());
    let (models, pages) = walk(&cx, &*source(&quick(&emulator), "pages"), ModelQuery::default()).await;
    assert!(models.len() > 30 && pages == 2, "{} in {pages}", models.len());
    let warnings: Vec<_> = events.lock().unwrap().iter().filter(|e| e.starts_with("warning")).cloned().collect();
    assert!(warnings[0].contains("/sitemap.xml") && warnings[1].contains("leads to no model"), "{warnings:?}");
}

/// With both services down the pages remain: they give the schema that the service gives, for every model.
#[tokio::test]
async fn the_page_of_every_model_gives_the_schema_of_its_document() {
    let emulator = Emulator::start(EmulatorConfig::default()).await.unwrap();
    let down = Fault::Status(500, json!({}));
    let mut compared = 0;
    for id in builtin() {
        let by_api = quick(&emulator).describe(&context(), &id).await.unwrap();
        emulator.fail(Route::Models, down.clone(), 1);
        emulator.fail(Route::OpenApi, down.clone(), 1);
        let by_page = quick(&emulator).describe(&context(), &id).await.unwrap();
        assert_eq!(by_page.schema, by_api.schema, "{id}");
        assert_eq!((&by_page.category, &by_page.kinds), (&by_api.category, &by_api.kinds), "{id}");
        compared += usize::from(by_page.schema.source == SchemaSource::Live);
    }
    assert!(compared > 70, "{compared}");
}

#[tokio::test]
async fn a_page_that_answers_200_for_a_model_that_does_not_exist_is_no_model() {
    let emulator = Emulator::start(EmulatorConfig::default()).await.unwrap();
    emulator.fail(Route::Models, Fault::Status(500, json!({})), 1);
    emulator.fail(Route::OpenApi, Fault::Status(500, json!({})), 1);
    let error = quick(&emulator).describe(&context(), "fal-ai/no/such-model").await.unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::Unavailable, Some(500)), "the first failure is told");
    assert_eq!(emulator.count(Route::Page), 1);
    let error = quick(&emulator).describe(&context(), "fal-ai/no/such-model").await.unwrap_err();
    assert_eq!((error.kind(), emulator.count(Route::Page)), (ErrorKind::NotFound, 1), "good answers need no page");
}

#[tokio::test]
async fn waiting_for_a_page_can_be_cancelled() {
    let emulator = Emulator::start(EmulatorConfig::default()).await.unwrap();
    let slow = config(&emulator.base_url()).with_page_limit(Limit::per_second(0.01));
    let fal = FalProvider::new(slow).unwrap();
    let cx = context();
    let token = cx.cancellation().clone();
    let stop = async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        token.cancel();
    };
    let pages = source(&fal, "pages");
    let query = ModelQuery::default();
    let (page, ()) = tokio::join!(pages.page(&cx, &query), stop);
    assert_eq!(page.unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(emulator.requests().len(), 1, "robots.txt alone");
}

/// `MEDIAGEN_WRITE_SNAPSHOT=1 cargo test -p fal-provider --test wire snapshot` writes the file again.
#[tokio::test]
async fn the_bundled_snapshot_is_what_the_emulator_brings() {
    let catalogue = Catalogue::builtin();
    let rows = catalogue.iter().filter(|e| !e.metadata.is_null()).map(|endpoint| {
        let facts = &endpoint.metadata;
        let mut row = json!({"id": endpoint.id, "title": facts["display_name"], "category": facts["category"]});
        if facts["kind"] == "training" {
            row["kind"] = "training".into();
        }
        if facts["status"] == "deprecated" {
            row["deprecated"] = true.into();
        }
        row.to_string()
    });
    let text = format!("[\n{}\n]\n", rows.collect::<Vec<_>>().join(",\n"));
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/data/snapshot.json");
    if std::env::var_os("MEDIAGEN_WRITE_SNAPSHOT").is_some() {
        std::fs::write(file, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), text, "write it again, see above");

    let fal = FalProvider::new(config("http://127.0.0.1:9")).unwrap();
    let snapshot = source(&fal, "snapshot");
    let (models, pages) = walk(&context(), &*snapshot, ModelQuery::default()).await;
    assert_eq!((ids(&models), pages), (builtin(), 1));
    let mut query = ModelQuery::default();
    (query.category, query.limit) = (Some("text-to-video".to_owned()), Some(2));
    let (videos, pages) = walk(&context(), &*snapshot, query).await;
    assert!(videos.iter().all(|spec| spec.category.as_deref() == Some("text-to-video")));
    assert_eq!(pages, videos.len().div_ceil(2));
    let trainer = |e: &&Endpoint| e.metadata.get("kind").and_then(Value::as_str) == Some("training");
    let trainers = catalogue.iter().filter(trainer).count();
    assert_eq!(models.iter().filter(|spec| spec.listing.trains).count(), trainers);
}

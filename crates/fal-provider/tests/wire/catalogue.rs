//! `GET /models`, `GET /models/pricing`, the website's documents (protocol 7.1, 7.2, 7.5).

use crate::support::*;
use fal_provider::{FalConfig, FalProvider};
use mediagen_core::{Availability, ErrorKind, MediaCapability, ModelKind, ModelQuery, Provider as _, SchemaSource};
use serde_json::json;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path, query_param, query_param_is_missing},
};

#[tokio::test]
async fn one_request_with_the_schema_describes_a_model() {
    let server = MockServer::start().await;
    mount_model(&server, ID, "image-to-image").await;
    let spec = provider(&server).describe(&context(), ID).await.unwrap();
    assert_eq!((&*spec.id.name, spec.title.as_str()), (ID, "The fal-ai/demo/edit"));
    assert_eq!((spec.kinds.as_slice(), spec.deprecated), ([ModelKind::ImageToImage].as_slice(), false));
    assert_eq!(spec.schema.source, SchemaSource::Live);
    let names: Vec<_> = spec.schema.inputs.iter().map(|f| f.name.as_str()).collect();
    assert!(names.contains(&"image_url") && spec.schema.output_field("images").is_some(), "{names:?}");
    assert_eq!(lines(&server).await, ["GET /api/models?endpoint_id=fal-ai%2Fdemo%2Fedit&expand=openapi-3.0"]);
    let request = last(&server, "/api/models").await;
    assert_eq!(header(&request, "authorization"), Some(format!("Key {KEY}").as_str()), "a key raises the rate limit");
    assert!(header(&request, "user-agent").unwrap().starts_with("mediagen-fal/"));
}

#[tokio::test]
async fn a_013_a_thousand_models_of_every_kind_ask_once_per_id() {
    let server = MockServer::start().await;
    let ids: Vec<_> = ModelKind::MEDIA.iter().map(|kind| (*kind, format!("fal-ai/some/{kind}"))).collect();
    for (kind, id) in &ids {
        mount_model(&server, id, kind.as_str()).await;
    }
    mount_model(&server, "fal-ai/esrgan", "image-to-image").await;
    Mock::given(method("GET")).respond_with(answer(404, json!({"error": {"message": "unknown"}}))).mount(&server).await;
    let fal = provider(&server);
    let aliased = (ModelKind::ImageToImage, "fal-ai/real-esrgan".to_owned());
    let wanted = ids.iter().cloned().chain([aliased]);
    let many = wanted.flat_map(|wanted| std::iter::repeat_n(wanted, 1_000)).map(|(kind, id)| {
        let fal = fal.clone();
        async move { (kind, fal.endpoint(&id, None).await.unwrap().kind()) }
    });
    for (kind, found) in futures_util::future::join_all(many).await {
        assert_eq!(kind, found);
    }
    let asked = lines(&server).await;
    let mut once = asked.clone();
    once.sort();
    once.dedup();
    assert_eq!((asked.len(), once.len()), (9, 9), "seven kinds, an alias and what it stands for: {asked:?}");
}

#[tokio::test]
async fn without_a_schema_the_website_s_document_is_read_and_never_with_the_key() {
    let server = MockServer::start().await;
    let bare = json!({"models": [{"endpoint_id": ID, "openapi": {"error": {"code": "x"}}}]});
    Mock::given(path("/api/models")).respond_with(ok(bare)).mount(&server).await;
    let page = document(ID, &inputs());
    let place = "/www/api/openapi/queue/openapi.json";
    Mock::given(path(place)).and(query_param("endpoint_id", ID)).respond_with(ok(page)).mount(&server).await;
    let spec = provider(&server).describe(&context(), ID).await.unwrap();
    assert!(spec.schema.input("prompt").is_some());
    assert!(spec.kinds.is_empty(), "metadata was missing: {spec:?}");
    assert_eq!(header(&last(&server, place).await, "authorization"), None);
}

#[tokio::test]
async fn an_unlisted_endpoint_and_an_unreachable_platform_fall_back_to_the_website() {
    for status in [404, 503] {
        let server = MockServer::start().await;
        Mock::given(path("/api/models")).respond_with(ResponseTemplate::new(status)).mount(&server).await;
        Mock::given(path("/www/api/openapi/queue/openapi.json"))
            .respond_with(ok(document(ID, &inputs())))
            .mount(&server)
            .await;
        let spec = provider(&server).describe(&context(), ID).await.unwrap();
        assert_eq!(spec.kinds, [ModelKind::ImageToImage], "{status}");
        assert_eq!(count(&server, "GET", "/api/models").await, if status == 404 { 1 } else { 4 });
    }
}

#[tokio::test]
async fn a_model_that_has_no_document_anywhere_can_still_be_asked() {
    let server = MockServer::start().await;
    let item =
        json!({"endpoint_id": ID, "metadata": {"category": "text-to-image", "kind": null, "status": "deprecated"}});
    Mock::given(path("/api/models")).respond_with(ok(json!({"models": [item]}))).mount(&server).await;
    Mock::given(path("/www/api/openapi/queue/openapi.json"))
        .respond_with(ResponseTemplate::new(404).set_body_raw("null", "application/json"))
        .mount(&server)
        .await;
    let spec = provider(&server).describe(&context(), ID).await.unwrap();
    assert_eq!((spec.schema.source.clone(), spec.deprecated), (SchemaSource::None, true));
}

#[tokio::test]
async fn a_trainer_is_no_model_of_pictures_whatever_its_category_says() {
    let server = MockServer::start().await;
    let item = json!({"endpoint_id": ID, "metadata": {"category": "text-to-image", "kind": "training"},
        "openapi": document(ID, &inputs())});
    Mock::given(path("/api/models")).respond_with(ok(json!({"models": [item]}))).mount(&server).await;
    let spec = provider(&server).describe(&context(), ID).await.unwrap();
    assert!(spec.kinds.is_empty() && spec.capabilities.is_empty());
    assert_eq!(spec.category.as_deref(), Some("text-to-image"));
}

async fn mount_listing(server: &MockServer) {
    let page = |ids: &[&str], next: serde_json::Value, more: bool| {
        let models: Vec<_> =
            ids.iter().map(|id| json!({"endpoint_id": id, "metadata": {"category": "text-to-image"}})).collect();
        ok(json!({"models": models, "next_cursor": next, "has_more": more}))
    };
    let base = || Mock::given(method("GET")).and(path("/api/models")).and(query_param("status", "active"));
    base()
        .and(query_param_is_missing("cursor"))
        .respond_with(page(&["fal-ai/flux/dev", "fal-ai/kokoro"], json!("Mg=="), true))
        .mount(server)
        .await;
    base()
        .and(query_param("cursor", "Mg=="))
        .respond_with(page(&["fal-ai/flux/schnell"], json!("Mg=="), true))
        .mount(server)
        .await;
}

#[tokio::test]
async fn a_011_an_unknown_id_names_up_to_three_near_ones_and_reads_the_listing_once() {
    let server = MockServer::start().await;
    mount_listing(&server).await;
    Mock::given(method("GET")).respond_with(answer(404, json!({"detail": "unknown"}))).mount(&server).await;
    let fal = provider(&server);
    for wanted in ["fal-ai/flux/dve", "fal-ai/flux/schnel", "flux-dve"] {
        let error = fal.text_to_image(wanted).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let hint = error.hint().unwrap();
        assert!(hint.contains("fal-ai/flux/") && hint.matches(',').count() <= 2, "{wanted}: {hint}");
    }
    let pages = lines(&server).await.into_iter().filter(|l| l.contains("status=active")).count();
    assert_eq!(pages, 2, "a repeated cursor ends the walk, and the walk is done once");
}

#[tokio::test]
async fn listing_sends_the_query_and_gives_the_cursor_on() {
    let server = MockServer::start().await;
    mount_listing(&server).await;
    let (fal, cx) = (provider(&server), context());
    let mut query = ModelQuery::default();
    query.text = Some("fast & small".into());
    query.category = Some("text-to-image".into());
    query.limit = Some(20);
    query.capability = Some(MediaCapability::ImageGeneration);
    let page = fal.list(&cx, &query).await.unwrap();
    assert_eq!((page.models.len(), page.next.as_deref()), (2, Some("Mg==")));
    assert_eq!(
        lines(&server).await,
        ["GET /api/models?status=active&limit=20&q=fast+%26+small&category=text-to-image"]
    );
    query.cursor = page.next;
    query.capability = Some(MediaCapability::VideoLipSync);
    let page = fal.list(&cx, &query).await.unwrap();
    assert_eq!((page.models.len(), page.next), (0, None));
}

#[tokio::test]
async fn a_wrong_key_and_an_id_that_is_none_are_told_as_such() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(answer(401, json!({"detail": "invalid key credentials"})))
        .mount(&server)
        .await;
    let (fal, cx) = (provider(&server), context());
    let error = fal.describe(&cx, ID).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert!(error.hint().unwrap().contains("FAL_KEY"));
    assert_eq!(count(&server, "GET", "/api/models").await, 1);
    assert_eq!(fal.describe(&cx, "a//b").await.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn a_015_the_probe_is_a_price_with_the_key() {
    let server = MockServer::start().await;
    Mock::given(path("/api/models/pricing")).respond_with(ok(json!({"prices": []}))).mount(&server).await;
    let (fal, cx) = (provider(&server), context());
    assert!(fal.check(&cx).await.is_available());
    let request = last(&server, "/api/models/pricing").await;
    assert_eq!(request.url.query(), Some("endpoint_id=fal-ai%2Fflux%2Fdev"));
    assert!(header(&request, "authorization").is_some());
    let keyless = FalConfig::keyless().unwrap().with_base_url(&server.uri()).unwrap();
    let check = FalProvider::new(keyless).unwrap().check(&cx).await;
    assert_eq!((check, lines(&server).await.len()), (Availability::Unauthenticated, 1), "no key, no call");
}

#[tokio::test]
async fn the_document_is_the_platforms_or_the_websites_and_is_not_touched() {
    let server = MockServer::start().await;
    mount_model(&server, ID, "image-to-image").await;
    let (fal, cx) = (provider(&server), context());
    assert_eq!(fal.schema_document(&cx, ID).await.unwrap(), item(ID, "image-to-image")["openapi"]);

    let server = MockServer::start().await;
    let none = json!({"models": [{"endpoint_id": ID, "metadata": {"category": "text-to-image"},
        "openapi": {"error": {"code": "expansion_failed", "message": "no"}}}]});
    Mock::given(path("/api/models")).respond_with(ok(none)).mount(&server).await;
    let own = json!({"openapi": "3.0.4", "paths": {}, "x-something": [1, null]});
    let website = Mock::given(path("/www/api/openapi/queue/openapi.json")).and(query_param("endpoint_id", ID));
    let website = website.respond_with(ok(own.clone())).mount_as_scoped(&server).await;
    assert_eq!(provider(&server).schema_document(&cx, ID).await.unwrap(), own);
    assert_eq!(header(&last(&server, "/www/api/openapi/queue/openapi.json").await, "authorization"), None);
    drop(website);
    Mock::given(path("/www/api/openapi/queue/openapi.json")).respond_with(answer(404, json!({}))).mount(&server).await;
    let error = provider(&server).schema_document(&cx, ID).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
}

#[tokio::test]
async fn places_and_the_limit_of_a_prompt_come_from_the_mapping_with_its_rules() {
    let server = MockServer::start().await;
    mount_model(&server, ID, "image-to-image").await;
    let (fal, cx) = (provider(&server), context());
    let spec = fal.describe(&cx, ID).await.unwrap();
    let endpoint = fal.endpoint(ID, Some(ModelKind::ImageToImage)).await.unwrap();
    assert_eq!(endpoint.spec(), &spec);
    let places = endpoint.fields();
    let image = places.iter().find(|place| place.field == "image_url").unwrap();
    assert!(image.options.contains(&"image"), "{image:?}");
    assert_eq!(endpoint.prompt_limit(), None);
    assert_eq!(lines(&server).await.len(), 1, "asking for places makes no call");
}

//! The submission itself: method, address, query, headers, body (protocol 2.2, 2.3).

use crate::support::*;
use mediagen_core::{Error, ErrorKind, ImageToImageRequest, MediaInput};
use serde_json::{Value, json};
use std::time::Duration;
use wiremock::MockServer;

fn request() -> ImageToImageRequest {
    ImageToImageRequest::new("https://mine.test/in.png".parse::<MediaInput>().unwrap()).with_prompt("sharper")
}

#[tokio::test]
async fn the_body_is_the_input_itself_on_the_full_id() {
    let server = MockServer::start().await;
    mount_model(&server, ID, "image-to-image").await;
    mount_submit(&server).await;
    let fal = provider(&server);
    let model = fal.image_to_image(ID).await.unwrap();
    let submitted = model.submit(request().with_seed(u64::MAX)).await.unwrap();
    let sent = last(&server, "/queue/fal-ai/demo/edit").await;
    let body: Value = sent.body_json().unwrap();
    assert_eq!(body, json!({"prompt": "sharper", "image_url": "https://mine.test/in.png", "seed": u64::MAX}));
    assert_eq!((sent.method.as_str(), sent.url.query()), ("POST", None));
    assert_eq!(header(&sent, "content-type"), Some("application/json"));
    assert_eq!(header(&sent, "authorization"), Some(format!("Key {KEY}").as_str()));
    let special: Vec<_> = sent.headers.keys().filter(|n| n.as_str().starts_with("x-")).collect();
    assert!(special.is_empty(), "nothing that the caller did not ask for: {special:?}");
    let ticket = submitted.job().unwrap().ticket().clone();
    assert_eq!(ticket.request_id.as_deref(), Some(JOB));
    assert_eq!(ticket.token["status_url"], format!("{}{REQUESTS}/status", server.uri()));
    assert_eq!(ticket.token["seed"], u64::MAX);
}

#[tokio::test]
async fn delivery_becomes_headers_and_query() {
    let server = MockServer::start().await;
    mount_model(&server, ID, "image-to-image").await;
    mount_submit(&server).await;
    let fal = provider(&server);
    let model = fal.image_to_image(ID).await.unwrap();
    let mut request = request();
    request.delivery.start_timeout = Some(Duration::from_secs(30));
    request.delivery.webhook = Some("https://hook.test/done?a=1&b=2".parse().unwrap());
    request.delivery.settings = json!({
        "runner_hint": "warm", "store_io": false, "no_retry": true, "lifecycle": 3600, "tags": "team=blue",
        "max_queue_length": 10, "priority": "low"
    })
    .as_object()
    .cloned()
    .unwrap();
    model.submit(request).await.unwrap();
    let sent = last(&server, "/queue/fal-ai/demo/edit").await;
    let query: Vec<_> = sent.url.query_pairs().into_owned().collect();
    assert_eq!(
        query,
        [
            ("fal_max_queue_length".to_owned(), "10".to_owned()),
            ("fal_webhook".to_owned(), "https://hook.test/done?a=1&b=2".to_owned())
        ]
    );
    for (name, value) in [
        ("x-fal-request-start-timeout", "30"),
        ("x-fal-request-timeout", "30"),
        ("x-fal-queue-priority", "low"),
        ("x-fal-runner-hint", "warm"),
        ("x-fal-store-io", "0"),
        ("x-fal-no-retry", "1"),
        ("x-fal-object-lifecycle-preference", "{\"expiration_duration_seconds\":3600}"),
        ("x-fal-tags", "team=blue"),
    ] {
        assert_eq!(header(&sent, name), Some(value), "{name}");
    }
}

#[tokio::test]
async fn an_unknown_setting_and_a_missing_file_are_refused_before_anything_leaves() {
    let server = MockServer::start().await;
    mount_model(&server, ID, "image-to-image").await;
    let fal = provider(&server);
    let model = fal.image_to_image(ID).await.unwrap();
    let mut odd = request();
    odd.delivery.settings.insert("prioritty".into(), json!("low"));
    let error = model.submit(odd).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("prioritty") && error.hint().unwrap().contains("runner_hint"));
    let missing = ImageToImageRequest::new("/no/such/file.png");
    let error = model.submit(missing).await.unwrap_err();
    assert_eq!((error.kind(), error.fields()[0].path.as_str()), (ErrorKind::NotFound, "image"));
    assert_eq!(lines(&server).await.len(), 1, "the catalogue alone was asked");
}

#[tokio::test]
async fn without_a_key_nothing_is_submitted_and_the_hint_says_how() {
    let server = MockServer::start().await;
    mount_model(&server, ID, "image-to-image").await;
    let config = fal_provider::FalConfig::keyless().unwrap().with_base_url(&server.uri()).unwrap();
    let fal = fal_provider::FalProvider::new(config).unwrap();
    let model = fal.image_to_image(ID).await.unwrap();
    let failure = pay(&model, request()).await.unwrap_err();
    assert_eq!(outcome(&failure), "not sent");
    let error = Error::from(failure);
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert!(error.hint().unwrap().contains("FAL_KEY"));
    assert_eq!(lines(&server).await.len(), 1);
    assert_eq!(header(&last(&server, "/api/models").await, "authorization"), None);
}

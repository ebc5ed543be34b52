//! Answers of odd shapes: envelopes, nulls, no percentages, reasons in halves.

use crate::support::*;
use mediagen_core::{ErrorKind, ImageToImageRequest, MediaInput, MediaModelExt as _, Output, Result};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

async fn run(server: &MockServer, cx: &mediagen_core::Context) -> Result<Output> {
    mount_model(server, ID, "image-to-image").await;
    let model = provider(server).image_to_image(cx, ID).await.unwrap();
    model.run(cx, ImageToImageRequest::new("https://mine.test/in.png".parse::<MediaInput>().unwrap())).await
}

#[tokio::test]
async fn a_020_a_nested_result_and_a_bare_one_give_the_same_output() {
    let bare = json!({"images": [{"url": "https://v3.fal.media/files/a.png", "file_name": null, "file_size": "12"}],
        "seed": 15_860_307_465_884_635_512_u64});
    for result in [
        bare.clone(),
        json!({"response": bare}),
        json!({"status": "COMPLETED", "logs": null, "response": bare}),
        json!({"data": bare, "requestId": "x"}),
        json!({"status": "OK", "request_id": "x", "payload": bare, "error": null}),
    ] {
        let server = MockServer::start().await;
        mount_job(&server, ok(result)).await;
        let output = run(&server, &polling()).await.unwrap();
        let urls: Vec<_> = output.parts.iter().filter_map(|part| part.url().map(ToString::to_string)).collect();
        assert_eq!(urls, ["https://v3.fal.media/files/a.png"]);
        assert_eq!((&output.raw, output.seed), (&bare, Some(15_860_307_465_884_635_512)));
    }
}

#[tokio::test]
async fn a_029_no_percentage_is_made_of_positions_lines_or_numbers() {
    let server = MockServer::start().await;
    mount_submit(&server).await;
    let looks = [
        json!({"status": "IN_QUEUE", "queue_position": 4}),
        json!({"status": "IN_QUEUE", "queue_position": 1}),
        json!({"status": "IN_PROGRESS", "logs": [{"message": "45%|####      | 9/20"}]}),
        json!({"status": "IN_PROGRESS", "logs": [{"message": "90%|######### | 18/20"}]}),
        json!({"status": "COMPLETED", "metrics": {"inference_time": "1.5"}}),
    ];
    for look in looks {
        let place = format!("{REQUESTS}/status");
        Mock::given(method("GET")).and(path(place)).respond_with(ok(look)).up_to_n_times(1).mount(&server).await;
    }
    Mock::given(method("GET")).and(path(REQUESTS)).respond_with(images()).mount(&server).await;
    let (cx, events) = watched(polling());
    run(&server, &cx).await.unwrap();
    let events = events.lock().unwrap().clone();
    let running: Vec<_> = events.iter().filter(|event| event.starts_with("running")).collect();
    assert_eq!(running, ["running None"], "{events:?}");
    assert!(events.contains(&"queued Some(4)".to_owned()) && events.iter().any(|e| e.starts_with("log 45%")));
}

/// A job whose status ends with `told` and whose result is `result`.
async fn ended(told: Value, result: ResponseTemplate) -> Result<Output> {
    let server = MockServer::start().await;
    mount_submit(&server).await;
    mount_status(&server, ok(told)).await;
    Mock::given(method("GET")).and(path(REQUESTS)).respond_with(result).mount(&server).await;
    run(&server, &polling()).await
}

#[tokio::test]
async fn the_result_decides_and_the_status_explains() {
    let told = json!({"status": "COMPLETED", "error": "odd", "error_type": "internal_error"});
    assert_eq!(ended(told, images()).await.unwrap().parts.len(), 1, "an error in the status, and a good result");
    let quiet = json!({"status": "COMPLETED", "error": null, "logs": null, "metrics": null});
    let error = ended(quiet, answer(422, json!({"detail": "no"}))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "no error in the status, and a bad result");
    let typed = json!({"status": "COMPLETED", "error": null, "error_type": "client_cancelled"});
    let error = ended(typed, answer(500, json!({}))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled, "a type alone explains as well: {error}");
}

//! Answers of odd shapes: envelopes, nulls, no percentages, reasons in halves.

use crate::support::*;
use mediagen_core::{ErrorKind, ImageToImageRequest, MediaInput, Options, Output, Result};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

async fn run(server: &MockServer, cx: &mediagen_core::Context) -> Result<Output> {
    mount_model(server, ID, "image-to-image").await;
    let model = provider(server).with_context(cx.clone()).image_to_image(ID).await.unwrap();
    model.run(ImageToImageRequest::new("https://mine.test/in.png".parse::<MediaInput>().unwrap())).await
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

#[tokio::test]
async fn a_seed_beyond_63_bits_goes_there_and_back() {
    let seed = 15_860_307_465_884_635_512_u64;
    let server = MockServer::start().await;
    mount_model(&server, ID, "image-to-image").await;
    mount_job(&server, ok(json!({"images": [{"url": "https://v3.fal.media/files/a.png"}], "seed": seed.to_string()})))
        .await;
    let cx = polling();
    let model = provider(&server).with_context(cx.clone()).image_to_image(ID).await.unwrap();
    let mut options = Options::default();
    options.seed = Some(seed);
    let request = ImageToImageRequest::new("https://mine.test/in.png".parse::<MediaInput>().unwrap());
    let submitted = model.submit(request.with_options(options)).await.unwrap();
    let sent = last(&server, "/queue/fal-ai/demo/edit").await.body;
    assert!(String::from_utf8_lossy(&sent).contains("\"seed\":15860307465884635512"));
    let ticket = serde_json::to_string(submitted.job().unwrap().ticket()).unwrap();
    let resumed = model.resume(serde_json::from_str(&ticket).unwrap()).unwrap();
    assert_eq!(resumed.wait(&cx).await.unwrap().seed, Some(seed), "a number that came as text");
}

#[tokio::test]
async fn cumulative_lines_come_once_although_the_oldest_fall_out() {
    let server = MockServer::start().await;
    mount_submit(&server).await;
    let line = |n: u8| json!({"message": "step", "timestamp": format!("2026-01-02T03:04:{n:02}")});
    let plain = json!({"message": "no time"});
    for logs in
        [json!([line(1), line(2)]), json!([line(2), line(3), plain]), json!(null), json!([line(3), plain, line(4)])]
    {
        let look = answer(202, json!({"status": "IN_PROGRESS", "logs": logs}));
        let place = format!("{REQUESTS}/status");
        Mock::given(method("GET")).and(path(place)).respond_with(look).up_to_n_times(1).mount(&server).await;
    }
    mount_status(&server, completed()).await;
    Mock::given(method("GET")).and(path(REQUESTS)).respond_with(images()).mount(&server).await;
    let (cx, events) = watched(polling());
    run(&server, &cx).await.unwrap();
    let events = events.lock().unwrap().clone();
    let lines: Vec<_> = events.iter().filter(|event| event.starts_with("log")).collect();
    assert_eq!(lines, ["log step", "log step", "log step", "log no time", "log step"]);
}

#[tokio::test]
async fn a_stream_of_garbage_gives_way_to_polling() {
    for garbage in ["data: not json\n\n", "data: []\n\n", "\u{0}\n\n", "data: {\"status\":\"IN_PROGRESS\"}\n\n"] {
        let server = MockServer::start().await;
        let stream = ResponseTemplate::new(200).set_body_raw(garbage, "text/event-stream");
        Mock::given(path(format!("{REQUESTS}/status/stream"))).respond_with(stream).mount(&server).await;
        mount_job(&server, images()).await;
        run(&server, &context()).await.unwrap();
        let opened = count(&server, "GET", &format!("{REQUESTS}/status/stream")).await;
        assert!((1..=5).contains(&opened), "{garbage:?} was opened {opened} times");
        assert_eq!(count(&server, "GET", &format!("{REQUESTS}/status")).await, 1, "{garbage:?}");
    }
}

#[tokio::test]
async fn a_202_instead_of_a_result_is_waited_for() {
    let server = MockServer::start().await;
    let early = answer(202, json!({"status": "IN_PROGRESS"}));
    Mock::given(method("GET")).and(path(REQUESTS)).respond_with(early).up_to_n_times(2).mount(&server).await;
    mount_job(&server, images()).await;
    assert_eq!(run(&server, &polling()).await.unwrap().parts.len(), 1);
    assert_eq!(count(&server, "GET", REQUESTS).await, 3);
}

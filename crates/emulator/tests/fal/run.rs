//! The synchronous route (protocol 3.1, 8).

use crate::fixture::{Fixture, Got, MODEL, input, job, quick, running_forever};
use mediagen_emulator::fal::JobFault;
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn run_answers_the_bare_output() {
    let f = Fixture::new(quick()).await;
    let got = f.post(&format!("/run/{MODEL}"), &input()).await;
    assert_eq!(got.status, 200);
    assert!(got.json["images"][0]["url"].is_string());
    assert!(got.header("x-fal-request-id").is_some() && got.header("x-fal-billable-units").is_some());
    assert_eq!(f.emulator.jobs_created(), 0);
}

#[tokio::test]
async fn run_refuses_bad_input_and_unknown_applications_at_once() {
    let f = Fixture::new(quick()).await;
    let bad = f.post(&format!("/run/{MODEL}"), &json!({})).await;
    assert_eq!(bad.status, 422);
    assert_eq!(bad.json["detail"][0]["loc"], json!(["body", "prompt"]));
    assert_eq!(f.post("/run/flux", &input()).await.status, 404);
    let broken = f.request(Method::POST, &format!("/run/{MODEL}")).header("content-type", "application/json").body("{");
    assert_eq!(broken.send().await.expect("answer").status(), 422);
}

#[tokio::test]
async fn a_seed_beyond_i64_comes_back_exactly() {
    let f = Fixture::new(quick()).await;
    let mut body = input();
    body["seed"] = json!(15_860_307_465_884_635_512_u64);
    let got = f.post(&format!("/run/{MODEL}"), &body).await;
    assert_eq!(got.json["seed"].as_u64(), Some(15_860_307_465_884_635_512));
}

#[tokio::test]
async fn run_over_the_concurrency_limit_is_429() {
    let f = Fixture::new(running_forever().with_concurrency(1)).await;
    let id = f.submit().await;
    f.until(&id, "IN_PROGRESS").await;
    let got = f.post(&format!("/run/{MODEL}"), &input()).await;
    assert_eq!(got.status, 429);
    assert_eq!(got.json["error_type"], "concurrent_requests_limit");
    assert_eq!(got.json["type"], "concurrent_requests_limit");
    assert_eq!(got.header("x-fal-error-type"), Some("concurrent_requests_limit"));
    assert_eq!(got.header("x-fal-needs-retry"), Some("1"));
    f.put(&job(&id, "/cancel")).await;
    f.until(&id, "COMPLETED").await;
    f.emulator.set_delays(Duration::ZERO, Some(Duration::ZERO));
    assert_eq!(f.post(&format!("/run/{MODEL}"), &input()).await.status, 200);
}

#[tokio::test]
async fn a_cold_start_beyond_the_deadline_is_504_by_the_user() {
    let f = Fixture::new(quick().with_queue_delay(Duration::from_hours(1))).await;
    let request = f.request(Method::POST, &format!("/run/{MODEL}")).header("x-fal-request-start-timeout", "0.2");
    let got = Got::of(request.json(&input()).send().await.expect("answer")).await;
    assert_eq!(got.status, 504);
    assert_eq!(got.header("x-fal-request-timeout-type"), Some("user"));
}

#[tokio::test]
async fn a_scripted_model_error_keeps_its_code_and_body() {
    let f = Fixture::new(quick()).await;
    let body =
        json!({ "detail": [{ "loc": ["body", "prompt"], "msg": "flagged", "type": "content_policy_violation" }] });
    f.emulator.fail_jobs(&JobFault::Model { status: 422, body: body.clone(), retryable: false }, 1);
    let got = f.post(&format!("/run/{MODEL}"), &input()).await;
    assert_eq!((got.status.as_u16(), &got.json), (422, &body));
    assert_eq!(got.header("x-fal-retryable"), Some("false"));
}

#[tokio::test]
async fn a_streamed_run_ends_with_the_output_and_refuses_like_any_other() {
    let f = Fixture::new(quick()).await;
    let url = format!("/run/{MODEL}/stream");
    let response = f.request(Method::POST, &url).json(&input()).send().await.expect("answer");
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let text = response.text().await.expect("text");
    let last = text.lines().filter_map(|line| line.strip_prefix("data: ")).next_back().expect("event");
    let output: serde_json::Value = serde_json::from_str(last).expect("json");
    assert_eq!(output["seed"], 7);
    assert_eq!(f.post(&url, &json!({})).await.status, 422);
}

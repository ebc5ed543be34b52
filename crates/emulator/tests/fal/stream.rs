//! The status stream (protocol 2.7).

use crate::fixture::{Fixture, job, queued_forever, quick, running_forever};
use mediagen_emulator::fal::{Fault, Route};
use reqwest::{Method, Response};
use serde_json::Value;
use std::time::Duration;

/// Opens the stream of a job.
async fn open(f: &Fixture, id: &str, query: &str) -> Response {
    let response = f.request(Method::GET, &job(id, &format!("/status/stream{query}"))).send().await.expect("answer");
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response
}

/// The objects of all `data:` lines.
fn events(text: &str) -> Vec<Value> {
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|json| serde_json::from_str(json).expect("json")).collect()
}

#[tokio::test]
async fn the_stream_tells_each_change_and_ends_after_completed() {
    let f = Fixture::new(quick().with_queue_ahead(2).with_queue_delay(Duration::from_millis(300))).await;
    let id = f.submit().await;
    let text = open(&f, &id, "?logs=1").await.text().await.expect("the stream ends by itself");
    let events = events(&text);
    let positions: Vec<u64> = events.iter().filter_map(|e| e["queue_position"].as_u64()).collect();
    // A busy machine may see fewer steps, never other ones.
    assert!(positions.iter().all(|p| *p <= 2) && positions.is_sorted_by(|a, b| a > b), "{positions:?}");
    let last = events.last().expect("events");
    assert_eq!(last["status"], "COMPLETED");
    assert!(last["metrics"]["inference_time"].is_number());
    assert_eq!(events.iter().filter(|e| e["status"] == "COMPLETED").count(), 1);
    let streamed: usize = events.iter().filter_map(|e| e["logs"].as_array()).map(Vec::len).sum();
    let polled = f.get(&job(&id, "/status?logs=1")).await.json["logs"].as_array().map_or(0, Vec::len);
    assert!(polled > 0);
    assert_eq!(streamed, polled, "each line comes once");
}

#[tokio::test]
async fn the_stream_of_a_finished_job_is_one_event() {
    let f = Fixture::new(quick()).await;
    let id = f.submit().await;
    f.until(&id, "COMPLETED").await;
    let events = events(&open(&f, &id, "").await.text().await.expect("text"));
    assert_eq!(events.len(), 1);
    assert!(events[0]["logs"].is_null());
}

#[tokio::test]
async fn a_silent_stream_sends_ping_comments() {
    let f = Fixture::new(running_forever().with_ping_interval(Duration::from_millis(20))).await;
    let id = f.submit().await;
    let mut stream = open(&f, &id, "").await;
    let mut text = String::new();
    while !text.contains(": ping\n\n: ping\n\n") {
        let chunk = stream.chunk().await.expect("chunk").expect("more");
        text.push_str(std::str::from_utf8(&chunk).expect("utf-8"));
    }
}

#[tokio::test]
async fn a_cancel_reaches_the_stream() {
    let f = Fixture::new(queued_forever()).await;
    let id = f.submit().await;
    let stream = open(&f, &id, "").await;
    f.put(&job(&id, "/cancel")).await;
    let events = events(&stream.text().await.expect("text"));
    assert_eq!(events.last().expect("event")["error_type"], "client_cancelled");
}

#[tokio::test]
async fn streams_can_be_switched_off_refused_or_cut() {
    let off = Fixture::new(quick().with_status_stream(false)).await;
    let id = off.submit().await;
    assert_eq!(off.get(&job(&id, "/status/stream")).await.status, 404);
    let f = Fixture::new(queued_forever()).await;
    let id = f.submit().await;
    f.emulator.fail(Route::Stream, Fault::StreamRefused, 1);
    assert_eq!(f.get(&job(&id, "/status/stream")).await.status, 404);
    f.emulator.fail(Route::Stream, Fault::StreamEndsEarly, 1);
    let events = events(&open(&f, &id, "").await.text().await.expect("clean end"));
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["status"], "IN_QUEUE");
}

#[tokio::test]
async fn dropping_the_emulator_ends_its_streams() {
    let f = Fixture::new(running_forever()).await;
    let id = f.submit().await;
    let stream = open(&f, &id, "").await;
    drop(f.emulator);
    assert!(stream.text().await.is_ok_and(|text| !text.contains("COMPLETED")));
}

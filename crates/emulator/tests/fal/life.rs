//! Start, stop, and steering from another process.

use crate::fixture::{Fixture, MODEL, input, job, queued_forever, quick};
use mediagen_emulator::fal::{Emulator, EmulatorError};
use serde_json::json;

#[tokio::test]
async fn a_taken_port_is_named() {
    let first = Emulator::start(quick()).await.expect("start");
    let port = first.address().port();
    let second = Emulator::start(quick().with_port(port)).await;
    assert!(matches!(second, Err(EmulatorError::Bind { port: p, .. }) if p == port), "{second:?}");
}

#[tokio::test]
async fn dropping_frees_the_port() {
    let f = Fixture::new(quick()).await;
    let (address, url) = (f.emulator.address(), f.url("/api/meta"));
    assert_eq!(f.get(&url).await.status, 200);
    drop(f.emulator);
    drop(f.http);
    // The listener closes a moment later, on its own task.
    for _ in 0..500 {
        if tokio::net::TcpListener::bind(address).await.is_ok() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{address} is still taken");
}

#[tokio::test]
async fn delays_faults_and_the_lock_are_steered_over_http() {
    let f = Fixture::new(queued_forever()).await;
    let stuck = f.submit().await;
    let set = json!({ "queue_ms": 0, "run_ms": 3_600_000, "queue_ahead": 0 });
    assert_eq!(f.post("/__emulator/delays", &set).await.status, 200);
    let moving = f.submit().await;
    f.until(&moving, "IN_PROGRESS").await;
    assert_eq!(f.get(&job(&stuck, "/status")).await.json["status"], "IN_QUEUE", "delays are those of the submit");
    let script = json!({ "route": "submit", "fault": { "nginx-html": 503 }, "times": 1 });
    assert_eq!(f.post("/__emulator/faults", &script).await.status, 200);
    assert_eq!(f.post(&format!("/queue/{MODEL}"), &input()).await.status, 503);
    let script = json!({ "route": "submit", "fault": "drop-before-accept", "times": 1 });
    assert_eq!(f.post("/__emulator/faults", &script).await.status, 200);
    assert_eq!(f.post("/__emulator/clear", &json!({})).await.status, 200);
    assert_eq!(f.emulator.requests().len(), 0);
    let unknown = f.post("/__emulator/faults", &json!({ "route": "submit", "fault": "typo", "times": 1 })).await;
    assert_eq!(unknown.status, 400);
    assert_eq!(f.post("/__emulator/locked", &json!(true)).await.status, 200);
    assert_eq!(f.post(&format!("/queue/{MODEL}"), &input()).await.status, 403);
    assert_eq!(f.post("/__emulator/locked", &json!(false)).await.status, 200);
    f.submit().await;
    assert_eq!(f.get("/nowhere/at/all").await.status, 404);
}

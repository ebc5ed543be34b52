//! Scripted faults: seen by the client as scripted, as often as scripted, and counted.

use crate::fixture::{Fixture, MODEL, input, job, queued_forever, quick};
use mediagen_emulator::fal::{Fault, Route};
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_status_fault_happens_as_often_as_scripted() {
    let f = Fixture::new(quick()).await;
    f.emulator.fail(Route::Submit, Fault::Status(500, json!({ "detail": "boom" })), 2);
    for code in [500, 500, 200] {
        assert_eq!(f.post(&format!("/queue/{MODEL}"), &input()).await.status.as_u16(), code);
    }
    assert_eq!((f.emulator.jobs_created(), f.emulator.count(Route::Submit)), (1, 3));
}

#[tokio::test]
async fn a_fault_can_carry_headers() {
    let f = Fixture::new(quick()).await;
    let headers = vec![("x-fal-request-id".to_owned(), "abc".to_owned())];
    f.emulator.fail(Route::Submit, Fault::StatusWithHeaders(503, headers, json!({ "detail": "busy" })), 1);
    let got = f.post(&format!("/queue/{MODEL}"), &input()).await;
    assert_eq!((got.status.as_u16(), got.header("x-fal-request-id")), (503, Some("abc")));
}

#[tokio::test]
async fn an_ingress_page_is_html_without_a_request_id() {
    let f = Fixture::new(quick()).await;
    let id = f.submit().await;
    f.until(&id, "COMPLETED").await;
    for code in [502, 503, 504] {
        f.emulator.fail(Route::Result, Fault::NginxHtml(code), 1);
        let response = f.request(Method::GET, &job(&id, "")).send().await.expect("answer");
        assert_eq!(response.status().as_u16(), code);
        assert!(response.headers().get("x-fal-request-id").is_none());
        assert_eq!(response.headers()["content-type"], "text/html");
        assert!(response.text().await.expect("text").contains("nginx"));
    }
    assert_eq!(f.get(&job(&id, "")).await.status, 200);
}

#[tokio::test]
async fn gathered_requests_wait_for_each_other_and_are_counted_while_they_do() {
    let f = Fixture::new(queued_forever()).await;
    f.emulator.fail(Route::Submit, Fault::Gathered(3), 3);
    let (path, input) = (format!("/queue/{MODEL}"), input());
    let submit = || f.post(&path, &input);
    let two = async { tokio::join!(submit(), submit()) };
    let third = async {
        while f.emulator.under_way(Route::Submit) < 2 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(f.emulator.jobs_created(), 0, "two wait for a third");
        submit().await
    };
    tokio::join!(two, third);
    assert_eq!((f.emulator.jobs_created(), f.emulator.most_at_once(Route::Submit)), (3, 3));
    assert_eq!(f.emulator.under_way(Route::Submit), 0);
    f.emulator.clear_requests();
    assert_eq!(f.emulator.most_at_once(Route::Submit), 0);
    assert!(f.emulator.connections() >= 3);
}

#[tokio::test]
async fn a_drop_before_the_answer_leaves_a_job_behind() {
    let f = Fixture::new(queued_forever()).await;
    f.emulator.fail(Route::Submit, Fault::DropBeforeAnswer, 1);
    let lost = f.request(Method::POST, &format!("/queue/{MODEL}")).json(&input()).send().await;
    assert!(lost.is_err_and(|error| !error.is_connect()));
    assert_eq!(f.emulator.jobs_created(), 1);
}

#[tokio::test]
async fn a_drop_before_acceptance_leaves_nothing_behind() {
    let f = Fixture::new(queued_forever()).await;
    f.emulator.fail(Route::Submit, Fault::DropBeforeAccept, 1);
    assert!(f.request(Method::POST, &format!("/queue/{MODEL}")).json(&input()).send().await.is_err());
    assert_eq!((f.emulator.jobs_created(), f.emulator.count(Route::Submit)), (0, 1));
    f.submit().await;
}

#[tokio::test]
async fn a_slow_answer_takes_at_least_its_time() {
    let f = Fixture::new(queued_forever()).await;
    f.emulator.fail(Route::Submit, Fault::Slow(Duration::from_millis(200)), 1);
    let start = Instant::now();
    f.submit().await;
    assert!(start.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn a_truncated_download_announces_more_than_it_sends() {
    let f = Fixture::new(quick()).await;
    let content = vec![7; 1 << 20];
    let url = f.emulator.add_file(content.clone().into(), "a.bin", "application/octet-stream").await.expect("file");
    f.emulator.fail(Route::Download, Fault::TruncatedBody, 1);
    let mut response = f.http.get(&url).send().await.expect("head");
    assert_eq!((response.status().as_u16(), response.content_length()), (200, Some(1 << 20)));
    let mut got = 0;
    let end = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => got += chunk.len(),
            other => break other,
        }
    };
    assert!(end.is_err(), "the client must notice");
    assert!(got <= 1 << 19, "{got}");
    let again = f.http.get(&url).send().await.expect("answer").bytes().await.expect("whole");
    assert_eq!(again, content);
}

#[tokio::test]
async fn a_rate_limit_says_when_to_come_back() {
    let f = Fixture::new(quick()).await;
    f.emulator.fail(Route::Models, Fault::RetryAfter(3, 429), 1);
    let got = f.get("/api/models").await;
    assert_eq!((got.status.as_u16(), got.header("retry-after")), (429, Some("3")));
    assert_eq!(f.get("/api/models").await.status, 200);
}

#[tokio::test]
async fn an_unknown_status_keeps_the_rest_of_the_answer() {
    let f = Fixture::new(queued_forever()).await;
    let id = f.submit().await;
    f.emulator.fail(Route::Status, Fault::UnknownStatus("PAUSED".to_owned()), 1);
    let got = f.get(&job(&id, "/status")).await;
    assert_eq!((&got.json["status"], &got.json["request_id"]), (&json!("PAUSED"), &json!(id)));
    assert_eq!(got.status, 202);
}

#[tokio::test]
async fn faults_of_other_routes_do_not_touch_each_other_and_can_be_cleared() {
    let f = Fixture::new(queued_forever()).await;
    f.emulator.fail(Route::Status, Fault::NginxHtml(502), 9);
    let id = f.submit().await;
    assert_eq!(f.get(&job(&id, "/status")).await.status, 502);
    f.emulator.clear_faults();
    assert_eq!(f.get(&job(&id, "/status")).await.status, 202);
}

//! Submit, status, result and cancel (protocol 2).

use crate::fixture::{APP, Fixture, MODEL, input, job, queued_forever, quick, running_forever};
use mediagen_emulator::fal::{JobFault, Route};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn submit_answers_200_with_addresses_of_the_application_only() {
    let f = Fixture::new(queued_forever()).await;
    let got = f.post(&format!("/queue/{MODEL}"), &input()).await;
    assert_eq!(got.status, 200);
    let id = got.json["request_id"].as_str().expect("id");
    let request = format!("{}/queue/{APP}/requests/{id}", f.emulator.base_url());
    assert_eq!(got.json["status"], "IN_QUEUE");
    assert_eq!(got.json["queue_position"], 0);
    assert_eq!(got.json["response_url"], request);
    assert_eq!(got.json["status_url"], format!("{request}/status"));
    assert_eq!(got.json["cancel_url"], format!("{request}/cancel"));
    assert_eq!(got.header("x-fal-request-id"), Some(id));
    assert_eq!(f.emulator.jobs_created(), 1);
}

#[tokio::test]
async fn a_namespace_adds_a_third_segment_to_the_addresses() {
    let f = Fixture::new(queued_forever()).await;
    let got = f.post("/queue/workflows/atelier/poster-maker", &json!({})).await;
    assert_eq!(got.status, 200);
    let url = got.json["status_url"].as_str().expect("url");
    assert!(url.contains("/queue/workflows/atelier/poster-maker/requests/"), "{url}");
    assert_eq!(f.get(url).await.status, 202);
}

#[tokio::test]
async fn submit_looks_at_neither_input_nor_subpath_but_at_the_application() {
    let f = Fixture::new(quick()).await;
    let wrong_input = f.post(&format!("/queue/{MODEL}"), &json!({ "prompt": 5 })).await;
    assert_eq!(wrong_input.status, 200);
    let wrong_path = f.post(&format!("/queue/{APP}/no-such-path"), &input()).await;
    assert_eq!(wrong_path.status, 200);
    let id = wrong_path.json["request_id"].as_str().expect("id");
    f.until(id, "COMPLETED").await;
    let result = f.get(&job(id, "")).await;
    assert_eq!(
        (result.status, &result.json),
        (StatusCode::NOT_FOUND, &json!({ "detail": "Path /no-such-path not found" }))
    );
    assert_eq!(f.post("/queue/fal-ai/no-such-app", &input()).await.status, 404);
    assert_eq!(f.post("/queue/flux", &input()).await.status, 404);
    assert_eq!(f.emulator.jobs_created(), 2);
}

#[tokio::test]
async fn bad_input_is_422_at_the_result_and_nowhere_before() {
    let f = Fixture::new(quick()).await;
    let got = f.post(&format!("/queue/{MODEL}"), &json!({ "seed": 1 })).await;
    let id = got.json["request_id"].as_str().expect("id").to_owned();
    let status = f.until(&id, "COMPLETED").await;
    assert_eq!(status.status, 200);
    assert!(status.json.get("error").is_none(), "model errors show at the result only");
    let result = f.get(&job(&id, "")).await;
    assert_eq!(result.status, 422);
    assert_eq!(result.json["detail"][0]["loc"], json!(["body", "prompt"]));
    assert_eq!(result.header("x-fal-retryable"), Some("false"));
    assert_eq!(result.header("x-fal-request-id"), Some(id.as_str()));
    assert_eq!(result.header("x-fal-billable-units"), Some("0"));
}

#[tokio::test]
async fn status_is_202_with_position_in_the_queue() {
    let f = Fixture::new(queued_forever().with_queue_ahead(3)).await;
    let first = f.submit().await;
    let second = f.submit().await;
    let got = f.get(&job(&first, "/status")).await;
    assert_eq!(got.status, 202);
    assert_eq!((&got.json["status"], &got.json["queue_position"]), (&json!("IN_QUEUE"), &json!(3)));
    assert!(got.json.get("metrics").is_none());
    assert_eq!(f.get(&job(&second, "/status")).await.json["queue_position"], 4);
    assert_eq!(f.put(&job(&first, "/cancel")).await.status, 202);
    f.until(&first, "COMPLETED").await;
    assert_eq!(f.get(&job(&second, "/status")).await.json["queue_position"], 3);
}

#[tokio::test]
async fn status_is_202_with_a_logs_key_while_running() {
    let f = Fixture::new(running_forever()).await;
    let id = f.submit().await;
    let got = f.until(&id, "IN_PROGRESS").await;
    assert_eq!(got.status, 202);
    assert!(got.json.get("queue_position").is_none());
    for (query, shown) in
        [("", false), ("?logs=0", false), ("?logs=false", false), ("?logs=1", true), ("?logs=true", true)]
    {
        let got = f.get(&job(&id, &format!("/status{query}"))).await;
        assert!(
            got.json.get("logs").is_some_and(|logs| logs.is_array() == shown && logs.is_null() != shown),
            "{query}"
        );
    }
    let line = &f.get(&job(&id, "/status?logs=1")).await.json["logs"][0];
    assert!(line["message"].is_string() && line["timestamp"].is_string(), "{line}");
}

#[tokio::test]
async fn a_completed_job_answers_200_metrics_and_the_bare_result() {
    let f = Fixture::new(quick()).await;
    let id = f.submit().await;
    let got = f.until(&id, "COMPLETED").await;
    assert_eq!(got.status, 200);
    assert!(got.json["metrics"]["inference_time"].as_f64().is_some_and(|t| t >= 0.0));
    assert!(got.json.get("queue_position").is_none() && got.json.get("error").is_none());
    let result = f.get(&job(&id, "")).await;
    assert_eq!(result.status, 200);
    assert_eq!(result.header("x-fal-request-id"), Some(id.as_str()));
    assert!(result.header("x-fal-billable-units").is_some_and(|u| u.parse::<f64>().is_ok()));
    assert_eq!(result.json["seed"], 7);
    let url = result.json["images"][0]["url"].as_str().expect("url");
    let file = f.http.get(url).send().await.expect("file");
    assert_eq!(file.status(), 200);
    assert!(file.bytes().await.expect("bytes").len() > 50);
    let record = &f.emulator.jobs()[0];
    assert_eq!((record.request_id.as_str(), record.result_status), (id.as_str(), Some(200)));
    assert!(record.work_ms.is_some_and(|ms| ms > 0.0));
}

#[tokio::test]
async fn a_request_is_found_under_every_spelling_of_its_application() {
    let f = Fixture::new(quick()).await;
    let id = f.submit().await;
    f.until(&id, "COMPLETED").await;
    for path in [
        format!("/queue/{APP}/requests/{id}/"),
        format!("/queue/{APP}/requests/{id}/response"),
        format!("/queue/{MODEL}/requests/{id}"),
        format!("/queue/{APP}/another/path/requests/{id}/response/"),
        format!("/queue/{MODEL}/requests/{id}/status/"),
    ] {
        assert_eq!(f.get(&path).await.status, 200, "{path}");
    }
    for path in [format!("/queue/fal-ai/veo2/requests/{id}"), format!("/queue/fal-ai/requests/{id}")] {
        assert_eq!(f.get(&path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_result_that_is_not_ready_is_400_and_an_unknown_one_404() {
    let f = Fixture::new(queued_forever()).await;
    let id = f.submit().await;
    let early = f.get(&job(&id, "")).await;
    assert_eq!(
        (early.status, early.json),
        (StatusCode::BAD_REQUEST, json!({ "detail": "Request is still in progress" }))
    );
    for rest in ["", "/status", "/status/stream"] {
        let got = f.get(&job("no-such-id", rest)).await;
        assert_eq!((got.status, got.json), (StatusCode::NOT_FOUND, json!({ "status": "NOT_FOUND" })));
    }
    assert_eq!(f.put(&job("no-such-id", "/cancel")).await.status, 404);
    let wrong_method = f.request(Method::POST, &job(&id, "/status")).send().await.expect("answer");
    assert_eq!(wrong_method.status(), 405);
}

#[tokio::test]
async fn a_result_goes_away_after_its_time() {
    let f = Fixture::new(quick().with_result_ttl(Duration::ZERO)).await;
    let id = f.submit().await;
    loop {
        let got = f.get(&job(&id, "/status")).await;
        if got.status == 404 {
            assert_eq!(got.json, json!({ "status": "NOT_FOUND" }));
            return;
        }
        assert_eq!(got.status, 202);
    }
}

#[tokio::test]
async fn cancelling_is_accepted_until_the_end() {
    for config in [queued_forever(), running_forever()] {
        let f = Fixture::new(config).await;
        let id = f.submit().await;
        let got = f.put(&job(&id, "/cancel")).await;
        assert_eq!((got.status, got.json), (StatusCode::ACCEPTED, json!({ "status": "CANCELLATION_REQUESTED" })));
        let done = f.until(&id, "COMPLETED").await;
        assert_eq!(done.json["error_type"], "client_cancelled");
        assert_eq!(f.get(&job(&id, "")).await.status.as_u16(), 499);
        let late = f.put(&job(&id, "/cancel")).await;
        assert_eq!((late.status, late.json), (StatusCode::BAD_REQUEST, json!({ "status": "ALREADY_COMPLETED" })));
    }
}

#[tokio::test]
async fn a_slow_cancel_lets_a_running_job_finish() {
    let config = quick().with_slow_cancel(true).with_run_delay(Duration::from_secs(2));
    let f = Fixture::new(config).await;
    let id = f.submit().await;
    f.until(&id, "IN_PROGRESS").await;
    assert_eq!(f.put(&job(&id, "/cancel")).await.status, 202);
    f.until(&id, "COMPLETED").await;
    assert_eq!(f.get(&job(&id, "")).await.status, 200);
}

#[tokio::test]
async fn a_missed_start_deadline_ends_in_504_by_the_user() {
    let f = Fixture::new(queued_forever()).await;
    for header in ["x-fal-request-start-timeout", "x-fal-request-timeout"] {
        let request = f.request(Method::POST, &format!("/queue/{MODEL}")).header(header, "0.2").json(&input());
        let body: Value = request.send().await.expect("answer").json().await.expect("json");
        let id = body["request_id"].as_str().expect("id").to_owned();
        let status = f.until(&id, "COMPLETED").await;
        assert_eq!(status.json["error_type"], "request_timeout");
        assert!(status.json["error"].is_string());
        assert_eq!(status.json["metrics"], json!({}));
        let result = f.get(&job(&id, "")).await;
        assert_eq!(result.status, 504);
        assert_eq!(result.header("x-fal-request-timeout-type"), Some("user"));
        assert_eq!(result.header("x-fal-error-type"), Some("request_timeout"));
        assert_eq!(result.json["error_type"], "request_timeout");
    }
    let request = f.request(Method::POST, &format!("/queue/{MODEL}")).header("x-fal-request-timeout", "soon");
    let refused = request.json(&input()).send().await.expect("answer");
    assert_eq!(refused.status(), 400);
}

#[tokio::test]
async fn a_queue_that_is_too_long_for_the_caller_refuses_with_429() {
    let f = Fixture::new(queued_forever()).await;
    f.submit().await;
    f.submit().await;
    let longer = f.post(&format!("/queue/{MODEL}?fal_max_queue_length=1"), &input()).await;
    assert_eq!(longer.status, 429);
    let fits = f.post(&format!("/queue/{MODEL}?fal_max_queue_length=2"), &input()).await;
    assert_eq!(fits.status, 200);
}

#[tokio::test]
async fn only_as_many_jobs_run_as_the_account_may() {
    let f = Fixture::new(running_forever().with_concurrency(2)).await;
    let ids = [f.submit().await, f.submit().await, f.submit().await];
    f.until(&ids[0], "IN_PROGRESS").await;
    f.until(&ids[1], "IN_PROGRESS").await;
    let third = f.get(&job(&ids[2], "/status")).await;
    assert_eq!((&third.json["status"], &third.json["queue_position"]), (&json!("IN_QUEUE"), &json!(0)));
    f.put(&job(&ids[0], "/cancel")).await;
    f.until(&ids[2], "IN_PROGRESS").await;
}

#[tokio::test]
async fn an_infrastructure_failure_shows_in_status_and_result() {
    let f = Fixture::new(quick()).await;
    let fault = JobFault::Infrastructure {
        status: 503,
        error_type: "runner_disconnected".to_owned(),
        detail: "Runner went away".to_owned(),
    };
    f.emulator.fail_jobs(&fault, 1);
    let id = f.submit().await;
    let status = f.until(&id, "COMPLETED").await;
    assert_eq!(
        (&status.json["error"], &status.json["error_type"]),
        (&json!("Runner went away"), &json!("runner_disconnected"))
    );
    let result = f.get(&job(&id, "")).await;
    assert_eq!(result.status, 503);
    assert_eq!(result.json, json!({ "detail": "Runner went away", "error_type": "runner_disconnected" }));
    let next = f.submit().await;
    f.until(&next, "COMPLETED").await;
    assert_eq!(f.get(&job(&next, "")).await.status, 200);
}

#[tokio::test]
async fn request_ids_can_be_a_function_of_a_seed() {
    let (a, b) = (Fixture::new(quick().with_id_seed(1)).await, Fixture::new(quick().with_id_seed(1)).await);
    let first = a.submit().await;
    assert_eq!(first, b.submit().await);
    assert_ne!(first, a.submit().await);
    assert_eq!(first.len(), 36);
}

#[tokio::test]
async fn requests_are_recorded_as_they_came() {
    let f = Fixture::new(quick()).await;
    let request =
        f.request(Method::POST, &format!("/queue/{MODEL}?fal_max_queue_length=9")).header("x-fal-tags", "a=b");
    request.json(&input()).send().await.expect("answer");
    let records = f.emulator.requests();
    assert_eq!(records.len(), 1);
    let record = &records[0];
    assert_eq!((record.method.as_str(), record.path.as_str()), ("POST", format!("/queue/{MODEL}").as_str()));
    assert_eq!((record.query.as_str(), record.route), ("fal_max_queue_length=9", Route::Submit));
    assert_eq!(record.header("x-fal-tags"), Some("a=b"));
    assert_eq!(record.header("authorization"), Some(crate::fixture::KEY));
    assert_eq!(record.json, Some(input()));
    assert_eq!(record.body_bytes, serde_json::to_vec(&input()).expect("json").len() as u64);
    let over_http = f.get("/__emulator/requests").await.json;
    assert_eq!((over_http[0]["route"].clone(), over_http.as_array().map(Vec::len)), (json!("submit"), Some(1)));
    let stats = f.get("/__emulator/stats").await.json;
    assert_eq!((&stats["jobs_created"], &stats["counts"]["submit"]), (&json!(1), &json!(1)));
    assert_eq!(
        (&stats["most_at_once"]["submit"], &stats["connections"]),
        (&json!(1), &json!(f.emulator.connections()))
    );
    assert!(f.emulator.connections() >= record.connection && record.connection == 1);
    assert_eq!(f.emulator.count(Route::Submit), 1);
}

//! Checks 2 and 7: what is sent how often.

use super::{carry_at, carry_model, context, mount, resource};
use mediagen_core::{Dispatch, ErrorKind, Event, JobTicket, Phase, Retry, TextToImageRequest};
use mediagen_testkit::Server;
use serde_json::{Value, json};
use std::time::Duration;
use wiremock::{Mock, ResponseTemplate, matchers::method};

#[tokio::test]
async fn c5_2_where_the_status_carries_the_result_nothing_is_read_twice() {
    let server = Server::start().await.unwrap();
    let (waiting, working) = (resource("waiting", &Value::Null), resource("working", &Value::Null));
    let done = resource("done", &json!(["https://files.test/a.png"]));
    mount(&server, waiting.clone(), vec![waiting, working, done]).await;
    let (cx, _) = context();
    let model = carry_model(&carry_at(&server), "acme/paint", &cx);
    let output = model.run(TextToImageRequest::new("a fox")).await.unwrap();
    assert_eq!(output.parts.len(), 1);
    let log: Vec<String> = server.seen().iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect();
    let poll = "GET /v1/models/acme/paint/jobs/j-9";
    assert_eq!(log, ["POST /v1/jobs", poll, poll, poll]);
    let body: Value = serde_json::from_slice(&server.seen()[0].body).unwrap();
    assert_eq!(body, json!({"model": "acme/paint", "input": {"prompt": "a fox"}}));
}

#[tokio::test]
async fn c5_2_a_ticket_that_needs_the_model_survives_text_and_another_provider_value() {
    let server = Server::start().await.unwrap();
    mount(&server, resource("waiting", &Value::Null), vec![resource("done", &json!("https://files.test/a.png"))]).await;
    let (cx, _) = context();
    let first = carry_model(&carry_at(&server), "acme/paint", &cx);
    let submitted = first.submit(TextToImageRequest::new("a fox")).await.unwrap();
    let text = serde_json::to_string(submitted.job().unwrap().ticket()).unwrap();
    drop((submitted, first));

    let ticket: JobTicket = serde_json::from_str(&text).unwrap();
    let second = carry_model(&carry_at(&server), &ticket.model.name, &cx);
    let job = second.resume(ticket.clone()).unwrap();
    assert_eq!(job.wait(&cx).await.unwrap().parts.len(), 1);
    assert_eq!((server.count("POST", "/"), server.count("GET", "/v1/models/acme/paint/jobs/j-9")), (1, 1));

    let other = carry_model(&carry_at(&server), "acme/sketch", &cx);
    let refused = other.resume(ticket).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn c5_7_a_submit_that_is_dropped_after_it_was_read_is_sent_once() {
    let server = Server::start().await.unwrap();
    server.drop_next(usize::MAX, |seen| seen.method == "POST");
    let (cx, recorder) = context();
    let model = carry_model(&carry_at(&server), "acme/paint", &cx);
    let outcome = model.run(TextToImageRequest::new("a fox")).await;
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.dispatch()), (ErrorKind::SubmitUnknown, Dispatch::Unknown));
    assert_eq!((error.retry(), error.is_safe_to_resubmit()), (Retry::Never, false));
    assert_eq!((server.seen().len(), recorder.requested_in(Phase::Submit)), (1, 1));
    assert!(!server.seen()[0].body.is_empty(), "the request was read whole before the connection went");
}

#[tokio::test]
async fn c5_7_a_refusal_with_a_hint_is_waited_out_on_the_callers_clock() {
    let server = Server::start().await.unwrap();
    let too_fast = ResponseTemplate::new(429).insert_header("retry-after", "7");
    Mock::given(method("POST")).respond_with(too_fast).up_to_n_times(2).with_priority(1).mount(server.mock()).await;
    mount(&server, resource("done", &json!("https://files.test/a.png")), Vec::new()).await;
    let (cx, recorder) = context();
    let model = carry_model(&carry_at(&server), "acme/paint", &cx);
    let output = model.run(TextToImageRequest::new("a fox")).await.unwrap();
    assert_eq!((output.parts.len(), server.count("POST", "/v1/jobs")), (1, 3));
    assert_eq!(cx.clock().elapsed(), Duration::from_secs(14));
    let delays: Vec<Duration> = recorder
        .events()
        .into_iter()
        .filter_map(|event| if let Event::Retrying { delay, .. } = event { Some(delay) } else { None })
        .collect();
    assert_eq!(delays, [Duration::from_secs(7); 2]);
}

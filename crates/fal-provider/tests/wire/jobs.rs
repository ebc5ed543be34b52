//! Status, stream, result, cancel (protocol 2.5 to 2.9).

use crate::support::*;
use futures_util::StreamExt as _;
use mediagen_core::{
    CancelOutcome, Count, Deadline, Deadlines, ErrorKind, ImageToImageRequest, Job, JobStatus, JobTicket, MediaInput,
    OnDeadline,
};
use serde_json::{Value, json};
use std::time::Duration;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

fn request() -> ImageToImageRequest {
    ImageToImageRequest::new("https://mine.test/in.png".parse::<MediaInput>().unwrap())
}

async fn submitted(server: &MockServer) -> Job {
    mount_model(server, ID, "image-to-image").await;
    let model = provider(server).image_to_image(ID).await.unwrap();
    let submitted = model.submit(request()).await.unwrap();
    submitted.job().unwrap().clone()
}

async fn once(server: &MockServer, place: &str, answer: ResponseTemplate) {
    Mock::given(path(place)).respond_with(answer).up_to_n_times(1).mount(server).await;
}

#[tokio::test]
async fn a_021_status_503_twice_then_200_succeeds_with_three_polls_and_one_submission() {
    let server = MockServer::start().await;
    for _ in 0..2 {
        once(&server, &format!("{REQUESTS}/status"), ResponseTemplate::new(503)).await;
    }
    mount_job(&server, images()).await;
    let job = submitted(&server).await;
    let output = job.wait(&polling()).await.unwrap();
    assert_eq!(output.parts.len(), 1);
    assert_eq!(count(&server, "GET", &format!("{REQUESTS}/status")).await, 3);
    assert_eq!(count(&server, "POST", "/queue/fal-ai/demo/edit").await, 1);
    assert_eq!(last(&server, &format!("{REQUESTS}/status")).await.url.query(), Some("logs=1"));
}

#[tokio::test]
async fn a_022_a_429_with_retry_after_2_is_asked_again_not_earlier_than_2_s_later() {
    let server = MockServer::start().await;
    let refusal = ResponseTemplate::new(429).insert_header("retry-after", "2");
    once(&server, &format!("{REQUESTS}/status"), refusal).await;
    mount_job(&server, images()).await;
    let job = submitted(&server).await;
    let begun = std::time::Instant::now();
    job.wait(&polling()).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn the_stream_gives_positions_lines_and_the_end_and_nothing_is_polled() {
    let server = MockServer::start().await;
    let event = |v: Value| format!("data: {v}\n\n");
    let stream = [
        ": ping\n\n".to_owned(),
        event(json!({"status": "IN_QUEUE", "queue_position": 2})),
        event(json!({"status": "IN_QUEUE", "queue_position": 0})),
        event(json!({"status": "IN_PROGRESS", "logs": [{"message": "step", "timestamp": "t1"}]})),
        event(json!({"status": "IN_PROGRESS", "logs": [{"message": "step", "timestamp": "t2"}]})),
        event(json!({"status": "COMPLETED", "logs": [], "metrics": {"inference_time": 1.5}})),
    ];
    let answer = ResponseTemplate::new(200).set_body_raw(stream.concat(), "text/event-stream; charset=utf-8");
    Mock::given(path(format!("{REQUESTS}/status/stream"))).respond_with(answer).mount(&server).await;
    mount_job(&server, images()).await;
    let job = submitted(&server).await;
    let (cx, events) = watched(context());
    let output = job.wait(&cx).await.unwrap();
    assert_eq!((output.request_id.as_deref(), output.usage.counts), (Some(JOB), vec![Count::billed(1.5)]));
    let mut events = events.lock().unwrap().clone();
    events.retain(|e| !e.starts_with("requested"));
    assert_eq!(events, ["queued Some(2)", "queued Some(0)", "log step", "running None", "log step", "completed"]);
    let stream = last(&server, &format!("{REQUESTS}/status/stream")).await;
    assert_eq!((stream.url.query(), header(&stream, "accept")), (Some("logs=1"), Some("text/event-stream")));
    assert_eq!(count(&server, "GET", &format!("{REQUESTS}/status")).await, 0);
}

#[tokio::test]
async fn events_are_the_wait_and_end_with_it() {
    for stream in [true, false] {
        let server = MockServer::start().await;
        let changes = [
            json!({"status": "IN_QUEUE", "queue_position": 2}),
            json!({"status": "IN_PROGRESS", "logs": [{"message": "step", "timestamp": "t1"}]}),
            json!({"status": "COMPLETED", "logs": [{"message": "done", "timestamp": "t2"}]}),
        ];
        if stream {
            let text = changes.map(|change| format!("data: {change}\n\n")).concat();
            let answer = ResponseTemplate::new(200).set_body_raw(text, "text/event-stream");
            Mock::given(path(format!("{REQUESTS}/status/stream"))).respond_with(answer).mount(&server).await;
        } else {
            for change in changes {
                once(&server, &format!("{REQUESTS}/status"), ok(change)).await;
            }
        }
        mount_job(&server, images()).await;
        let job = submitted(&server).await;
        let (cx, watched) = watched(if stream { context() } else { polling() });
        let mut events: Vec<_> = job.events(&cx).map(|event| brief(&event.unwrap())).collect().await;
        assert_eq!(events, *watched.lock().unwrap(), "the context's own observer sees the same");
        events.retain(|event| !event.starts_with("requested"));
        assert_eq!(events, ["queued Some(2)", "log step", "running None", "log done", "completed"], "{stream}");
        assert_eq!(job.wait(&cx).await.unwrap().parts.len(), 1);
        assert_eq!(count(&server, "POST", "/queue/fal-ai/demo/edit").await, 1);
    }
}

#[tokio::test]
async fn events_end_with_the_error_of_the_wait() {
    let server = MockServer::start().await;
    mount_job(&server, answer(422, json!({"detail": "no"}))).await;
    let job = submitted(&server).await;
    let mut events: Vec<_> = job.events(&polling()).collect().await;
    let error = events.pop().unwrap().unwrap_err();
    assert_eq!((error.kind(), error.request_id()), (ErrorKind::InvalidInput, Some(JOB)));
    assert!(error.ticket().is_some() && events.iter().all(Result::is_ok));
}

#[tokio::test]
async fn any_2xx_counts_and_an_unknown_word_goes_on() {
    let server = MockServer::start().await;
    let status = format!("{REQUESTS}/status");
    once(&server, &status, answer(202, json!({"status": "IN_QUEUE"}))).await;
    once(&server, &status, answer(202, json!({"status": "THINKING", "logs": null}))).await;
    once(&server, &status, answer(200, json!({"status": "IN_PROGRESS", "logs": null}))).await;
    mount_job(&server, images()).await;
    let job = submitted(&server).await;
    let (cx, events) = watched(polling());
    job.wait(&cx).await.unwrap();
    let events = events.lock().unwrap().join("\n");
    assert!(
        events.contains("queued None") && events.contains("THINKING") && events.contains("running None"),
        "{events}"
    );
}

#[tokio::test]
async fn completed_with_an_error_still_reads_the_result_and_merges_both() {
    let server = MockServer::start().await;
    let told = json!({"status": "COMPLETED", "error": "Request timed out before processing started",
        "error_type": "request_timeout"});
    mount_submit(&server).await;
    mount_status(&server, ok(told)).await;
    let refusal = answer(504, json!({"detail": "Request timed out"}))
        .insert_header("x-fal-request-timeout-type", "user")
        .insert_header("x-fal-error-type", "request_timeout");
    Mock::given(method("GET")).and(path(REQUESTS)).respond_with(refusal).mount(&server).await;
    let job = submitted(&server).await;
    let error = job.wait(&polling()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Deadline::Start), "{error}");
    assert_eq!((error.request_id(), error.is_retryable()), (Some(JOB), false));
    assert!(error.to_string().contains("request_timeout"), "{error}");
    assert_eq!(count(&server, "GET", REQUESTS).await, 1, "never repeated with a timeout type");
}

#[tokio::test]
async fn a_result_that_is_in_progress_after_all_is_waited_for() {
    let server = MockServer::start().await;
    for _ in 0..2 {
        once(&server, REQUESTS, answer(400, json!({"detail": "Request is still in progress"}))).await;
    }
    mount_job(&server, images()).await;
    let job = submitted(&server).await;
    job.wait(&polling()).await.unwrap();
    assert_eq!(count(&server, "GET", REQUESTS).await, 3);
}

#[tokio::test]
async fn a_gateway_fault_on_the_result_is_not_a_failed_job() {
    let server = MockServer::start().await;
    let page = || ResponseTemplate::new(504).set_body_raw("<html><title>504</title>nginx", "text/html");
    once(&server, REQUESTS, page()).await;
    once(&server, REQUESTS, page()).await;
    mount_job(&server, images()).await;
    submitted(&server).await.wait(&polling()).await.unwrap();

    let server = MockServer::start().await;
    mount_job(&server, page()).await;
    let error = submitted(&server).await.wait(&polling()).await.unwrap_err();
    assert_eq!((error.kind(), error.retry().as_str()), (ErrorKind::Unavailable, "exhausted"), "{error}");
    assert_eq!((error.request_id(), error.ticket().is_some()), (Some(JOB), true));
    assert_eq!(count(&server, "GET", REQUESTS).await, 4);
}

#[tokio::test]
async fn a_lost_and_an_expired_request_fail_at_once() {
    let server = MockServer::start().await;
    mount_submit(&server).await;
    mount_status(&server, answer(404, json!({"status": "NOT_FOUND"}))).await;
    let error = submitted(&server).await.wait(&polling()).await.unwrap_err();
    assert_eq!((error.kind(), error.request_id()), (ErrorKind::NotFound, Some(JOB)));
    assert_eq!(count(&server, "GET", &format!("{REQUESTS}/status")).await, 1);

    let server = MockServer::start().await;
    mount_job(&server, answer(404, json!({"status": "NOT_FOUND"}))).await;
    let error = submitted(&server).await.wait(&polling()).await.unwrap_err();
    assert_eq!((error.kind(), error.request_id()), (ErrorKind::Expired, Some(JOB)));
}

#[tokio::test]
async fn cancel_is_a_put_and_each_answer_has_its_meaning() {
    for (status, body, expected) in [
        (202, json!({"status": "CANCELLATION_REQUESTED"}), Some(CancelOutcome::Requested)),
        (200, json!({"status": "OK"}), Some(CancelOutcome::Cancelled)),
        (200, json!({"success": true}), Some(CancelOutcome::Requested)),
        (400, json!({"status": "ALREADY_COMPLETED"}), Some(CancelOutcome::AlreadyFinished)),
        (404, json!({"status": "NOT_FOUND"}), None),
    ] {
        let server = MockServer::start().await;
        mount_submit(&server).await;
        Mock::given(method("PUT"))
            .and(path(format!("{REQUESTS}/cancel")))
            .respond_with(answer(status, body.clone()))
            .mount(&server)
            .await;
        let outcome = submitted(&server).await.cancel(&context()).await;
        assert_eq!(outcome.as_ref().ok().copied(), expected, "{status} {body}");
        assert!(last(&server, &format!("{REQUESTS}/cancel")).await.body.is_empty());
    }
}

#[tokio::test]
async fn a_025_the_token_sends_the_cancel_and_polling_stops() {
    let server = MockServer::start().await;
    mount_submit(&server).await;
    mount_status(&server, answer(202, json!({"status": "IN_QUEUE", "queue_position": 1}))).await;
    let accepted = answer(202, json!({"status": "CANCELLATION_REQUESTED"}));
    Mock::given(method("PUT")).respond_with(accepted).expect(1).mount(&server).await;
    let job = submitted(&server).await;
    let (cx, events) = watched(polling());
    let token = cx.cancellation().clone();
    let stop = async {
        while !events.lock().unwrap().iter().any(|e| e.starts_with("queued")) {
            tokio::task::yield_now().await;
        }
        token.cancel();
    };
    let (outcome, ()) = tokio::join!(job.wait(&cx), stop);
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.request_id()), (ErrorKind::Cancelled, Some(JOB)));
    let looks = count(&server, "GET", &format!("{REQUESTS}/status")).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(count(&server, "GET", &format!("{REQUESTS}/status")).await, looks);
}

#[tokio::test]
async fn a_026_start_run_and_total_end_with_their_own_deadline_and_the_request_id() {
    for (word, deadline) in [("IN_QUEUE", Deadline::Start), ("IN_PROGRESS", Deadline::Run), ("X", Deadline::Total)] {
        let server = MockServer::start().await;
        mount_submit(&server).await;
        mount_status(&server, answer(202, json!({"status": word}))).await;
        Mock::given(method("PUT")).respond_with(answer(202, json!({}))).mount(&server).await;
        let job = submitted(&server).await;
        let mut limits = Deadlines::default();
        match deadline {
            Deadline::Start => limits.start = Duration::from_millis(60),
            Deadline::Run => limits.run = Duration::from_millis(60),
            _ => limits.total = Duration::from_millis(60),
        }
        let cx = polling().with_deadlines(limits).with_on_deadline(OnDeadline::CancelQueued);
        let error = job.wait(&cx).await.unwrap_err();
        assert_eq!((error.kind(), error.request_id()), (ErrorKind::Timeout(deadline), Some(JOB)));
        let cancels = count(&server, "PUT", &format!("{REQUESTS}/cancel")).await;
        assert_eq!(cancels, usize::from(word != "IN_PROGRESS"), "a queued job is cancelled, a running one is left");
    }
}

#[tokio::test]
async fn given_addresses_are_used_below_the_queue_and_never_elsewhere() {
    let server = MockServer::start().await;
    mount_model(&server, ID, "image-to-image").await;
    let evil = MockServer::start().await;
    let own = format!("{}/queue/fal-ai/demo/given/{JOB}", server.uri());
    let body = json!({"request_id": JOB, "status_url": format!("{own}/status"), "response_url": format!("{own}/response"),
        "cancel_url": format!("{}/steal/cancel", evil.uri())});
    Mock::given(method("POST")).respond_with(ok(body)).mount(&server).await;
    let given = format!("/queue/fal-ai/demo/given/{JOB}");
    Mock::given(path(format!("{given}/status"))).respond_with(completed()).mount(&server).await;
    Mock::given(path(format!("{given}/response"))).respond_with(images()).mount(&server).await;
    Mock::given(method("PUT")).respond_with(answer(202, json!({}))).mount(&server).await;
    let cx = polling();
    let fal = provider(&server).with_context(cx.clone());
    let model = fal.image_to_image(ID).await.unwrap();
    let submitted = model.submit(request()).await.unwrap();
    let job = submitted.job().unwrap();
    job.wait(&cx).await.unwrap();
    job.cancel(&cx).await.unwrap();
    assert_eq!(count(&server, "GET", &format!("{given}/response")).await, 1);
    assert_eq!(count(&server, "PUT", &format!("{REQUESTS}/cancel")).await, 1);
    // A ticket from elsewhere is trusted no more than an answer.
    let mut ticket: JobTicket = job.ticket().clone();
    ticket.token["status_url"] = json!(format!("{}/steal", evil.uri()));
    let _ = model.resume(ticket).unwrap().status(&cx).await;
    assert!(evil.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn one_look_says_where_the_job_stands() {
    let server = MockServer::start().await;
    mount_submit(&server).await;
    mount_status(&server, answer(202, json!({"status": "IN_QUEUE", "queue_position": 4}))).await;
    let view = submitted(&server).await.status(&context()).await.unwrap();
    assert_eq!(view.status, JobStatus::Queued { position: Some(4) });
    let model = provider(&server).image_to_image(ID).await.unwrap();
    assert_eq!(model.endpoint().kind().as_str(), "image-to-image");
}

//! Law 1: a paid call leaves once.

use crate::support::*;
use fal_provider::FalProvider;
use mediagen_core::{
    Dispatch, Error, ErrorKind, ImageToImageModel, ImageToImageRequest, Intent, MediaInput, Retry, SubmitFailure,
};
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

const SUBMIT: &str = "/queue/fal-ai/demo/edit";

fn request() -> ImageToImageRequest {
    ImageToImageRequest::new("https://mine.test/in.png".parse::<MediaInput>().unwrap())
}

async fn model(fal: &FalProvider) -> ImageToImageModel {
    fal.image_to_image(ID).await.unwrap()
}

/// The failure of the paid call, and what a caller sees of it.
async fn failure(fal: &FalProvider) -> (&'static str, Error) {
    let failure = pay(&model(fal).await, request()).await.unwrap_err();
    (outcome(&failure), failure.into())
}

async fn refuse(server: &MockServer, answer: ResponseTemplate, times: u64) {
    Mock::given(method("POST")).and(path(SUBMIT)).respond_with(answer).up_to_n_times(times).mount(server).await;
}

#[tokio::test]
async fn what_was_refused_before_the_start_is_sent_again() {
    for refusal in [
        ResponseTemplate::new(429).insert_header("retry-after", "0").set_body_json(json!({"detail": "slow down"})),
        ResponseTemplate::new(503).set_body_raw("<html>nginx</html>", "text/html"),
    ] {
        let server = MockServer::start().await;
        mount_model(&server, ID, "image-to-image").await;
        refuse(&server, refusal, 2).await;
        mount_submit(&server).await;
        let (cx, events) = watched(context());
        model(&provider(&server).with_context(cx)).await.submit(request()).await.unwrap();
        assert_eq!(count(&server, "POST", SUBMIT).await, 3);
        assert_eq!(events.lock().unwrap().iter().filter(|e| *e == "retrying submit").count(), 2);
    }
}

#[tokio::test]
async fn a_refusal_that_stays_is_exhausted_and_surely_not_sent() {
    for (status, kind) in [(429, ErrorKind::RateLimited), (503, ErrorKind::Unavailable)] {
        let server = MockServer::start().await;
        mount_model(&server, ID, "image-to-image").await;
        refuse(&server, ResponseTemplate::new(status), 99).await;
        let (outcome, error) = failure(&provider(&server)).await;
        assert_eq!(outcome, "not sent");
        assert_eq!((error.kind(), error.retry(), error.dispatch()), (kind, Retry::Exhausted, Dispatch::NotSent));
        assert_eq!(count(&server, "POST", SUBMIT).await, 4, "the attempts of the policy");
    }
}

#[tokio::test]
async fn every_other_server_error_is_unknown_and_sent_once() {
    let id = |t: ResponseTemplate| t.insert_header("x-fal-request-id", "maybe-1");
    for (answer, with_id) in [
        (ResponseTemplate::new(500), false),
        (ResponseTemplate::new(502).set_body_raw("<html>nginx", "text/html"), false),
        (ResponseTemplate::new(504), false),
        (id(ResponseTemplate::new(503)), true),
        (ResponseTemplate::new(503).insert_header("x-fal-error-type", "runner_disconnected"), false),
        (ResponseTemplate::new(408), false),
        (id(ResponseTemplate::new(200).set_body_raw("not json", "application/json")), true),
        (ok(json!({"status": "IN_QUEUE"})), false),
    ] {
        let server = MockServer::start().await;
        mount_model(&server, ID, "image-to-image").await;
        refuse(&server, answer, 99).await;
        let (outcome, error) = failure(&provider(&server)).await;
        assert_eq!((outcome, error.kind()), ("unknown", ErrorKind::SubmitUnknown), "{error}");
        assert_eq!((error.retry(), error.dispatch()), (Retry::Never, Dispatch::Unknown));
        assert_eq!(error.request_id().is_some(), with_id, "kept wherever there is one");
        assert_eq!(count(&server, "POST", SUBMIT).await, 1);
    }
}

#[tokio::test]
async fn a_503_that_says_never_is_not_sent_again() {
    let server = MockServer::start().await;
    mount_model(&server, ID, "image-to-image").await;
    refuse(&server, ResponseTemplate::new(503).insert_header("x-fal-retryable", "false"), 99).await;
    let (outcome, error) = failure(&provider(&server)).await;
    assert_eq!((outcome, error.kind(), error.retry()), ("not sent", ErrorKind::Unavailable, Retry::Never));
    assert_eq!(count(&server, "POST", SUBMIT).await, 1);
}

#[tokio::test]
async fn a_024_a_lost_answer_is_one_submission_on_the_socket() {
    let server = MockServer::start().await;
    mount_model(&server, ID, "image-to-image").await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let queue = format!("http://{}", listener.local_addr().unwrap());
    let accepted = tokio::spawn(async move {
        // Reads the whole request, then hangs up without a word.
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut seen = Vec::new();
        let mut chunk = [0; 4096];
        while !String::from_utf8_lossy(&seen).contains("mine.test") {
            let n = socket.read(&mut chunk).await.unwrap();
            assert!(n > 0, "the request ended early");
            seen.extend_from_slice(&chunk[..n]);
        }
        drop(socket);
        let again = tokio::time::timeout(std::time::Duration::from_millis(100), listener.accept()).await;
        1 + usize::from(again.is_ok())
    });
    let settings = mediagen_core::Settings::new()
        .with("key", KEY)
        .with("api_url", format!("{}/api", server.uri()))
        .with("queue_url", queue);
    let config = fal_provider::FalConfig::from_settings(&settings).unwrap().with_retry(retry());
    let (outcome, error) = failure(&FalProvider::new(config).unwrap().with_context(context())).await;
    assert_eq!((error.kind(), error.dispatch()), (ErrorKind::SubmitUnknown, Dispatch::Unknown), "{error}");
    assert_eq!(outcome, "unknown");
    assert_eq!(accepted.await.unwrap(), 1);
}

#[tokio::test]
async fn a_submission_that_did_not_leave_may_be_sent_again_by_the_caller() {
    let server = MockServer::start().await;
    mount_model(&server, ID, "image-to-image").await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let closed = format!("http://{address}");
    drop(listener);
    let settings = mediagen_core::Settings::new()
        .with("key", KEY)
        .with("api_url", format!("{}/api", server.uri()))
        .with("queue_url", closed);
    let config = fal_provider::FalConfig::from_settings(&settings).unwrap().with_retry(retry());
    let fal = FalProvider::new(config).unwrap().with_context(context());
    let failed = pay(&model(&fal).await, request()).await.unwrap_err();
    let SubmitFailure::NotSent(ready, error) = failed else { panic!("{failed:?}") };
    assert_eq!((error.kind(), error.dispatch()), (ErrorKind::Unavailable, Dispatch::NotSent), "{error}");
    // What comes back is whole: once a server listens there, it arrives.
    let listening = MockServer::builder().listener(std::net::TcpListener::bind(address).unwrap()).start().await;
    Mock::given(method("POST")).respond_with(ok(json!({"request_id": JOB}))).mount(&listening).await;
    let intent = Intent::new("again", ready.digest(), std::time::SystemTime::now());
    let submitted = ready.submit(&context(), &intent).await.unwrap();
    assert_eq!(submitted.job().unwrap().ticket().request_id.as_deref(), Some(JOB));
    assert_eq!(lines(&listening).await, ["POST /fal-ai/demo/edit"]);
}

#[tokio::test]
async fn who_stops_before_the_submission_buys_nothing() {
    let server = MockServer::start().await;
    mount_model(&server, ID, "image-to-image").await;
    mount_submit(&server).await;
    let cx = context();
    let model = provider(&server).with_context(cx.clone()).image_to_image(ID).await.unwrap();
    let mut run = request();
    run.delivery.settings.insert("mode".into(), json!("run"));
    let prepared = [model.prepare(request()).await.unwrap(), model.prepare(run).await.unwrap()];
    cx.cancellation().cancel();
    for prepared in prepared {
        let ready = prepared.ready(Vec::new()).unwrap();
        let intent = Intent::new("late", ready.digest(), std::time::SystemTime::now());
        let failure = ready.submit(&cx, &intent).await.unwrap_err();
        assert_eq!(outcome(&failure), "not sent");
        let error = Error::from(failure);
        assert_eq!((error.kind(), error.dispatch()), (ErrorKind::Cancelled, Dispatch::NotSent), "{error}");
    }
    for mode in ["queue", "run"] {
        let mut request = request();
        request.delivery.settings.insert("mode".into(), json!(mode));
        let error = model.submit(request).await.unwrap_err();
        assert_eq!((error.kind(), error.dispatch()), (ErrorKind::Cancelled, Dispatch::NotSent), "{mode}");
    }
    assert_eq!(lines(&server).await.len(), 1, "the catalogue alone");
}

//! Refusals as the caller sees them (protocol 1.2, 5.1 to 5.4).

use crate::support::*;
use mediagen_core::{
    Dispatch, Error, ErrorKind, ImageToImageModel, ImageToImageRequest, MediaInput, ProblemCode, Retry,
};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

async fn model(server: &MockServer) -> ImageToImageModel {
    mount_model(server, ID, "image-to-image").await;
    provider(server).with_context(polling()).image_to_image(ID).await.unwrap()
}

fn request() -> ImageToImageRequest {
    let input = "https://mine.test/in.png".parse::<MediaInput>().unwrap();
    ImageToImageRequest::new(input).with_prompt("a private wish")
}

async fn run(server: &MockServer) -> Error {
    model(server).await.run(request()).await.unwrap_err()
}

/// What a caller of `run` sees, which is what the failure of the paid call says.
async fn refused_submit(status: u16, body: Value) -> Error {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(answer(status, body)).expect(2).mount(&server).await;
    let failure = pay(&model(&server).await, request()).await.unwrap_err();
    assert_eq!(outcome(&failure), if status < 500 { "refused" } else { "unknown" }, "{failure:?}");
    let (paid, error) = (Error::from(failure), run(&server).await);
    assert_eq!((paid.kind(), paid.retry(), paid.dispatch()), (error.kind(), error.retry(), error.dispatch()));
    assert_eq!(paid.to_string(), error.to_string());
    error
}

async fn refused_result(template: ResponseTemplate) -> Error {
    let server = MockServer::start().await;
    mount_job(&server, template).await;
    let error = run(&server).await;
    assert_eq!(count(&server, "GET", REQUESTS).await, 1, "{error}");
    assert_eq!((error.request_id(), error.dispatch()), (Some(JOB), Dispatch::Answered), "{error}");
    assert!(error.ticket().is_some() && error.provider().is_some());
    error
}

#[tokio::test]
async fn a_023_a_422_is_not_repeated_and_names_field_message_and_type() {
    let body = json!({"detail": [
        {"loc": ["body", "loras", 0, "path"], "msg": "field required", "type": "value_error.missing"},
        {"loc": ["body", "image_url"], "msg": "Image too small", "type": "image_too_small",
         "url": "https://docs.fal.ai/errors/#image_too_small", "ctx": {"min_width": 300}, "input": "x"}
    ]});
    let error = refused_result(answer(422, body).insert_header("x-fal-retryable", "false")).await;
    assert_eq!((error.kind(), error.retry(), error.http_status()), (ErrorKind::InvalidInput, Retry::Never, Some(422)));
    let fields: Vec<_> =
        error.fields().iter().map(|f| (f.path.as_str(), f.message.as_str(), f.code.clone().unwrap())).collect();
    assert_eq!(
        fields,
        [
            ("loras.0.path", "field required", ProblemCode::Missing),
            ("image_url", "Image too small", ProblemCode::Media)
        ]
    );
}

#[tokio::test]
async fn a_121_a_refusal_that_quotes_the_prompt_is_told_without_it() {
    let entries = json!({"detail": [{"loc": ["body", "prompt"], "msg": "`a private wish` is not allowed", "type": "value_error",
        "input": "a private wish", "ctx": {"given": "a private wish"}}]});
    for error in [
        refused_result(answer(422, entries.clone())).await,
        refused_submit(400, json!({"detail": "the text a private wish was refused"})).await,
        refused_submit(422, entries).await,
        refused_submit(500, json!({"error": {"message": "broke on a private wish"}})).await,
    ] {
        let text = format!("{error} {error:?} {:?}", error.fields());
        assert!(!text.contains("private") && text.contains('…'), "{text}");
    }
}

#[tokio::test]
async fn a_content_policy_violation_is_a_rejection() {
    let body = json!({"detail": [{"loc": ["body", "prompt"], "msg": "flagged", "type": "content_policy_violation"}]});
    let error = refused_result(answer(422, body)).await;
    assert_eq!((error.kind(), error.retry()), (ErrorKind::ContentRejected, Retry::Never));
    assert_eq!(error.fields()[0].path, "prompt");
}

#[tokio::test]
async fn a_stored_infrastructure_error_is_the_job_s_own_failure() {
    let body = json!({"detail": "Runner disconnected", "error_type": "runner_disconnected"});
    let error = refused_result(answer(503, body).insert_header("x-fal-error-type", "runner_disconnected")).await;
    assert_eq!((error.kind(), error.retry()), (ErrorKind::JobFailed, Retry::After(None)));
    assert!(error.to_string().contains("Runner disconnected") && error.to_string().contains("runner_disconnected"));
    assert!(!error.is_safe_to_resubmit(), "it was sent");
    let cancelled = json!({"detail": "Cancelled", "error_type": "client_cancelled"});
    assert_eq!(refused_result(answer(499, cancelled)).await.kind(), ErrorKind::Cancelled);
    let plain = ResponseTemplate::new(500).set_body_raw("Internal Server Error", "text/plain");
    assert_eq!(refused_result(plain).await.kind(), ErrorKind::JobFailed);
}

#[tokio::test]
async fn an_answer_of_success_that_is_no_json_or_holds_no_file() {
    let html = ResponseTemplate::new(200).set_body_raw("<html>upstream connect error", "text/html");
    assert_eq!(refused_result(html).await.kind(), ErrorKind::InvalidResponse);
    let empty = refused_result(ok(json!({"images": [], "prompt": "x"}))).await;
    assert_eq!(empty.kind(), ErrorKind::InvalidResponse);
    assert!(empty.to_string().contains("no file"), "{empty}");
}

#[tokio::test]
async fn keys_accounts_and_rights() {
    let error = refused_submit(401, json!({"detail": "invalid key credentials"})).await;
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Unauthenticated, Retry::Never));
    assert!(error.hint().unwrap().contains("FAL_KEY"), "{error}");
    let locked = json!({"detail": "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai."});
    let error = refused_submit(403, locked).await;
    assert_eq!((error.kind(), error.retry()), (ErrorKind::AccountLocked, Retry::Never));
    assert!(error.message().contains("Exhausted balance"), "{error}");
    assert_eq!(refused_submit(402, json!({"detail": "no credit"})).await.kind(), ErrorKind::QuotaExceeded);
    assert_eq!(refused_submit(403, json!({"detail": "scope"})).await.kind(), ErrorKind::PermissionDenied);
    assert_eq!(refused_submit(404, json!({"detail": "Path /x not found"})).await.kind(), ErrorKind::NotFound);
    assert_eq!(refused_submit(405, json!({})).await.kind(), ErrorKind::Unexpected);
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_key() {
    let elsewhere = MockServer::start().await;
    let server = MockServer::start().await;
    let submit = "/queue/fal-ai/demo/edit";
    let same_place = format!("{}{submit}", server.uri());
    for (status, to) in [(307, elsewhere.uri()), (308, elsewhere.uri()), (302, elsewhere.uri()), (307, same_place)] {
        server.reset().await;
        let redirect = ResponseTemplate::new(status).insert_header("location", to.as_str());
        Mock::given(method("POST")).and(path(submit)).respond_with(redirect).mount(&server).await;
        let failure = pay(&model(&server).await, request()).await.unwrap_err();
        assert_eq!(outcome(&failure), "refused", "{failure:?}");
        let error = Error::from(failure);
        assert_eq!((error.http_status(), error.retry()), (Some(status), Retry::Never));
        assert!(!error.is_safe_to_resubmit());
        assert_eq!(
            count(&server, "POST", submit).await,
            1,
            "a redirect to the same place is none of our business either"
        );
        assert!(elsewhere.received_requests().await.unwrap().is_empty());
    }
}

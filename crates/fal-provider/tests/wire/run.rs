//! Synchronous runs (protocol 3.1).

use crate::support::*;
use fal_provider::{FalProvider, Mode};
use futures_util::TryStreamExt as _;
use mediagen_core::{
    Count, Deadline, Dispatch, Error, ErrorKind, ImageToImageRequest, MediaInput, PartSource, Submitted,
};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

const RUN: &str = "/run/fal-ai/demo/edit";

fn request() -> ImageToImageRequest {
    ImageToImageRequest::new("https://mine.test/in.png".parse::<MediaInput>().unwrap())
}

async fn fal(server: &MockServer) -> FalProvider {
    mount_model(server, ID, "image-to-image").await;
    FalProvider::new(config(&server.uri()).with_mode(Mode::Run)).unwrap().with_context(context())
}

#[tokio::test]
async fn the_answer_is_the_output_and_there_is_no_job() {
    let server = MockServer::start().await;
    Mock::given(method("POST")).and(path(RUN)).respond_with(images()).mount(&server).await;
    let model = fal(&server).await.image_to_image(ID).await.unwrap();
    let submitted = model.submit(request()).await.unwrap();
    let Submitted::Done(output) = submitted else { panic!("{submitted:?}") };
    assert_eq!((output.parts.len(), output.seed, output.usage.counts), (1, Some(7), vec![Count::billed(1.5)]));
    assert_eq!(output.request_id.as_deref(), Some("gateway-id"));
    let body: Value = last(&server, RUN).await.body_json().unwrap();
    assert_eq!(body, json!({"image_url": "https://mine.test/in.png"}));
    assert_eq!(lines(&server).await.len(), 2, "catalogue and run, no queue");
}

#[tokio::test]
async fn a_request_can_choose_the_queue_again() {
    let server = MockServer::start().await;
    mount_job(&server, images()).await;
    let model = fal(&server).await.with_context(polling()).image_to_image(ID).await.unwrap();
    let mut request = request();
    request.delivery.settings.insert("mode".into(), json!("queue"));
    model.run(request).await.unwrap();
    assert_eq!(count(&server, "POST", RUN).await, 0);
}

#[tokio::test]
async fn bytes_instead_of_json_arrive_as_a_stream() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_raw(vec![7; 200_000], "image/png");
    Mock::given(path(RUN)).respond_with(answer).mount(&server).await;
    let model = fal(&server).await.image_to_image(ID).await.unwrap();
    let output = model.run(request()).await.unwrap();
    assert_eq!((output.parts[0].media_type.as_deref(), &output.raw), (Some("image/png"), &Value::Null));
    let PartSource::Stream(stream) = &output.parts[0].source else { panic!("{:?}", output.parts) };
    let bytes: Vec<_> = stream.take().unwrap().try_collect().await.unwrap();
    assert_eq!(bytes.concat(), vec![7; 200_000]);
}

#[tokio::test]
async fn the_model_s_own_error_is_told_and_a_gateway_s_is_unknown() {
    for (template, kind) in [
        (
            answer(422, json!({"detail": [{"loc": ["body", "prompt"], "msg": "m", "type": "missing"}]})),
            ErrorKind::InvalidInput,
        ),
        (answer(500, json!({"detail": "broke"})).insert_header("x-fal-request-id", "r"), ErrorKind::JobFailed),
        (
            answer(503, json!({"detail": "d", "error_type": "runner_disconnected"}))
                .insert_header("x-fal-request-id", "r"),
            ErrorKind::JobFailed,
        ),
        (ResponseTemplate::new(502).set_body_raw("<html>nginx", "text/html"), ErrorKind::SubmitUnknown),
        (ResponseTemplate::new(200).set_body_raw("{", "application/json"), ErrorKind::SubmitUnknown),
    ] {
        let server = MockServer::start().await;
        Mock::given(path(RUN)).respond_with(template).expect(1).mount(&server).await;
        let model = fal(&server).await.image_to_image(ID).await.unwrap();
        let failure = pay(&model, request()).await.unwrap_err();
        let unknown = kind == ErrorKind::SubmitUnknown;
        assert_eq!(outcome(&failure), if unknown { "unknown" } else { "refused" }, "{failure:?}");
        let error = Error::from(failure);
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[tokio::test]
async fn only_a_429_is_sent_again_because_a_run_may_have_begun_otherwise() {
    let timed_out = || ResponseTemplate::new(504).insert_header("x-fal-request-timeout-type", "user");
    for (template, posts, kind, dispatch) in [
        (ResponseTemplate::new(429).insert_header("retry-after", "0"), 4, ErrorKind::RateLimited, Dispatch::NotSent),
        (ResponseTemplate::new(503), 1, ErrorKind::SubmitUnknown, Dispatch::Unknown),
        (ResponseTemplate::new(408), 1, ErrorKind::SubmitUnknown, Dispatch::Unknown),
        (timed_out(), 1, ErrorKind::Timeout(Deadline::Start), Dispatch::Answered),
    ] {
        let server = MockServer::start().await;
        Mock::given(path(RUN)).respond_with(template).mount(&server).await;
        let model = fal(&server).await.image_to_image(ID).await.unwrap();
        let failure = pay(&model, request()).await.unwrap_err();
        let expected = match dispatch {
            Dispatch::NotSent => "not sent",
            Dispatch::Answered => "refused",
            _ => "unknown",
        };
        assert_eq!(outcome(&failure), expected, "{failure:?}");
        let error = Error::from(failure);
        assert_eq!((error.kind(), error.dispatch()), (kind, dispatch), "{error}");
        assert_eq!(count(&server, "POST", RUN).await, posts, "{error}");
    }
}

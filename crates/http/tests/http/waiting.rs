//! Deadlines and cancellation.

use crate::{
    clock::StepClock,
    server::{Act, RawServer},
    url,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use mediagen_core::{BoxFuture, Clock, Context, Deadline, Dispatch, ErrorKind, Phase, Retry};
use mediagen_http::{Body, HttpClient, HttpRequest, RetryPolicy};
use std::time::Duration;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

/// A server that reads, lets the deadline pass and never answers.
async fn silent(clock: &StepClock) -> RawServer {
    let clock = clock.clone();
    RawServer::start(move |_| {
        clock.pass_deadline();
        Act::Hang(Vec::new())
    })
    .await
}

#[tokio::test]
async fn a_submit_without_an_answer_in_time_is_unknown_and_leaves_once() {
    let clock = StepClock::default();
    let server = silent(&clock).await;
    let client = HttpClient::builder().build().unwrap();
    let request = HttpRequest::post(server.url("/m"), Phase::Submit);
    let error = client.send(&Context::new(clock), request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SubmitUnknown);
    assert_eq!((error.dispatch(), error.retry()), (Dispatch::Unknown, Retry::Never));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_read_without_an_answer_in_time_times_out() {
    let clock = StepClock::default();
    let server = silent(&clock).await;
    let client = HttpClient::builder().retry(RetryPolicy::default().with_attempts(3)).build().unwrap();
    let error = client.send(&Context::new(clock), HttpRequest::get(server.url("/"), Phase::Status)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Deadline::Request));
    assert_eq!((error.dispatch(), error.retry()), (Dispatch::Unknown, Retry::Exhausted));
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn an_upload_that_moves_outlives_the_deadline() {
    let clock = StepClock::default();
    let server = RawServer::start(|_| Act::Keep(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec())).await;
    let passing = clock.clone();
    let body = Body::stream(Some(4), move || {
        let clock = passing.clone();
        let rest = stream::once(async move {
            clock.pass_deadline();
            // The deadline must have been noticed before the rest follows.
            for _ in 0..50 {
                tokio::task::yield_now().await;
            }
            Ok("cd".into())
        });
        stream::iter([Ok("ab".into())]).chain(rest).boxed()
    });
    let client = HttpClient::builder().retry(RetryPolicy::none()).build().unwrap();
    let request = HttpRequest::put(server.url("/f"), Phase::Upload).body(body);
    let response = client.send(&Context::new(clock), request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(server.seen()[0].body, b"abcd");
}

#[tokio::test]
async fn a_body_that_falls_silent_is_a_transfer_error() {
    let clock = StepClock::default();
    let server = RawServer::start(|_| Act::Hang(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc".to_vec())).await;
    let client = HttpClient::builder().build().unwrap();
    let cx = Context::new(clock.clone());
    let response = client.send(&cx, HttpRequest::get(server.url("/f"), Phase::Download)).await.unwrap();
    let mut stream = response.into_stream();
    assert_eq!(stream.try_next().await.unwrap().unwrap(), "abc");
    clock.pass_deadline();
    let error = stream.try_next().await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Transfer, Retry::After(None)));
    assert!(stream.next().await.is_none());
}

/// Pauses never end.
struct Frozen;

impl Clock for Frozen {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
    fn sleep(&self, _duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn cancelling_ends_a_pause() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(503)).mount(&server).await;
    let token = Context::new(Frozen).cancellation().clone();
    let trigger = token.clone();
    let cx = Context::new(Frozen).with_cancellation(token).with_observer(move |event: &mediagen_core::Event| {
        if matches!(event, mediagen_core::Event::Retrying { .. }) {
            trigger.cancel();
        }
    });
    let client = HttpClient::builder().build().unwrap();
    let error = client.send(&cx, HttpRequest::get(url(server.uri()), Phase::Status)).await.unwrap_err();
    assert_eq!((error.kind(), error.dispatch()), (ErrorKind::Cancelled, Dispatch::Answered));
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

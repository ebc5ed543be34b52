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

#[tokio::test]
async fn a_call_that_makes_work_is_not_sent_for_a_caller_who_has_stopped() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let cx = Context::new(StepClock::default());
    cx.cancellation().cancel();
    let client = HttpClient::builder().build().unwrap();
    for phase in [Phase::Submit, Phase::Upload] {
        let error = client.send(&cx, HttpRequest::post(url(server.uri()), phase)).await.unwrap_err();
        assert_eq!((error.kind(), error.dispatch()), (ErrorKind::Cancelled, Dispatch::NotSent));
    }
    assert!(server.received_requests().await.unwrap().is_empty());
    for phase in [Phase::Status, Phase::Cancel] {
        client.send(&cx, HttpRequest::put(url(server.uri()), phase)).await.unwrap();
    }
}

/// A body that never stops coming, one byte at a time, and never ends.
struct Dripping(StepClock);

#[async_trait::async_trait]
impl mediagen_http::HttpTransport for Dripping {
    async fn send(
        &self,
        _: mediagen_http::Outgoing,
    ) -> Result<http::Response<mediagen_http::BodyStream>, mediagen_http::TransportError> {
        let clock = self.0.clone();
        let drip = stream::unfold(0_u32, move |sent| {
            if sent == 100 {
                clock.pass_deadline();
            }
            async move {
                tokio::task::yield_now().await;
                Some((Ok("1".into()), sent + 1))
            }
        });
        Ok(http::Response::new(drip.boxed()))
    }
}

#[tokio::test]
async fn a_small_body_that_never_ends_is_given_up_at_the_deadline() {
    let clock = StepClock::default();
    let client = HttpClient::builder().transport(std::sync::Arc::new(Dripping(clock.clone()))).build().unwrap();
    let (cx, get) = (Context::new(clock), || HttpRequest::get(url("https://a.example/"), Phase::Status));
    let error = client.send(&cx, get()).await.unwrap().bytes(1 << 20).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Transfer, Retry::After(None)));
    assert!(error.to_string().contains("not whole within 60s"), "{error}");
    let text = client.send(&cx, get()).await.unwrap().text_excerpt(1 << 20).await;
    assert!((100..200).contains(&text.len()), "what came until then: {}", text.len());
}

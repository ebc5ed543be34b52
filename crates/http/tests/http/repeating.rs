//! What leaves again, and what leaves once.

use crate::{
    clock::StepClock,
    observed,
    server::{Act, RawServer},
    url,
};
use async_trait::async_trait;
use mediagen_core::{Context, Dispatch, ErrorKind, Event, Phase, Retry};
use mediagen_http::{
    BodyStream, Classify, HostLimits, HttpClient, HttpRequest, HttpTransport, Limit, Outgoing, Repeat,
    ReqwestTransport, ResponseHead, RetryPolicy, Stage, TransportError, Verdict, retry_after,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

fn client() -> HttpClient {
    HttpClient::builder().build().unwrap()
}

fn requested(events: &[Event]) -> usize {
    events.iter().filter(|e| matches!(e, Event::Requested(_))).count()
}

/// 429 and 503 prove that nothing began.
struct Refusing;

impl Classify for Refusing {
    fn classify(&self, _phase: Phase, head: &ResponseHead, _: &[u8]) -> Verdict {
        match head.status {
            429 | 503 => Verdict::RefusedBeforeStart { after: retry_after(&head.headers) },
            _ => Verdict::Final,
        }
    }
}

/// Fails `left` times before it connects, then lets everything through.
struct Unreachable {
    left: AtomicU32,
    inner: ReqwestTransport,
}

#[async_trait]
impl HttpTransport for Unreachable {
    async fn send(&self, request: Outgoing) -> Result<http::Response<BodyStream>, TransportError> {
        if self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok() {
            return Err(TransportError::new(Stage::NotSent, "no route"));
        }
        self.inner.send(request).await
    }
}

#[tokio::test]
async fn a_024_a_submit_dropped_after_it_was_read_leaves_once() {
    let server = RawServer::start(|_| Act::Drop).await;
    let (cx, events) = observed(&StepClock::default());
    let request = HttpRequest::post(server.url("/m"), Phase::Submit).json(&serde_json::json!({"prompt": "x"})).unwrap();
    let error = client().send(&cx, request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SubmitUnknown);
    assert_eq!((error.dispatch(), error.retry()), (Dispatch::Unknown, Retry::Never));
    assert_eq!(server.seen().len(), 1);
    assert_eq!(server.seen()[0].body, br#"{"prompt":"x"}"#);
    assert_eq!(requested(&events.lock().unwrap()), 1);
}

#[tokio::test]
async fn a_024_a_submit_lost_on_a_pooled_connection_leaves_once() {
    let server = RawServer::start(|n| if n == 0 { Act::Keep(OK.to_vec()) } else { Act::Drop }).await;
    let (client, cx) = (client(), Context::new(StepClock::default()));
    let warm = client.send(&cx, HttpRequest::get(server.url("/"), Phase::Status)).await.unwrap();
    assert_eq!(warm.bytes(10).await.unwrap(), "ok");
    let error = client.send(&cx, HttpRequest::post(server.url("/m"), Phase::Submit)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SubmitUnknown);
    assert_eq!(server.seen().iter().filter(|seen| seen.head.starts_with("POST ")).count(), 1);
}

#[tokio::test]
async fn a_read_that_was_dropped_is_repeated() {
    let server = RawServer::start(|n| if n < 2 { Act::Drop } else { Act::Keep(OK.to_vec()) }).await;
    let clock = StepClock::default();
    let (cx, events) = observed(&clock);
    let response = client().send(&cx, HttpRequest::get(server.url("/"), Phase::Status)).await.unwrap();
    assert_eq!((response.status(), response.attempts(), response.exhausted()), (200, 3, false));
    assert_eq!((server.seen().len(), clock.pauses().len()), (3, 2));
    let events = events.lock().unwrap();
    let Event::Retrying { attempt: 1, phase: Phase::Status, delay, reason } = &events[1] else {
        panic!("not a retry: {:?}", events[1]);
    };
    assert_eq!(*delay, clock.pauses()[0]);
    assert_eq!((reason.kind(), reason.dispatch()), (ErrorKind::Unavailable, Dispatch::Unknown));
}

#[tokio::test]
async fn a_refused_connection_is_not_sent_and_is_tried_again() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let clock = StepClock::default();
    let (cx, events) = observed(&clock);
    let request = HttpRequest::post(url(format!("http://127.0.0.1:{port}/m?token=s3cret")), Phase::Submit);
    let error = client().send(&cx, request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!((error.dispatch(), error.retry()), (Dispatch::NotSent, Retry::Exhausted));
    assert_eq!(requested(&events.lock().unwrap()), 5);
    let pauses = clock.pauses();
    assert_eq!(pauses.len(), 4);
    for (pause, most) in pauses.iter().zip([100, 200, 400, 800]) {
        let most = Duration::from_millis(most);
        assert!(*pause >= most / 2 && *pause <= most, "{pauses:?}");
    }
}

#[tokio::test]
async fn a_submit_that_did_not_leave_is_repeated_and_arrives_once() {
    let server = RawServer::start(|_| Act::Keep(OK.to_vec())).await;
    let transport = Unreachable { left: AtomicU32::new(2), inner: ReqwestTransport::new() };
    let client = HttpClient::builder().transport(Arc::new(transport)).build().unwrap();
    let cx = Context::new(StepClock::default());
    let response = client.send(&cx, HttpRequest::post(server.url("/m"), Phase::Submit)).await.unwrap();
    assert_eq!((response.status(), response.attempts()), (200, 3));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_call_that_must_never_repeat_does_not_even_when_nothing_left() {
    let transport = Unreachable { left: AtomicU32::new(9), inner: ReqwestTransport::new() };
    let client = HttpClient::builder().transport(Arc::new(transport)).build().unwrap();
    let (cx, events) = observed(&StepClock::default());
    let request = HttpRequest::post(url("http://127.0.0.1:9/m"), Phase::Submit).repeat(Repeat::Never);
    let error = client.send(&cx, request).await.unwrap_err();
    assert_eq!((error.dispatch(), error.retry()), (Dispatch::NotSent, Retry::After(None)));
    assert_eq!(requested(&events.lock().unwrap()), 1);
}

/// `status` (with `Retry-After` when given) `times` times, then 200.
async fn answering(status: u16, retry_after: Option<&str>, times: u64) -> MockServer {
    let server = MockServer::start().await;
    let mut answer = ResponseTemplate::new(status);
    if let Some(value) = retry_after {
        answer = answer.insert_header("retry-after", value);
    }
    Mock::given(any()).respond_with(answer).up_to_n_times(times).mount(&server).await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    server
}

async fn count(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

#[tokio::test]
async fn a_022_a_429_with_retry_after_2_waits_at_least_2_s() {
    let server = answering(429, Some("2"), 1).await;
    let clock = StepClock::default();
    let cx = Context::new(clock.clone());
    let response = client().send(&cx, HttpRequest::get(url(server.uri()), Phase::Status)).await.unwrap();
    assert_eq!((response.status(), response.attempts()), (200, 2));
    assert_eq!(clock.pauses().len(), 1);
    assert!(clock.pauses()[0] >= Duration::from_secs(2), "{:?}", clock.pauses());
}

#[tokio::test]
async fn a_022_a_submit_refused_before_the_start_waits_and_is_repeated() {
    let server = answering(429, Some("2"), 1).await;
    let clock = StepClock::default();
    let client = HttpClient::builder().classifier(Arc::new(Refusing)).build().unwrap();
    let request = HttpRequest::post(url(server.uri()), Phase::Submit);
    let response = client.send(&Context::new(clock.clone()), request).await.unwrap();
    assert_eq!((response.status(), count(&server).await), (200, 2));
    assert!(clock.pauses()[0] >= Duration::from_secs(2));
}

#[tokio::test]
async fn a_021_status_503_twice_then_200_succeeds_with_three_calls() {
    let server = answering(503, None, 2).await;
    let cx = Context::new(StepClock::default());
    let response = client().send(&cx, HttpRequest::get(url(server.uri()), Phase::Status)).await.unwrap();
    assert_eq!((response.status(), response.attempts(), count(&server).await), (200, 3, 3));
}

#[tokio::test]
async fn a_submit_answered_503_is_handed_over_unless_the_table_calls_it_refused() {
    let server = answering(503, None, 1).await;
    let cx = Context::new(StepClock::default());
    let post = || HttpRequest::post(url(server.uri()), Phase::Submit);
    let response = client().send(&cx, post()).await.unwrap();
    assert_eq!((response.status(), response.exhausted(), count(&server).await), (503, false, 1));

    let server = answering(503, None, 1).await;
    let client = HttpClient::builder().classifier(Arc::new(Refusing)).build().unwrap();
    let response = client.send(&cx, HttpRequest::post(url(server.uri()), Phase::Submit)).await.unwrap();
    assert_eq!((response.status(), count(&server).await), (200, 2));
}

#[tokio::test]
async fn an_endless_503_is_asked_five_times_and_flagged() {
    let server = answering(503, None, u64::MAX).await;
    let clock = StepClock::default();
    let cx = Context::new(clock.clone());
    let response = client().send(&cx, HttpRequest::get(url(server.uri()), Phase::Result)).await.unwrap();
    assert_eq!((response.status(), response.attempts(), response.exhausted()), (503, 5, true));
    assert_eq!((count(&server).await, clock.pauses().len()), (5, 4));
}

#[tokio::test]
async fn a_permanent_refusal_is_asked_once() {
    for status in [400, 401, 402, 403, 404, 409, 410, 413, 422, 500] {
        let server = answering(status, None, u64::MAX).await;
        let cx = Context::new(StepClock::default());
        let response = client().send(&cx, HttpRequest::get(url(server.uri()), Phase::Result)).await.unwrap();
        assert_eq!((response.status(), response.exhausted(), count(&server).await), (status, false, 1));
    }
}

#[tokio::test]
async fn a_hint_of_hours_is_handed_over_at_once() {
    let server = answering(429, Some("7200"), u64::MAX).await;
    let clock = StepClock::default();
    let cx = Context::new(clock.clone());
    let response = client().send(&cx, HttpRequest::get(url(server.uri()), Phase::Status)).await.unwrap();
    assert_eq!((response.status(), response.header("retry-after")), (429, Some("7200")));
    assert_eq!((count(&server).await, clock.pauses().len()), (1, 0));
}

#[tokio::test]
async fn a_pause_holds_the_next_call_also_where_the_first_is_not_repeated() {
    let server = answering(429, Some("2"), 1).await;
    let turns = StepClock::default();
    let limits = HostLimits::on(turns.clone()).with(&url(server.uri()), Limit::default());
    let client = HttpClient::builder().limits(limits).build().unwrap();
    let cx = Context::new(StepClock::default());
    let mut once = RetryPolicy::default();
    once.attempts = 1;
    let request = HttpRequest::get(url(server.uri()), Phase::Status).retry(once);
    let refused = client.send(&cx, request).await.unwrap();
    assert_eq!((refused.status(), refused.exhausted(), turns.pauses().len()), (429, true, 0));
    let answered = client.send(&cx, HttpRequest::get(url(server.uri()), Phase::Status)).await.unwrap();
    assert_eq!((answered.status(), turns.pauses()), (200, vec![Duration::from_secs(2)]));
}

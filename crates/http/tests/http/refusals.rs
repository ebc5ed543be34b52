//! What a table sees of a refusal's body, and what the caller still gets of it.

use crate::{
    clock::StepClock,
    server::{Act, RawServer},
};
use async_trait::async_trait;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use mediagen_core::{Context, ErrorKind, Phase};
use mediagen_http::{
    BodyStream, Classify, HttpClient, HttpRequest, HttpTransport, Outgoing, Repeat, ResponseHead, RetryPolicy,
    TransportError, Verdict,
};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    task::Poll,
    time::Duration,
};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
/// Most of a refusal that a table sees.
const SEEN: usize = 64 << 10;

/// A service that answers 400 to everything and says in the body what it means, as some gateways do.
#[derive(Default)]
struct Gateway(Mutex<Vec<usize>>);

impl Classify for Gateway {
    fn classify(&self, _: Phase, head: &ResponseHead, refusal: &[u8]) -> Verdict {
        self.0.lock().unwrap().push(refusal.len());
        let Ok(answer) = serde_json::from_slice::<Value>(refusal) else { return Verdict::Final };
        let after = answer["retry_in_ms"].as_u64().map(Duration::from_millis);
        match (head.status, answer["code"].as_u64()) {
            (400, Some(429)) => Verdict::RefusedBeforeStart { after },
            (400, Some(503)) => Verdict::Retry { after },
            _ => Verdict::Final,
        }
    }
}

fn answer(status: u16, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} No\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Refuses with `refusals` one after the other, then takes the call.
async fn server(refusals: &[Value]) -> RawServer {
    let refusals: Vec<Vec<u8>> = refusals.iter().map(|refusal| answer(400, &refusal.to_string())).collect();
    RawServer::start(move |number| Act::Keep(refusals.get(number).cloned().unwrap_or_else(|| OK.to_vec()))).await
}

fn submit(server: &RawServer) -> HttpRequest {
    HttpRequest::post(server.url("/m"), Phase::Submit).json(&json!({"prompt": "x"})).unwrap()
}

#[tokio::test]
async fn a_rate_limit_that_only_the_body_names_is_waited_for_as_long_as_the_body_says() {
    let busy = json!({"code": 429, "retry_in_ms": 7500});
    let server = server(&[busy.clone(), busy]).await;
    let (clock, table) = (StepClock::default(), Arc::new(Gateway::default()));
    let client = HttpClient::builder().classifier(table.clone()).build().unwrap();
    let response = client.send(&Context::new(clock.clone()), submit(&server)).await.unwrap();
    assert_eq!((response.status(), response.attempts(), server.seen().len()), (200, 3, 3));
    assert_eq!(clock.pauses(), [Duration::from_millis(7500); 2]);
    assert_eq!(*table.0.lock().unwrap(), [31, 31, 0], "a success shows no body");
}

#[tokio::test]
async fn a_paid_call_leaves_once_when_the_body_does_not_say_that_nothing_began() {
    for (body, leaves) in [(json!({"code": 503}), 1), (json!({"code": 1}), 1), (json!({"code": 429}), 2)] {
        let server = server(std::slice::from_ref(&body)).await;
        let client = HttpClient::builder().classifier(Arc::new(Gateway::default())).build().unwrap();
        let cx = Context::new(StepClock::default());
        let response = client.send(&cx, submit(&server)).await.unwrap();
        assert_eq!(server.seen().len(), leaves, "{body}");
        if leaves == 1 {
            assert_eq!((response.status(), response.json::<Value>(100).await.unwrap()), (400, body));
        }
    }
}

#[tokio::test]
async fn a_table_sees_the_first_64_kib_and_the_caller_gets_all_of_it() {
    let long: String = (0..120_000_u32).map(|n| char::from(b'a' + u8::try_from(n % 23).unwrap())).collect();
    for bytes in [0, 1, SEEN - 1, SEEN, SEEN + 1, long.len()] {
        let body = long[..bytes].to_owned();
        let whole = answer(400, &body);
        let server = RawServer::start(move |_| Act::Close(whole.chunks(9000).map(<[u8]>::to_vec).collect())).await;
        let table = Arc::new(Gateway::default());
        let client = HttpClient::builder().classifier(table.clone()).build().unwrap();
        let cx = Context::new(StepClock::default());
        let response = client.send(&cx, HttpRequest::get(server.url("/"), Phase::Result)).await.unwrap();
        assert_eq!(*table.0.lock().unwrap(), [bytes.min(SEEN)]);
        assert_eq!(response.bytes(1 << 20).await.unwrap(), body, "{bytes}");
    }
}

#[tokio::test]
async fn a_refusal_that_breaks_off_is_judged_by_what_came_and_stays_broken_for_the_caller() {
    let server =
        RawServer::start(|_| Act::Close(vec![b"HTTP/1.1 400 No\r\ncontent-length: 9\r\n\r\n{\"co".to_vec()])).await;
    let table = Arc::new(Gateway::default());
    let client = HttpClient::builder().classifier(table.clone()).build().unwrap();
    let cx = Context::new(StepClock::default());
    let response = client.send(&cx, HttpRequest::get(server.url("/"), Phase::Result)).await.unwrap();
    let mut stream = response.into_stream();
    assert_eq!(stream.try_next().await.unwrap().unwrap(), "{\"co");
    assert_eq!(stream.try_next().await.unwrap_err().kind(), ErrorKind::Transfer);
    assert_eq!(*table.0.lock().unwrap(), [4]);
}

/// Answers 400 with four bytes of nine; the deadline passes as soon as more are waited for.
struct Silent(StepClock);

#[async_trait]
impl HttpTransport for Silent {
    async fn send(&self, _: Outgoing) -> Result<http::Response<BodyStream>, TransportError> {
        let clock = self.0.clone();
        let silence = stream::poll_fn(move |_| {
            clock.pass_deadline();
            Poll::Pending
        });
        let body: BodyStream = stream::iter([Ok("{\"co".into())]).chain(silence).boxed();
        let mut answer = http::Response::new(body);
        *answer.status_mut() = http::StatusCode::BAD_REQUEST;
        Ok(answer)
    }
}

#[tokio::test]
async fn a_refusal_that_falls_silent_is_judged_when_the_deadline_passes() {
    let (clock, table) = (StepClock::default(), Arc::new(Gateway::default()));
    let transport = Arc::new(Silent(clock.clone()));
    let client = HttpClient::builder().classifier(table.clone()).transport(transport).build().unwrap();
    let request = HttpRequest::get(crate::url("https://a.example/"), Phase::Result);
    let response = client.send(&Context::new(clock), request).await.unwrap();
    assert_eq!((response.status(), table.0.lock().unwrap().as_slice()), (400, &[4][..]));
    let mut stream = response.into_stream();
    assert_eq!(stream.try_next().await.unwrap().unwrap(), "{\"co");
    assert_eq!(stream.try_next().await.unwrap_err().kind(), ErrorKind::Transfer);
}

#[tokio::test]
async fn one_client_sends_calls_with_tables_and_patience_of_their_own() {
    let busy = json!({"code": 429});
    let server = server(&vec![busy; 9]).await;
    let client = HttpClient::builder().build().unwrap();
    let cx = Context::new(StepClock::default());
    // The client's own table knows nothing of such bodies.
    let response = client.send(&cx, submit(&server)).await.unwrap();
    assert_eq!((response.status(), server.seen().len()), (400, 1));
    let own = submit(&server).classify(Arc::new(Gateway::default()));
    let response = client.send(&cx, own.retry(RetryPolicy::default().with_attempts(3))).await.unwrap();
    assert_eq!((response.attempts(), response.exhausted(), server.seen().len()), (3, true, 4));
    let own = submit(&server).classify(Arc::new(Gateway::default()));
    let response = client.send(&cx, own).await.unwrap();
    assert_eq!((response.attempts(), server.seen().len()), (5, 9), "the client's own patience again");
    let never = submit(&server).classify(Arc::new(Gateway::default())).repeat(Repeat::Never);
    assert_eq!(client.send(&cx, never).await.unwrap().attempts(), 1);
}

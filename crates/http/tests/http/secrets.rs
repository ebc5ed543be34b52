//! Where a key goes, and where it must not go.

use crate::{
    clock::StepClock,
    observed,
    server::{Act, RawServer},
    url,
};
use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use mediagen_core::{Context, ErrorKind, Phase};
use mediagen_http::{
    Authorize, BodyStream, Credential, HeaderMap, HostPolicy, HttpClient, HttpRequest, HttpTransport, Method, Outgoing,
    TransportError, secrecy::SecretString,
};
use std::sync::{Arc, Mutex};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

const KEY: &str = "Bearer s3cret-value";

fn credential() -> Credential {
    Credential::new(SecretString::from(KEY))
}

/// Notes the headers of what would leave and answers 200, without a network.
#[derive(Default, Clone)]
struct Noting(Arc<Mutex<Vec<HeaderMap>>>);

#[async_trait]
impl HttpTransport for Noting {
    async fn send(&self, request: Outgoing) -> Result<http::Response<BodyStream>, TransportError> {
        self.0.lock().unwrap().push(request.headers.clone());
        Ok(http::Response::new(stream::empty().boxed()))
    }
}

fn noted(base: &str) -> (HttpClient, Noting) {
    let noting = Noting::default();
    let hosts = HostPolicy::new().with_credential(&url(base), credential());
    let client = HttpClient::builder().hosts(hosts).transport(Arc::new(noting.clone())).build().unwrap();
    (client, noting)
}

#[tokio::test]
async fn the_key_goes_to_its_exact_origin_only() {
    let check = async |base: &str, target: &str, expected: Option<&str>| {
        let (client, noting) = noted(base);
        let cx = Context::new(StepClock::default());
        client.send(&cx, HttpRequest::get(url(target), Phase::Status)).await.unwrap();
        let headers = noting.0.lock().unwrap().pop().unwrap();
        let sent = headers.get("authorization").map(|value| value.to_str().unwrap());
        assert_eq!(sent, expected, "{base} -> {target}");
        assert!(headers.get("authorization").is_none_or(http::HeaderValue::is_sensitive));
        assert!(!headers["user-agent"].is_empty());
    };
    let base = "https://api.example/v1";
    check(base, "https://api.example/v1/jobs", Some(KEY)).await;
    check(base, "https://api.example:444/v1/jobs", None).await;
    check(base, "http://api.example/v1/jobs", None).await;
    check(base, "https://api.example./v1/jobs", None).await;
    check(base, "https://cdn.example/file.png", None).await;
    check("http://api.example/", "http://api.example/", None).await;
    check("http://127.0.0.1:7/", "http://127.0.0.1:7/x", Some(KEY)).await;
    check("http://127.0.0.1:7/", "http://127.0.0.1:8/x", None).await;
}

#[tokio::test]
async fn refused_calls_send_nothing() {
    let (client, noting) = noted("https://api.example/");
    let cx = Context::new(StepClock::default());
    let get = |target: &str| HttpRequest::get(url(target), Phase::Status);
    let cases = [
        (get("http://api.example/").authorize(Authorize::With(credential())), ErrorKind::Config),
        (get("https://user:pass@api.example/"), ErrorKind::InvalidInput),
        (get("file:///etc/hostname"), ErrorKind::InvalidInput),
        (get("https://api.example/").header("authorization", KEY), ErrorKind::Config),
        (get("https://api.example/").header("x-a", "line\nbreak"), ErrorKind::InvalidInput),
        (get("https://api.example/").header("x a", "1"), ErrorKind::InvalidInput),
        (get("https://api.example/").authorize(Authorize::With(Credential::new("s3cret\n".into()))), ErrorKind::Config),
    ];
    for (request, kind) in cases {
        let text = format!("{request:?}");
        let error = client.send(&cx, request).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{text}: {error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
    assert!(noting.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_explicit_key_and_an_explicit_none_win_over_the_list() {
    let (client, noting) = noted("https://api.example/");
    let cx = Context::new(StepClock::default());
    let get = |target: &str| HttpRequest::get(url(target), Phase::Upload);
    client.send(&cx, get("https://api.example/").authorize(Authorize::Never)).await.unwrap();
    let token = Credential::new(SecretString::from("Token t"));
    client.send(&cx, get("https://upload.example/").authorize(Authorize::With(token))).await.unwrap();
    let sent: Vec<_> = noting.0.lock().unwrap().iter().map(|h| h.get("authorization").cloned()).collect();
    assert_eq!(sent, [None, Some("Token t".parse().unwrap())]);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_takes_no_key_along() {
    let (api, other) = (MockServer::start().await, MockServer::start().await);
    let target = format!("{}/elsewhere", other.uri());
    let redirect = ResponseTemplate::new(307).insert_header("location", target.as_str());
    Mock::given(any()).respond_with(redirect).mount(&api).await;
    let hosts = HostPolicy::new().with_credential(&url(api.uri()), credential());
    let client = HttpClient::builder().hosts(hosts).user_agent("tester/1").build().unwrap();
    let cx = Context::new(StepClock::default());
    let response = client.send(&cx, HttpRequest::get(url(api.uri()), Phase::Download)).await.unwrap();
    assert_eq!((response.status(), response.location()), (307, Some(url(&target))));
    let got = api.received_requests().await.unwrap();
    assert_eq!(
        (got[0].headers["authorization"].as_bytes(), &got[0].headers["user-agent"]),
        (KEY.as_bytes(), &http::HeaderValue::from_static("tester/1"))
    );
    assert!(other.received_requests().await.unwrap().is_empty());

    let followed = client.send(&cx, HttpRequest::get(response.location().unwrap(), Phase::Download)).await.unwrap();
    assert_eq!(followed.status(), 404);
    let got = other.received_requests().await.unwrap();
    assert_eq!((got.len(), got[0].headers.get("authorization")), (1, None));
}

#[tokio::test]
async fn a_relative_location_is_resolved_and_only_a_redirect_has_one() {
    let server = MockServer::start().await;
    let at = |path: &'static str| Mock::given(wiremock::matchers::path(path));
    let answer = |status| ResponseTemplate::new(status).insert_header("location", "../b?x=1");
    at("/d/a").respond_with(answer(302)).mount(&server).await;
    at("/d/c").respond_with(answer(201)).mount(&server).await;
    let client = HttpClient::builder().build().unwrap();
    let cx = Context::new(StepClock::default());
    let get = |path: &str| HttpRequest::get(url(format!("{}{path}", server.uri())), Phase::Download);
    let location = client.send(&cx, get("/d/a")).await.unwrap().location();
    assert_eq!(location, Some(url(format!("{}/b?x=1", server.uri()))));
    assert_eq!(client.send(&cx, get("/d/c")).await.unwrap().location(), None);
}

#[tokio::test]
async fn every_method_carries_a_user_agent_and_none_can_be_built_without() {
    let server = RawServer::start(|_| Act::Keep(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec())).await;
    let client = HttpClient::builder().build().unwrap();
    let cx = Context::new(StepClock::default());
    for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::HEAD] {
        client.send(&cx, HttpRequest::new(method, server.url("/"), Phase::Status)).await.unwrap();
    }
    let agents: Vec<_> = server.seen().iter().map(|seen| seen.header("user-agent").map(str::to_owned)).collect();
    let expected = concat!("mediagen-http/", env!("CARGO_PKG_VERSION"));
    assert_eq!(agents, vec![Some(expected.to_owned()); 5]);
    for bad in ["", "  ", "a\nb"] {
        assert_eq!(HttpClient::builder().user_agent(bad).build().unwrap_err().kind(), ErrorKind::Config);
    }
}

#[tokio::test]
async fn nothing_that_prints_shows_a_key_or_a_signed_query() {
    let server = RawServer::start(|_| Act::Drop).await;
    let signed = url(format!("{}?signature=s3cret-query", server.url("/m")));
    let hosts = HostPolicy::new().with_credential(&signed, credential());
    let builder = HttpClient::builder().hosts(hosts.clone());
    let client = builder.clone().build().unwrap();
    let (cx, events) = observed(&StepClock::default());
    let request = || {
        HttpRequest::get(signed.clone(), Phase::Status)
            .header("x-token", "s3cret-header")
            .authorize(Authorize::With(credential()))
    };
    let error = client.send(&cx, request()).await.unwrap_err();
    let mut sources = Vec::new();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        sources.push(format!("{cause} {cause:?}"));
        source = cause.source();
    }
    assert!(!sources.is_empty(), "the cause is kept");
    let all = format!(
        "{error} {error:?} {sources:?} {:?} {hosts:?} {builder:?} {client:?} {:?} {:?}",
        credential(),
        request(),
        events.lock().unwrap()
    );
    assert!(!all.contains("s3cret"), "{all}");
    assert!(server.seen()[0].head.contains("s3cret-query"), "it did go out");
    assert_eq!(server.seen()[0].header("authorization"), Some(KEY));
}

#[tokio::test]
async fn an_excerpt_has_no_part_of_a_key_that_stands_across_its_end() {
    let body = format!("{KEY} and {KEY} and {KEY}");
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(400).set_body_string(&body)).mount(&server).await;
    let hosts = HostPolicy::new().with_credential(&url(server.uri()), credential());
    let client = HttpClient::builder().hosts(hosts).build().unwrap();
    let cx = Context::new(StepClock::default());
    for limit in 1..=body.len() + 1 {
        let response = client.send(&cx, HttpRequest::get(url(server.uri()), Phase::Status)).await.unwrap();
        let text = response.text_excerpt(limit).await;
        assert!(text.len() <= limit && !text.contains("s3") && !text.contains("Bear"), "{limit}: {text}");
    }
}

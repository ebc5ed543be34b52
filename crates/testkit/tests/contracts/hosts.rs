//! Checks 8, 13 and 14: which hosts are called, and with what.

use super::{carry_at, carry_model, context, mount, resource};
use mediagen_core::{ErrorKind, ModelQuery, Phase, Provider as _, TextToImageRequest};
use mediagen_http::{Authorize, Credential, HostPolicy, HttpClient, HttpRequest, secrecy::SecretString};
use mediagen_testkit::{
    Server,
    status_carries_result::{CarryProvider, Layout},
};
use serde_json::json;
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{any, method, path},
};

fn client(server: &Server) -> HttpClient {
    let credential = Credential::new(SecretString::from("Bearer host-key"));
    let hosts = HostPolicy::new().with_credential(server.base(), credential);
    HttpClient::builder().user_agent("contracts/1").hosts(hosts).build().expect("a plain configuration")
}

#[tokio::test]
async fn c5_8_the_key_stays_away_from_other_hosts_and_from_file_paths() {
    let server = Server::start().await.unwrap();
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(server.mock()).await;
    let (cx, _) = context();
    let client = client(&server);
    let other_port = server.foreign().join("a.png").unwrap();
    client.send(&cx, HttpRequest::get(other_port, Phase::Download)).await.unwrap();
    let on_api_host = server.base().join("files/a.png").unwrap();
    client.send(&cx, HttpRequest::get(on_api_host, Phase::Download).authorize(Authorize::Never)).await.unwrap();
    let api = server.base().join("jobs").unwrap();
    client.send(&cx, HttpRequest::get(api, Phase::Status)).await.unwrap();

    let (strays, seen) = (server.strays(), server.seen());
    assert_eq!((strays.len(), seen.len()), (1, 2));
    for download in [&strays[0], &seen[0]] {
        assert_eq!(download.header("authorization"), None);
        assert_eq!(download.header("user-agent"), Some("contracts/1"));
    }
    assert_eq!(seen[1].header("authorization"), Some("Bearer host-key"));
}

#[tokio::test]
async fn c5_8_a_redirect_is_handed_over_and_not_followed() {
    let server = Server::start().await.unwrap();
    let away = ResponseTemplate::new(302).insert_header("location", server.foreign().as_str());
    Mock::given(any()).respond_with(away).mount(server.mock()).await;
    let (cx, _) = context();
    let response = client(&server).send(&cx, HttpRequest::get(server.base().clone(), Phase::Status)).await.unwrap();
    assert_eq!(response.status(), 302);
    assert!(server.strays().is_empty());
}

#[tokio::test]
async fn c5_8_a_next_page_at_another_host_is_refused() {
    let server = Server::start().await.unwrap();
    let (cx, _) = context();
    let page =
        |models: &[&str], next| ResponseTemplate::new(200).set_body_json(json!({"models": models, "next": next}));
    let here = server.base().join("v1/models/2").unwrap();
    let first = page(&["acme/one"], here.to_string());
    Mock::given(method("GET")).and(path("/v1/models")).respond_with(first).mount(server.mock()).await;
    let second = page(&["acme/two"], server.foreign().to_string());
    Mock::given(method("GET")).and(path("/v1/models/2")).respond_with(second).mount(server.mock()).await;

    let provider = carry_at(&server);
    let mut query = ModelQuery::default();
    for expected in ["acme/one", "acme/two"] {
        let page = provider.list(&cx, &query).await.unwrap();
        assert_eq!(&*page.models[0].id.name, expected);
        query.cursor = page.next;
    }
    let error = provider.list(&cx, &query).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(server.strays().is_empty(), "the foreign page was fetched");
}

#[tokio::test]
async fn c5_13_one_override_each_reaches_loopback_and_no_version_is_doubled() {
    for (layout, expected) in [(Layout::Versioned, "/v1/jobs"), (Layout::Bare, "/jobs")] {
        for suffix in ["", "/", "/v1", "/v1/"] {
            if layout == Layout::Bare && suffix.contains("v1") {
                continue;
            }
            let server = Server::start().await.unwrap();
            let done = resource("done", &json!("https://files.test/a.png"));
            Mock::given(method("POST")).and(path(expected)).respond_with(done).mount(server.mock()).await;
            let base = format!("{}{suffix}", server.base().as_str().trim_end_matches('/'));
            let provider = CarryProvider::new(layout, &base, "k").unwrap();
            let (cx, _) = context();
            let request = TextToImageRequest::new("a fox");
            let output = carry_model(&provider, "acme/paint", &cx).run(request).await.unwrap();
            assert_eq!(output.parts.len(), 1);
            assert_eq!(server.seen()[0].path, expected, "{layout:?} at {base}");
        }
    }
}

#[test]
fn c5_13_an_override_that_a_key_must_not_go_to_is_refused() {
    for base in ["http://api.carry.test", "ftp://127.0.0.1", "https://user@api.carry.test", "not an address"] {
        let error = CarryProvider::new(Layout::Bare, base, "k").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{base}");
    }
}

#[tokio::test]
async fn c5_8_files_of_an_output_are_not_fetched_by_the_provider() {
    let server = Server::start().await.unwrap();
    let file = server.foreign().join("a.png").unwrap();
    mount(&server, resource("done", &json!([file.as_str()])), Vec::new()).await;
    let (cx, _) = context();
    let output =
        carry_model(&carry_at(&server), "acme/paint", &cx).run(TextToImageRequest::new("a fox")).await.unwrap();
    assert_eq!(output.parts[0].url(), Some(&file));
    assert!(server.strays().is_empty());
}

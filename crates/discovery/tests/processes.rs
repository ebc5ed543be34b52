//! Several processes on one folder: this test starts itself again as its own children.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use async_trait::async_trait;
use mediagen_core::{
    Context, ModelId, ModelPage, ModelQuery, ModelSpec, Phase, Provider, ProviderId, ProviderInfo, Result,
};
use mediagen_discovery::{Discovery, DiscoveryPolicy, Refresh};
use mediagen_http::{HttpClient, HttpRequest};
use mediagen_testkit::TokioClock;
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};
use url::Url;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const MODELS: usize = 600;
const PAGE: usize = 100;
static INFO: ProviderInfo = ProviderInfo::new("remote", "Remote", &[], "tests");

fn context() -> Context {
    Context::new(TokioClock::new())
}

/// A provider whose pages come over loopback.
#[derive(Debug)]
struct Remote(HttpClient, Url);

#[async_trait]
impl Provider for Remote {
    fn info(&self) -> &'static ProviderInfo {
        &INFO
    }
    async fn list(&self, cx: &Context, query: &ModelQuery) -> Result<ModelPage> {
        let page: usize = query.cursor.as_deref().unwrap_or("0").parse().unwrap();
        let mut url = self.1.clone();
        url.set_query(Some(&format!("page={page}")));
        let answer: Value = self.0.send(cx, HttpRequest::get(url, Phase::Catalogue)).await?.json(1 << 20).await?;
        let models = answer["models"].as_array().unwrap().iter().map(|name| {
            let id = ModelId::new(ProviderId::new("remote"), name.as_str().unwrap());
            Arc::new(ModelSpec::new(id).with_category("text-to-image"))
        });
        let next = ((page + 1) * PAGE < MODELS).then(|| (page + 1).to_string());
        Ok(ModelPage::new(models.collect(), next))
    }
}

fn discovery(folder: &Path, server: &str) -> Discovery {
    let http = HttpClient::builder().build().unwrap();
    let remote = Remote(http, Url::parse(server).unwrap());
    Discovery::new(Arc::new(remote), folder, DiscoveryPolicy::default())
}

/// What a child does; in the parent process this test does nothing.
#[tokio::test]
async fn child() {
    let Ok(folder) = std::env::var("DISCOVERY_TEST_FOLDER") else { return };
    let server = std::env::var("DISCOVERY_TEST_SERVER").unwrap();
    let refresh = if std::env::var("DISCOVERY_TEST_FORCE").is_ok() { Refresh::Force } else { Refresh::IfStale };
    let listed = discovery(&PathBuf::from(folder), &server).catalogue(&context(), refresh).await.unwrap();
    assert_eq!(listed.catalogue.entries().len(), MODELS);
}

fn start(folder: &Path, server: &str, force: bool) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child", "--test-threads=1"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.env("DISCOVERY_TEST_FOLDER", folder).env("DISCOVERY_TEST_SERVER", server);
    if force {
        command.env("DISCOVERY_TEST_FORCE", "1");
    }
    command.spawn().unwrap()
}

async fn server(delay: Duration) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::method("GET"))
        .respond_with(move |request: &Request| {
            let page: usize = request.url.query_pairs().find(|(k, _)| k == "page").unwrap().1.parse().unwrap();
            let names: Vec<String> = (page * PAGE..(page + 1) * PAGE).map(|n| format!("acme/model-{n:04}")).collect();
            ResponseTemplate::new(200).set_delay(delay).set_body_json(json!({ "models": names }))
        })
        .mount(&server)
        .await;
    server
}

async fn requests(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

#[tokio::test]
async fn a_093_sixteen_processes_that_refresh_at_once_fetch_each_page_once_and_leave_one_whole_cache() {
    for force in [false, true] {
        let (folder, server) = (tempfile::tempdir().unwrap(), server(Duration::from_millis(20)).await);
        let uri = server.uri();
        let children: Vec<Child> = (0..16).map(|_| start(folder.path(), &uri, force)).collect();
        let ended: Vec<bool> = children.into_iter().map(|mut child| child.wait().unwrap().success()).collect();
        assert_eq!(ended, [true; 16]);
        let pages = requests(&server).await;
        if !force {
            assert_eq!(pages, MODELS / PAGE, "each page once");
        }
        assert_eq!(pages % (MODELS / PAGE), 0, "no refresh was cut short");
        let kept =
            discovery(folder.path(), "http://127.0.0.1:9").catalogue(&context(), Refresh::Offline).await.unwrap();
        assert_eq!((kept.catalogue.entries().len(), kept.catalogue.is_complete()), (MODELS, true));
    }
}

#[tokio::test]
async fn a_094_a_process_killed_at_any_moment_leaves_a_readable_cache() {
    let (folder, server) = (tempfile::tempdir().unwrap(), server(Duration::ZERO).await);
    let uri = server.uri();
    assert!(start(folder.path(), &uri, true).wait().unwrap().success());
    let begun = Instant::now();
    assert!(start(folder.path(), &uri, true).wait().unwrap().success());
    let whole = begun.elapsed();
    for moment in 0..50_u32 {
        let mut child = start(folder.path(), &uri, true);
        // Spread over the whole life of a process, a little past its end.
        tokio::time::sleep(whole * moment / 45).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let kept = discovery(folder.path(), "http://127.0.0.1:9").catalogue(&context(), Refresh::Offline).await;
        assert_eq!(kept.unwrap().catalogue.entries().len(), MODELS, "killed at moment {moment}");
        assert!(!folder.path().join("index.json.damaged").exists());
    }
    // Nor does a dead process keep the lock.
    assert!(start(folder.path(), &uri, true).wait().unwrap().success());
}

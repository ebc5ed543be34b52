//! The store in a bucket with Amazon's interface: a server of ours on loopback that checks every signature.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

#[path = "support/bucket.rs"]
mod bucket;
#[path = "support/cloud/mod.rs"]
mod cloud;

use cloud::{BUCKET, Cloud, Dialect};
use mediagen_assets::store::{Store, StoreConfig};
use mediagen_core::ErrorKind;
use std::process::Command;

const KEY: &str = "AKIDTEST";
const SECRET: &str = "the/secret+of this test";

async fn start() -> (Cloud, Store) {
    let cloud = Cloud::start(Dialect::S3 { key: KEY, secret: SECRET }).await;
    let store = open(&cloud, SECRET);
    (cloud, store)
}

fn open(cloud: &Cloud, secret: &str) -> Store {
    let settings = [
        ("aws_endpoint_url", cloud.url.as_str()),
        ("aws_access_key_id", KEY),
        ("aws_secret_access_key", secret),
        ("aws_region", "eu-test-1"),
    ];
    bucket::open("s3", &settings)
}

#[tokio::test(flavor = "multi_thread")]
async fn content_goes_in_once_and_comes_out_whole() {
    let (cloud, store) = start().await;
    bucket::content_goes_in_once_and_comes_out_whole(&cloud, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_what_it_is_called_is_refused_and_its_upload_is_given_up() {
    let (cloud, store) = start().await;
    bucket::what_is_not_what_it_is_called_is_refused(&cloud, &store).await;
    assert_eq!(cloud.unfinished(), 0, "parts that stay are paid for");
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_finds_what_is_damaged_and_missing_over_several_pages() {
    let (cloud, store) = start().await;
    bucket::verify_finds_what_is_damaged_and_missing(&cloud, &store, &mediagen_testkit::context()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_a_clear_error_that_does_not_show_it() {
    let (cloud, _) = start().await;
    let store = open(&cloud, "another-secret");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let large = bucket::noise(9 << 20);
    std::fs::write(&path, &large).unwrap();
    let errors = [
        store.put_file(&path, &bucket::hash(&large)).await.unwrap_err(),
        store.contains(&bucket::hash(b"abc")).await.unwrap_err(),
        store.verify(&mediagen_testkit::context(), |_| {}).await.unwrap_err(),
        store.put_bytes("abc".into()).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error:?}");
        assert!(!format!("{error:?} {error}").contains("another-secret"));
        // The service's own word is told, where it said one (a HEAD has no body).
        let cause = error.context().iter().find(|(name, _)| *name == "cause").map(|(_, cause)| cause.clone());
        assert!(cause.is_some_and(|cause| cause.contains("403 Forbidden")), "{error:?}");
    }
    assert!(cloud.keys().is_empty());
}

/// Run in a process of its own by the test below: the settings are what the environment says.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a part of the next test"]
async fn child_of_the_environment() {
    let store = Store::open(&StoreConfig::from_env().unwrap()).unwrap();
    assert_eq!(store.url().as_str(), "s3://bucket/deep/prefix");
    let folder = tempfile::tempdir().unwrap();
    let hash = bucket::keep(&store, folder.path(), b"from the environment", "job").await;
    assert!(store.contains(&hash).await.unwrap());
    assert!(store.verify(&mediagen_testkit::context(), |_| {}).await.unwrap().is_sound());
}

#[tokio::test(flavor = "multi_thread")]
async fn endpoint_and_credentials_come_from_the_environment() {
    let (cloud, _) = start().await;
    let run = |set: Vec<(&'static str, String)>| {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "child_of_the_environment", "--ignored", "--nocapture"]);
        let cleared =
            ["AWS_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ALLOW_HTTP", "AWS_SESSION_TOKEN"];
        for name in cleared {
            child.env_remove(name);
        }
        child.env("MEDIAGEN_STORE", format!("s3://{BUCKET}/{}", bucket::PREFIX)).envs(set);
        tokio::task::spawn_blocking(move || child.output().unwrap())
    };
    let credentials = [("AWS_ACCESS_KEY_ID", KEY.to_owned()), ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned())];
    let output = run([&credentials[..], &[("AWS_ENDPOINT_URL", cloud.url.clone())]].concat()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(cloud.keys().len(), 2, "a content and its record");
    cloud.seen();
    // A server elsewhere without TLS is refused before anything is sent.
    let elsewhere = ("AWS_ENDPOINT_URL", "http://192.0.2.1:9".to_owned());
    let output = run([&credentials[..], &[elsewhere]].concat()).await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("has no TLS, and is not on this machine"), "{said}");
    assert!(cloud.seen().is_empty());
}

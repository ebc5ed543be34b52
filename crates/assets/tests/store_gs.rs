//! The store in a bucket of Google Cloud Storage: its interface for XML, on loopback.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

#[path = "support/bucket.rs"]
mod bucket;
#[path = "support/cloud/mod.rs"]
mod cloud;

use cloud::{Cloud, Dialect};
use mediagen_assets::store::Store;
use mediagen_core::ErrorKind;

async fn start(token: &str) -> (Cloud, Store) {
    let cloud = Cloud::start(Dialect::Google { token: "test-token" }).await;
    let settings = [("google_base_url", cloud.url.as_str()), ("google_bearer_token", token)];
    let store = bucket::open("gs", &settings);
    (cloud, store)
}

#[tokio::test(flavor = "multi_thread")]
async fn content_goes_in_once_and_comes_out_whole() {
    let (cloud, store) = start("test-token").await;
    bucket::content_goes_in_once_and_comes_out_whole(&cloud, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_what_it_is_called_is_refused_and_its_upload_is_given_up() {
    let (cloud, store) = start("test-token").await;
    bucket::what_is_not_what_it_is_called_is_refused(&cloud, &store).await;
    assert_eq!(cloud.unfinished(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_finds_what_is_damaged_and_missing_over_several_pages() {
    let (cloud, store) = start("test-token").await;
    bucket::verify_finds_what_is_damaged_and_missing(&cloud, &store, &mediagen_testkit::context()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_a_clear_error() {
    let (cloud, store) = start("another-token").await;
    let error = store.put_bytes("abc".into()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error:?}");
    assert!(!format!("{error:?}").contains("another-token") && cloud.keys().is_empty());
}

//! The store in a container of Azure Blob Storage, on loopback, with requests signed by a shared key.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

#[path = "support/bucket.rs"]
mod bucket;
#[path = "support/cloud/mod.rs"]
mod cloud;

use cloud::{Cloud, Dialect};
use mediagen_assets::store::Store;
use mediagen_core::ErrorKind;

/// "a key of this test" and "another key", in base64.
const KEY: &str = "YSBrZXkgb2YgdGhpcyB0ZXN0";
const OTHER: &str = "YW5vdGhlciBrZXk=";

async fn start(key: &str) -> (Cloud, Store) {
    let cloud = Cloud::start(Dialect::Azure { account: "tester", key: KEY }).await;
    let settings = [
        ("azure_storage_endpoint", cloud.url.as_str()),
        ("azure_storage_account_name", "tester"),
        ("azure_storage_account_key", key),
    ];
    let store = bucket::open("az", &settings);
    (cloud, store)
}

#[tokio::test(flavor = "multi_thread")]
async fn content_goes_in_once_and_comes_out_whole() {
    let (cloud, store) = start(KEY).await;
    bucket::content_goes_in_once_and_comes_out_whole(&cloud, &store).await;
}

/// Azure knows no giving up: blocks that no list names go away by themselves after a week.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_what_it_is_called_is_refused() {
    let (cloud, store) = start(KEY).await;
    bucket::what_is_not_what_it_is_called_is_refused(&cloud, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_finds_what_is_damaged_and_missing_over_several_pages() {
    let (cloud, store) = start(KEY).await;
    bucket::verify_finds_what_is_damaged_and_missing(&cloud, &store, &mediagen_testkit::context()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_a_clear_error() {
    let (cloud, store) = start(OTHER).await;
    let error = store.put_bytes("abc".into()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error:?}");
    assert!(!format!("{error:?}").contains(OTHER) && cloud.keys().is_empty());
}

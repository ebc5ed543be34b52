//! A large file into a bucket and out of it in small memory. One test, because the peak it reads is that of the whole
//! process, the server's included.
#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "support/cloud/mod.rs"]
mod cloud;

use cloud::{BUCKET, Cloud, Dialect};
use futures_util::TryStreamExt as _;
use mediagen_assets::store::{Store, StoreConfig};
use std::io::Write as _;
use url::Url;

const PIECE: usize = 1 << 20;
const PIECES: usize = 160;
/// Four parts of 8 MiB on their way, one that is filled, one that is put together for its signature, and what sockets,
/// server and allocator hold.
const MOST_KIB: u64 = 64 << 10;

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_goes_in_and_out_in_small_memory() {
    let cloud = Cloud::start(Dialect::S3 { key: "AKIDTEST", secret: "secret" }).await;
    let config = StoreConfig::new(Url::parse(&format!("s3://{BUCKET}/p")).unwrap())
        .with_option("aws_endpoint_url", &cloud.url)
        .with_option("aws_access_key_id", "AKIDTEST")
        .with_option("aws_secret_access_key", "secret");
    let store = Store::open(&config).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large");
    let (mut file, mut hasher) = (std::fs::File::create(&path).unwrap(), blake3::Hasher::new());
    for number in 0..PIECES {
        let piece = vec![u8::try_from(number).unwrap(); PIECE];
        hasher.update(&piece);
        file.write_all(&piece).unwrap();
    }
    let hash = hasher.finalize().to_hex().to_string();
    let before = mediagen_testkit::peak::kib();
    store.put_file(&path, &hash).await.unwrap();
    let sent = mediagen_testkit::peak::grown_kib(before);
    let mut chunks = store.read(&hash).await.unwrap();
    let mut bytes = 0;
    while let Some(chunk) = chunks.try_next().await.unwrap() {
        bytes += chunk.len();
    }
    assert_eq!(bytes, PIECE * PIECES);
    let grown = mediagen_testkit::peak::grown_kib(before);
    eprintln!("{PIECES} MiB: {} KiB to put, {} KiB with the read", sent.unwrap_or_default(), grown.unwrap_or_default());
    assert!(grown.is_none_or(|grown| grown < MOST_KIB), "{grown:?} KiB");
}

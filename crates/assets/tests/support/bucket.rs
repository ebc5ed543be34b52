//! What every store in a bucket must do, whoever's bucket it is.

use super::cloud::{BUCKET, Cloud, Fault, PAGE};
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use http::Method;
use mediagen_assets::{
    record::{AssetFacts, Made, Record},
    store::{Store, StoreConfig},
};
use mediagen_core::{Context, ErrorKind};
use std::path::Path;
use url::Url;

/// The place of the store in the bucket.
pub(crate) const PREFIX: &str = "deep/prefix";

/// The store in `cloud`, with these settings.
pub(crate) fn open(scheme: &str, settings: &[(&str, &str)]) -> Store {
    let url = Url::parse(&format!("{scheme}://{BUCKET}/{PREFIX}")).unwrap();
    let config = settings.iter().fold(StoreConfig::new(url), |config, (name, value)| config.with_option(*name, *value));
    Store::open(&config).unwrap()
}

pub(crate) fn hash(content: &[u8]) -> String {
    blake3::hash(content).to_hex().to_string()
}

/// Bytes that repeat nowhere.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().update(b"noise").finalize_xof().fill(&mut bytes);
    bytes
}

/// Puts a file with its record in; gives back its hash.
pub(crate) async fn keep(store: &Store, folder: &Path, content: &[u8], job: &str) -> String {
    let path = folder.join(job);
    std::fs::write(&path, content).unwrap();
    let mut facts = AssetFacts::default();
    facts.file = format!("{job}.png");
    facts.blake3 = Some(hash(content));
    facts.facts.bytes = Some(content.len() as u64);
    let mut made = Made::new("toy", "toy/model", "text-to-image");
    made.job = Some(job.to_owned());
    let hash = hash(content);
    store.put_file(&path, &hash).await.unwrap();
    store.put_record(&Record::new(facts).with_made(made)).await.unwrap();
    hash
}

async fn content(store: &Store, hash: &str) -> Vec<u8> {
    let chunks: Vec<Bytes> = store.read(hash).await.unwrap().try_collect().await.unwrap();
    chunks.concat()
}

fn place(hash: &str) -> String {
    format!("{PREFIX}/blake3/{}/{}/{hash}", &hash[..2], &hash[2..4])
}

/// Content of no, few and many bytes goes in once, is found and comes out whole; also where the server is busy, and
/// where a body is cut.
pub(crate) async fn content_goes_in_once_and_comes_out_whole(cloud: &Cloud, store: &Store) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    // Two whole parts of an upload and a bit.
    let large = noise((17 << 20) + 5);
    for bytes in [&b""[..], b"abc", &large] {
        std::fs::write(&path, bytes).unwrap();
        let hash = hash(bytes);
        assert!(!store.contains(&hash).await.unwrap());
        assert_eq!(store.read(&hash).await.err().unwrap().kind(), ErrorKind::NotFound);
        cloud.seen();
        store.put_file(&path, &hash).await.unwrap();
        let sent = cloud.seen();
        let puts = sent.iter().filter(|line| line.starts_with("PUT ")).count();
        // One, or three parts; Azure's list of blocks is a PUT too.
        assert!(if bytes.len() < 100 { puts == 1 } else { (3..=4).contains(&puts) }, "{sent:#?}");
        assert!(sent.iter().all(|line| line.contains(&place(&hash))), "{sent:#?}");
        store.put_file(&path, &hash).await.unwrap();
        assert_eq!(store.put_bytes(Bytes::copy_from_slice(bytes)).await.unwrap(), hash);
        let again = cloud.seen();
        assert_eq!(again, vec![format!("HEAD {}?", place(&hash)); 2], "what is there is not sent again");
        assert!(store.contains(&hash).await.unwrap());
        assert!(content(store, &hash).await == bytes);
        assert_eq!(store.local_path(&hash), None);
    }
    cloud.seen();
    // A body that ends in the middle is gone on with, and not begun anew.
    cloud.break_once(Fault::Cut(10 << 20));
    assert!(content(store, &hash(&large)).await == large);
    let seen = cloud.seen();
    assert_eq!(seen.iter().filter(|line| line.starts_with("GET ")).count(), 2, "{seen:#?}");
    assert!(seen.iter().any(|line| line.contains("[bytes=") && !line.contains("[bytes=0-")), "{seen:#?}");
    // A busy server is asked again: one part of three.
    let other = noise((17 << 20) + 6);
    std::fs::write(&path, &other).unwrap();
    cloud.break_once(Fault::Busy(Method::PUT));
    store.put_file(&path, &hash(&other)).await.unwrap();
    assert!(content(store, &hash(&other)).await == other);
    assert_eq!(cloud.unfinished(), 0);
    assert_eq!(cloud.keys().len(), 4);
}

/// A file that changed since it was hashed is refused, and nothing of it stays in the bucket.
pub(crate) async fn what_is_not_what_it_is_called_is_refused(cloud: &Cloud, store: &Store) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for size in [3, 17 << 20] {
        std::fs::write(&path, vec![7; size]).unwrap();
        let error = store.put_file(&path, &hash(b"other")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
        assert!(cloud.keys().is_empty());
    }
}

/// Lists go over several pages; a damaged and a missing content are found, and nothing else is wrong.
pub(crate) async fn verify_finds_what_is_damaged_and_missing(cloud: &Cloud, store: &Store, cx: &Context) {
    let folder = tempfile::tempdir().unwrap();
    let count = 3 * PAGE + 1;
    let mut hashes = Vec::new();
    for number in 0..count {
        let content = noise(40_000 + number);
        hashes.push(keep(store, folder.path(), &content, &format!("job{number}")).await);
    }
    cloud.seen();
    let report = store.verify(cx, |_| {}).await.unwrap();
    assert!(report.is_sound() && report.orphaned.is_empty(), "{report:?}");
    assert_eq!((report.contents, report.records), (count as u64, count as u64));
    let pages = cloud.seen().iter().filter(|line| line.starts_with("GET ?") && line.contains("prefix=")).count();
    assert_eq!(pages, 3 * count.div_ceil(PAGE), "records once, contents twice");
    assert_eq!(store.records(None).try_collect::<Vec<_>>().await.unwrap().len(), count);
    let found = store.find(&hashes[4][..16]).await.unwrap().unwrap();
    assert_eq!((found.blake3, found.record.asset.file.as_str()), (hashes[4].clone(), "job4.png"));

    cloud.damage(&format!("/{}", hashes[2]));
    cloud.lose(&format!("/{}", hashes[9]));
    let report = store.verify(cx, |_| {}).await.unwrap();
    assert!(!report.is_sound());
    assert_eq!(report.damaged.iter().map(|damage| &*damage.object).collect::<Vec<_>>(), [place(&hashes[2])]);
    let missing: Vec<_> = report.missing.iter().map(|missing| (&*missing.blake3, &*missing.file)).collect();
    assert_eq!(missing, [(&*hashes[9], "job9.png")]);
    // The missing one can be put in again.
    store.put_file(folder.path().join("job9"), &hashes[9]).await.unwrap();
    assert!(store.verify(cx, |_| {}).await.unwrap().missing.is_empty());
}

//! The store: whole or nothing, once, and found out when it is damaged.
#![allow(clippy::unwrap_used, clippy::panic, clippy::cast_possible_truncation, reason = "a test")]

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _};
use mediagen_assets::{
    record::{AssetFacts, Made, Record},
    store::{Store, StoreConfig},
};
use mediagen_core::{Context, ErrorKind};
use mediagen_testkit::NoClock;
use std::{fs, path::Path, sync::Arc};
use url::Url;

fn record(content: &[u8], job: &str, created_at: &str) -> Record {
    let mut facts = AssetFacts::default();
    facts.file = format!("{job}.png");
    facts.blake3 = Some(blake3::hash(content).to_hex().to_string());
    facts.facts.bytes = Some(content.len() as u64);
    let mut made = Made::new("toy", "toy/model", "text-to-image");
    made.job = Some(job.to_owned());
    made.created_at = Some(created_at.to_owned());
    Record::new(facts).with_made(made)
}

/// Puts a file with its record in, and gives back its hash.
async fn keep(store: &Store, folder: &Path, content: &[u8], job: &str) -> String {
    let path = folder.join(job);
    fs::write(&path, content).unwrap();
    let record = record(content, job, &format!("2026-11-22T21:00:{:02}Z", job.len()));
    let hash = record.asset.blake3.clone().unwrap();
    store.keep(&path, &record).await.unwrap();
    hash
}

async fn content(store: &Store, hash: &str) -> Vec<u8> {
    let chunks: Vec<Bytes> = store.read(hash).await.unwrap().try_collect().await.unwrap();
    chunks.concat()
}

/// Names of all files below `folder`.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path().to_string_lossy().into_owned());
        }
    }
    found.sort();
    found
}

/// A local store, one in memory, and one below a prefix of another object store (which takes the way of a bucket).
fn stores(folder: &Path) -> Vec<Store> {
    let bucket = Arc::new(object_store::memory::InMemory::new());
    let url = Url::parse("s3://bucket/deep/prefix").unwrap();
    vec![Store::at(folder.join("store")).unwrap(), Store::in_memory(), Store::over(bucket, "deep/prefix", url)]
}

#[tokio::test]
async fn a_record_of_a_local_store_is_where_any_reader_of_the_store_finds_it_whatever_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("store");
    let store = Store::at(&place).unwrap();
    for job in ["01a20ec0-56d8-74c9", "Grüße 日本 %20"] {
        let hash = keep(&store, folder.path(), job.as_bytes(), job).await;
        store.put_record(&record(job.as_bytes(), job, "2026-11-22T21:00:00Z")).await.unwrap();
        let found: Vec<_> = store.records(Some(&hash)).try_collect().await.unwrap();
        assert_eq!(found.len(), 1, "{job}: twice is once");
        assert_eq!(found[0].record.made.as_ref().unwrap().job.as_deref(), Some(job));
    }
    let files = files(&place);
    assert_eq!(files.len(), 4, "nothing else is left: {files:?}");
    #[cfg(unix)]
    for file in files {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert!(mode & 0o400 != 0 && mode & 0o111 == 0, "{file}: {mode:o}");
    }
}

#[tokio::test]
async fn a_record_is_not_put_in_where_its_content_is_another() {
    let folder = tempfile::tempdir().unwrap();
    for store in stores(folder.path()) {
        let path = folder.path().join("changed");
        fs::write(&path, b"other").unwrap();
        let error = store.keep(&path, &record(b"content", "job", "2026-11-22T21:00:00Z")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(store.records(None).count().await, 0, "{}", store.url());
    }
    assert!(files(&folder.path().join("store")).is_empty(), "nothing unfinished is left");
}

#[tokio::test]
async fn content_goes_in_once_and_comes_out_whole() {
    let folder = tempfile::tempdir().unwrap();
    // Two whole parts of an upload and a bit.
    let large: Vec<u8> = (0..(17 << 20) + 5).map(|i: u32| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for store in stores(folder.path()) {
        for bytes in [&b""[..], b"abc", &large] {
            let path = folder.path().join("file");
            fs::write(&path, bytes).unwrap();
            let hash = blake3::hash(bytes).to_hex().to_string();
            assert!(!store.contains(&hash).await.unwrap(), "{store:?}");
            assert_eq!(store.read(&hash).await.err().unwrap().kind(), ErrorKind::NotFound);
            store.put_file(&path, &hash).await.unwrap();
            store.put_file(&path, &hash).await.unwrap();
            assert!(store.contains(&hash).await.unwrap());
            assert!(content(&store, &hash).await == bytes);
            assert_eq!(store.put_bytes(Bytes::copy_from_slice(bytes)).await.unwrap(), hash);
        }
    }
    assert_eq!(files(&folder.path().join("store")).len(), 3);
}

#[tokio::test]
async fn what_is_not_what_it_is_called_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for store in stores(folder.path()) {
        for size in [3, 9 << 20] {
            fs::write(&path, vec![7; size]).unwrap();
            let other = blake3::hash(b"other").to_hex().to_string();
            let error = store.put_file(&path, &other).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{store:?}: {error}");
            assert!(!store.contains(&other).await.unwrap());
        }
        for hash in ["", "ab", "../../../../etc/passwd", &"A".repeat(64), &"g".repeat(64)] {
            assert_eq!(store.put_file(&path, hash).await.unwrap_err().kind(), ErrorKind::InvalidInput);
            assert_eq!(store.read(hash).await.err().unwrap().kind(), ErrorKind::InvalidInput);
        }
    }
    assert_eq!(files(&folder.path().join("store")), Vec::<String>::new());
}

#[tokio::test]
async fn a_file_that_is_edited_later_does_not_change_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path().join("store")).unwrap();
    let hash = keep(&store, folder.path(), b"as it was made", "job").await;
    // In place, as an editor does it that keeps links.
    let file = fs::OpenOptions::new().write(true).open(folder.path().join("job")).unwrap();
    std::io::Write::write_all(&mut &file, b"EDITED").unwrap();
    assert_eq!(content(&store, &hash).await, b"as it was made");
    assert!(store.verify(&Context::new(NoClock), |_| {}).await.unwrap().is_sound());
    assert_eq!(
        store.local_path(&hash).unwrap(),
        fs::canonicalize(folder.path()).unwrap().join(format!("store/blake3/{}/{}/{hash}", &hash[..2], &hash[2..4]))
    );
}

#[tokio::test]
async fn records_are_found_by_the_beginning_of_the_hash_and_kept_once() {
    let folder = tempfile::tempdir().unwrap();
    for store in stores(folder.path()) {
        let mut hashes = Vec::new();
        for number in 0..40_u8 {
            hashes.push(keep(&store, folder.path(), &[number], &format!("job{number}")).await);
        }
        keep(&store, folder.path(), &[3], "job3").await;
        keep(&store, folder.path(), &[3], "made-again-later").await;
        let all: Vec<_> = store.records(None).try_collect().await.unwrap();
        assert_eq!(all.len(), 41, "{store:?}");
        for hash in &hashes {
            let of_hash: Vec<_> = store.records(Some(hash)).try_collect().await.unwrap();
            assert_eq!(of_hash.len(), 1 + usize::from(*hash == hashes[3]));
        }
        let found = store.find(&hashes[3][..12].to_uppercase()).await.unwrap().unwrap();
        assert_eq!(found.record.asset.file, "made-again-later.png", "the newest record of a content counts");
        assert_eq!(store.find("0000000000").await.unwrap(), None);
        let twice = hashes.iter().enumerate().find(|(i, h)| hashes[..*i].iter().any(|other| other[..1] == h[..1]));
        let several = store.find(&twice.unwrap().1[..1]).await.unwrap_err();
        assert!(several.kind() == ErrorKind::InvalidInput && several.hint().unwrap().contains("more digits"));
        for wrong in ["", "xyz", "ab/../..", &"0".repeat(65)] {
            assert_eq!(store.find(wrong).await.unwrap_err().kind(), ErrorKind::InvalidInput, "{wrong}");
        }
    }
}

#[tokio::test]
async fn verify_finds_what_is_damaged_missing_and_orphaned() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path().join("store")).unwrap();
    let cx = Context::new(NoClock);
    let mut hashes = Vec::new();
    for number in 0..5_u8 {
        hashes.push(keep(&store, folder.path(), &vec![number; 300_000], &format!("job{number}")).await);
    }
    let mut told = Vec::new();
    let report = store.verify(&cx, |progress| told.push(progress)).await.unwrap();
    assert!(report.is_sound() && report.orphaned.is_empty(), "{report:?}");
    assert_eq!((report.contents, report.records, report.bytes), (5, 5, 1_500_000));
    let last = told.last().unwrap();
    assert_eq!((last.bytes, last.total, last.contents), (1_500_000, 1_500_000, 5));
    assert!(told.windows(2).all(|pair| pair[0].bytes <= pair[1].bytes));

    // One byte differs, one is gone, one is cut, one is new, one record is broken.
    let at = |hash: &str| store.local_path(hash).unwrap();
    let mut flipped = fs::read(at(&hashes[0])).unwrap();
    flipped[200_000] ^= 1;
    fs::write(at(&hashes[0]), flipped).unwrap();
    fs::remove_file(at(&hashes[1])).unwrap();
    fs::OpenOptions::new().write(true).open(at(&hashes[2])).unwrap().set_len(10).unwrap();
    let orphan = store.put_bytes(Bytes::from_static(b"nobody's")).await.unwrap();
    let broken = files(&folder.path().join("store/records")).into_iter().find(|f| f.contains(&hashes[3])).unwrap();
    fs::write(&broken, "{").unwrap();
    fs::write(folder.path().join("store/blake3/stray"), "x").unwrap();
    let report = store.verify(&cx, |_| {}).await.unwrap();
    assert!(!report.is_sound());
    let damaged: Vec<_> = report.damaged.iter().map(|d| d.object.rsplit('/').next().unwrap().to_owned()).collect();
    for expected in [&hashes[0], &hashes[2], "job3-0.json", "stray"] {
        assert!(damaged.iter().any(|d| d == expected), "{expected}: {report:?}");
    }
    assert_eq!(damaged.len(), 4, "{report:?}");
    assert_eq!(report.missing.iter().map(|m| (&*m.blake3, &*m.file)).collect::<Vec<_>>(), [(&*hashes[1], "job1.png")]);
    let mut orphaned = vec![orphan, hashes[3].clone()];
    orphaned.sort();
    assert_eq!(report.orphaned, orphaned);
    // What is damaged is not given out as whole.
    let mut chunks = store.read(&hashes[0]).await.unwrap();
    let mut last = None;
    while let Some(chunk) = chunks.next().await {
        last = Some(chunk);
    }
    assert_eq!(last.unwrap().unwrap_err().kind(), ErrorKind::Transfer);
    cx.cancellation().cancel();
    assert_eq!(store.verify(&cx, |_| {}).await.unwrap_err().kind(), ErrorKind::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_puts_of_one_content_at_once_leave_one_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path().join("store")).unwrap();
    let path = folder.path().join("file");
    fs::write(&path, vec![5; 3 << 20]).unwrap();
    let hash = blake3::hash(&vec![5; 3 << 20]).to_hex().to_string();
    let puts = (0..16).map(|_| {
        let (store, path, hash) = (store.clone(), path.clone(), hash.clone());
        tokio::spawn(async move { store.put_file(&path, &hash).await })
    });
    for put in puts.collect::<Vec<_>>() {
        put.await.unwrap().unwrap();
    }
    assert_eq!(files(&folder.path().join("store")).len(), 1);
    assert!(store.verify(&Context::new(NoClock), |_| {}).await.unwrap().is_sound());
}

#[test]
fn a_store_is_opened_by_its_url() {
    let folder = tempfile::tempdir().unwrap();
    let url = Url::from_directory_path(folder.path().join("a b/ü")).unwrap();
    let store = Store::open(&StoreConfig::new(url)).unwrap();
    assert!(folder.path().join("a b/ü").is_dir());
    assert_eq!(store.url().scheme(), "file");
    assert!(Store::open(&StoreConfig::new(Url::parse("memory:///").unwrap())).is_ok());
    let cases = [
        ("ftp://host/x", ""),
        ("https://example.com/", ""),
        ("s3://bucket/p", "s3"),
        ("gs://b", "gs"),
        ("az://c", "az"),
    ];
    for (url, feature) in cases {
        let built = [("s3", cfg!(feature = "s3")), ("gs", cfg!(feature = "gs")), ("az", cfg!(feature = "az"))];
        if built.contains(&(feature, true)) {
            continue;
        }
        let error = Store::open(&StoreConfig::new(Url::parse(url).unwrap())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(feature.is_empty() || error.hint().unwrap().contains(&format!("--features {feature}")), "{error:?}");
    }
    fs::write(folder.path().join("file"), "").unwrap();
    assert_eq!(Store::at(folder.path().join("file")).unwrap_err().kind(), ErrorKind::Io);
}

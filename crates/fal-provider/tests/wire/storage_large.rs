//! Large files are hashed while they leave, and are still uploaded once.

use crate::support::*;
use fal_provider::FalProvider;
use mediagen_core::{Delivery, MediaInput, Provider as _, Uploaded};
use mediagen_emulator::fal::{Emulator, EmulatorConfig, Fault, Route};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

const MIB: usize = 1 << 20;

/// A server, a folder for files and one that the processes share.
struct Rig {
    emulator: Emulator,
    folder: tempfile::TempDir,
}

impl Rig {
    async fn new() -> Self {
        let emulator = Emulator::start(EmulatorConfig::default().with_accepted_key(KEY)).await.unwrap();
        Self { emulator, folder: tempfile::tempdir().unwrap() }
    }

    /// A provider as another process has it, which sends files above 1 MiB in parts.
    fn fal(&self) -> FalProvider {
        let config = config(&self.emulator.base_url()).with_parts_above(MIB as u64).unwrap();
        FalProvider::new(config.with_upload_cache(self.cache())).unwrap()
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("uploads")
    }

    fn file(&self, name: &str, salt: u8) -> (PathBuf, Vec<u8>) {
        let content: Vec<u8> = (0..23 * MIB + 77).map(|n| u8::try_from(n / 1000 % 256).unwrap() ^ salt).collect();
        let path = self.folder.path().join(name);
        std::fs::write(&path, &content).unwrap();
        (path, content)
    }

    /// Files that were begun, not parts.
    fn begun(&self) -> usize {
        self.emulator.requests().iter().filter(|r| r.path == "/cdn/files/upload/multipart").count()
    }
}

async fn put(fal: &FalProvider, path: &Path, settings: Value) -> Uploaded {
    let mut delivery = Delivery::default();
    delivery.settings = settings.as_object().cloned().unwrap();
    fal.upload(&context(), &MediaInput::Path(path.to_owned()), &delivery).await.unwrap()
}

/// The same, whatever is there already.
async fn force(fal: &FalProvider, path: &Path) -> Uploaded {
    let delivery = Delivery::default().with_reuse_uploads(false);
    fal.upload(&context(), &MediaInput::Path(path.to_owned()), &delivery).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_080_large_files_of_one_length_are_told_apart_by_content_and_each_goes_once() {
    let rig = Rig::new().await;
    let (one, content) = rig.file("one.bin", 1);
    let (same, _) = rig.file("same.bin", 1);
    let (other, different) = rig.file("other.bin", 2);
    rig.emulator.fail(Route::Upload, Fault::Slow(Duration::from_millis(300)), 1);
    // Four processes at the same time: none knows the content of what the first one sends.
    let fals = [rig.fal(), rig.fal(), rig.fal(), rig.fal()];
    let nothing = || json!({});
    let (a, b, c, d) = tokio::join!(
        put(&fals[0], &one, nothing()),
        put(&fals[1], &same, nothing()),
        put(&fals[2], &one, nothing()),
        put(&fals[3], &other, nothing())
    );
    assert_eq!(rig.begun(), 2, "two contents");
    assert_eq!((&a.reference, &a.reference), (&b.reference, &c.reference));
    assert_ne!(a.reference, d.reference);
    assert_eq!([&a, &b, &c, &d].iter().filter(|uploaded| !uploaded.cached).count(), 2);
    let hash = |bytes: &[u8]| Some(blake3::hash(bytes).to_hex().to_string());
    assert!([&a, &b, &c].iter().all(|uploaded| uploaded.blake3 == hash(&content)));
    assert_eq!(d.blake3, hash(&different));
    assert!(put(&rig.fal(), &other, nothing()).await.cached);
    // By force nothing is looked for, and so nothing is hashed; what was there before is not trusted any more.
    let forced = force(&rig.fal(), &one).await;
    assert!(!forced.cached && forced.reference != a.reference && forced.blake3.is_none());
    let copy = put(&rig.fal(), &same, nothing()).await;
    assert!(!copy.cached && copy.reference != a.reference);
    // By its content, or as the same old file: whether that is known depends on its age.
    let again = put(&rig.fal(), &one, nothing()).await;
    assert!(again.cached && [&forced.reference, &copy.reference].contains(&&again.reference));
    assert_eq!(rig.begun(), 4);
    for entry in std::fs::read_dir(rig.cache()).unwrap().map(|file| file.unwrap().path()) {
        if entry.extension().is_some_and(|e| e == "json") {
            std::fs::write(entry, "{").unwrap();
        }
    }
    assert!(!put(&rig.fal(), &one, nothing()).await.cached, "what is damaged is no entry");
    assert_eq!(rig.begun(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_that_changes_while_it_leaves_is_not_remembered() {
    let rig = Rig::new().await;
    let (path, _) = rig.file("one.bin", 1);
    let fal = rig.fal();
    rig.emulator.fail(Route::Upload, Fault::Slow(Duration::from_millis(300)), 1);
    let change = async {
        while rig.begun() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        rig.file("one.bin", 3)
    };
    let (first, (_, content)) = tokio::join!(put(&fal, &path, json!({})), change);
    assert_eq!((first.cached, first.blake3), (false, None), "nobody knows what it was");
    let again = put(&fal, &path, json!({})).await;
    assert!(!again.cached);
    assert_eq!(again.blake3, Some(blake3::hash(&content).to_hex().to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_081_the_hash_is_right_where_parts_were_sent_twice_or_another_way() {
    let rig = Rig::new().await;
    let (path, content) = rig.file("one.bin", 1);
    let hash = blake3::hash(&content).to_hex().to_string();
    rig.emulator.fail(Route::Upload, Fault::Slow(Duration::ZERO), 1);
    rig.emulator.fail(Route::Upload, Fault::Status(503, json!({})), 2);
    assert_eq!(put(&rig.fal(), &path, json!({})).await.blake3, Some(hash.clone()));
    // No dialect of parts works: the bucket takes it whole, and nobody saw its pieces.
    for refused in [501, 501] {
        rig.emulator.fail(Route::Upload, Fault::Status(refused, json!({"detail": "no parts here"})), 1);
    }
    let forced = force(&rig.fal(), &path).await;
    assert_eq!(forced.blake3, None, "by force nobody asks for the hash");
    for refused in [501, 501] {
        rig.emulator.fail(Route::Upload, Fault::Status(refused, json!({"detail": "no parts here"})), 1);
    }
    let again = put(&rig.fal(), &path, json!({})).await;
    assert_eq!((again.cached, again.blake3), (false, Some(hash)));
    assert!(put(&rig.fal(), &path, json!({})).await.cached);
}

/// The same file, unchanged, is not even read again.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_080_an_unchanged_large_file_is_known_without_being_read() {
    let rig = Rig::new().await;
    let (path, _) = rig.file("one.bin", 1);
    // Younger files may change within one tick of the file system's clock.
    tokio::time::sleep(Duration::from_millis(700)).await;
    let first = put(&rig.fal(), &path, json!({})).await;
    let entries = std::fs::read_dir(rig.cache()).unwrap().map(|file| file.unwrap().path());
    let entry = entries.into_iter().find(|path| path.extension().is_some_and(|e| e == "json")).unwrap();
    let mut known: Value = serde_json::from_slice(&std::fs::read(&entry).unwrap()).unwrap();
    assert_eq!(known["file"]["bytes"], 23 * MIB + 77);
    let again = put(&rig.fal(), &path, json!({})).await;
    assert!(again.cached && again.reference == first.reference && again.blake3 == first.blake3);
    // Another file with the same content is read, and is the same.
    known["file"]["inode"] = json!(1);
    std::fs::write(&entry, known.to_string()).unwrap();
    assert_eq!(put(&rig.fal(), &path, json!({})).await.reference, first.reference);
    assert_eq!(rig.begun(), 1);
    // What went by force was not hashed; the file is known again by being the same one.
    let fal = rig.fal();
    let forced = force(&fal, &path).await;
    assert!(!forced.cached && forced.reference != first.reference && forced.blake3.is_none());
    for fal in [fal, rig.fal()] {
        let again = put(&fal, &path, json!({})).await;
        assert!(again.cached && again.reference == forced.reference);
    }
    assert_eq!(rig.begun(), 2);
    // With other content of the same length it is another file.
    rig.file("one.bin", 9);
    assert!(!put(&rig.fal(), &path, json!({})).await.cached);
}

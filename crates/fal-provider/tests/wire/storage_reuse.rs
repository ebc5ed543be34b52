//! The same content is uploaded once while its address lives.

use crate::support::*;
use fal_provider::{FalConfig, FalProvider};
use mediagen_core::{Clock, Context, Delivery, ImageToImageRequest, MediaInput, Provider as _, Uploaded};
use mediagen_emulator::fal::{Emulator, EmulatorConfig, Fault, JobFault, Route};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and more";

async fn emulator() -> Emulator {
    Emulator::start(EmulatorConfig::default().with_accepted_key(KEY)).await.unwrap()
}

fn sharing(emulator: &Emulator, folder: &Path) -> FalProvider {
    FalProvider::new(config(&emulator.base_url()).with_upload_cache(folder)).unwrap()
}

/// A context whose date is this much later than the system's.
struct Later(Context, Duration);

impl Clock for Later {
    fn elapsed(&self) -> Duration {
        self.0.clock().elapsed()
    }
    fn sleep(&self, duration: Duration) -> mediagen_core::BoxFuture<'static, ()> {
        self.0.clock().sleep(duration)
    }
    fn now(&self) -> SystemTime {
        SystemTime::now() + self.1
    }
}

async fn put(fal: &FalProvider, data: &[u8], settings: Value) -> Uploaded {
    put_in(&context(), fal, data, settings).await
}

async fn put_in(cx: &Context, fal: &FalProvider, data: &[u8], settings: Value) -> Uploaded {
    let mut delivery = Delivery::default();
    delivery.settings = settings.as_object().cloned().unwrap();
    fal.upload(cx, &MediaInput::bytes(data.to_vec(), "x.png"), &delivery).await.unwrap()
}

/// The same, whatever is there already.
async fn force(fal: &FalProvider, data: &[u8]) -> Uploaded {
    let delivery = Delivery::default().with_reuse_uploads(false);
    fal.upload(&context(), &MediaInput::bytes(data.to_vec(), "x.png"), &delivery).await.unwrap()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|e| e == "json")).collect()
}

#[tokio::test]
async fn a_080_the_same_bytes_are_uploaded_once_per_client_and_again_by_force() {
    let emulator = emulator().await;
    let fal = FalProvider::new(config(&emulator.base_url())).unwrap();
    let first = put(&fal, PNG, json!({})).await;
    assert_eq!((first.cached, first.bytes, first.media_type.as_deref()), (false, Some(25), Some("image/png")));
    assert_eq!(first.blake3.as_deref(), Some(blake3::hash(PNG).to_hex().as_str()));
    let again = put(&fal.clone(), PNG, json!({})).await;
    assert_eq!((again.cached, &again.reference), (true, &first.reference));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other name.png");
    std::fs::write(&path, PNG).unwrap();
    assert_eq!(
        upload(&fal, &context(), MediaInput::Path(path)).await.unwrap(),
        first.url().unwrap(),
        "content, not names"
    );
    assert_eq!(emulator.count(Route::Upload), 1);
    let forced = force(&fal, PNG).await;
    assert!(!forced.cached && forced.reference != first.reference);
    assert_eq!(put(&fal, PNG, json!({})).await.reference, forced.reference, "the newest is remembered");
    assert_eq!(emulator.count(Route::Upload), 2);
    put(&fal, PNG, json!({"lifecycle": "1d"})).await;
    assert_eq!(emulator.count(Route::Upload), 3, "other terms are another file");
    put(&fal, PNG, json!({"lifecycle": "immediate"})).await;
    assert!(!put(&fal, PNG, json!({"lifecycle": "immediate"})).await.cached, "it hardly outlives one job");
}

#[tokio::test]
async fn a_080_an_address_is_not_used_to_the_end_of_its_life() {
    let emulator = emulator().await;
    let folder = tempfile::tempdir().unwrap();
    // Its last quarter of an hour is left for the job: three seconds of use are over soon.
    for fal in [FalProvider::new(config(&emulator.base_url())).unwrap(), sharing(&emulator, folder.path())] {
        let before = emulator.count(Route::Upload);
        let first = put(&fal, PNG, json!({"lifecycle": 903})).await;
        assert!(put(&fal, PNG, json!({"lifecycle": 903})).await.cached);
        let cx = Context::new(Later(context(), Duration::from_secs(4)));
        let later = put_in(&cx, &fal, PNG, json!({"lifecycle": 903})).await;
        assert!(!later.cached && later.reference != first.reference);
        assert_eq!(emulator.count(Route::Upload), before + 2);
    }
}

#[tokio::test]
async fn a_080_uploads_of_the_same_bytes_at_the_same_time_are_one() {
    let emulator = emulator().await;
    let folder = tempfile::tempdir().unwrap();
    emulator.fail(Route::Upload, Fault::Slow(Duration::from_millis(100)), 1);
    // Clones, and providers of their own as other processes have them.
    let shared = sharing(&emulator, folder.path());
    let fals = [shared.clone(), shared, sharing(&emulator, folder.path()), sharing(&emulator, folder.path())];
    let uploads = fals.iter().map(|fal| put(fal, PNG, json!({})));
    let all = futures_util::future::join_all(uploads).await;
    assert_eq!(emulator.count(Route::Upload), 1);
    assert_eq!(all.iter().filter(|uploaded| !uploaded.cached).count(), 1);
    assert!(all.iter().all(|uploaded| uploaded.reference == all[0].reference));
}

#[tokio::test]
async fn a_folder_is_private_holds_no_key_and_belongs_to_one_account() {
    let emulator = Emulator::start(EmulatorConfig::default()).await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("deep/uploads");
    let first = put(&sharing(&emulator, &folder), PNG, json!({})).await;
    assert!(put(&sharing(&emulator, &folder), PNG, json!({})).await.cached);
    let entries = entries(&folder);
    assert_eq!(entries.len(), 1);
    let text = std::fs::read_to_string(&entries[0]).unwrap();
    assert!(text.contains(first.reference.as_str().unwrap()) && text.contains(&*first.blake3.unwrap()), "{text}");
    assert!(!text.contains("key-id") && !text.contains("secret"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        for file in std::fs::read_dir(&folder).unwrap() {
            assert_eq!(mode(&file.unwrap().path()), 0o600);
        }
    }
    let other = FalConfig::new("other:key").unwrap().with_base_url(&emulator.base_url()).unwrap();
    let other = FalProvider::new(other.with_upload_cache(&folder)).unwrap();
    assert!(!put(&other, PNG, json!({})).await.cached, "another account");
    let elsewhere = Emulator::start(EmulatorConfig::default()).await.unwrap();
    assert!(!put(&sharing(&elsewhere, &folder), PNG, json!({})).await.cached, "another storage");
}

#[tokio::test]
async fn what_is_damaged_foreign_or_out_of_date_is_replaced() {
    let emulator = emulator().await;
    let folder = tempfile::tempdir().unwrap();
    put(&sharing(&emulator, folder.path()), PNG, json!({})).await;
    let entry = entries(folder.path()).remove(0);
    let good: Value = serde_json::from_slice(&std::fs::read(&entry).unwrap()).unwrap();
    let with = |key: &str, value: Value| {
        let mut changed = good.clone();
        changed[key] = value;
        changed.to_string()
    };
    let now = good["uploaded_at"].as_u64().unwrap();
    let bad = [
        String::new(),
        "{".into(),
        "[]".into(),
        "x".repeat(1 << 20),
        with("version", json!(3)),
        with("blake3", json!("0".repeat(64))),
        with("bytes", json!(24)),
        with("account", json!("somebody")),
        with("use_until", json!(now)),
        with("uploaded_at", json!(now + 3_600)),
        with("reference", json!("data:image/png;base64,AA==")),
        with("reference", json!("no address")),
    ];
    for (index, text) in bad.iter().enumerate() {
        std::fs::write(&entry, text).unwrap();
        let uploaded = put(&sharing(&emulator, folder.path()), PNG, json!({})).await;
        assert!(!uploaded.cached, "{}", &text[..text.len().min(200)]);
        assert_eq!(emulator.count(Route::Upload), index + 2);
        let found: Value = serde_json::from_slice(&std::fs::read(&entry).unwrap()).unwrap();
        assert_eq!(found["reference"], uploaded.reference, "replaced");
    }
    assert!(put(&sharing(&emulator, folder.path()), PNG, json!({})).await.cached);
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_a_warning() {
    let emulator = emulator().await;
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    std::fs::write(&file, "").unwrap();
    let (cx, events) = watched(context());
    let fal = sharing(&emulator, &file.join("uploads"));
    upload(&fal, &cx, MediaInput::bytes(PNG, "x.png")).await.unwrap();
    assert!(events.lock().unwrap().iter().any(|e| e.starts_with("warning uploads are not remembered")));
}

#[tokio::test]
async fn an_address_that_fal_cannot_read_is_forgotten() {
    let emulator = emulator().await;
    let folder = tempfile::tempdir().unwrap();
    let fal = sharing(&emulator, folder.path());
    let model = fal.with_context(context()).image_to_image("fal-ai/esrgan").await.unwrap();
    let request = ImageToImageRequest::new(MediaInput::bytes(PNG, "x.png"));
    for (error_type, uploads) in
        [("content_policy_violation", 1), ("file_download_error", 1), ("file_download_error", 2)]
    {
        let entry = json!({"loc": ["body", "image_url"], "msg": "Failed to download the file", "type": error_type});
        emulator.fail_jobs(&JobFault::Model { status: 422, body: json!({"detail": [entry]}), retryable: false }, 1);
        model.run(request.clone()).await.unwrap_err();
        assert_eq!(emulator.count(Route::Upload), uploads, "{error_type}");
    }
    assert!(entries(folder.path()).is_empty(), "for other processes too");
    put(&fal, PNG, json!({})).await;
    assert_eq!(emulator.count(Route::Upload), 3);
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_sent_is_not_remembered() {
    let emulator = emulator().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.png");
    std::fs::write(&path, PNG).unwrap();
    emulator.fail(Route::Upload, Fault::Slow(Duration::from_millis(200)), 1);
    let fal = FalProvider::new(config(&emulator.base_url())).unwrap();
    let cx = context();
    let sending = upload(&fal, &cx, MediaInput::Path(path.clone()));
    let change = async {
        while emulator.count(Route::Upload) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        std::fs::write(&path, [PNG, b"more"].concat()).unwrap();
    };
    tokio::join!(sending, change).0.unwrap();
    assert!(!put(&fal, PNG, json!({})).await.cached);
}

//! Galleries made for a test, and the one of the demo.

use mediagen::{
    assets::{
        Record,
        record::{AssetFacts, InputRecord, Made},
    },
    gallery::{Entry, Gallery, Order},
};
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The folder of one run of `mediagen demo`, shared by the tests of this process.
pub(crate) fn demo() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_mediagen"));
        command.args(["demo", "--out", "demo", "--quiet", "--json"]).current_dir(folder.path()).env_clear();
        command.env("MEDIAGEN_HOME", folder.path().join("home"));
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        let ran = command.output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        folder
    });
    folder.path()
}

/// A record as a generation leaves it. `hash` is any text that stands for the content.
pub(crate) fn record(
    file: &str,
    media_type: &str,
    hash: &str,
    model: &str,
    kind: &str,
    prompt: Option<&str>,
) -> Record {
    let mut asset = AssetFacts::default();
    file.clone_into(&mut asset.file);
    asset.facts.media_type = Some(media_type.to_owned());
    asset.blake3 = Some(format!("{hash:0>64}"));
    asset.facts.bytes = Some(1234);
    (asset.facts.width, asset.facts.height) = (Some(64), Some(48));
    let mut made = Made::new("fal", model, kind);
    made.prompt = prompt.map(str::to_owned);
    made.body = serde_json::json!({"prompt": prompt, "seed": u64::MAX});
    made.seed = Some(u64::MAX);
    made.request_id = Some(format!("request-{hash}"));
    Record::new(asset).with_made(made)
}

/// `record` as an input.
pub(crate) fn input(role: &str, record: &Record) -> InputRecord {
    let mut input = InputRecord::new(role, &*record.asset.file);
    input.blake3.clone_from(&record.asset.blake3);
    input.record = Some(Box::new(record.clone()));
    input
}

/// A small picture of one colour.
pub(crate) fn picture(path: &Path, colour: [u8; 3]) {
    image::RgbImage::from_pixel(64, 48, image::Rgb(colour)).save(path).unwrap();
}

/// A page of `entries` in their order in `folder`.
pub(crate) fn page(folder: &Path, entries: Vec<Entry>) -> PathBuf {
    let page = folder.join("page of a test.html");
    let gallery = Gallery::new("A test").with_order(Order::Oldest).with_entries(entries);
    assert!(gallery.write(&page).unwrap().assets > 0);
    page
}

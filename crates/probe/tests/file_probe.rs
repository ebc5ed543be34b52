//! The probe that a context carries.
#![allow(clippy::unwrap_used, reason = "a test")]

use mediagen_core::{MediaInput, MediaProbe as _};
use mediagen_probe::{FileProbe, probe};
use std::time::Duration;

#[tokio::test]
async fn files_and_bytes_tell_the_same_and_addresses_and_pipes_tell_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    image::RgbImage::new(17, 23).save(&path).unwrap();
    let data = std::fs::read(&path).unwrap();
    let look = FileProbe::new();
    let file = look.probe(&MediaInput::Path(path.clone())).await.unwrap();
    assert_eq!((file.bytes, file.width, file.height), (Some(data.len() as u64), Some(17), Some(23)));
    assert_eq!((file.bytes.unwrap(), file.duration_s), (probe(&path).unwrap().bytes.unwrap(), None));
    assert_eq!(look.probe(&MediaInput::bytes(data, "a.png")).await, Some(file));
    let text = look.probe(&MediaInput::bytes("just text", "a.png")).await.unwrap();
    assert_eq!((text.bytes, text.width), (Some(9), None));
    for nothing in ["https://a.test/x.png", "missing.png", "."] {
        assert_eq!(look.probe(&nothing.parse().unwrap()).await, None, "{nothing}");
    }
    let pipe = folder.path().join("pipe");
    if std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|made| made.success()) {
        let pipe = MediaInput::Path(pipe);
        let asked = look.probe(&pipe);
        assert_eq!(tokio::time::timeout(Duration::from_secs(5), asked).await, Ok(None), "a pipe is not waited for");
    }
}

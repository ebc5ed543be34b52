//! Assets: three sources, one handle.
#![allow(clippy::unwrap_used, clippy::panic, clippy::cast_possible_truncation, reason = "a test")]

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use mediagen_assets::Asset;
use mediagen_core::{ErrorKind, MediaInput};
use std::fs;
use url::Url;

fn png() -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(12, 9, image::Rgb([1, 2, 3])).write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

#[tokio::test]
async fn bytes_and_files_are_read_in_chunks_and_hashed() {
    let folder = tempfile::tempdir().unwrap();
    let content: Vec<u8> = (0..200_000_u32).map(|i| i as u8).collect();
    let path = folder.path().join("a.bin");
    fs::write(&path, &content).unwrap();
    for asset in [Asset::from_bytes(content.clone(), "a.bin"), Asset::from_file(&path).await.unwrap()] {
        let chunks: Vec<Bytes> = asset.read().await.unwrap().try_collect().await.unwrap();
        assert!(chunks.iter().all(|chunk| chunk.len() <= 64 << 10) && chunks.concat() == content);
        assert_eq!(asset.blake3().await.unwrap(), blake3::hash(&content).to_hex().as_str());
        assert_eq!(
            (asset.bytes(), asset.media_type(), asset.name()),
            (Some(200_000), "application/octet-stream", "a.bin")
        );
    }
    let missing = Asset::from_file(folder.path().join("none")).await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Io);
}

#[tokio::test]
async fn an_input_is_the_live_address_else_the_file_else_the_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    fs::write(&path, png()).unwrap();
    let url = Url::parse("https://cdn.test/files/b.mp4?x=1").unwrap();
    let file = Asset::from_file(&path).await.unwrap();
    assert_eq!(file.input(), MediaInput::Path(path.clone()));
    assert_eq!(MediaInput::from(&file.clone().with_url(url.clone())), MediaInput::Url(url.clone()));
    assert_eq!(MediaInput::from(file.with_url(url.clone()).without_url()), MediaInput::Path(path));
    assert_eq!(Asset::from_bytes(png(), "m.png").input(), MediaInput::bytes(png(), "m.png"));
    let remote = Asset::from_url(url.clone());
    assert_eq!(remote.clone().without_url().input(), MediaInput::Url(url));
    assert_eq!((remote.name(), remote.media_type(), remote.bytes()), ("b.mp4", "video/mp4", None));
    for error in [remote.read().await.err().unwrap(), remote.blake3().await.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn a_113_a_file_is_measured_and_its_bytes_decide_its_type() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photo.jpg");
    fs::write(&path, png()).unwrap();
    let asset = Asset::from_file(&path).await.unwrap();
    assert_eq!(asset.media_type(), "image/png");
    assert_eq!((asset.facts().width, asset.facts().height), (Some(12), Some(9)));
    assert_eq!((asset.known_blake3(), asset.to_string()), (None, path.display().to_string()));
    assert_eq!(asset.blake3().await.unwrap(), blake3::hash(&png()).to_hex().as_str());
    let shown = serde_json::to_value(asset.clone().with_content("00", 5)).unwrap();
    let expected = serde_json::json!({
        "path": path, "url": null, "blake3": "00", "media_type": "image/png", "bytes": 5, "width": 12, "height": 9,
        "has_alpha": false, "frames": 1, "has_audio": false,
    });
    assert_eq!(shown, expected);
    let error = asset.text(7).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KindMismatch);
    assert!(error.to_string().contains("image/png"), "{error}");
    let text = Asset::from_bytes("{\"a\":1}", "a.json");
    assert_eq!(text.text(7).await.unwrap(), "{\"a\":1}");
    assert_eq!(text.text(6).await.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn save_as_corrects_the_extension_and_never_overwrites() {
    let folder = tempfile::tempdir().unwrap();
    let asset = Asset::from_bytes(png(), "x");
    let at = |name: &str| folder.path().join("new/deep").join(name);
    let cases = [
        ("a.png", "a.png"),
        ("a.png", "a-2.png"),
        ("b.JPEG", "b.png"),
        ("c", "c.png"),
        ("v1.5", "v1.5.png"),
        (".hidden", ".hidden.png"),
    ];
    for (asked, made) in cases {
        assert_eq!(asset.save_as(at(asked)).await.unwrap(), at(made));
        assert_eq!(fs::read(at(made)).unwrap(), png());
    }
    let unknown = Asset::from_bytes("some words", "x");
    assert_eq!(unknown.save_as(at("notes.md")).await.unwrap(), at("notes.md"));
    assert_eq!(fs::read_dir(at("")).unwrap().count(), 7, "no temporary file stays");
    assert_eq!(asset.save_as("..").await.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn text_forms_have_a_limit() {
    let asset = Asset::from_bytes("hi", "a.txt");
    assert_eq!(asset.to_data_url(2).await.unwrap(), "data:text/plain;base64,aGk=");
    assert_eq!(asset.to_base64(1).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    fs::write(&path, "hi").unwrap();
    let asset = Asset::from_file(&path).await.unwrap();
    assert_eq!(asset.to_base64(2).await.unwrap(), "aGk=");
    fs::write(&path, "grown since").unwrap();
    assert_eq!(asset.to_base64(2).await.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn a_temporary_file_ends_with_its_guard_unless_it_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let asset = Asset::from_bytes(png(), "x");
    let guard = asset.copy_into(folder.path()).await.unwrap();
    let path = guard.path().to_owned();
    assert_eq!(path.extension().unwrap(), "png");
    assert_eq!(fs::read(&path).unwrap(), png());
    drop(guard);
    assert!(!path.exists());
    let kept = asset.copy_into(folder.path()).await.unwrap().persist(folder.path().join("kept.png")).unwrap();
    assert_eq!(fs::read(kept).unwrap(), png());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

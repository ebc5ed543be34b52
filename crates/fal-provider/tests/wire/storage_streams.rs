//! Inputs that are read while they are sent.

use crate::support::*;
use bytes::Bytes;
use fal_provider::FalProvider;
use futures_util::{StreamExt as _, stream};
use mediagen_core::{ErrorKind, MediaInput};
use mediagen_emulator::fal::{Emulator, EmulatorConfig, Fault, Route};
use mediagen_http::read_stream;
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

const MIB: u64 = 1 << 20;

async fn emulator() -> Emulator {
    Emulator::start(EmulatorConfig::default().with_accepted_key(KEY)).await.unwrap()
}

/// `pieces` of 64 KiB, each filled with its number, and how often it was opened.
fn input(name: &str, pieces: u8, told: bool) -> (MediaInput, Arc<AtomicUsize>) {
    let opened = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&opened);
    let length = told.then_some(u64::from(pieces) << 16);
    let media = MediaInput::stream(name, length, move || {
        counter.fetch_add(1, Ordering::Relaxed);
        stream::iter(0..pieces).map(|n| Ok(Bytes::from(vec![n; 1 << 16]))).boxed()
    });
    (media, opened)
}

fn whole(pieces: u8) -> Vec<u8> {
    (0..pieces).flat_map(|n| vec![n; 1 << 16]).collect()
}

#[tokio::test]
async fn a_stream_arrives_whole_with_and_without_its_length_in_one_piece_and_in_parts() {
    for (told, parts_above) in [(true, 100 * MIB), (false, 100 * MIB), (true, MIB), (false, MIB)] {
        let emulator = emulator().await;
        let config = config(&emulator.base_url()).with_parts_above(parts_above).unwrap();
        // The first attempt fails: the stream is opened again.
        emulator.fail(Route::Upload, Fault::Status(503, json!({})), 1);
        let (media, opened) = input("cam.mp4", 200, told);
        let (cx, events) = watched(context());
        let url = upload(&FalProvider::new(config).unwrap(), &cx, media).await.unwrap();
        assert!(emulator.file(url.as_str()).await.unwrap() == whole(200), "{told} {parts_above}");
        let parts = emulator.requests().iter().filter(|r| r.path.contains("/multipart/")).count();
        assert_eq!(parts, if parts_above == MIB { 3 } else { 0 }, "two parts and the completion");
        assert!(opened.load(Ordering::Relaxed) >= 2);
        let last = events.lock().unwrap().iter().rfind(|e| e.starts_with("Uploading")).cloned().unwrap();
        assert_eq!(last, format!("Uploading {{ sent: {0}, total: Some({0}) }}", whole(200).len()));
    }
}

#[tokio::test]
async fn any_async_reader_can_be_an_input() {
    let emulator = emulator().await;
    let open = read_stream(|| async { Ok(std::io::Cursor::new(b"plain words".to_vec())) });
    let fal = FalProvider::new(config(&emulator.base_url())).unwrap();
    let url = upload(&fal, &context(), MediaInput::stream("a.txt", Some(11), open)).await.unwrap();
    assert_eq!(emulator.file(url.as_str()).await.unwrap(), b"plain words".as_slice());
    let upload = emulator.requests().into_iter().find(|r| r.route == Route::Upload).unwrap();
    assert_eq!((upload.header("content-type"), upload.header("content-length")), (Some("text/plain"), Some("11")));
}

#[tokio::test]
async fn a_stream_that_is_not_what_it_said_is_never_sent() {
    let emulator = emulator().await;
    let fal = FalProvider::new(config(&emulator.base_url())).unwrap();
    let piece = || stream::iter([Ok(Bytes::from_static(b"12345"))]).boxed();
    for length in [4, 6] {
        let error = upload(&fal, &context(), MediaInput::stream("a.bin", Some(length), piece)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{error}");
        assert!(error.to_string().contains(&format!("has 5 bytes, not {length}")), "{error}");
    }
    let broken = || stream::iter([Ok(Bytes::from_static(b"1")), Err(std::io::Error::other("gone"))]).boxed();
    let error = upload(&fal, &context(), MediaInput::stream("a.bin", None, broken)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    assert_eq!(emulator.count(Route::Upload), 0);
}

//! Large files in parts, in both dialects (protocol 6.3, 6.4), against an emulator that misbehaves.

use crate::support::*;
use fal_provider::FalProvider;
use mediagen_core::{Context, Deadlines, ErrorKind, Event, MediaInput};
use mediagen_emulator::fal::{Emulator, EmulatorConfig, Fault, Route};
use serde_json::json;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

const MIB: usize = 1 << 20;

async fn emulator() -> Emulator {
    let settings = EmulatorConfig::default().with_accepted_key(KEY).with_strict_part_order(true);
    Emulator::start(settings).await.unwrap()
}

/// A provider that sends files above 1 MiB in parts.
fn fal(emulator: &Emulator) -> FalProvider {
    let config = config(&emulator.base_url()).with_parts_above(MIB as u64).unwrap();
    FalProvider::new(config).unwrap()
}

/// Bytes of which no two stretches are alike.
fn content(bytes: usize, salt: u64) -> Vec<u8> {
    let mut content = vec![0_u8; bytes];
    for (index, chunk) in content.chunks_exact_mut(1 << 10).enumerate() {
        chunk[..8].copy_from_slice(&(index as u64).to_le_bytes());
        chunk[8..16].copy_from_slice(&salt.to_le_bytes());
    }
    content
}

/// Bytes sent and bytes in all, as they were told.
type Told = Arc<Mutex<Vec<(u64, Option<u64>)>>>;

/// Every upload event of a context.
fn gauged(cx: Context) -> (Context, Told) {
    let seen = Told::default();
    let sink = Arc::clone(&seen);
    let cx = cx.with_observer(move |event: &Event| {
        if let Event::Uploading { sent, total } = event {
            sink.lock().unwrap().push((*sent, *total));
        }
    });
    (cx, seen)
}

fn paths(emulator: &Emulator) -> Vec<String> {
    let uploads = emulator.requests().into_iter().filter(|r| r.route == Route::Upload);
    uploads.map(|r| format!("{} {}", r.method, r.path)).collect()
}

fn unavailable() -> Fault {
    Fault::Status(503, json!({"detail": "busy"}))
}

#[tokio::test]
async fn a_081_thirty_in_a_hundred_parts_fail_and_each_is_repeated_alone() {
    let emulator = emulator().await;
    let data = content(205 * MIB + 7, 1);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.bin");
    std::fs::write(&path, &data).unwrap();
    // Three of ten, in changing places.
    for round in 0..9 {
        for (before, failing) in [(2 + round % 2, 1), (3 - round % 2, 2), (2, 0)] {
            emulator.fail(Route::Upload, Fault::Slow(Duration::ZERO), before);
            emulator.fail(Route::Upload, unavailable(), failing);
        }
    }
    let (cx, seen) = gauged(context());
    let url = upload(&fal(&emulator), &cx, MediaInput::Path(path)).await.unwrap();
    let stored = emulator.file(url.as_str()).await.unwrap();
    assert!(stored == data, "{} of {} bytes", stored.len(), data.len());

    let paths = paths(&emulator);
    let puts: Vec<&String> = paths.iter().filter(|p| p.starts_with("PUT")).collect();
    let completions = paths.iter().filter(|p| p.ends_with("/complete")).count();
    let begun = paths.iter().filter(|p| p.ends_with("/files/upload/multipart")).count();
    assert!(puts.len() > 21 && completions >= 1, "{paths:?}");
    let mut numbers: Vec<u32> = puts.iter().map(|p| p.rsplit('/').next().unwrap().parse().unwrap()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers, (1..=21).collect::<Vec<_>>());
    let failed = 27;
    assert!(puts.len() + completions + begun <= 21 + 2 + failed, "no part goes again but the one that failed");
    let upload = puts[0].rsplit_once('/').unwrap().0;
    assert!(puts.iter().all(|p| p.starts_with(upload)), "one upload, not several");

    let seen = seen.lock().unwrap().clone();
    assert!(seen.is_sorted() && seen.iter().all(|(_, total)| *total == Some(data.len() as u64)));
    assert_eq!(seen.last().unwrap().0, data.len() as u64);
}

#[tokio::test]
async fn when_the_cdn_takes_no_parts_fal_signs_an_address_for_them() {
    let emulator = emulator().await;
    let data = content(25 * MIB, 2);
    // What begins the parts at the CDN fails for good; a part of the signed address fails once; its answer breaks once.
    emulator.fail(Route::Upload, Fault::Status(500, json!({"detail": "broken"})), 1);
    emulator.fail(Route::Upload, Fault::Slow(Duration::ZERO), 1);
    emulator.fail(Route::Upload, unavailable(), 1);
    emulator.fail(Route::Upload, Fault::TruncatedBody, 1);
    let (cx, seen) = gauged(context());
    let url = upload(&fal(&emulator), &cx, MediaInput::bytes(data.clone(), "film.mp4")).await.unwrap();
    assert!(emulator.file(url.as_str()).await.unwrap() == data);
    let requests = emulator.requests();
    let initiate = requests.iter().find(|r| r.path == "/rest/storage/upload/initiate-multipart").unwrap();
    assert_eq!(initiate.query, "storage_type=fal-cdn-v3");
    assert_eq!(initiate.json, Some(json!({"file_name": "film.mp4", "content_type": "application/octet-stream"})));
    let parts: Vec<_> = requests.iter().filter(|r| r.path.starts_with("/cdn/upload/multipart/")).collect();
    assert_eq!(parts.len(), 3 + 2 + 1, "three parts, two of them again, the completion");
    for part in parts {
        assert_eq!(part.header("authorization"), None, "the address is the right");
        assert!(part.query.starts_with("signature="), "{}", part.query);
    }
    let seen = seen.lock().unwrap().clone();
    assert!(seen.is_sorted() && seen.last().unwrap().0 == data.len() as u64);
}

#[tokio::test]
async fn a_completion_whose_answer_is_lost_is_not_a_second_upload() {
    let emulator = emulator().await;
    let data = content(12 * MIB, 3);
    emulator.fail(Route::Upload, Fault::Slow(Duration::ZERO), 3);
    emulator.fail(Route::Upload, Fault::DropBeforeAnswer, 1);
    let url = upload(&fal(&emulator), &context(), MediaInput::bytes(data.clone(), "a.bin")).await.unwrap();
    assert!(emulator.file(url.as_str()).await.unwrap() == data);
    let paths = paths(&emulator);
    assert_eq!(paths.iter().filter(|p| p.starts_with("PUT")).count(), 2, "{paths:?}");
    assert_eq!(paths.iter().filter(|p| p.ends_with("/files/upload/multipart")).count(), 1, "{paths:?}");
}

#[tokio::test]
async fn a_part_that_fails_for_good_is_not_kept_waiting_by_those_before_it() {
    let emulator = emulator().await;
    // Of six parts on their way all but one would take for ever; that one is refused, and so are the other ways.
    emulator.fail(Route::Upload, Fault::Slow(Duration::ZERO), 1);
    emulator.fail(Route::Upload, Fault::Slow(Duration::from_mins(10)), 5);
    emulator.fail(Route::Upload, Fault::Status(400, json!({"detail": "no such part"})), 40);
    let provider = fal(&emulator);
    let cx = context();
    let sending = upload(&provider, &cx, MediaInput::bytes(content(60 * MIB, 5), "x.bin"));
    let error = tokio::time::timeout(Duration::from_secs(20), sending).await.unwrap().unwrap_err();
    assert_eq!(error.http_status(), Some(400), "{error:?}");
    assert!(!paths(&emulator).iter().any(|p| p.ends_with("/complete")));
}

#[tokio::test]
async fn one_token_serves_all_uploads_at_the_same_time() {
    let emulator = emulator().await;
    emulator.fail(Route::Token, Fault::Slow(Duration::from_millis(50)), 1);
    let (provider, cx) = (fal(&emulator), context());
    let clones: Vec<_> = (0..12_u64).map(|n| (provider.clone(), content(2 * MIB, n))).collect();
    let uploads = clones.iter().map(|(fal, data)| upload(fal, &cx, MediaInput::bytes(data.clone(), "x.bin")));
    let urls = futures_util::future::try_join_all(uploads).await.unwrap();
    assert_eq!(emulator.count(Route::Token), 1);
    for (url, (_, data)) in urls.iter().zip(&clones) {
        assert!(emulator.file(url.as_str()).await.unwrap() == *data);
    }
}

#[tokio::test]
async fn an_upload_that_moves_no_byte_ends_by_itself() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let emulator = emulator().await;
    let settings = mediagen_core::Settings::new()
        .with("key", KEY)
        .with("base_url", emulator.base_url())
        .with("cdn_url", format!("http://{}", silent.local_addr().unwrap()))
        .with("upload_cache", "off");
    let config = fal_provider::FalConfig::from_settings(&settings).unwrap().with_retry(retry());
    let mut deadlines = Deadlines::default();
    deadlines.idle = Duration::from_millis(400);
    let cx = context().with_deadlines(deadlines);
    let begun = std::time::Instant::now();
    let fal = FalProvider::new(config).unwrap();
    let error = upload(&fal, &cx, MediaInput::bytes(content(64 * MIB, 4), "x.bin")).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Timeout(_)), "{error:?}");
    assert!(error.to_string().contains("no byte"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(emulator.count(Route::Upload), 0, "who is stalled does not begin again elsewhere");
}

//! Names of files: after the content, each given once, and nothing temporary left.
#![expect(clippy::unwrap_used, clippy::cast_possible_truncation, unreachable_pub, reason = "tests")]
#![allow(dead_code, reason = "each test program uses a part of the support")]

mod support;

use mediagen_assets::{DownloadPolicy, Downloader};
use mediagen_core::Event;
use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};
use support::{HOLD, Server, context, names, png, ranged, target, whole};

/// Frames of MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes each, silent.
fn mp3() -> Vec<u8> {
    let mut frame = vec![0; 417];
    frame[..4].copy_from_slice(&[0xFF, 0xFB, 0x90, 0x00]);
    frame.repeat(20)
}

#[tokio::test]
async fn a_072_an_mp3_is_stored_as_one_whatever_the_url_and_the_server_say() {
    for (path, served) in
        [("/speech.wav", "audio/wav"), ("/speech.wav?x=.flac", "application/octet-stream"), ("/speech", "audio/mpeg")]
    {
        let server = Server::start(move |_, _| whole(served, &mp3())).await;
        let dir = tempfile::tempdir().unwrap();
        let asset = server.downloader().save(&context(), &server.part(path), &target(dir.path())).await.unwrap();
        assert_eq!(asset.media_type(), "audio/mpeg", "{path}");
        assert_eq!(asset.path().unwrap(), dir.path().join("m-0.mp3"), "{path}");
        assert_eq!(!asset.notes().is_empty(), served == "audio/wav", "{path}");
        assert_eq!(names(dir.path()), ["m-0.mp3"]);
    }
}

/// Runs 200 downloads to one name at once and gives back the names of their files; `dropped`, none is let finish
/// after all of them have received something.
async fn two_hundred(downloader: &Downloader, server: &Server, dir: &std::path::Path, dropped: bool) -> Vec<String> {
    let begun = Arc::new(Mutex::new(HashSet::new()));
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let (downloader, part, goal) = (downloader.clone(), server.part(&format!("/{number}")), target(dir));
            let begun = Arc::clone(&begun);
            tokio::spawn(async move {
                let cx = context().with_observer(move |event: &Event| {
                    if matches!(event, Event::Downloading { .. }) {
                        begun.lock().unwrap().insert(number);
                    }
                });
                let asset = downloader.save(&cx, &part, &goal).await.unwrap();
                asset.path().unwrap().file_name().unwrap().to_str().unwrap().to_owned()
            })
        })
        .collect();
    while dropped && begun.lock().unwrap().len() < 200 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut paths = Vec::new();
    for task in tasks {
        if dropped {
            task.abort();
        }
        paths.extend(task.await.ok());
    }
    paths
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_085_of_two_hundred_dropped_downloads_only_what_a_later_one_can_use_stays() {
    for (headers, kept) in [("etag: \"v\"\r\n", true), ("etag: \"v\"\r\n", false), ("", true)] {
        let body = png(40, 40);
        let sent = body.clone();
        // The first answer to each path is half of the file and silence.
        let seen = Mutex::new(HashSet::new());
        let server = Server::start(move |_, request| {
            let path = request.split(' ').nth(1).unwrap().to_owned();
            let mut bytes = ranged(request, &sent, headers);
            if seen.lock().unwrap().insert(path) {
                bytes.truncate(bytes.len() - sent.len() / 2);
                bytes.extend_from_slice(HOLD);
            }
            bytes
        })
        .await;
        let dir = tempfile::tempdir().unwrap();
        let policy = DownloadPolicy::default().allow_base(&server.base).with_partial_kept(kept);
        let downloader = Downloader::new(policy).unwrap();
        let whole = two_hundred(&downloader, &server, dir.path(), true).await;
        assert!(whole.is_empty());
        let usable = kept && !headers.is_empty();
        // Two files each: the part and its record.
        assert_eq!(names(dir.path()).len(), if usable { 400 } else { 0 }, "{headers:?} {kept}");

        let paths: HashSet<_> = two_hundred(&downloader, &server, dir.path(), false).await.into_iter().collect();
        assert_eq!(paths.len(), 200);
        assert_eq!(names(dir.path()).into_iter().collect::<HashSet<_>>(), paths, "something temporary stayed");
        for path in paths {
            assert_eq!(std::fs::read(dir.path().join(path)).unwrap(), body);
        }
        let resumed = server.requests().iter().filter(|request| request.contains("range: bytes=")).count();
        assert_eq!(resumed, if usable { 200 } else { 0 });
    }
}

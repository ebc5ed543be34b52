//! What a failed save leaves behind, and what a later one makes of it.
#![expect(clippy::unwrap_used, clippy::cast_possible_truncation, unreachable_pub, reason = "tests")]
#![allow(dead_code, reason = "each test program uses a part of the support")]

mod support;

use mediagen_assets::{DownloadPolicy, Downloader};
use mediagen_core::{Context, ErrorKind, Event, Part, PartSource, Retry};
use std::{path::Path, sync::Arc, time::Duration};
use support::{HOLD, Server, context, fact, first_byte, names, png, ranged, target};
use tokio::sync::Notify;

const ETAG: &str = "etag: \"v1\"\r\n";
const DATE: &str = "last-modified: Sat, 21 Nov 2026 10:00:00 GMT\r\n";

/// Answers `cuts` requests with a body that is cut after 1,000 bytes, and the others whole.
async fn cut_first(body: Vec<u8>, headers: &'static str, cuts: usize) -> Server {
    Server::start(move |number, request| {
        let mut bytes = ranged(request, &body, headers);
        if number <= cuts {
            let head = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
            bytes.truncate(head + 1000);
        }
        bytes
    })
    .await
}

fn once(server: &Server) -> Downloader {
    Downloader::new(DownloadPolicy::default().allow_base(&server.base).with_max_attempts(1)).unwrap()
}

fn is_whole(dir: &Path, path: &Path, body: &[u8], blake3: &str) {
    assert_eq!(std::fs::read(path).unwrap(), body);
    assert_eq!(blake3, blake3::hash(body).to_hex().to_string());
    let temporary: Vec<_> = names(dir).into_iter().filter(|name| name.contains(".part")).collect();
    assert!(temporary.is_empty(), "{temporary:?}");
}

#[tokio::test]
async fn a_084_a_later_save_goes_on_where_a_failed_one_stopped() {
    for (headers, if_range) in [(ETAG, "if-range: \"v1\""), (DATE, "if-range: sat, 21 nov 2026 10:00:00 gmt")] {
        let body = png(64, 64);
        let server = cut_first(body.clone(), headers, 1).await;
        let dir = tempfile::tempdir().unwrap();
        let part = server.part("/a.png?sig=s3cret");
        let error = once(&server).save(&context(), &part, &target(dir.path())).await.unwrap_err();
        assert_eq!((error.kind(), error.retry()), (ErrorKind::Transfer, Retry::Exhausted), "{error}");
        let kept = dir.path().join("m-0.part");
        assert_eq!(fact(&error, "part"), kept.to_str());
        assert_eq!(fact(&error, "kept_bytes"), Some("1000"));
        assert_eq!(fact(&error, "url"), Some(format!("{}?…", server.url("/a.png")).as_str()));
        assert!(error.hint().unwrap().contains("goes on"), "{error}");
        assert_eq!(names(dir.path()), ["m-0.part", "m-0.part.json"]);
        assert_eq!(std::fs::read(&kept).unwrap(), body[..1000]);
        assert!(!std::fs::read_to_string(dir.path().join("m-0.part.json")).unwrap().contains("s3cret"));

        let asset = once(&server).save(&context(), &part, &target(dir.path())).await.unwrap();
        is_whole(dir.path(), asset.path().unwrap(), &body, asset.known_blake3().unwrap());
        assert_eq!(names(dir.path()), ["m-0.png"]);
        let requests = server.requests();
        assert!(requests[1].contains("range: bytes=1000-\r\n") && requests[1].contains(if_range), "{}", requests[1]);
    }
}

#[tokio::test]
async fn nothing_is_kept_that_a_later_save_could_not_be_sure_of() {
    for headers in ["", "etag: W/\"weak\"\r\n", "etag: \"v1\"\r\naccept-ranges: none\r\n"] {
        let server = cut_first(png(64, 64), headers, 1).await;
        let dir = tempfile::tempdir().unwrap();
        let error = once(&server).save(&context(), &server.part("/a.png"), &target(dir.path())).await.unwrap_err();
        assert_eq!(fact(&error, "part"), None);
        assert!(names(dir.path()).is_empty(), "{headers}");
    }
    let server = cut_first(png(64, 64), ETAG, 1).await;
    let dir = tempfile::tempdir().unwrap();
    let policy = DownloadPolicy::default().allow_base(&server.base).with_max_attempts(1).with_partial_kept(false);
    let downloader = Downloader::new(policy).unwrap();
    downloader.save(&context(), &server.part("/a.png"), &target(dir.path())).await.unwrap_err();
    assert!(names(dir.path()).is_empty(), "kept although it was switched off");
}

#[tokio::test]
async fn a_part_that_is_not_surely_the_same_file_is_not_gone_on_with() {
    type Change = fn(&Path);
    let cases: [(&str, &'static str, Change); 6] = [
        ("another tag", "etag: \"v2\"\r\n", |_| ()),
        ("no tag", "", |_| ()),
        ("a changed byte", ETAG, |dir| {
            let path = dir.join("m-0.part");
            let mut bytes = std::fs::read(&path).unwrap();
            bytes[500] ^= 1;
            std::fs::write(path, bytes).unwrap();
        }),
        ("too few bytes", ETAG, |dir| std::fs::write(dir.join("m-0.part"), "x").unwrap()),
        ("no bytes", ETAG, |dir| std::fs::remove_file(dir.join("m-0.part")).unwrap()),
        ("no record", ETAG, |dir| std::fs::write(dir.join("m-0.part.json"), "{}").unwrap()),
    ];
    for (case, later, change) in cases {
        let body = png(64, 64);
        let sent = body.clone();
        let server = Server::start(move |number, request| match number {
            1 => {
                let mut bytes = ranged(request, &sent, ETAG);
                bytes.truncate(bytes.len() - sent.len() + 1000);
                bytes
            }
            // A server that ignores `If-Range`.
            _ => ranged(request, &sent, later),
        })
        .await;
        let dir = tempfile::tempdir().unwrap();
        once(&server).save(&context(), &server.part("/a.png"), &target(dir.path())).await.unwrap_err();
        change(dir.path());
        let asset = server.downloader().save(&context(), &server.part("/a.png"), &target(dir.path())).await.unwrap();
        assert_eq!(std::fs::read(asset.path().unwrap()).unwrap(), body, "{case}");
        assert_eq!(asset.known_blake3().unwrap(), blake3::hash(&body).to_hex().to_string(), "{case}");
        let last = server.requests().pop().unwrap();
        assert_eq!(first_byte(&last), 0, "{case}: the last request does not ask for everything");
    }
}

#[tokio::test]
async fn what_follows_the_vouched_bytes_is_cut_off_and_a_whole_part_is_confirmed() {
    for excess in [0, 7000] {
        let body = png(64, 64);
        let server = cut_first(body.clone(), ETAG, 1).await;
        let dir = tempfile::tempdir().unwrap();
        once(&server).save(&context(), &server.part("/a.png"), &target(dir.path())).await.unwrap_err();
        let path = dir.path().join("m-0.part");
        if excess == 0 {
            // As after a crash between the last byte and the name.
            std::fs::write(&path, &body).unwrap();
            let record = dir.path().join("m-0.part.json");
            let mut json: serde_json::Value = serde_json::from_slice(&std::fs::read(&record).unwrap()).unwrap();
            json["bytes"] = body.len().into();
            json["blake3"] = blake3::hash(&body).to_hex().to_string().into();
            std::fs::write(record, json.to_string()).unwrap();
        } else {
            let mut bytes = std::fs::read(&path).unwrap();
            bytes.resize(1000 + excess, 7);
            std::fs::write(&path, bytes).unwrap();
        }
        let asset = once(&server).save(&context(), &server.part("/a.png"), &target(dir.path())).await.unwrap();
        is_whole(dir.path(), asset.path().unwrap(), &body, asset.known_blake3().unwrap());
        let expected = if excess == 0 { body.len() - 1 } else { 1000 };
        assert_eq!(first_byte(&server.requests()[1]), expected);
    }
}

#[tokio::test]
async fn files_of_others_stay_as_they_are() {
    let body = png(64, 64);
    let server = cut_first(body.clone(), ETAG, 1).await;
    let dir = tempfile::tempdir().unwrap();
    once(&server).save(&context(), &server.part("/other.png"), &target(dir.path())).await.unwrap_err();
    let before = std::fs::read(dir.path().join("m-0.part")).unwrap();
    std::fs::write(dir.path().join("m-0-2.part"), "a draft of mine").unwrap();
    std::fs::write(dir.path().join("m-0-2.part.json"), "[1, 2]").unwrap();
    let asset = once(&server).save(&context(), &server.part("/a.png"), &target(dir.path())).await.unwrap();
    assert_eq!(std::fs::read(asset.path().unwrap()).unwrap(), body);
    assert_eq!(first_byte(&server.requests()[1]), 0);
    assert_eq!(names(dir.path()), ["m-0-2.part", "m-0-2.part.json", "m-0.part", "m-0.part.json", "m-0.png"]);
    assert_eq!(std::fs::read(dir.path().join("m-0.part")).unwrap(), before);
    assert_eq!(std::fs::read(dir.path().join("m-0-2.part")).unwrap(), b"a draft of mine");
}

#[cfg(unix)]
#[tokio::test]
async fn a_part_that_is_a_link_is_not_written_through() {
    let body = png(64, 64);
    let server = cut_first(body.clone(), ETAG, 1).await;
    let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    once(&server).save(&context(), &server.part("/a.png"), &target(dir.path())).await.unwrap_err();
    let victim = outside.path().join("victim");
    std::fs::rename(dir.path().join("m-0.part"), &victim).unwrap();
    std::os::unix::fs::symlink(&victim, dir.path().join("m-0.part")).unwrap();
    let asset = once(&server).save(&context(), &server.part("/a.png"), &target(dir.path())).await.unwrap();
    assert_eq!(std::fs::read(asset.path().unwrap()).unwrap(), body);
    assert_eq!(std::fs::read(victim).unwrap(), body[..1000]);
}

/// Sends the first half and falls silent until it is asked for a rest.
async fn stalling(body: Vec<u8>) -> Server {
    Server::start(move |_, request| {
        let mut bytes = ranged(request, &body, ETAG);
        if first_byte(request) == 0 {
            bytes.truncate(bytes.len() - body.len() / 2);
            bytes.extend_from_slice(HOLD);
        }
        bytes
    })
    .await
}

/// A context, and what is told once bytes of a save with it have arrived.
fn listening() -> (Context, Arc<Notify>) {
    let arrived = Arc::new(Notify::new());
    let told = Arc::clone(&arrived);
    let cx = context().with_observer(move |event: &Event| {
        if matches!(event, Event::Downloading { .. }) {
            told.notify_one();
        }
    });
    (cx, arrived)
}

#[tokio::test]
async fn a_dropped_and_a_cancelled_save_are_gone_on_with() {
    let body = png(64, 64);
    for cancelled in [false, true] {
        let server = stalling(body.clone()).await;
        let dir = tempfile::tempdir().unwrap();
        let ((cx, arrived), downloader) = (listening(), server.downloader());
        let (part, goal) = (server.part("/a"), target(dir.path()));
        let saving = downloader.save(&cx, &part, &goal);
        if cancelled {
            let cancel = async {
                arrived.notified().await;
                cx.cancellation().cancel();
            };
            let (saved, ()) = futures_util::future::join(saving, cancel).await;
            let error = saved.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Cancelled);
            assert!(fact(&error, "part").unwrap().ends_with("m-0.part"), "{error:?}");
        } else {
            tokio::select! {
                saved = saving => panic!("{saved:?}"),
                () = arrived.notified() => {}
            }
        }
        assert_eq!(names(dir.path()), ["m-0.part", "m-0.part.json"]);
        let asset = server.downloader().save(&context(), &part, &goal).await.unwrap();
        is_whole(dir.path(), asset.path().unwrap(), &body, asset.known_blake3().unwrap());
        assert_eq!(server.requests().len(), 2);
    }
}

#[tokio::test]
async fn a_085_saves_at_once_never_write_one_part() {
    let body = png(64, 64);
    let sent = body.clone();
    // The first three answers stop a hundred bytes on.
    let server = Server::start(move |number, request| {
        let mut bytes = ranged(request, &sent, ETAG);
        if number <= 3 {
            let head = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
            bytes.truncate(head + 100);
            bytes.extend_from_slice(HOLD);
        }
        bytes
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let (downloader, part, goal) = (server.downloader(), server.part("/a"), target(dir.path()));
    let starts = |from: usize| -> Vec<usize> {
        let mut starts: Vec<_> = server.requests()[from..].iter().map(|request| first_byte(request)).collect();
        starts.sort_unstable();
        starts
    };
    let ((one, some), (other, more)) = (listening(), listening());
    tokio::select! {
        saved = downloader.save(&one, &part, &goal) => panic!("{saved:?}"),
        () = some.notified() => {}
    }
    assert_eq!(names(dir.path()), ["m-0.part", "m-0.part.json"]);
    // Of two that come together, one goes on with what was left, and the other begins a file of its own.
    tokio::select! {
        saved = downloader.save(&one, &part, &goal) => panic!("{saved:?}"),
        saved = downloader.save(&other, &part, &goal) => panic!("{saved:?}"),
        ((), ()) = futures_util::future::join(some.notified(), more.notified()) => {}
    }
    assert_eq!(starts(1), [0, 100]);
    assert_eq!(names(dir.path()), ["m-0-2.part", "m-0-2.part.json", "m-0.part", "m-0.part.json"]);
    // Later each finds one.
    let both = tokio::join!(downloader.save(&one, &part, &goal), downloader.save(&other, &part, &goal));
    let (one, other) = (both.0.unwrap(), both.1.unwrap());
    assert_eq!(starts(3), [100, 200]);
    is_whole(dir.path(), one.path().unwrap(), &body, one.known_blake3().unwrap());
    is_whole(dir.path(), other.path().unwrap(), &body, other.known_blake3().unwrap());
    assert_eq!(names(dir.path()), ["m-0-2.png", "m-0.png"]);
}

const CHILD: &str = "TRANSFER_RESUME_CHILD";

/// Not a test by itself: the process that `a_part_of_a_killed_process…` kills.
#[tokio::test]
#[ignore = "started by another test in a process of its own"]
async fn child() {
    let Some(arguments) = std::env::var_os(CHILD) else { return };
    let arguments = arguments.into_string().unwrap();
    let (url, dir) = arguments.split_once('|').unwrap();
    let url = url::Url::parse(url).unwrap();
    let downloader = Downloader::new(DownloadPolicy::default().allow_base(&url)).unwrap();
    let part = Part::new("", PartSource::Url(url));
    downloader.save(&context(), &part, &target(Path::new(dir))).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_a_killed_process_is_gone_on_with_and_one_in_use_is_not() {
    // More than one checkpoint, so that the record of the killed process says something.
    let body: Vec<u8> = (0..48u32 << 20).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let server = stalling(body.clone()).await;
    let dir = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored"])
        .env(CHILD, format!("{}|{}", server.url("/a"), dir.path().display()))
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let part = dir.path().join("m-0.part");
    while std::fs::metadata(&part).map_or(0, |m| m.len()) < 23 << 20 {
        assert!(child.try_wait().unwrap().is_none(), "the child ended by itself");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // While it lives, its part is its own: a save at the same time takes another name.
    let ((cx, arrived), other) = (listening(), server.downloader());
    let meanwhile = server.part("/a");
    let goal = target(dir.path());
    tokio::select! {
        saved = other.save(&cx, &meanwhile, &goal) => panic!("{saved:?}"),
        () = arrived.notified() => {}
    }
    assert!(server.requests().len() == 2 && first_byte(&server.requests()[1]) == 0);
    assert!(std::fs::metadata(&part).unwrap().len() >= 23 << 20);

    child.kill().unwrap();
    child.wait().unwrap();
    // The save that was dropped above left one of its own, which is no concern of this test.
    for name in names(dir.path()).iter().filter(|name| name.starts_with("m-0-2")) {
        std::fs::remove_file(dir.path().join(name)).unwrap();
    }
    let asset = server.downloader().save(&context(), &server.part("/a"), &goal).await.unwrap();
    is_whole(dir.path(), asset.path().unwrap(), &body, asset.known_blake3().unwrap());
    let from = first_byte(&server.requests()[2]);
    // The file is vouched for whenever it has doubled, at the end of a batch: at the latest 11 of 23 MiB before.
    assert!((11 << 20..=24 << 20).contains(&from), "{from}");
}

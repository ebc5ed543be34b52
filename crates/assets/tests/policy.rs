//! Redirects, addresses, names, and content that needs no network.
#![expect(clippy::unwrap_used, clippy::cast_possible_truncation, unreachable_pub, reason = "tests")]
#![allow(dead_code, reason = "each test program uses a part of the support")]

mod support;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use mediagen_assets::{DownloadPolicy, Downloader, Target};
use mediagen_core::{Error, ErrorKind, Event, Part, PartSource, output::PartStream};
use std::{collections::HashSet, time::Duration};
use support::{Server, answer, context, fact, names, observed, png, target, whole};
use url::Url;

fn redirect(to: &str) -> Vec<u8> {
    answer("302 Found", &format!("location: {to}\r\ncontent-length: 0\r\n"), b"")
}

#[tokio::test]
async fn a_083_redirects_are_followed_and_a_loop_ends_in_an_error() {
    let server = Server::start(|_, request| match request.split(' ').nth(1) {
        Some("/start") => redirect("/next?token=s3cret"),
        Some("/next?token=s3cret") => whole("image/png", &png(5, 4)),
        _ => redirect("/loop"),
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let asset = server.downloader().save(&context(), &server.part("/start"), &target(dir.path())).await.unwrap();
    assert_eq!((asset.facts().width, asset.facts().height), (Some(5), Some(4)));
    assert_eq!(asset.url(), Some(&server.url("/start")));

    let error = server.downloader().save(&context(), &server.part("/loop"), &target(dir.path())).await.unwrap_err();
    assert!(error.message().contains("more than 10 redirects"), "{error}");
    assert_eq!(server.requests().iter().filter(|r| r.contains("/loop")).count(), 11);
    assert!(server.requests().iter().all(|r| !r.contains("referer") && !r.contains("authorization")));
}

#[tokio::test]
async fn a_redirect_to_a_place_that_is_not_permitted_is_refused_unasked() {
    let inner = Server::start(|_, _| whole("image/png", &png(2, 2))).await;
    let outer = {
        let to = inner.url("/secret").to_string();
        Server::start(move |_, _| redirect(&to)).await
    };
    let dir = tempfile::tempdir().unwrap();
    let error = outer.downloader().save(&context(), &outer.part("/a"), &target(dir.path())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
    assert!(inner.requests().is_empty() && outer.requests().len() == 1);
    assert!(names(dir.path()).is_empty());
}

#[tokio::test]
async fn inner_addresses_are_refused_also_behind_a_name() {
    let server = Server::start(|_, _| whole("image/png", &png(2, 2))).await;
    let port = server.base.port().unwrap();
    let downloader = Downloader::new(DownloadPolicy::default()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let urls = [
        server.url("/a").to_string(),
        format!("https://127.0.0.1:{port}/a"),
        format!("https://localhost:{port}/a"),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://[::ffff:10.0.0.1]/a".to_owned(),
        "file:///etc/hostname".to_owned(),
    ];
    for url in urls {
        let asked = Part::new("", PartSource::Url(Url::parse(&url).unwrap()));
        let (cx, events) = observed();
        let error = downloader.save(&cx, &asked, &target(dir.path())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{url}: {error}");
        assert!(fact(&error, "url").is_some(), "{url}");
        assert!(!events.lock().unwrap().iter().any(|e| matches!(e, Event::Retrying { .. })), "{url}");
    }
    assert!(server.requests().is_empty() && names(dir.path()).is_empty());
}

#[tokio::test]
async fn data_uris_bytes_and_streams_are_saved_alike() {
    let body = png(6, 7);
    let dir = tempfile::tempdir().unwrap();
    let downloader = Downloader::new(DownloadPolicy::default()).unwrap();
    let encoded = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(&body)
    };
    let uri = format!("data:image/webp;base64,{encoded}");
    let halves: Vec<_> = body.chunks(100).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
    let stream = PartStream::new(stream::iter(halves));
    let sources = [
        PartSource::DataUri(uri.as_str().into()),
        PartSource::Url(Url::parse(&uri).unwrap()),
        PartSource::Bytes(body.clone().into()),
        PartSource::Stream(stream.clone()),
    ];
    for (index, source) in sources.into_iter().enumerate() {
        let part = Part::new("", source);
        let asset = downloader.save(&context(), &part, &target(dir.path()).with_field("index", index)).await.unwrap();
        assert_eq!(asset.known_blake3().unwrap(), blake3::hash(&body).to_hex().to_string());
        assert_eq!((asset.facts().width, asset.facts().height, asset.url()), (Some(6), Some(7), None));
        assert_eq!(!asset.notes().is_empty(), index < 2, "a webp that is a png is noted");
        assert_eq!(std::fs::read(asset.path().unwrap()).unwrap(), body);
    }
    let again = downloader.save(&context(), &Part::new("", PartSource::Stream(stream)), &target(dir.path())).await;
    assert_eq!(again.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(names(dir.path()), ["m-0.png", "m-1.png", "m-2.png", "m-3.png"]);
}

#[tokio::test]
async fn a_stream_that_fails_or_is_dropped_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let downloader = Downloader::new(DownloadPolicy::default()).unwrap();
    let chunks = vec![Ok(Bytes::from_static(b"abc")), Err(Error::new(ErrorKind::Transfer, "cut"))];
    let part = Part::new("", PartSource::Stream(PartStream::new(stream::iter(chunks))));
    let error = downloader.save(&context(), &part, &target(dir.path())).await.unwrap_err();
    assert_eq!(error.message(), "cut");
    assert!(names(dir.path()).is_empty());

    let endless = stream::once(async { Ok(Bytes::from_static(b"abc")) }).chain(stream::pending());
    let part = Part::new("", PartSource::Stream(PartStream::new(endless)));
    let (cx, goal) = (context(), target(dir.path()));
    let saving = downloader.save(&cx, &part, &goal);
    assert!(tokio::time::timeout(Duration::from_millis(300), saving).await.is_err());
    assert!(names(dir.path()).is_empty(), "the dropped save cleans up");
}

#[tokio::test]
async fn a_cancelled_download_ends_at_once() {
    let server = Server::start(|_, _| answer("503 Busy", "retry-after: 60\r\ncontent-length: 0\r\n", b"")).await;
    let dir = tempfile::tempdir().unwrap();
    let (cx, _) = observed();
    let token = cx.cancellation().clone();
    let cancel = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        token.cancel();
    };
    let (downloader, part, goal) = (server.downloader(), server.part("/a"), target(dir.path()));
    let (saved, ()) = futures_util::future::join(downloader.save(&cx, &part, &goal), cancel).await;
    assert_eq!(saved.unwrap_err().kind(), ErrorKind::Cancelled);
    assert!(names(dir.path()).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_085_parallel_saves_never_share_a_name_or_overwrite() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("m-0.png"), "mine").unwrap();
    let downloader = Downloader::new(DownloadPolicy::default()).unwrap();
    let tasks: Vec<_> = (1..=200u32)
        .map(|width| {
            let (downloader, goal) = (downloader.clone(), target(dir.path()));
            tokio::spawn(async move {
                let part = Part::new("", PartSource::Bytes(png(width, 1).into()));
                (width, downloader.save(&context(), &part, &goal).await.unwrap())
            })
        })
        .collect();
    let mut paths = HashSet::new();
    for task in tasks {
        let (width, asset) = task.await.unwrap();
        assert_eq!(asset.facts().width, Some(width));
        assert_eq!(std::fs::read(asset.path().unwrap()).unwrap(), png(width, 1), "{}", asset.path().unwrap().display());
        assert!(paths.insert(asset.path().unwrap().to_owned()));
    }
    assert_eq!(std::fs::read(dir.path().join("m-0.png")).unwrap(), b"mine");
    let left = names(dir.path());
    assert_eq!(left.len(), 201);
    assert!(left.iter().all(|name| std::path::Path::new(name).extension().is_some_and(|e| e == "png")), "{left:?}");
}

#[tokio::test]
async fn hostile_names_stay_inside_the_folder() {
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("inner");
    let downloader = Downloader::new(DownloadPolicy::default()).unwrap();
    let mut hostile: Vec<String> =
        ["../up", "..", "/etc/x", "a/../../b", "\\\\host\\share", "CON", "x\0y", ".part", "", "\u{202E}gnp"]
            .map(str::to_owned)
            .into();
    hostile.push("é".repeat(4000));
    // Twins under another case, another width or another composition.
    hostile.extend(
        ["Twin", "TWIN", "twin", "ＴＷＩＮ", "stra\u{DF}e", "STRASSE", "e\u{301}", "\u{E9}", "\u{212A}elvin"]
            .map(str::to_owned),
    );
    for pieces in 1..=19 {
        for piece in ["../", "..\\", "\u{0}/", "\n..", "%2e%2e/", "~/", "COM1.", ". ", "\u{FEFF}", "$(x)"] {
            hostile.push(piece.repeat(pieces));
        }
    }
    for (index, name) in hostile.iter().enumerate() {
        let mut part = Part::new("", PartSource::Bytes(Bytes::from_static(b"v 0 0 0")));
        part.file_name = Some(format!("{name}.{name}"));
        let goal = Target::new(&dir).with_name("{model}").with_field("model", name);
        let asset = downloader.save(&context(), &part, &goal).await.unwrap();
        assert_eq!(asset.path().unwrap().parent(), Some(dir.as_path()), "{name:?}");
        assert!(asset.path().unwrap().file_name().unwrap().len() <= 255);
        assert_eq!(names(&dir).len(), index + 1, "{name:?}");
        let shown = asset.path().unwrap().file_name().unwrap().to_str().unwrap();
        assert!(!shown.starts_with(['.', '-']) && !shown.ends_with(['.', ' ']), "{name:?}: {shown:?}");
        let odd = |c: char| c.is_control() || "/\\:*?\"<>|\u{202E}\u{FEFF}".contains(c);
        assert!(!shown.contains(odd), "{name:?}: {shown:?}");
    }
    assert!(hostile.len() >= 200);
    assert_eq!(names(outer.path()), ["inner"]);
}

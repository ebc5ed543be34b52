//! Whole, cut, resumed, wrong: what a server may do to one file.
#![expect(clippy::unwrap_used, clippy::cast_possible_truncation, unreachable_pub, reason = "tests")]
#![allow(dead_code, reason = "each test program uses a part of the support")]

mod support;

use mediagen_core::{ErrorKind, Event, Phase, Retry};
use std::time::Duration;
use support::{Server, answer, context, fact, names, observed, png, target, whole};

fn headers(body: &[u8], more: &str) -> String {
    format!("content-type: image/png\r\ncontent-length: {}\r\n{more}", body.len())
}

#[tokio::test]
async fn a_whole_file_is_named_hashed_measured_and_reported() {
    let body = png(40, 30);
    let sent = body.clone();
    let server = Server::start(move |_, _| whole("image/jpeg", &sent)).await;
    let dir = tempfile::tempdir().unwrap();
    let (cx, events) = observed();

    let asset = server.downloader().save(&cx, &server.part("/out.jpeg?sig=1"), &target(dir.path())).await.unwrap();

    assert_eq!(asset.path().unwrap(), dir.path().join("m-0.png"));
    assert_eq!(std::fs::read(asset.path().unwrap()).unwrap(), body);
    assert_eq!(asset.known_blake3().unwrap(), blake3::hash(&body).to_hex().to_string());
    assert_eq!(
        (asset.facts().width, asset.facts().height, asset.bytes().unwrap()),
        (Some(40), Some(30), body.len() as u64)
    );
    assert_eq!((asset.media_type(), asset.facts().fps, asset.facts().duration_s), ("image/png", None, None));
    assert_eq!(asset.url().unwrap().query(), Some("sig=1"));
    assert_eq!(asset.notes()[0].from, "image/jpeg");
    assert_eq!(names(dir.path()), ["m-0.png"]);
    let events = events.lock().unwrap();
    assert!(matches!(events[0], Event::Requested(Phase::Download)));
    let last = events.last().unwrap();
    let size = body.len() as u64;
    assert!(matches!(last, Event::Downloading { received, total } if *received == size && *total == Some(size)));
}

#[tokio::test]
async fn nothing_on_the_wire_names_a_credential_and_the_file_comes_as_it_is() {
    let server = Server::start(|_, _| whole("image/png", &png(2, 2))).await;
    let dir = tempfile::tempdir().unwrap();
    server.downloader().save(&context(), &server.part("/a.png"), &target(dir.path())).await.unwrap();
    let requests = server.requests();
    assert!(requests[0].starts_with("get /a.png http/1.1\r\n") && requests.len() == 1);
    assert!(!requests[0].contains("authorization") && !requests[0].contains("cookie"));
    assert!(requests[0].contains("accept-encoding: identity\r\n"), "{}", requests[0]);
}

#[tokio::test]
async fn a_084_a_body_shorter_than_its_content_length_is_an_error_that_keeps_the_url() {
    let body = png(64, 64);
    let server = Server::start(move |_, _| answer("200 OK", &headers(&body, ""), &body[..body.len() / 2])).await;
    let dir = tempfile::tempdir().unwrap();
    let error = server.downloader().save(&context(), &server.part("/cut.png"), &target(dir.path())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transfer, "{error}");
    assert_eq!(fact(&error, "url"), Some(server.url("/cut.png").as_str()));
    assert_eq!((error.retry(), fact(&error, "attempts")), (Retry::Exhausted, Some("5")));
    assert!(!error.is_safe_to_resubmit());
    assert_eq!(server.requests().len(), 5);
    assert!(names(dir.path()).is_empty(), "a half-written file stayed behind");
}

/// Serves `body` cut after `step` more bytes each time, honouring Range.
async fn cutting(body: Vec<u8>, step: usize, validator: &'static str) -> Server {
    Server::start(move |_, request| {
        let lower = request.to_ascii_lowercase();
        let from = lower.split("range: bytes=").nth(1).and_then(|rest| rest.split('-').next()?.parse::<usize>().ok());
        let start = from.unwrap_or(0);
        let end = (start + step).min(body.len());
        let head = format!("content-type: image/png\r\ncontent-length: {}\r\n{validator}", body.len() - start);
        if from.is_some() {
            let range = format!("{head}content-range: bytes {start}-{}/{}\r\n", body.len() - 1, body.len());
            answer("206 Partial Content", &range, &body[start..end])
        } else {
            answer("200 OK", &head, &body[start..end])
        }
    })
    .await
}

#[tokio::test]
async fn a_084_a_cut_download_resumes_by_range_to_an_equal_hash() {
    for (validator, sent) in [("etag: \"v1\"\r\n", Some("if-range: \"v1\"")), ("", None)] {
        let body = png(128, 128);
        let server = cutting(body.clone(), body.len() / 3, validator).await;
        let dir = tempfile::tempdir().unwrap();
        let (cx, events) = observed();
        let asset = server.downloader().save(&cx, &server.part("/a.png"), &target(dir.path())).await.unwrap();
        assert_eq!(asset.known_blake3().unwrap(), blake3::hash(&body).to_hex().to_string());
        assert_eq!(std::fs::read(asset.path().unwrap()).unwrap(), body);
        let requests = server.requests();
        assert!(requests.len() > 2 && requests.len() <= 5, "{}", requests.len());
        assert!(!requests[0].contains("range:"));
        for request in &requests[1..] {
            assert!(request.contains("range: bytes="), "{request}");
            assert_eq!(request.contains("if-range"), sent.is_some());
            assert!(sent.is_none_or(|text| request.contains(text)), "{request}");
        }
        let events = events.lock().unwrap();
        let retries = events.iter().filter(|e| matches!(e, Event::Retrying { phase: Phase::Download, .. })).count();
        assert_eq!(retries, requests.len() - 1);
        let received: Vec<u64> = events
            .iter()
            .filter_map(|e| if let Event::Downloading { received, .. } = e { Some(*received) } else { None })
            .collect();
        assert!(received.is_sorted(), "{received:?}");
    }
}

#[tokio::test]
async fn attempts_that_bring_a_good_deal_are_not_counted_and_others_are() {
    let body: Vec<u8> = (0..9_u32 << 20).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for (step, cuts) in [(body.len() / 8, Some(8)), (body.len() / 90, None)] {
        let server = cutting(body.clone(), step, "etag: \"v1\"\r\n").await;
        let dir = tempfile::tempdir().unwrap();
        let saved = server.downloader().save(&context(), &server.part("/a"), &target(dir.path())).await;
        match cuts {
            Some(cuts) => assert_eq!((saved.unwrap().bytes().unwrap(), server.requests().len()), (9 << 20, cuts)),
            // A tenth of a MiB each: five attempts bring too little.
            None => assert_eq!(fact(&saved.unwrap_err(), "attempts"), Some("5")),
        }
    }
}

#[tokio::test]
async fn a_server_without_range_starts_over_and_a_changed_file_is_never_mixed() {
    let (old, new) = (png(64, 64), png(65, 65));
    let bodies = (old.clone(), new.clone());
    // The first answer is cut; the second ignores the Range and sends another version whole.
    let server = Server::start(move |number, _| match number {
        1 => answer("200 OK", &headers(&bodies.0, "etag: \"old\"\r\n"), &bodies.0[..500]),
        _ => answer("200 OK", &headers(&bodies.1, "etag: \"new\"\r\n"), &bodies.1),
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let asset = server.downloader().save(&context(), &server.part("/a.png"), &target(dir.path())).await.unwrap();
    assert_eq!(std::fs::read(asset.path().unwrap()).unwrap(), new);
    assert_eq!(asset.known_blake3().unwrap(), blake3::hash(&new).to_hex().to_string());
    assert!(server.requests()[1].contains("range: bytes=500-"));
}

#[tokio::test]
async fn a_wrong_range_is_not_appended() {
    let body = png(64, 64);
    let (sent, length) = (body.clone(), body.len());
    let server = Server::start(move |number, request| {
        let lower = request.to_ascii_lowercase();
        match number {
            1 => answer("200 OK", &headers(&sent, "etag: \"a\"\r\n"), &sent[..700]),
            // The bytes of another range than the one that was asked for.
            2 => {
                let head = format!("content-length: 100\r\ncontent-range: bytes 0-99/{length}\r\netag: \"a\"\r\n");
                answer("206 Partial Content", &head, &sent[..100])
            }
            _ => {
                assert!(!lower.contains("range: bytes"), "starting over asks for the whole file");
                whole("image/png", &sent)
            }
        }
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let asset = server.downloader().save(&context(), &server.part("/a.png"), &target(dir.path())).await.unwrap();
    assert_eq!(std::fs::read(asset.path().unwrap()).unwrap(), body);
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn pages_and_nothing_are_errors_that_leave_no_file() {
    let cases: [(&str, &[u8], &str); 3] = [
        ("text/html", b"<!DOCTYPE html><title>Sorry</title>", "text/html came where media was due"),
        ("application/octet-stream", b"{\"detail\":\"gone\"}", "application/json came where media was due"),
        ("image/png", b"", "0 bytes"),
    ];
    for (content_type, body, message) in cases {
        let server = Server::start(move |_, _| whole(content_type, body)).await;
        let dir = tempfile::tempdir().unwrap();
        let error =
            server.downloader().save(&context(), &server.part("/a.png"), &target(dir.path())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transfer);
        assert!(error.message().contains(message), "{error}");
        assert_eq!(fact(&error, "url"), Some(server.url("/a.png").as_str()));
        assert_eq!(fact(&error, "excerpt").is_some(), !body.is_empty());
        assert!(names(dir.path()).is_empty());
        assert_eq!(server.requests().len(), 1, "asking again cannot help");
    }
}

#[tokio::test]
async fn statuses_are_told_apart_and_only_passing_ones_repeated() {
    let cases = [
        ("404 Not Found", ErrorKind::Expired, 1),
        ("403 Forbidden", ErrorKind::PermissionDenied, 1),
        ("503 Service Unavailable", ErrorKind::Unavailable, 5),
    ];
    for (status, kind, requests) in cases {
        let server = Server::start(move |_, _| answer(status, "content-length: 0\r\n", b"")).await;
        let dir = tempfile::tempdir().unwrap();
        let error = server.downloader().save(&context(), &server.part("/a"), &target(dir.path())).await.unwrap_err();
        assert_eq!((error.kind(), server.requests().len()), (kind, requests), "{error}");
        assert_eq!(error.http_status(), status[..3].parse().ok());
    }
    let server = Server::start(|number, _| match number {
        1 | 2 => answer("502 Bad Gateway", "content-length: 0\r\n", b""),
        _ => whole("image/png", &png(3, 3)),
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    server.downloader().save(&context(), &server.part("/a"), &target(dir.path())).await.unwrap();
}

#[tokio::test]
async fn a_pause_that_nobody_would_sit_through_is_not_waited_for() {
    let server = Server::start(|_, _| answer("503 Busy", "retry-after: 3600\r\ncontent-length: 0\r\n", b"")).await;
    let dir = tempfile::tempdir().unwrap();
    let (downloader, cx, part, goal) = (server.downloader(), context(), server.part("/a"), target(dir.path()));
    let saving = downloader.save(&cx, &part, &goal);
    let error = tokio::time::timeout(Duration::from_secs(30), saving).await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Unavailable, Retry::Exhausted), "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_file_above_the_cap_is_refused_announced_or_not() {
    // More than is gathered before it is written.
    const BYTES: usize = 3 << 20;
    for announced in [true, false] {
        let server = Server::start(move |_, _| {
            // With a tag, by which a later save could go on; it must not.
            let length = if announced { format!("content-length: {BYTES}\r\n") } else { String::new() };
            answer("200 OK", &format!("etag: \"v1\"\r\n{length}"), &vec![7; BYTES])
        })
        .await;
        let dir = tempfile::tempdir().unwrap();
        let policy =
            mediagen_assets::DownloadPolicy::default().allow_base(&server.base).with_max_bytes(BYTES as u64 - 1);
        let downloader = mediagen_assets::Downloader::new(policy).unwrap();
        let error = downloader.save(&context(), &server.part("/a"), &target(dir.path())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transfer);
        assert!(error.message().contains(&format!("limit is {} bytes", BYTES - 1)), "{error}");
        assert!(names(dir.path()).is_empty() && server.requests().len() == 1);
    }
}

#[tokio::test]
async fn a_data_uri_above_the_cap_is_refused_before_it_is_decoded() {
    let policy = mediagen_assets::DownloadPolicy::default().with_max_bytes(3000);
    let downloader = mediagen_assets::Downloader::new(policy).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let save = async |uri: String| {
        let part = mediagen_core::Part::new("", mediagen_core::PartSource::DataUri(uri.into()));
        downloader.save(&context(), &part, &target(dir.path())).await
    };
    // What is too long is told before what is malformed at its end.
    let error = save(format!("data:;base64,{}!", "AAAA".repeat(1001))).await.unwrap_err();
    assert!(error.message().contains("3003 bytes") && error.message().contains("3000"), "{error}");
    assert!(names(dir.path()).is_empty());
    let error = save("data:image/png;base64,".to_owned()).await.unwrap_err();
    assert!(error.message().contains("0 bytes"), "{error}");
    assert_eq!(save(format!("data:;base64,{}", "AAAA".repeat(1000))).await.unwrap().bytes(), Some(3000));
}

#[tokio::test]
async fn a_connection_lost_before_the_answer_is_made_again() {
    let body = png(16, 16);
    let file = body.clone();
    let answer = move |index, _: &str| if index < 3 { Vec::new() } else { whole("image/png", &file) };
    let server = Server::start(answer).await;
    let dir = tempfile::tempdir().unwrap();
    let asset = server.downloader().save(&context(), &server.part("/a.png"), &target(dir.path())).await.unwrap();
    assert_eq!(std::fs::read(asset.path().unwrap()).unwrap(), body);
    assert_eq!(server.requests().len(), 3);
}

//! One file over several connections.
#![expect(clippy::unwrap_used, clippy::cast_possible_truncation, unreachable_pub, reason = "tests")]
#![allow(dead_code, reason = "each test program uses a part of the support")]

mod support;

use mediagen_assets::{DownloadPolicy, Downloader};
use std::time::Duration;
use support::{Server, answer, context, first_byte, names, target, whole};

const MIB: usize = 1 << 20;
const ETAG: &str = "etag: \"v1\"\r\n";

fn noise(bytes: usize) -> Vec<u8> {
    (0..bytes as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

/// First and last byte that a request asks for.
fn asked(request: &str) -> Option<(usize, Option<usize>)> {
    let lower = request.to_ascii_lowercase();
    let (first, rest) = lower.split("range: bytes=").nth(1)?.split_once('-')?;
    Some((first.parse().ok()?, rest.split("\r\n").next()?.parse().ok()))
}

fn piece(request: &str, body: &[u8], headers: &str) -> Vec<u8> {
    let Some((first, last)) = asked(request) else { return whole("video/mp4", body) };
    if first >= body.len() {
        return answer("416 Range Not Satisfiable", "content-length: 0\r\n", b"");
    }
    let last = last.unwrap_or(usize::MAX).min(body.len() - 1);
    let head = format!(
        "content-length: {}\r\ncontent-range: bytes {first}-{last}/{}\r\n{headers}",
        last + 1 - first,
        body.len()
    );
    answer("206 Partial Content", &head, &body[first..=last])
}

fn four(server: &Server) -> Downloader {
    let policy = DownloadPolicy::default().allow_base(&server.base).with_first_pause(Duration::from_millis(1));
    Downloader::new(policy.with_connections(4)).unwrap()
}

#[tokio::test]
async fn pieces_are_asked_for_once_each_and_make_the_file() {
    for length in [1, 2 * MIB - 1, 2 * MIB, 2 * MIB + 1, 11 * MIB + 5] {
        let body = noise(length);
        let sent = body.clone();
        let server = Server::start(move |_, request| piece(request, &sent, ETAG)).await;
        let dir = tempfile::tempdir().unwrap();
        let asset = four(&server).save(&context(), &server.part("/a"), &target(dir.path())).await.unwrap();
        assert_eq!(asset.known_blake3().unwrap(), blake3::hash(&body).to_hex().to_string(), "{length}");
        assert_eq!(std::fs::read(asset.path().unwrap()).unwrap(), body);
        let mut starts: Vec<_> = server.requests().iter().map(|request| first_byte(request)).collect();
        starts.sort_unstable();
        assert_eq!(starts, (0..length).step_by(2 * MIB).collect::<Vec<_>>());
        assert!(server.requests()[1..].iter().all(|request| request.contains("if-range: \"v1\"")));
        assert_eq!(names(dir.path()).len(), 1);
    }
}

#[tokio::test]
async fn servers_without_ranges_tags_or_bytes_are_served_by_one_stream() {
    let body = noise(5 * MIB);
    for (case, ranges, headers) in
        [("no ranges", false, ETAG), ("no tag", true, ""), ("weak", true, "etag: W/\"1\"\r\n")]
    {
        let sent = body.clone();
        let server = Server::start(
            move |_, request| {
                if ranges { piece(request, &sent, headers) } else { whole("video/mp4", &sent) }
            },
        )
        .await;
        let dir = tempfile::tempdir().unwrap();
        let asset = four(&server).save(&context(), &server.part("/a"), &target(dir.path())).await.unwrap();
        assert_eq!(std::fs::read(asset.path().unwrap()).unwrap(), body, "{case}");
        assert_eq!(server.requests().len(), if ranges { 2 } else { 1 }, "{case}");
    }
    let server = Server::start(|_, request| piece(request, b"", ETAG)).await;
    let dir = tempfile::tempdir().unwrap();
    let error = four(&server).save(&context(), &server.part("/a"), &target(dir.path())).await.unwrap_err();
    assert!(error.message().contains("0 bytes"), "{error}");
}

#[tokio::test]
async fn a_cut_piece_and_a_changed_file_end_whole() {
    let (old, new) = (noise(9 * MIB), noise(9 * MIB + 1));
    for changed in [false, true] {
        let (before, after) = (old.clone(), new.clone());
        let server = Server::start(move |number, request| match (number, changed) {
            (3, false) => {
                let mut bytes = piece(request, &before, ETAG);
                bytes.truncate(MIB);
                bytes
            }
            // From the fourth request on it is another file, and `If-Range` is honoured.
            (4.., true) if request.contains("\"v1\"") => {
                answer("200 OK", &format!("content-length: {}\r\netag: \"v2\"\r\n", after.len()), &after)
            }
            (4.., true) => piece(request, &after, "etag: \"v2\"\r\n"),
            _ => piece(request, &before, ETAG),
        })
        .await;
        let dir = tempfile::tempdir().unwrap();
        let asset = four(&server).save(&context(), &server.part("/a"), &target(dir.path())).await.unwrap();
        let expected = if changed { &new } else { &old };
        assert_eq!(asset.known_blake3().unwrap(), blake3::hash(expected).to_hex().to_string(), "changed {changed}");
        assert_eq!(&std::fs::read(asset.path().unwrap()).unwrap(), expected);
    }
}

#[tokio::test]
async fn a_later_save_goes_on_in_pieces() {
    let body = noise(9 * MIB);
    let sent = body.clone();
    let server = Server::start(move |number, request| match number {
        // The first piece comes, the others do not.
        2..=5 => Vec::new(),
        _ => piece(request, &sent, ETAG),
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let policy = DownloadPolicy::default().allow_base(&server.base).with_max_attempts(1).with_connections(4);
    let downloader = Downloader::new(policy).unwrap();
    downloader.save(&context(), &server.part("/a"), &target(dir.path())).await.unwrap_err();
    assert_eq!(names(dir.path()), ["m-0.part", "m-0.part.json"]);
    let before = server.requests().len();
    // Whatever the four connections of before took of the faults, the rest comes.
    let asset = four(&server).save(&context(), &server.part("/a"), &target(dir.path())).await.unwrap();
    assert_eq!(std::fs::read(asset.path().unwrap()).unwrap(), body);
    assert!(server.requests()[before..].iter().all(|request| first_byte(request) >= 2 * MIB));
}

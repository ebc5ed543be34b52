//! Digests that the server sends along.
#![expect(clippy::unwrap_used, clippy::cast_possible_truncation, unreachable_pub, reason = "tests")]
#![allow(dead_code, reason = "each test program uses a part of the support")]

mod support;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use crc_fast::CrcAlgorithm;
use mediagen_core::{ErrorKind, Retry};
use sha2::Digest as _;
use support::{Server, context, fact, first_byte, names, png, ranged, target};

/// Every header that is understood, with the digest of `body`.
fn headers(body: &[u8]) -> Vec<String> {
    let sha256 = STANDARD.encode(sha2::Sha256::digest(body));
    let sha512 = STANDARD.encode(sha2::Sha512::digest(body));
    let md5 = STANDARD.encode(md5::Md5::digest(body));
    let crc32c = STANDARD.encode(&crc_fast::checksum(CrcAlgorithm::Crc32Iscsi, body).to_be_bytes()[4..]);
    vec![
        format!("repr-digest: sha-256=:{sha256}:\r\n"),
        format!("content-digest: unixsum=:AA==:, sha-512=:{sha512}:\r\n"),
        format!("digest: SHA-256={sha256}\r\n"),
        format!("content-md5: {md5}\r\n"),
        format!("x-goog-hash: crc32c={crc32c}\r\nx-goog-hash: md5={md5}\r\n"),
        format!("x-goog-hash: crc32c={crc32c}\r\n"),
    ]
}

#[tokio::test]
async fn a_body_that_does_not_come_to_its_digest_is_asked_for_again() {
    let body = png(64, 64);
    for header in headers(&body) {
        let (sent, told) = (body.clone(), header.clone());
        let server = Server::start(move |number, request| {
            let mut bytes = ranged(request, &sent, &told);
            if number == 1 {
                let last = bytes.len() - 100;
                bytes[last] ^= 1;
            }
            bytes
        })
        .await;
        let dir = tempfile::tempdir().unwrap();
        let asset = server.downloader().save(&context(), &server.part("/a"), &target(dir.path())).await.unwrap();
        assert_eq!(std::fs::read(asset.path().unwrap()).unwrap(), body, "{header}");
        let requests = server.requests();
        assert!(requests.len() == 2 && first_byte(&requests[1]) == 0, "{header}");
    }
}

#[tokio::test]
async fn a_digest_that_never_fits_is_an_error_and_leaves_nothing() {
    let body = png(64, 64);
    let header = format!("etag: \"v\"\r\n{}", headers(b"something else")[0]);
    let server = Server::start(move |_, request| ranged(request, &body, &header)).await;
    let dir = tempfile::tempdir().unwrap();
    let error = server.downloader().save(&context(), &server.part("/a"), &target(dir.path())).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Transfer, Retry::Exhausted));
    assert!(error.message().contains("sha-256"), "{error}");
    assert_eq!(fact(&error, "attempts"), Some("5"));
    assert_eq!(server.requests().len(), 5);
    assert!(names(dir.path()).is_empty());
}

#[tokio::test]
async fn the_hash_of_what_is_stored_compressed_is_not_held_against_the_body() {
    let body = png(8, 8);
    let wrong = headers(b"its compressed form").pop().unwrap();
    let header = format!("{wrong}x-goog-stored-content-encoding: gzip\r\n");
    let server = Server::start(move |_, request| ranged(request, &body, &header)).await;
    let dir = tempfile::tempdir().unwrap();
    server.downloader().save(&context(), &server.part("/a"), &target(dir.path())).await.unwrap();
}

#[tokio::test]
async fn a_resumed_body_comes_to_its_digest_too() {
    let body = png(128, 128);
    let header = format!("etag: \"v\"\r\n{}", headers(&body)[0]);
    let sent = body.clone();
    let server = Server::start(move |number, request| {
        let mut bytes = ranged(request, &sent, &header);
        if number == 1 {
            bytes.truncate(5000);
        }
        bytes
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let policy = mediagen_assets::DownloadPolicy::default().allow_base(&server.base).with_max_attempts(1);
    let downloader = mediagen_assets::Downloader::new(policy).unwrap();
    downloader.save(&context(), &server.part("/a"), &target(dir.path())).await.unwrap_err();
    let asset = downloader.save(&context(), &server.part("/a"), &target(dir.path())).await.unwrap();
    assert_eq!(std::fs::read(asset.path().unwrap()).unwrap(), body);
    assert!(first_byte(&server.requests()[1]) > 0);
}

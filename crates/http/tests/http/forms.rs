//! Forms as they are on the wire.

use crate::{
    clock::StepClock,
    observed,
    server::{Act, RawServer, Seen},
    url,
};
use futures_util::{StreamExt as _, stream};
use mediagen_core::{Context, ErrorKind, Event, Phase};
use mediagen_http::{Body, FormPart, HttpClient, HttpRequest, Multipart, Repeat};
use std::collections::BTreeSet;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const BUSY: &[u8] = b"HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n";

fn client() -> HttpClient {
    HttpClient::builder().build().unwrap()
}

fn boundary(media_type: &str) -> String {
    media_type.strip_prefix("multipart/form-data; boundary=").unwrap().to_owned()
}

/// The body that is expected: each part as its lines and its bytes.
fn body(boundary: &str, parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut all = Vec::new();
    for (head, bytes) in parts {
        all.extend_from_slice(format!("--{boundary}\r\n{head}\r\n\r\n").as_bytes());
        all.extend_from_slice(bytes);
        all.extend_from_slice(b"\r\n");
    }
    all.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    all
}

fn check(seen: &Seen, parts: &[(&str, &[u8])]) {
    let boundary = boundary(seen.header("content-type").unwrap());
    let expected = body(&boundary, parts);
    assert_eq!(String::from_utf8_lossy(&seen.body), String::from_utf8_lossy(&expected));
    assert_eq!(seen.body, expected);
    assert_eq!(seen.header("content-length"), Some(expected.len().to_string().as_str()));
    assert_eq!(seen.header("transfer-encoding"), None);
}

#[tokio::test]
async fn fields_and_files_leave_in_order_with_their_length() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.bin");
    let content: Vec<u8> = (0..700_000_u32).map(|n| u8::try_from(n % 251).unwrap()).collect();
    tokio::fs::write(&path, &content).await.unwrap();
    let file = FormPart::new(Body::file(&path).await.unwrap()).with_file_name("a \"b\"\r\n.bin");
    let part = FormPart::new(Body::stream(Some(4), || stream::iter([Ok("ab".into()), Ok("cd".into())]).boxed()));
    let form = Multipart::new()
        .text("prompt", "a lighthouse,\r\nat dusk é")
        .part("image[]", file.with_media_type("image/png"))
        .part("mask", part)
        .text("empty", "");
    let server = RawServer::start(|_| Act::Keep(OK.to_vec())).await;
    let (cx, events) = observed(&StepClock::default());
    let request = HttpRequest::post(server.url("/m"), Phase::Upload).multipart(form).unwrap();
    client().send(&cx, request).await.unwrap();
    let seen = server.seen().remove(0);
    check(
        &seen,
        &[
            ("Content-Disposition: form-data; name=\"prompt\"", "a lighthouse,\r\nat dusk é".as_bytes()),
            (
                "Content-Disposition: form-data; name=\"image[]\"; filename=\"a %22b%22%0D%0A.bin\"\r\n\
                 Content-Type: image/png",
                &content,
            ),
            ("Content-Disposition: form-data; name=\"mask\"", b"abcd"),
            ("Content-Disposition: form-data; name=\"empty\"", b""),
        ],
    );
    let sent = seen.body.len() as u64;
    let last = events.lock().unwrap().iter().rev().find_map(|event| match event {
        Event::Uploading { sent, total } => Some((*sent, *total)),
        _ => None,
    });
    assert_eq!(last, Some((sent, Some(sent))), "the progress is of the whole form");
}

#[tokio::test]
async fn an_attempt_that_is_repeated_sends_the_same_bytes_and_another_form_another_boundary() {
    let server = RawServer::start(|n| Act::Keep(if n % 2 == 0 { BUSY.to_vec() } else { OK.to_vec() })).await;
    let (client, cx) = (client(), Context::new(StepClock::default()));
    for _ in 0..8 {
        let form = Multipart::new().text("a", "1");
        let request = HttpRequest::post(server.url("/m"), Phase::Upload).multipart(form).unwrap();
        let response = client.send(&cx, request.repeat(Repeat::Freely)).await.unwrap();
        assert_eq!((response.status(), response.attempts()), (200, 2));
    }
    let seen = server.seen();
    let mut boundaries = BTreeSet::new();
    for pair in seen.chunks(2) {
        check(&pair[0], &[("Content-Disposition: form-data; name=\"a\"", b"1")]);
        assert_eq!((&pair[0].head, &pair[0].body), (&pair[1].head, &pair[1].body));
        let boundary = boundary(pair[0].header("content-type").unwrap());
        assert!(boundary.len() >= 40 && boundary.chars().all(|c| c.is_ascii_alphanumeric()), "{boundary}");
        boundaries.insert(boundary);
    }
    assert_eq!(boundaries.len(), 8);
}

#[tokio::test]
async fn a_form_with_a_part_of_unknown_size_leaves_without_a_length() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let open = Body::stream(None, || stream::iter([Ok("ab".into()), Ok("c".into())]).boxed());
    let form = Multipart::new().text("a", "1").part("b", FormPart::new(open).with_file_name("b"));
    let request = HttpRequest::post(url(server.uri()), Phase::Upload).multipart(form).unwrap();
    client().send(&Context::new(StepClock::default()), request).await.unwrap();
    let seen = server.received_requests().await.unwrap().remove(0);
    assert!(!seen.headers.contains_key("content-length"), "{:?}", seen.headers);
    let boundary = boundary(seen.headers["content-type"].to_str().unwrap());
    let parts: [(&str, &[u8]); 2] = [
        ("Content-Disposition: form-data; name=\"a\"", b"1"),
        ("Content-Disposition: form-data; name=\"b\"; filename=\"b\"", b"abc"),
    ];
    assert_eq!(seen.body, body(&boundary, &parts));
}

#[tokio::test]
async fn a_form_with_a_file_that_has_changed_or_gone_does_not_leave() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.bin");
    std::fs::write(&path, "abc").unwrap();
    let server = RawServer::start(|_| Act::Keep(OK.to_vec())).await;
    let form = Multipart::new().text("a", "1").part("f", FormPart::new(Body::file(&path).await.unwrap()));
    let request = || HttpRequest::post(server.url("/m"), Phase::Upload).multipart(form.clone()).unwrap();
    let cx = Context::new(StepClock::default());
    client().send(&cx, request()).await.unwrap();
    std::fs::write(&path, "abcd").unwrap();
    let error = client().send(&cx, request()).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Io && error.to_string().contains("4 bytes now, not 3"), "{error}");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(client().send(&cx, request()).await.unwrap_err().kind(), ErrorKind::Io);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_media_type_that_no_header_may_carry_is_refused_with_its_part() {
    let part = FormPart::new(Vec::new()).with_media_type("image/png\r\nx-evil: 1");
    let form = Multipart::new().part("image", part);
    let error = HttpRequest::post(url("https://a.example/"), Phase::Upload).multipart(form).unwrap_err();
    assert_eq!((error.kind(), error.fields()[0].path.as_str()), (ErrorKind::InvalidInput, "image"));
}

#[test]
fn debug_names_parts_and_hides_values() {
    let form = Multipart::new().text("token", "s3cret");
    assert_eq!(format!("{form:?}"), "{\"token\": Bytes(6)}");
}

//! Bodies in both directions, to the byte.

use crate::{
    clock::StepClock,
    observed,
    server::{Act, RawServer},
};
use futures_util::{StreamExt as _, TryStreamExt as _};
use mediagen_core::{Context, Dispatch, ErrorKind, Event, Phase, Result, Retry};
use mediagen_http::{Body, HttpClient, HttpRequest, HttpResponse, SseEvent};
use std::io::Write as _;

const EMPTY: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

fn client() -> HttpClient {
    HttpClient::builder().build().unwrap()
}

/// The answer of a server that writes `pieces` and closes.
async fn answer(pieces: &[&[u8]]) -> HttpResponse {
    let pieces: Vec<Vec<u8>> = pieces.iter().map(|piece| piece.to_vec()).collect();
    let server = RawServer::start(move |_| Act::Close(pieces.clone())).await;
    let cx = Context::new(StepClock::default());
    client().send(&cx, HttpRequest::get(server.url("/f?sig=s3cret"), Phase::Download)).await.unwrap()
}

#[tokio::test]
async fn a_084_a_body_shorter_than_its_content_length_is_an_error_that_keeps_the_url() {
    let response = answer(&[b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"]).await;
    let mut stream = response.into_stream();
    let mut got = Vec::new();
    let error = loop {
        match stream.next().await.expect("an error comes before the end") {
            Ok(chunk) => got.extend_from_slice(&chunk),
            Err(error) => break error,
        }
    };
    assert_eq!(got, b"abc");
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Transfer, Retry::After(None)));
    assert_eq!(error.dispatch(), Dispatch::Answered);
    let text = error.to_string();
    assert!(text.contains("/f") && text.contains("3 of 10 bytes") && !text.contains("s3cret"), "{text}");
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_chunked_body_that_breaks_off_is_an_error() {
    let response = answer(&[b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"]).await;
    let error = response.bytes(100).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Transfer, Retry::After(None)));
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_announced_or_not() {
    let announced: &[&[u8]] = &[b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabcd"];
    let open_ended: &[&[u8]] = &[b"HTTP/1.1 200 OK\r\n\r\n", b"ab", b"cd"];
    for pieces in [announced, open_ended] {
        assert_eq!(answer(pieces).await.bytes(4).await.unwrap(), "abcd");
        let error = answer(pieces).await.bytes(3).await.unwrap_err();
        assert_eq!((error.kind(), error.http_status()), (ErrorKind::InvalidResponse, Some(200)));
        assert!(error.to_string().contains("larger than 3 bytes"), "{error}");
        assert_eq!(answer(pieces).await.text_excerpt(3).await, "abc");
    }
}

#[tokio::test]
async fn an_excerpt_never_fails() {
    let cut = answer(&[b"HTTP/1.1 500 Oops\r\ncontent-length: 90\r\n\r\n", "né".as_bytes()]).await;
    assert_eq!(cut.text_excerpt(100).await, "né");
    let cut_character = answer(&[b"HTTP/1.1 500 Oops\r\n\r\n", "né".as_bytes()]).await;
    assert_eq!(cut_character.text_excerpt(2).await, "n");
}

#[tokio::test]
async fn json_is_read_and_html_in_its_place_is_an_invalid_response() {
    let response = answer(&[b"HTTP/1.1 200 OK\r\n\r\n{\"a\":", b"[1,2]}"]).await;
    assert_eq!(response.json::<serde_json::Value>(100).await.unwrap(), serde_json::json!({"a": [1, 2]}));
    let response = answer(&[b"HTTP/1.1 200 OK\r\n\r\n<html>"]).await;
    let error = response.json::<serde_json::Value>(100).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::InvalidResponse, Retry::Never));
}

#[tokio::test]
async fn a_gzipped_answer_is_unpacked() {
    // {"ok":true}
    const PACKED: &[u8] = &[
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 202, 207, 86, 178, 42, 41, 42, 77, 173, 5, 0, 144, 95, 212, 167, 11,
        0, 0, 0,
    ];
    let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", PACKED.len());
    let response = answer(&[head.as_bytes(), PACKED]).await;
    assert_eq!(response.bytes(100).await.unwrap(), r#"{"ok":true}"#);
}

#[tokio::test]
async fn events_over_the_wire_survive_cut_characters_and_a_lost_end() {
    let text = "data: {\"n\":\"雪\"}\r\n\r\n: ping\r\n\r\nevent: done\r\ndata: é\r\n\r\n";
    let (left, right) = text.as_bytes().split_at("data: {\"n\":\"".len() + 1);
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", text.len() + 5);
    let response = answer(&[head.as_bytes(), left, right]).await;
    let got: Vec<Result<SseEvent>> = response.into_events().collect().await;
    let names: Vec<_> = got.iter().flatten().map(|e| (e.event.as_str(), e.data.as_str())).collect();
    assert_eq!(names, [("message", "{\"n\":\"雪\"}"), ("done", "é")]);
    assert_eq!(got[2].as_ref().unwrap_err().kind(), ErrorKind::Transfer);
    assert_eq!(got.len(), 3);
}

/// `size` bytes that differ from their neighbours.
fn pattern(size: usize) -> Vec<u8> {
    (0..size).map(|i| u8::try_from(i % 251).unwrap()).collect()
}

fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

#[tokio::test]
async fn a_file_is_streamed_to_the_byte_and_reported() {
    let bytes = pattern(5_000_003);
    let file = file(&bytes);
    let server = RawServer::start(|_| Act::Keep(EMPTY.to_vec())).await;
    let (cx, events) = observed(&StepClock::default());
    let body = Body::file(file.path()).await.unwrap();
    client().send(&cx, HttpRequest::put(server.url("/f"), Phase::Upload).body(body)).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].header("content-length"), Some("5000003"));
    assert!(seen[0].body == bytes, "{} bytes arrived", seen[0].body.len());
    let events = events.lock().unwrap();
    let sent: Vec<_> = events
        .iter()
        .filter_map(|e| match e {
            Event::Uploading { sent, total: Some(5_000_003) } => Some(*sent),
            _ => None,
        })
        .collect();
    assert!(sent.len() > 5 && sent.is_sorted() && sent.last() == Some(&5_000_003), "{sent:?}");
}

#[tokio::test]
async fn a_part_of_a_file_and_bytes_in_memory_arrive_whole() {
    let bytes = pattern(300_000);
    let file = file(&bytes);
    let server = RawServer::start(|_| Act::Keep(EMPTY.to_vec())).await;
    let cx = Context::new(StepClock::default());
    let put = |body: Body| HttpRequest::put(server.url("/f"), Phase::Upload).body(body);
    client().send(&cx, put(Body::file_range(file.path(), 100_000, 150_000))).await.unwrap();
    client().send(&cx, put(Body::from(bytes.clone()))).await.unwrap();
    client().send(&cx, put(Body::Empty)).await.unwrap();
    let seen = server.seen();
    assert!(seen[0].body == bytes[100_000..250_000]);
    assert!(seen[1].body == bytes);
    assert_eq!(seen[1].header("content-length"), Some("300000"));
    assert!(seen[2].body.is_empty());
}

#[tokio::test]
async fn a_repeated_upload_starts_from_the_beginning() {
    let bytes = pattern(200_000);
    let file = file(&bytes);
    let server = RawServer::start(|n| if n == 0 { Act::Drop } else { Act::Keep(EMPTY.to_vec()) }).await;
    let cx = Context::new(StepClock::default());
    let body = Body::file(file.path()).await.unwrap();
    client().send(&cx, HttpRequest::put(server.url("/f"), Phase::Upload).body(body)).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    assert!(seen.iter().all(|seen| seen.body == bytes));
}

#[tokio::test]
async fn a_file_that_is_gone_or_changed_sends_nothing() {
    let file = file(b"abc");
    let server = RawServer::start(|_| Act::Keep(EMPTY.to_vec())).await;
    let cx = Context::new(StepClock::default());
    for (path, bytes) in [(file.path().to_owned(), 4), (file.path().with_extension("gone"), 3)] {
        let name = path.display().to_string();
        let request = HttpRequest::put(server.url("/f"), Phase::Upload).body(Body::File { path, bytes });
        let error = client().send(&cx, request).await.unwrap_err();
        assert_eq!((error.kind(), error.dispatch()), (ErrorKind::Io, Dispatch::NotSent));
        assert!(error.to_string().contains(&name), "{error}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_an_io_error_and_is_not_repeated() {
    let server = RawServer::start(|_| Act::Keep(EMPTY.to_vec())).await;
    let (cx, events) = observed(&StepClock::default());
    let body = Body::file_range("/nonexistent/file", 0, 10);
    let request = HttpRequest::put(server.url("/f"), Phase::Upload).body(body);
    let error = client().send(&cx, request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
    assert_eq!(events.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_stream_of_unknown_length_is_read_in_pieces() {
    let response = answer(&[b"HTTP/1.1 200 OK\r\n\r\n", b"ab", b"cd"]).await;
    assert_eq!(response.content_length(), None);
    let all: Vec<_> = response.into_stream().try_collect().await.unwrap();
    assert_eq!(all.concat(), b"abcd");
}

//! Whole uploads and downloads (protocol 6.2, 6.4, 6.7).

use crate::fixture::{Fixture, Got, quick};
use mediagen_emulator::fal::Route;
use reqwest::{Method, Response};
use serde_json::json;

/// A fresh CDN token as a header value.
pub(crate) async fn token(f: &Fixture) -> String {
    let got = f.post("/rest/storage/auth/token?storage_type=fal-cdn-v3", &json!({})).await;
    format!("Bearer {}", got.json["token"].as_str().expect("token"))
}

/// Bytes in which every position differs from its neighbours.
pub(crate) fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|n| u8::try_from((n * 31 + n / 251) % 256).unwrap_or(0)).collect()
}

#[tokio::test]
async fn a_direct_upload_comes_back_byte_for_byte() {
    let f = Fixture::new(quick()).await;
    let content = pattern(300_000);
    let request = f.http.post(f.url("/cdn/files/upload")).header("authorization", token(&f).await);
    let request = request.header("content-type", "image/png").header("x-fal-file-name", "my cat.png");
    let got = Got::of(request.body(content.clone()).send().await.expect("answer")).await;
    assert_eq!(got.status, 200);
    let url = got.json["access_url"].as_str().expect("url");
    assert!(
        url.starts_with(&format!("{}/cdn/files/b/", f.emulator.base_url())) && url.ends_with("_my_cat.png"),
        "{url}"
    );
    let file = f.http.get(url).send().await.expect("file");
    assert_eq!(file.headers()["content-type"], "image/png");
    assert_eq!(file.headers()["accept-ranges"], "bytes");
    assert_eq!(file.bytes().await.expect("bytes"), content);
    let upload = &f.emulator.requests().into_iter().find(|r| r.route == Route::Upload).expect("record");
    assert_eq!(upload.body_bytes, 300_000);
}

#[tokio::test]
async fn an_upload_needs_a_cdn_token_and_the_key_is_none() {
    let f = Fixture::new(quick()).await;
    for authorization in [None, Some("Key test-id:test-secret"), Some("Bearer made-up")] {
        let mut request = f.http.post(f.url("/cdn/files/upload")).body("x");
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        assert_eq!(request.send().await.expect("answer").status(), 401, "{authorization:?}");
    }
}

#[tokio::test]
async fn a_signed_address_takes_one_file_without_a_key() {
    let f = Fixture::new(quick()).await;
    for kind in ["fal-cdn-v3", "gcs"] {
        let body = json!({ "content_type": "audio/wav", "file_name": "a.wav" });
        let got = f.post(&format!("/rest/storage/upload/initiate?storage_type={kind}"), &body).await;
        assert_eq!(got.status, 200);
        let (upload, file) =
            (got.json["upload_url"].as_str().expect("url"), got.json["file_url"].as_str().expect("url"));
        assert_eq!(f.http.get(file).send().await.expect("answer").status(), 404, "not there yet");
        let put = f.http.put(upload).header("content-type", "audio/wav").body(pattern(1000));
        assert_eq!(put.send().await.expect("answer").status(), 200);
        let back = f.http.get(file).send().await.expect("answer");
        assert_eq!(back.headers()["content-type"], "audio/wav");
        assert_eq!(back.bytes().await.expect("bytes"), pattern(1000));
        let unsigned = upload.split('?').next().expect("path");
        assert_eq!(f.http.put(unsigned).body("x").send().await.expect("answer").status(), 403);
    }
    assert_eq!(f.post("/rest/storage/upload/initiate?storage_type=other", &json!({})).await.status, 400);
}

async fn range(f: &Fixture, url: &str, range: &str) -> Response {
    f.http.get(url).header("range", range).send().await.expect("answer")
}

#[tokio::test]
async fn a_single_range_is_honoured() {
    let f = Fixture::new(quick()).await;
    let content = pattern(1000);
    let url = f.emulator.add_file(content.clone().into(), "a.bin", "application/x-test").await.expect("file");
    let part = range(&f, &url, "bytes=100-199").await;
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"], "bytes 100-199/1000");
    assert_eq!(part.headers()["content-type"], "application/x-test");
    assert_eq!(part.bytes().await.expect("bytes"), &content[100..200]);
    assert_eq!(range(&f, &url, "bytes=990-").await.bytes().await.expect("bytes"), &content[990..]);
    assert_eq!(range(&f, &url, "bytes=-10").await.bytes().await.expect("bytes"), &content[990..]);
    let beyond = range(&f, &url, "bytes=1000-").await;
    assert_eq!((beyond.status().as_u16(), &beyond.headers()["content-range"] == "bytes */1000"), (416, true));
    assert_eq!(range(&f, &url, "bytes=0-1,4-5").await.status(), 200);
}

#[tokio::test]
async fn a_resume_is_tied_to_the_file_by_its_tag() {
    let f = Fixture::new(quick()).await;
    let url = f.emulator.add_file(pattern(50).into(), "a.bin", "application/x-test").await.expect("file");
    let tag = f.http.get(&url).send().await.expect("answer").headers()["etag"].clone();
    for (tag, code) in [(tag.to_str().expect("text"), 206), ("\"other\"", 200)] {
        let request = f.http.get(&url).header("range", "bytes=10-").header("if-range", tag);
        assert_eq!(request.send().await.expect("answer").status().as_u16(), code);
    }
}

#[tokio::test]
async fn ranges_can_be_switched_off() {
    let f = Fixture::new(quick().with_ranges(false)).await;
    let url = f.emulator.add_file(pattern(100).into(), "a.bin", "application/x-test").await.expect("file");
    let whole = range(&f, &url, "bytes=10-20").await;
    assert_eq!(whole.status(), 200);
    assert!(whole.headers().get("accept-ranges").is_none());
    assert_eq!(whole.bytes().await.expect("bytes"), pattern(100));
}

#[tokio::test]
async fn head_tells_size_and_type_without_a_body() {
    let f = Fixture::new(quick()).await;
    let url = f.emulator.add_file(pattern(100).into(), "a.bin", "application/x-test").await.expect("file");
    let head = f.http.request(Method::HEAD, &url).send().await.expect("answer");
    assert_eq!(head.status(), 200);
    assert_eq!(head.headers()["content-length"], "100");
    assert_eq!(head.headers()["content-type"], "application/x-test");
    assert!(head.bytes().await.expect("no body").is_empty());
    let missing = format!("{}/cdn/files/b/00000000/none.png", f.emulator.base_url());
    assert_eq!(f.http.get(missing).send().await.expect("answer").status(), 404);
}

//! Files in parts, in both dialects (protocol 6.3, 6.4).

use crate::{
    cdn::{pattern, token},
    fixture::{Fixture, Got, quick},
};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// An upload in the Python dialect.
struct Upload {
    access: String,
    id: String,
    token: String,
}

impl Upload {
    async fn begin(f: &Fixture) -> Self {
        let token = token(f).await;
        let request = f.http.post(f.url("/cdn/files/upload/multipart")).header("authorization", &token);
        let request = request.header("content-type", "video/mp4").header("x-fal-file-name", "video.mp4");
        let got = Got::of(request.send().await.expect("answer")).await;
        assert_eq!(got.status, 200);
        let text = |name: &str| got.json[name].as_str().expect("field").to_owned();
        Self { access: text("access_url"), id: text("uploadId"), token }
    }

    async fn part(&self, f: &Fixture, number: u32, content: &[u8]) -> Got {
        let url = format!("{}/multipart/{}/{number}", self.access, self.id);
        let request = f.http.put(url).header("authorization", &self.token).body(content.to_vec());
        Got::of(request.send().await.expect("answer")).await
    }

    async fn complete(&self, f: &Fixture, parts: &[(u32, &str)]) -> Got {
        let url = format!("{}/multipart/{}/complete", self.access, self.id);
        let parts: Vec<Value> = parts.iter().map(|(n, tag)| json!({ "partNumber": n, "etag": tag })).collect();
        let request = f.http.post(url).header("authorization", &self.token).json(&json!({ "parts": parts }));
        Got::of(request.send().await.expect("answer")).await
    }
}

fn tag(got: &Got) -> String {
    assert_eq!(got.status, 200);
    got.header("etag").expect("etag").to_owned()
}

#[tokio::test]
async fn parts_become_one_file_in_the_order_of_their_numbers() {
    let f = Fixture::new(quick()).await;
    let content = pattern(250_000);
    let upload = Upload::begin(&f).await;
    let third = tag(&upload.part(&f, 3, &content[200_000..]).await);
    let first = tag(&upload.part(&f, 1, &content[..100_000]).await);
    let second = tag(&upload.part(&f, 2, &content[100_000..200_000]).await);
    // fal's own Python client names the parts in the order of their completion.
    let done = upload.complete(&f, &[(3, &third), (1, &first), (2, &second)]).await;
    assert_eq!(done.status, 200);
    let back = f.http.get(&upload.access).send().await.expect("file");
    assert_eq!(back.headers()["content-type"], "video/mp4");
    assert_eq!(back.bytes().await.expect("bytes"), content);
}

#[tokio::test]
async fn a_strict_cdn_wants_the_parts_named_in_order() {
    let f = Fixture::new(quick().with_strict_part_order(true)).await;
    let upload = Upload::begin(&f).await;
    let (one, two) = (tag(&upload.part(&f, 1, b"one").await), tag(&upload.part(&f, 2, b"two").await));
    assert_eq!(upload.complete(&f, &[(2, &two), (1, &one)]).await.status, 400);
    assert_eq!(upload.complete(&f, &[(1, &one), (2, &two)]).await.status, 200);
}

#[tokio::test]
async fn an_incomplete_or_wrong_list_of_parts_is_refused() {
    let f = Fixture::new(quick()).await;
    let upload = Upload::begin(&f).await;
    let (one, three) = (tag(&upload.part(&f, 1, b"one").await), tag(&upload.part(&f, 3, b"three").await));
    for parts in [
        vec![],
        vec![(1, one.as_str())],
        vec![(1, one.as_str()), (3, three.as_str())],
        vec![(1, one.as_str()), (2, "x"), (3, three.as_str())],
        vec![(1, "\"wrong\""), (3, three.as_str())],
    ] {
        let got = upload.complete(&f, &parts).await;
        assert_eq!(got.status, 400, "{parts:?}");
        assert!(got.json["detail"].is_string());
    }
    let two = tag(&upload.part(&f, 2, b"two").await);
    let twice = upload.complete(&f, &[(1, &one), (2, &two), (2, &two), (3, &three)]).await;
    assert_eq!(twice.status, 400);
    assert_eq!(upload.complete(&f, &[(1, &one), (2, &two), (3, &three)]).await.status, 200);
    assert_eq!(f.emulator.file(&upload.access).await.expect("file"), &b"onetwothree"[..]);
}

#[tokio::test]
async fn an_empty_part_is_refused() {
    let f = Fixture::new(quick()).await;
    let upload = Upload::begin(&f).await;
    let got = upload.part(&f, 1, b"").await;
    assert_eq!(got.status, 400);
    assert!(got.json["detail"].as_str().is_some_and(|d| d.contains("zero")));
    assert_eq!(upload.part(&f, 0, b"x").await.status, 400);
}

#[tokio::test]
async fn the_javascript_dialect_signs_the_address_and_answers_json() {
    let f = Fixture::new(quick()).await;
    let body = json!({ "content_type": "video/mp4", "file_name": "video.mp4" });
    let got = f.post("/rest/storage/upload/initiate-multipart?storage_type=fal-cdn-v3", &body).await;
    let upload = got.json["upload_url"].as_str().expect("url").to_owned();
    let (path, query) = upload.split_once('?').expect("a signed address has a query");
    let mut parts = Vec::new();
    for (number, content) in [(1, "first "), (2, "second")] {
        let put = f.http.put(format!("{path}/{number}?{query}")).body(content).send().await.expect("answer");
        let got = Got::of(put).await;
        assert_eq!((got.status, &got.json["partNumber"]), (StatusCode::OK, &json!(number)));
        parts.push(json!({ "partNumber": number, "etag": got.json["etag"] }));
    }
    let unsigned = f.http.put(format!("{path}/3")).body("x").send().await.expect("answer");
    assert_eq!(unsigned.status(), 403);
    let complete = f.http.post(format!("{path}/complete?{query}")).json(&json!({ "parts": parts }));
    assert_eq!(complete.send().await.expect("answer").status(), 200);
    let file = got.json["file_url"].as_str().expect("url");
    assert_eq!(f.http.get(file).send().await.expect("file").text().await.expect("text"), "first second");
}

fn crc32c(bytes: &[u8]) -> u64 {
    crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32Iscsi, bytes)
}

#[tokio::test]
async fn large_bodies_are_checked_and_dropped_when_that_is_asked_for() {
    let f = Fixture::new(quick()).await;
    f.http.post(f.url("/__emulator/keep_below")).body("1000").send().await.expect("answer");
    let (large, small) = (pattern(2_000), pattern(500));
    let upload = Upload::begin(&f).await;
    let first = tag(&upload.part(&f, 1, &large).await);
    assert_eq!(first.trim_matches('"'), format!("{:08x}", crc32c(&large)), "checked all the same");
    let second = tag(&upload.part(&f, 2, &small).await);
    assert_eq!(upload.complete(&f, &[(1, &first), (2, &second)]).await.status, 200);
    let got = Got::of(f.http.get(f.url("/__emulator/files")).send().await.expect("answer")).await;
    let files = got.json.as_array().expect("a list").clone();
    assert_eq!((files.len(), files[0]["bytes"].as_u64(), &files[0]["url"]), (1, Some(2_500), &json!(upload.access)));
    assert_eq!(files[0]["digest"].as_str().map(str::len), Some(32));
    assert_eq!(f.http.get(&upload.access).send().await.expect("answer").status(), StatusCode::NOT_FOUND);
    let upload = Upload::begin(&f).await;
    let (one, two) = (tag(&upload.part(&f, 1, &large).await), tag(&upload.part(&f, 2, &large[..1_500]).await));
    assert_eq!(upload.complete(&f, &[(1, &one), (2, &two)]).await.status, 200);
    let got = Got::of(f.http.get(f.url("/__emulator/files")).send().await.expect("answer")).await;
    let file = got.json.as_array().expect("a list").iter().find(|file| file["url"] == upload.access.as_str()).cloned();
    let whole = crc32c(&[&large[..], &large[..1_500]].concat());
    assert_eq!(file.expect("the file")["digest"], format!("{whole:08x}"), "of the whole, where no part was kept");
}

//! Uploads (protocol 6.1, 6.2, 6.4, 6.5).

use crate::support::*;
use fal_provider::FalProvider;
use mediagen_core::{Dispatch, ErrorKind, ImageToImageRequest, MediaInput};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path, query_param},
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and more";
const UPLOAD: &str = "/cdn/files/upload";
const TOKEN: &str = "/rest/storage/auth/token";
const INITIATE: &str = "/rest/storage/upload/initiate";

async fn mount_token(server: &MockServer) {
    let body = json!({"token": "t0ken", "token_type": "Bearer", "base_url": "https://v3.fal.media",
        "created_at": "2026-01-01T00:00:00+00:00", "expires_at": "2026-01-31T00:00:00Z"});
    Mock::given(method("POST")).and(path(TOKEN)).respond_with(ok(body)).mount(server).await;
}

async fn mount_cdn(server: &MockServer, url: &str) {
    let body = json!({"access_url": url, "uploaded": true});
    Mock::given(method("POST")).and(path(UPLOAD)).respond_with(ok(body)).mount(server).await;
}

#[tokio::test]
async fn a_079_a_file_goes_straight_to_the_cdn_with_its_real_type_and_its_own_name() {
    let server = MockServer::start().await;
    mount_token(&server).await;
    mount_cdn(&server, "https://v3b.fal.media/files/b/0a/x.png").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my größe.jpg");
    std::fs::write(&file, PNG).unwrap();
    let (fal, cx) = (provider(&server), context());
    let url = upload(&fal, &cx, MediaInput::Path(file)).await.unwrap();
    assert_eq!(url.as_str(), "https://v3b.fal.media/files/b/0a/x.png");
    let token = last(&server, TOKEN).await;
    assert_eq!(token.url.query(), Some("storage_type=fal-cdn-v3"));
    assert_eq!(token.body_json::<Value>().unwrap(), json!({}));
    assert_eq!(header(&token, "authorization"), Some(format!("Key {KEY}").as_str()));
    let sent = last(&server, UPLOAD).await;
    assert_eq!(sent.body, PNG);
    for (name, value) in [
        ("authorization", "Bearer t0ken"),
        ("content-type", "image/png"),
        ("x-fal-file-name", "my_gr__e.jpg"),
        ("content-length", "25"),
    ] {
        assert_eq!(header(&sent, name), Some(value), "{name}");
    }
    upload(&fal, &cx, MediaInput::bytes([PNG, b"!"].concat(), "other.png")).await.unwrap();
    assert_eq!((count(&server, "POST", TOKEN).await, count(&server, "POST", UPLOAD).await), (1, 2));
    let given = MediaInput::Url("https://mine.test/a.png".parse().unwrap());
    assert_eq!(upload(&fal, &cx, given).await.unwrap().as_str(), "https://mine.test/a.png");
}

#[tokio::test]
async fn a_token_that_was_taken_back_is_replaced_once() {
    let server = MockServer::start().await;
    mount_token(&server).await;
    Mock::given(path(UPLOAD)).respond_with(ResponseTemplate::new(401)).up_to_n_times(1).mount(&server).await;
    mount_cdn(&server, "https://v3.fal.media/files/x.png").await;
    upload(&provider(&server), &context(), MediaInput::bytes(PNG, "x.png")).await.unwrap();
    assert_eq!((count(&server, "POST", TOKEN).await, count(&server, "POST", UPLOAD).await), (2, 2));
}

#[tokio::test]
async fn a_token_is_replaced_before_its_end() {
    let server = MockServer::start().await;
    // Used for half of a short life.
    let body = json!({"token": "t0ken", "token_type": "Bearer", "base_url": "https://v3.fal.media",
        "created_at": "2026-01-01T00:00:00Z", "expires_at": "2026-01-01T00:00:04Z"});
    Mock::given(method("POST")).and(path(TOKEN)).respond_with(ok(body)).mount(&server).await;
    mount_cdn(&server, "https://v3.fal.media/files/x.png").await;
    let (fal, cx) = (provider(&server), context());
    let put = |salt: u8| upload(&fal, &cx, MediaInput::bytes([PNG, &[salt]].concat(), "x.png"));
    put(1).await.unwrap();
    put(2).await.unwrap();
    assert_eq!(count(&server, "POST", TOKEN).await, 1);
    tokio::time::sleep(std::time::Duration::from_millis(2_050)).await;
    put(3).await.unwrap();
    assert_eq!((count(&server, "POST", TOKEN).await, count(&server, "POST", UPLOAD).await), (2, 3));
}

#[tokio::test]
async fn a_completion_is_believed_only_when_the_whole_file_is_there() {
    for (there, whole) in [("2097152", true), ("2097151", false)] {
        let server = MockServer::start().await;
        mount_token(&server).await;
        let begun = json!({"access_url": format!("{}/cdn/files/b/0a/x.bin", server.uri()), "uploadId": "u-1"});
        Mock::given(method("POST"))
            .and(path("/cdn/files/upload/multipart"))
            .respond_with(ok(begun))
            .mount(&server)
            .await;
        let taken = ResponseTemplate::new(200).insert_header("etag", "\"e\"");
        Mock::given(method("PUT")).respond_with(taken).mount(&server).await;
        let size = ResponseTemplate::new(200).insert_header("content-length", there);
        Mock::given(method("HEAD")).respond_with(size).mount(&server).await;
        // Neither the completion nor another way is answered.
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(500)).with_priority(9).mount(&server).await;
        let fal = FalProvider::new(config(&server.uri()).with_parts_above(1 << 20).unwrap()).unwrap();
        let put = upload(&fal, &context(), MediaInput::bytes(vec![7; 2 << 20], "x.bin")).await;
        assert_eq!(put.is_ok(), whole, "{put:?}");
        if let Err(error) = put {
            assert_eq!(error.dispatch(), Dispatch::NotSent, "nothing was bought");
        }
    }
}

#[tokio::test]
async fn when_the_cdn_is_down_fal_signs_an_address_and_the_key_stays_here() {
    for storage in ["gcs", "fal-cdn-v3"] {
        let server = MockServer::start().await;
        let bucket = MockServer::start().await;
        mount_token(&server).await;
        Mock::given(path(UPLOAD)).respond_with(ResponseTemplate::new(503)).mount(&server).await;
        let signed = json!({"upload_url": format!("{}/put?signature=s1gned", bucket.uri()),
            "file_url": "https://v3.fal.media/files/y.png"});
        Mock::given(path(INITIATE))
            .and(query_param("storage_type", storage))
            .respond_with(ok(signed))
            .mount(&server)
            .await;
        Mock::given(path(INITIATE)).respond_with(ResponseTemplate::new(500)).mount(&server).await;
        Mock::given(method("PUT")).respond_with(ResponseTemplate::new(200)).mount(&bucket).await;
        let url = upload(&provider(&server), &context(), MediaInput::bytes(PNG, "y.png")).await.unwrap();
        assert_eq!(url.as_str(), "https://v3.fal.media/files/y.png", "{storage}");
        let initiate = last(&server, INITIATE).await;
        assert_eq!(initiate.body_json::<Value>().unwrap(), json!({"file_name": "y.png", "content_type": "image/png"}));
        let put = last(&bucket, "/put").await;
        assert_eq!((put.body.as_slice(), put.url.query()), (PNG, Some("signature=s1gned")));
        assert_eq!((header(&put, "authorization"), header(&put, "content-type")), (None, Some("image/png")));
    }
}

#[tokio::test]
async fn a_locked_account_stops_the_upload_and_so_the_submission() {
    let server = MockServer::start().await;
    mount_model(&server, ID, "image-to-image").await;
    let locked = json!({"detail": "User is locked. Reason: Exhausted balance."});
    Mock::given(method("POST")).respond_with(answer(403, locked)).mount(&server).await;
    let fal = provider(&server);
    let model = fal.image_to_image(ID).await.unwrap();
    let request = ImageToImageRequest::new(MediaInput::bytes(PNG, "x.png"));
    let error = model.run(request).await.unwrap_err();
    assert_eq!((error.kind(), error.dispatch()), (ErrorKind::AccountLocked, Dispatch::NotSent), "nothing was bought");
    assert_eq!(lines(&server).await.len(), 2, "catalogue, token, and no more");
}

#[tokio::test]
async fn inputs_are_uploaded_once_after_validation_and_replaced_by_their_addresses() {
    let server = MockServer::start().await;
    mount_model(&server, ID, "image-to-image").await;
    mount_token(&server).await;
    mount_cdn(&server, "https://v3.fal.media/files/up.png").await;
    mount_job(&server, images()).await;
    let fal = provider(&server).with_context(polling());
    let model = fal.image_to_image(ID).await.unwrap();
    let picture = MediaInput::bytes(PNG, "x.png");
    let mut wrong = ImageToImageRequest::new(picture.clone());
    wrong.extra.insert("num_images".into(), json!(99));
    let error = model.submit(wrong).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(lines(&server).await.len(), 1, "nothing is uploaded for a request that cannot be sent");

    let mut request = ImageToImageRequest::new(picture).with_mask("https://mine.test/mask.png");
    request.delivery.settings.insert("lifecycle".into(), json!("1d"));
    let prepared = model.prepare(request.clone()).await.unwrap();
    let plan = prepared.plan();
    let uploads: Vec<_> = plan.uploads().collect();
    let [(slot, measured)] = uploads[..] else { panic!("{uploads:?}") };
    assert_eq!((slot.pointer.as_str(), measured.name.as_str(), &measured.path), ("/image_url", "x.png", &None));
    assert_eq!((measured.facts.bytes, measured.facts.media_type.as_deref()), (Some(25), Some("image/png")));
    assert_eq!(json!(plan.body), json!({"image_url": null, "mask_url": "https://mine.test/mask.png"}));
    assert_eq!(lines(&server).await.len(), 1);

    let output = model.run(request).await.unwrap();
    assert_eq!(
        output.inputs.iter().map(|i| i.name.as_str()).collect::<Vec<_>>(),
        ["x.png", "https://mine.test/mask.png"]
    );
    let body: Value = last(&server, "/queue/fal-ai/demo/edit").await.body_json().unwrap();
    assert_eq!(
        body,
        json!({"image_url": "https://v3.fal.media/files/up.png", "mask_url": "https://mine.test/mask.png"})
    );
    let sent = last(&server, UPLOAD).await;
    for name in ["x-fal-object-lifecycle", "x-fal-object-lifecycle-preference"] {
        assert_eq!(header(&sent, name), Some("{\"expiration_duration_seconds\":86400}"), "{name}");
    }
    assert_eq!(count(&server, "POST", UPLOAD).await, 1);
}

#[tokio::test]
async fn who_stops_during_an_upload_waits_for_nothing_and_buys_nothing() {
    let server = MockServer::start().await;
    mount_model(&server, ID, "image-to-image").await;
    let token = json!({"token": "t", "token_type": null});
    Mock::given(path("/rest/storage/auth/token")).respond_with(ok(token)).mount(&server).await;
    let late =
        ok(json!({"access_url": "https://v3.fal.media/files/a.png"})).set_delay(std::time::Duration::from_mins(10));
    Mock::given(path(UPLOAD)).respond_with(late).mount(&server).await;
    mount_submit(&server).await;
    let cx = context();
    let fal = provider(&server).with_context(cx.clone());
    let model = fal.image_to_image(ID).await.unwrap();
    let stop = async {
        while count(&server, "POST", UPLOAD).await == 0 {
            tokio::task::yield_now().await;
        }
        cx.cancellation().cancel();
    };
    let submitting = model.submit(ImageToImageRequest::new(MediaInput::bytes(PNG, "x.png")));
    let (outcome, ()) = tokio::join!(submitting, stop);
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.dispatch()), (ErrorKind::Cancelled, Dispatch::NotSent), "{error}");
    assert_eq!(count(&server, "POST", "/queue/fal-ai/demo/edit").await, 0);
}

#[tokio::test]
async fn a_079_a_png_named_jpg_is_sent_as_a_png_under_its_name_and_noted() {
    let server = MockServer::start().await;
    mount_model(&server, ID, "image-to-image").await;
    mount_token(&server).await;
    mount_cdn(&server, "https://v3.fal.media/files/up.png").await;
    mount_job(&server, images()).await;
    let (cx, events) = watched(polling());
    let model = provider(&server).with_context(cx.clone()).image_to_image(ID).await.unwrap();
    let request = ImageToImageRequest::new(MediaInput::bytes(PNG, "photo.jpg"));
    let output = model.run(request).await.unwrap();
    let sent = last(&server, UPLOAD).await;
    assert_eq!(header(&sent, "content-type"), Some("image/png"));
    assert_eq!(header(&sent, "x-fal-file-name"), Some("photo.jpg"));
    let note = output.notes.iter().find(|note| note.option == "image").unwrap();
    assert_eq!((note.from.as_str(), note.to.as_str()), (Some("photo.jpg"), Some("image/png")));
    assert!(events.lock().unwrap().contains(&"adjusted image".to_owned()));
}

#[tokio::test]
async fn a_tiny_input_goes_inside_the_body_where_that_is_asked_for() {
    let server = MockServer::start().await;
    mount_model(&server, ID, "image-to-image").await;
    mount_token(&server).await;
    mount_cdn(&server, "https://v3.fal.media/files/up.png").await;
    mount_job(&server, images()).await;
    let model = provider(&server).with_context(polling()).image_to_image(ID).await.unwrap();
    let mut request = ImageToImageRequest::new(MediaInput::bytes(PNG, "x.png"));
    request.delivery.settings.insert("inline_below".into(), json!(PNG.len() + 1));
    let output = model.run(request.clone()).await.unwrap();
    let body: Value = last(&server, "/queue/fal-ai/demo/edit").await.body_json().unwrap();
    assert_eq!(body, json!({"image_url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUiBhbmQgbW9yZQ=="}));
    assert_eq!(output.body, json!({"image_url": "data:image/png;base64,…"}), "no content in what is kept");
    assert_eq!((count(&server, "POST", UPLOAD).await, count(&server, "POST", TOKEN).await), (0, 0));
    request.delivery.settings.insert("inline_below".into(), json!(PNG.len()));
    model.run(request).await.unwrap();
    assert_eq!(count(&server, "POST", UPLOAD).await, 1, "not below");
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_is_refused_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let server = MockServer::start().await;
    let error = upload(&provider(&server), &context(), MediaInput::Path(pipe)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
}

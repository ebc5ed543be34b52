//! A plan is data: written down, read by another process, and paid for there as it would have been here.

use crate::support::*;
use fal_provider::{FalProvider, Mode};
use mediagen_core::{
    Binds as _, Delivery, Dispatch, Endpoint, Error, ErrorKind, ImageToImageRequest, MediaInput, ModelKind, Plan,
    Prepared, Submitted,
};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc, time::Duration};
use wiremock::{
    Mock, MockServer, Request,
    matchers::{method, path},
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and more";
/// The same in base64, without its last characters.
const BASE64: &str = "iVBORw0KGgoAAAANSUhEUiBhbmQgbW9yZ";
const UPLOAD: &str = "/cdn/files/upload";
const SUBMIT: &str = "/queue/fal-ai/demo/edit";

async fn mount(server: &MockServer) {
    mount_model(server, ID, "image-to-image").await;
    let token = json!({"token": "t0ken", "token_type": "Bearer"});
    Mock::given(method("POST")).and(path("/rest/storage/auth/token")).respond_with(ok(token)).mount(server).await;
    let stored = json!({"access_url": "https://v3.fal.media/files/up.png"});
    Mock::given(method("POST")).and(path(UPLOAD)).respond_with(ok(stored)).mount(server).await;
    mount_job(server, images()).await;
}

fn request(file: &Path) -> ImageToImageRequest {
    ImageToImageRequest::new(file).with_mask("https://mine.test/mask.png").with_prompt("sharper").with_seed(7)
}

/// A file of this content in a folder of its own.
fn file() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.png");
    std::fs::write(&path, PNG).unwrap();
    (folder, path)
}

/// The endpoint as another process binds it from a journal: without a schema, and without any call.
fn bound(fal: FalProvider, prepared: &Prepared) -> Arc<dyn Endpoint> {
    let spec = Arc::new(prepared.endpoint().spec().stub());
    assert!(spec.schema.inputs.is_empty());
    Arc::new(fal).bind(spec, ModelKind::ImageToImage).unwrap()
}

/// What that process makes of `text`, which it found with these inputs.
fn restored(fal: FalProvider, prepared: &Prepared, text: &str) -> Prepared {
    let plan: Plan = serde_json::from_str(text).unwrap();
    Prepared::restore(bound(fal, prepared), plan, prepared.inputs().to_vec()).unwrap()
}

/// The calls to `place`: query, headers and body, without what belongs to the connection.
async fn calls(server: &MockServer, place: &str) -> Vec<(Option<String>, Vec<(String, String)>, Vec<u8>)> {
    let parts = |request: &Request| {
        let mut headers: Vec<_> =
            request.headers.iter().map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned())).collect();
        headers.sort();
        (request.url.query().map(str::to_owned), headers, request.body.clone())
    };
    let requests = server.received_requests().await.unwrap();
    requests.iter().filter(|request| request.url.path() == place).map(parts).collect()
}

#[tokio::test]
async fn a_plan_from_another_process_sends_the_same_body_headers_and_uploads() {
    let server = MockServer::start().await;
    mount(&server).await;
    let (_folder, path) = file();
    let delivery = Delivery::new()
        .with_start_timeout(Duration::from_millis(1_500))
        .with_webhook("https://hook.test/done?a=1&b=2".parse().unwrap())
        .with_reuse_uploads(false)
        .with_setting("priority", "low")
        .with_setting("lifecycle", "1d")
        .with_setting("tags", "team=blue")
        .with_setting("max_queue_length", 10);
    let model = provider(&server).image_to_image(ID).await.unwrap();
    let prepared = model.prepare(request(&path).with_delivery(delivery)).await.unwrap();
    let text = serde_json::to_string(prepared.plan()).unwrap();
    let submitted = pay_prepared(&prepared, &context()).await.unwrap();
    for key in KEY.split(':') {
        assert!(!text.contains(key), "{text}");
    }

    let again = restored(provider(&server), &prepared, &text);
    assert_eq!(again.plan(), prepared.plan());
    let resubmitted = pay_prepared(&again, &context()).await.unwrap();
    for (place, sent) in [(SUBMIT, 11), (UPLOAD, 6)] {
        let calls = calls(&server, place).await;
        let [first, second] = &calls[..] else { panic!("{} calls of {place}", calls.len()) };
        assert_eq!(first, second, "{place}");
        assert!(first.1.len() >= sent, "{place}: {:?}", first.1);
    }
    let sent = last(&server, SUBMIT).await;
    let body: Value = sent.body_json().unwrap();
    assert_eq!(
        body,
        json!({"prompt": "sharper", "seed": 7, "image_url": "https://v3.fal.media/files/up.png",
            "mask_url": "https://mine.test/mask.png"})
    );
    assert_eq!(
        sent.url.query(),
        Some("fal_max_queue_length=10&fal_webhook=https%3A%2F%2Fhook.test%2Fdone%3Fa%3D1%26b%3D2")
    );
    for (name, value) in [
        ("x-fal-request-start-timeout", "1.5"),
        ("x-fal-queue-priority", "low"),
        ("x-fal-tags", "team=blue"),
        ("x-fal-object-lifecycle-preference", "{\"expiration_duration_seconds\":86400}"),
    ] {
        assert_eq!(header(&sent, name), Some(value), "{name}");
    }
    assert_eq!(last(&server, UPLOAD).await.body, PNG);
    assert_eq!(count(&server, "GET", "/api/models").await, 1, "a plan needs no schema");

    let (Submitted::Running(first), Submitted::Running(second)) = (submitted, resubmitted) else { panic!("no jobs") };
    assert_eq!(first.ticket(), second.ticket());
    let ticket = serde_json::from_str(&serde_json::to_string(second.ticket()).unwrap()).unwrap();
    let resumed = again.endpoint().resume(ticket).unwrap();
    let (first, second) = (first.wait(&polling()).await.unwrap(), second.wait(&polling()).await.unwrap());
    assert_eq!((first.body, first.seed, first.inputs), (second.body, second.seed, second.inputs));
    assert_eq!(resumed.wait(&polling()).await.unwrap().parts, second.parts, "a job is found again without a schema");
}

#[tokio::test]
async fn a_plan_goes_where_it_was_made_for_whatever_the_other_process_prefers() {
    for (own, other, place) in [(Mode::Run, Mode::Queue, "/run/fal-ai/demo/edit"), (Mode::Queue, Mode::Run, SUBMIT)] {
        let server = MockServer::start().await;
        mount(&server).await;
        Mock::given(method("POST")).and(path("/run/fal-ai/demo/edit")).respond_with(images()).mount(&server).await;
        let fal = |mode: Mode| FalProvider::new(config(&server.uri()).with_mode(mode)).unwrap().with_context(context());
        let model = fal(own).image_to_image(ID).await.unwrap();
        let delivery = Delivery::new().with_webhook("https://hook.test/done".parse().unwrap());
        let request = ImageToImageRequest::new("https://mine.test/in.png").with_delivery(delivery);
        let prepared = model.prepare(request).await.unwrap();
        let text = serde_json::to_string(prepared.plan()).unwrap();
        pay_prepared(&restored(fal(other), &prepared, &text), &context()).await.unwrap();
        assert_eq!(count(&server, "POST", place).await, 1, "{own:?}");
        let hooked = last(&server, place).await.url.query().is_some();
        assert_eq!(
            (hooked, prepared.plan().notes.len()),
            (own == Mode::Queue, usize::from(own == Mode::Run)),
            "{own:?}"
        );
    }
}

#[tokio::test]
async fn content_that_goes_inside_the_body_is_on_the_wire_and_nowhere_else() {
    let server = MockServer::start().await;
    mount(&server).await;
    let (_folder, path) = file();
    let delivery = Delivery::new().with_setting("inline_below", 1_000);
    let (cx, events) = watched(polling());
    let model = provider(&server).with_context(cx.clone()).image_to_image(ID).await.unwrap();
    let prepared = model.prepare(request(&path).with_delivery(delivery)).await.unwrap();
    let plan = serde_json::to_string(prepared.plan()).unwrap();
    assert_eq!(prepared.plan().body["image_url"], Value::Null);
    assert_eq!(prepared.plan().inputs[0].blake3.as_deref(), Some(blake3::hash(PNG).to_hex().as_str()));
    let again = restored(provider(&server), &prepared, &plan);
    let ready = again.upload(&cx).await.unwrap();
    assert_eq!(ready.shown()["image_url"], "data:image/png;base64,…");
    let mut kept = vec![plan, json!(ready.shown()).to_string(), format!("{prepared:?} {again:?} {ready:?}")];

    let submitted = pay_prepared(&again, &cx).await.unwrap();
    let job = submitted.job().unwrap();
    kept.push(format!("{} {job:?} {submitted:?}", serde_json::to_string(job.ticket()).unwrap()));
    let output = job.wait(&cx).await.unwrap();
    assert_eq!(output.body["image_url"], "data:image/png;base64,…");
    kept.push(format!("{} {output:?}", serde_json::to_string(&output).unwrap()));
    kept.push(events.lock().unwrap().join("\n"));
    let body: Value = last(&server, SUBMIT).await.body_json().unwrap();
    let sent = body["image_url"].as_str().unwrap();
    assert!(sent.starts_with("data:image/png;base64,") && sent.contains(BASE64), "{sent}");
    for text in kept {
        assert!(!text.is_empty() && !text.contains(&BASE64[..16]), "{text}");
    }
    assert_eq!(count(&server, "POST", UPLOAD).await, 0);
}

#[tokio::test]
async fn what_is_not_the_measured_input_any_more_is_not_paid_for() {
    for inline_below in [0, 1_000] {
        let server = MockServer::start().await;
        mount(&server).await;
        let (folder, path) = file();
        let delivery = Delivery::new().with_setting("inline_below", inline_below);
        let model = provider(&server).image_to_image(ID).await.unwrap();
        let prepared = model.prepare(request(&path).with_delivery(delivery)).await.unwrap();
        let failed = async |prepared: &Prepared| -> Error { prepared.upload(&context()).await.unwrap_err() };

        std::fs::write(&path, [PNG, b"!"].concat()).unwrap();
        let error = failed(&prepared).await;
        assert_eq!((error.kind(), error.fields()[0].path.as_str()), (ErrorKind::InputChanged, "image"), "{error}");
        std::fs::write(&path, vec![7; 2_000]).unwrap();
        assert_eq!(failed(&prepared).await.kind(), ErrorKind::InputChanged);
        drop(folder);
        let error = failed(&prepared).await;
        assert_eq!((error.kind(), error.fields()[0].path.as_str()), (ErrorKind::NotFound, "image"), "{error}");
        let lost = Prepared::restore(Arc::clone(prepared.endpoint()), prepared.plan().clone(), Vec::new()).unwrap();
        let error = failed(&lost).await;
        assert_eq!((error.kind(), error.dispatch()), (ErrorKind::InputGone, Dispatch::NotSent), "{error}");
        let bytes = Prepared::restore(
            Arc::clone(prepared.endpoint()),
            prepared.plan().clone(),
            vec![MediaInput::bytes(PNG, "copy.png"), MediaInput::from("https://mine.test/mask.png")],
        );
        pay_prepared(&bytes.unwrap(), &context()).await.unwrap();
        assert_eq!(count(&server, "POST", SUBMIT).await, 1, "the same content from elsewhere will do");
    }
}

//! the key is in one header and nowhere else.

use crate::support::*;
use mediagen_core::{ImageToImageRequest, MediaInput};
use serde_json::json;
use std::{
    io::Write,
    sync::{Arc, Mutex},
};
use tracing_subscriber::fmt::MakeWriter;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Runs that succeed, fail in every phase and retry, with a file to upload.
async fn everything(server: &MockServer, text: &mut Vec<String>) {
    mount_model(server, ID, "image-to-image").await;
    let token = json!({"token": "cdn-token-771", "token_type": "Bearer"});
    Mock::given(path("/rest/storage/auth/token")).respond_with(ok(token)).mount(server).await;
    let stored = json!({"access_url": "https://v3.fal.media/files/up.png"});
    Mock::given(path("/cdn/files/upload")).respond_with(ok(stored)).mount(server).await;
    Mock::given(path(REQUESTS)).respond_with(ResponseTemplate::new(503)).up_to_n_times(1).mount(server).await;
    mount_job(server, images()).await;
    let refusal = answer(401, json!({"detail": "invalid key credentials"}));
    Mock::given(method("PUT")).respond_with(refusal).mount(server).await;
    let fal = provider(server);
    let (cx, events) = watched(context());
    let model = fal.image_to_image(ID).await.unwrap();
    let request = ImageToImageRequest::new(MediaInput::bytes(&b"\x89PNG\r\n\x1a\n1234"[..], "x.png"));
    let submitted = model.submit(request.clone()).await.unwrap();
    let job = submitted.job().unwrap().clone();
    let output = job.wait(&cx).await.unwrap();
    let error = job.cancel(&cx).await.unwrap_err();
    text.push(serde_json::to_string(job.ticket()).unwrap());
    text.push(format!("{fal:?} {fal:#?} {model:?} {:?} {job:?} {submitted:?} {output:?}", config(&server.uri())));
    text.push(format!("{error} {error:?} {:?} {:?}", error.hint(), std::error::Error::source(&error)));
    text.extend(events.lock().unwrap().iter().cloned());
    let closed = config("http://127.0.0.1:9");
    let unreachable = fal_provider::FalProvider::new(closed).unwrap().raw(ID).await.unwrap_err();
    text.push(format!("{unreachable} {unreachable:?}"));
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| panic!("{fal:?} {model:?} {job:?}")));
    text.push(caught.unwrap_err().downcast_ref::<String>().unwrap().clone());
    let _ = model.run(request).await;
}

#[test]
fn a_014_the_key_is_in_no_log_error_debug_ticket_event_or_panic() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut text = Vec::new();
    let server = tracing::subscriber::with_default(subscriber, || {
        runtime.block_on(async {
            let server = MockServer::start().await;
            everything(&server, &mut text).await;
            server
        })
    });
    let text = text.join("\n");
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.lines().count() > 10, "TRACE was on: {logged}");
    // The mock server is in this process and logs nothing of ours; what was sent did hold the key.
    let requests = runtime.block_on(server.received_requests()).unwrap();
    assert!(requests.iter().any(|r| header(r, "authorization") == Some(format!("Key {KEY}").as_str())));
    for secret in ["key-id-5f1", "key-secret-9a7", "cdn-token-771"] {
        for (place, content) in [("text", &text), ("log", &logged)] {
            let at =
                content.find(secret).map(|i| content[i.saturating_sub(200)..].chars().take(300).collect::<String>());
            assert_eq!(at, None, "{secret} in the {place}");
        }
    }
    // The CDN got its own token, and the CDN alone.
    for request in &requests {
        let value = header(request, "authorization").unwrap_or_default();
        assert_eq!(value.contains("cdn-token-771"), request.url.path() == "/cdn/files/upload", "{}", request.url);
    }
}

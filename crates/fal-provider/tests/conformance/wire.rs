//! fal's addresses and answers, mounted on a server.

use mediagen_core::{Modality, ModelKind};
use mediagen_testkit::{DATA_URI, Server};
use serde_json::{Value, json};
use std::fmt::Write as _;
use url::Url;
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{header, method, path, query_param, query_param_is_missing},
};

/// The right to upload, granted in exchange for the key.
pub(crate) const CDN_TOKEN: &str = "granted-70ken";

const REQUEST: &str = "764cabcf-b745-4b3e-ae38-1200304cf45b";

/// fal as one server: every service under its own first path segment.
pub(crate) struct Far<'a> {
    pub(crate) server: &'a Server,
    pub(crate) model: String,
}

impl Far<'_> {
    /// `/queue/{owner}/{alias}/requests/{id}`: the rest of the model's path is not part of it (protocol 2.1).
    fn job(&self, rest: &str) -> String {
        let app = self.model.split('/').take(2).collect::<Vec<_>>().join("/");
        format!("/queue/{app}/requests/{REQUEST}{rest}")
    }

    async fn mount(&self, mock: wiremock::MockBuilder, answer: ResponseTemplate) {
        mock.respond_with(answer).mount(self.server.mock()).await;
    }

    /// The platform's entry, with the document that holds the schema (protocol 7.1).
    pub(crate) async fn catalogue(&self, kind: ModelKind) {
        let category = if kind == ModelKind::Raw { "image-to-3d" } else { kind.as_str() };
        let entry = json!({
            "endpoint_id": self.model,
            "metadata": {"display_name": "Acme", "category": category, "status": "active"},
            "openapi": document(&self.model, kind),
        });
        let mock = Mock::given(method("GET")).and(path("/api/models")).and(query_param("endpoint_id", &*self.model));
        let page = json!({"models": [entry], "next_cursor": null, "has_more": false});
        self.mount(mock, ResponseTemplate::new(200).set_body_json(page)).await;
    }

    /// Two pages of the listing. The cursor between them is fal's own business, even where it is an address.
    pub(crate) async fn listing(&self, cursor: &Url) {
        let entry = json!({"endpoint_id": self.model, "metadata": {"display_name": "Acme", "status": "active"}});
        let first = json!({"models": [entry], "next_cursor": cursor, "has_more": true});
        let mock = Mock::given(method("GET")).and(path("/api/models")).and(query_param_is_missing("endpoint_id"));
        let answer = mock.respond_with(ResponseTemplate::new(200).set_body_json(first)).with_priority(9);
        answer.mount(self.server.mock()).await;
        let last = json!({"models": [], "next_cursor": null, "has_more": false});
        let mock = Mock::given(method("GET")).and(path("/api/models")).and(query_param("cursor", cursor.as_str()));
        self.mount(mock, ResponseTemplate::new(200).set_body_json(last)).await;
    }

    /// No model of any name, and no document either.
    pub(crate) async fn empty_catalogue(&self) {
        let page = json!({"models": [], "next_cursor": null, "has_more": false});
        let mock = Mock::given(method("GET")).and(path("/api/models"));
        self.mount(mock, ResponseTemplate::new(200).set_body_json(page)).await;
    }

    /// An answer to the paid call.
    pub(crate) async fn submit(&self, answer: ResponseTemplate, times: u64, priority: u8) {
        let mock = Mock::given(method("POST")).and(path(format!("/queue/{}", self.model)));
        mock.respond_with(answer).up_to_n_times(times).with_priority(priority).mount(self.server.mock()).await;
    }

    /// The paid call is taken.
    pub(crate) async fn accept(&self) {
        let url = |rest: &str| self.server.base().join(&self.job(rest)).map(String::from).unwrap_or_default();
        let answer = json!({
            "request_id": REQUEST, "status": "IN_QUEUE", "queue_position": 0,
            "status_url": url("/status"), "response_url": url(""), "cancel_url": url("/cancel"),
        });
        self.submit(ResponseTemplate::new(200).set_body_json(answer), u64::MAX, 5).await;
    }

    /// The stream of status changes, whole.
    pub(crate) async fn stream(&self, events: &[Value]) {
        let mut text = String::from(": ping\n\n");
        for event in events {
            let _ = write!(text, "data: {event}\n\n");
        }
        let answer = ResponseTemplate::new(200).set_body_raw(text, "text/event-stream");
        self.mount(Mock::given(method("GET")).and(path(self.job("/status/stream"))), answer).await;
    }

    pub(crate) async fn no_stream(&self) {
        let mock = Mock::given(method("GET")).and(path(self.job("/status/stream")));
        self.mount(mock, ResponseTemplate::new(405)).await;
    }

    /// Answers to polls, in turn; the last one stays. A job that is not over answers 202 (protocol 2.5).
    pub(crate) async fn polls(&self, polls: &[Value]) {
        for (index, poll) in polls.iter().enumerate() {
            let times = if index + 1 == polls.len() { u64::MAX } else { 1 };
            let status = if poll["status"] == "COMPLETED" { 200 } else { 202 };
            let mock = Mock::given(method("GET")).and(path(self.job("/status"))).and(query_param("logs", "1"));
            let answer = mock.respond_with(ResponseTemplate::new(status).set_body_json(poll)).up_to_n_times(times);
            let priority = u8::try_from(index + 1).unwrap_or(u8::MAX);
            answer.with_priority(priority).mount(self.server.mock()).await;
        }
    }

    pub(crate) async fn result(&self, answer: ResponseTemplate) {
        self.mount(Mock::given(method("GET")).and(path(self.job(""))), answer).await;
    }

    pub(crate) async fn cancel(&self, status: u16, word: &str) {
        let answer = ResponseTemplate::new(status).set_body_json(json!({"status": word}));
        self.mount(Mock::given(method("PUT")).and(path(self.job("/cancel"))), answer).await;
    }

    /// A token for the key, and an upload for the token (protocol 6.1, 6.2).
    pub(crate) async fn storage(&self) {
        let token = json!({"token": CDN_TOKEN, "token_type": "Bearer", "base_url": self.server.base(),
            "expires_at": "2099-01-01T00:00:00Z"});
        let mock = Mock::given(method("POST")).and(path("/rest/storage/auth/token"));
        self.mount(mock, ResponseTemplate::new(200).set_body_json(token)).await;
        let mock = Mock::given(method("POST"))
            .and(path("/cdn/files/upload"))
            .and(header("authorization", format!("Bearer {CDN_TOKEN}").as_str()));
        let uploaded = json!({"access_url": "https://v3.fal.media/files/b/input"});
        self.mount(mock, ResponseTemplate::new(200).set_body_json(uploaded)).await;
    }
}

/// The schema of a model of `kind`: a prompt, and the address of what goes in.
fn document(model: &str, kind: ModelKind) -> Value {
    let text = |title: &str| json!({"type": "string", "title": title});
    let mut properties = json!({"prompt": text("Prompt"), "seed": {"type": "integer", "title": "Seed"}});
    let media = match kind.input() {
        Modality::Image => Some("image_url"),
        Modality::Video => Some("video_url"),
        Modality::Audio => Some("audio_url"),
        _ => None,
    };
    if kind.output() == Modality::Image {
        properties["num_images"] = json!({"type": "integer", "title": "Images", "minimum": 1, "maximum": 4});
    }
    if let Some(name) = media {
        properties[name] = text("Media");
    }
    let schema = json!({"type": "object", "title": "Input", "required": ["prompt"], "properties": properties});
    let content = json!({"application/json": {"schema": schema}});
    json!({
        "openapi": "3.0.4",
        "info": {"title": "Acme", "version": "1"},
        "paths": {format!("/{model}"): {"post": {"requestBody": {"required": true, "content": content}}}},
    })
}

/// `output` with the file in it, as fal does in its `sync_mode`.
pub(crate) fn inlined(mut output: Value) -> Value {
    let fields = output.as_object_mut().into_iter().flat_map(|fields| fields.values_mut());
    for field in fields {
        let file = if field.is_array() { &mut field[0] } else { field };
        if file.get("url").is_some() {
            file["url"] = DATA_URI.into();
        }
    }
    output
}

/// What a model of `kind` answers; its file is at another host.
pub(crate) fn output(kind: ModelKind, host: &Url) -> Value {
    let file = |name: &str, media_type: &str| json!({"url": format!("{host}{name}"), "content_type": media_type});
    match kind.output() {
        Modality::Image => json!({"images": [file("a.png", "image/png")], "seed": 7, "has_nsfw_concepts": [false]}),
        Modality::Video => json!({"video": file("a.mp4", "video/mp4"), "seed": 7}),
        Modality::Audio => json!({"audio": file("a.wav", "audio/wav")}),
        _ => json!({"model_mesh": file("a.glb", "model/gltf-binary")}),
    }
}

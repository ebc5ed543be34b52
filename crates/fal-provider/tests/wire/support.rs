//! A provider against one mock server, and what the tests share.

use fal_provider::{FalConfig, FalProvider, RetryPolicy};
use mediagen_core::{
    Context, Delivery, Event, Intent, Kind, LogLine, MediaInput, Model, PollPolicy, Prepared, Provider as _, Result,
    SubmitFailure, Submitted,
};
use mediagen_testkit::TokioClock;
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use url::Url;
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{method, path, query_param},
};

pub(crate) const KEY: &str = "key-id-5f1:key-secret-9a7";
pub(crate) const ID: &str = "fal-ai/demo/edit";
pub(crate) const JOB: &str = "0f3c-request";

/// A context that polls every few milliseconds.
pub(crate) fn context() -> Context {
    let mut poll = PollPolicy::default();
    poll.initial = Duration::from_millis(2);
    poll.max = Duration::from_millis(10);
    Context::new(TokioClock::new()).with_poll(poll)
}

/// One that polls only.
pub(crate) fn polling() -> Context {
    let mut poll = context().poll().clone();
    poll.stream = false;
    context().with_poll(poll)
}

/// `cx`, and what it reports.
pub(crate) fn watched(cx: Context) -> (Context, Arc<Mutex<Vec<String>>>) {
    let events = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&events);
    let cx = cx.with_observer(move |event: &Event| sink.lock().unwrap().push(brief(event)));
    (cx, events)
}

pub(crate) fn brief(event: &Event) -> String {
    match event {
        Event::Requested(phase) => format!("requested {phase}"),
        Event::Submitted(ticket) => format!("submitted {}", ticket.request_id.as_deref().unwrap_or("-")),
        Event::Queued { position } => format!("queued {position:?}"),
        Event::Running { progress } => format!("running {progress:?}"),
        Event::Log(LogLine { message, .. }) => format!("log {message}"),
        Event::Retrying { phase, .. } => format!("retrying {phase}"),
        Event::Adjusted(note) => format!("adjusted {}", note.option),
        Event::Completed => "completed".into(),
        Event::Warning(text) => format!("warning {text}"),
        other => format!("{other:?}"),
    }
}

pub(crate) fn retry() -> RetryPolicy {
    RetryPolicy::default().with_attempts(4).with_pauses(Duration::from_millis(1), Duration::from_millis(5))
}

pub(crate) fn config(base: &str) -> FalConfig {
    FalConfig::new(KEY).unwrap().with_base_url(base).unwrap().with_retry(retry())
}

/// A provider whose models poll every few milliseconds.
pub(crate) fn provider(server: &MockServer) -> FalProvider {
    FalProvider::new(config(&server.uri())).unwrap().with_context(context())
}

/// Moves `media` to fal apart from any request; the address that it got.
pub(crate) async fn upload(fal: &FalProvider, cx: &Context, media: MediaInput) -> Result<Url> {
    Ok(fal.upload(cx, &media, &Delivery::default()).await?.url().unwrap())
}

/// Prepares, uploads and pays by hand, for what the failure of the paid call means.
pub(crate) async fn pay<K: Kind>(model: &Model<K>, request: impl Into<K::Request>) -> Result<Submitted, SubmitFailure> {
    let prepared = model.prepare(request).await.unwrap();
    pay_prepared(&prepared, model.context()).await
}

pub(crate) async fn pay_prepared(prepared: &Prepared, cx: &Context) -> Result<Submitted, SubmitFailure> {
    let ready = prepared.upload(cx).await.unwrap();
    let intent = Intent::new("wire", ready.digest(), cx.clock().now());
    ready.submit(cx, &intent).await
}

/// The name of the variant.
pub(crate) fn outcome(failure: &SubmitFailure) -> &'static str {
    match failure {
        SubmitFailure::NotSent(..) => "not sent",
        SubmitFailure::Refused(_) => "refused",
        SubmitFailure::Unknown(_) => "unknown",
    }
}

/// An endpoint's document with these input fields, in the shape that fal serves (protocol 7.5).
pub(crate) fn document(id: &str, inputs: &Value) -> Value {
    let get =
        |schema: Value| json!({"get": {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}});
    json!({
        "openapi": "3.0.4",
        "info": {"title": id, "x-fal-metadata": {"endpointId": id, "category": "image-to-image"}},
        "components": {"schemas": {
            "In": {"type": "object", "properties": inputs},
            "Out": {"type": "object", "properties": {"images": {"type": "array", "items": {"type": "object"}}}}
        }},
        "paths": {
            format!("/{id}/requests/{{request_id}}/status"): get(json!({"type": "object"})),
            format!("/{id}"): {"post": {"requestBody": {"content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/In"}}}}, "responses": {}}},
            format!("/{id}/requests/{{request_id}}"): get(json!({"$ref": "#/components/schemas/Out"})),
        }
    })
}

pub(crate) fn inputs() -> Value {
    json!({
        "prompt": {"type": "string"}, "image_url": {"type": "string"}, "mask_url": {"type": "string"},
        "seed": {"type": "integer"}, "num_images": {"type": "integer", "minimum": 1, "maximum": 4}
    })
}

/// One entry of `GET /models` (protocol 7.1).
pub(crate) fn item(id: &str, category: &str) -> Value {
    json!({"endpoint_id": id, "metadata": {"display_name": format!("The {id}"), "category": category, "status": "active"},
        "openapi": document(id, &inputs())})
}

/// Puts `id` into the catalogue.
pub(crate) async fn mount_model(server: &MockServer, id: &str, category: &str) {
    Mock::given(method("GET"))
        .and(path("/api/models"))
        .and(query_param("endpoint_id", id))
        .respond_with(ok(json!({"models": [item(id, category)], "next_cursor": null, "has_more": false})))
        .mount(server)
        .await;
}

pub(crate) fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

pub(crate) fn answer(status: u16, body: Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

pub(crate) const REQUESTS: &str = "/queue/fal-ai/demo/requests/0f3c-request";

/// A queue that takes a request and gives this result: one look, no stream.
pub(crate) async fn mount_job(server: &MockServer, result: ResponseTemplate) {
    mount_submit(server).await;
    mount_status(server, completed()).await;
    Mock::given(method("GET")).and(path(REQUESTS)).respond_with(result).mount(server).await;
}

pub(crate) async fn mount_submit(server: &MockServer) {
    let body = json!({"status": "IN_QUEUE", "request_id": JOB, "queue_position": 0});
    Mock::given(method("POST")).and(path("/queue/fal-ai/demo/edit")).respond_with(ok(body)).mount(server).await;
}

pub(crate) async fn mount_status(server: &MockServer, status: ResponseTemplate) {
    Mock::given(method("GET")).and(path(format!("{REQUESTS}/status"))).respond_with(status).mount(server).await;
}

pub(crate) fn completed() -> ResponseTemplate {
    ok(json!({"status": "COMPLETED", "request_id": JOB, "logs": [], "metrics": {"inference_time": 0.1}}))
}

pub(crate) fn images() -> ResponseTemplate {
    ok(json!({"images": [{"url": "https://v3.fal.media/files/a.png", "content_type": "image/png", "width": 64}], "seed": 7}))
        .insert_header("x-fal-billable-units", "1.5")
        .insert_header("x-fal-request-id", "gateway-id")
}

/// Every request as `METHOD /path?query`.
pub(crate) async fn lines(server: &MockServer) -> Vec<String> {
    let line = |r: &Request| {
        let query = r.url.query().map(|q| format!("?{q}")).unwrap_or_default();
        format!("{} {}{query}", r.method, r.url.path())
    };
    server.received_requests().await.unwrap().iter().map(line).collect()
}

pub(crate) async fn count(server: &MockServer, verb: &str, place: &str) -> usize {
    let requests = server.received_requests().await.unwrap();
    requests.iter().filter(|r| r.method.as_str() == verb && r.url.path() == place).count()
}

pub(crate) fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers.get(name).map(|v| v.to_str().unwrap())
}

pub(crate) async fn last(server: &MockServer, place: &str) -> Request {
    let mut requests = server.received_requests().await.unwrap();
    requests.retain(|r| r.url.path() == place);
    requests.pop().unwrap_or_else(|| panic!("nothing reached {place}"))
}

//! The contracts of core against providers of different shapes: one that answers bytes, one whose status carries the
//! result, one with everything.

#[path = "contracts/answers.rs"]
mod answers;
#[path = "contracts/hosts.rs"]
mod hosts;
#[path = "contracts/jobs.rs"]
mod jobs;
#[path = "contracts/options.rs"]
mod options;

use mediagen_core::{Context, Model, ModelKind, Registry, TextToImageModel};
use mediagen_testkit::{
    InstantClock, Recorder, Server,
    fake::{self, FAKE_KEY, FakeProvider, FakeService},
    status_carries_result::{self as carry, CarryEndpoint, CarryProvider, Layout},
};
use serde_json::{Value, json};
use std::sync::Arc;
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{method, path, path_regex},
};

fn context() -> (Context, Recorder) {
    let recorder = Recorder::default();
    (Context::new(InstantClock::default()).with_observer(recorder.clone()), recorder)
}

fn fake_at(service: &Arc<FakeService>) -> (Registry, Arc<dyn mediagen_core::Provider>) {
    let registry = Registry::from_entries([&fake::PROVIDER], &fake::MODELS).expect("consistent");
    (registry, Arc::new(FakeProvider::new(Arc::clone(service), FAKE_KEY)))
}

/// A carry provider for a server; its base is the bare address, to which the layout adds its version.
fn carry_at(server: &Server) -> CarryProvider {
    CarryProvider::new(Layout::Versioned, server.base().as_str(), "carry-key").expect("a loopback base is allowed")
}

/// A model of it, with `cx` as the template of its calls.
fn carry_model(provider: &CarryProvider, name: &str, cx: &Context) -> TextToImageModel {
    let id = mediagen_core::ModelId::new(carry::CARRY.id.clone(), name);
    let spec = Arc::new(mediagen_core::ModelSpec::new(id));
    let endpoint = CarryEndpoint::new(provider.clone(), spec, ModelKind::TextToImage);
    Model::new(Arc::new(endpoint), cx.clone()).expect("it is bound for this kind")
}

fn resource(status: &str, output: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"id": "j-9", "status": status, "output": output}))
}

/// Mounts one answer to submits, and those to polls in turn, the last of which stays.
async fn mount(server: &Server, submit: ResponseTemplate, polls: Vec<ResponseTemplate>) {
    Mock::given(method("POST")).and(path("/v1/jobs")).respond_with(submit).mount(server.mock()).await;
    let last = polls.len();
    for (index, poll) in polls.into_iter().enumerate() {
        let times = if index + 1 == last { u64::MAX } else { 1 };
        let priority = u8::try_from(index + 1).expect("few polls");
        let mock = Mock::given(method("GET")).and(path_regex("/jobs/j-9$")).respond_with(poll);
        mock.up_to_n_times(times).with_priority(priority).mount(server.mock()).await;
    }
}

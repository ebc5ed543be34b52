//! The far end in each scenario.

use async_trait::async_trait;
use mediagen::{
    core::{ModelKind, Phase, Provider, Registry, Result, Settings},
    http::Url,
};
use mediagen_testkit::{DATA_URI, Harness, RETRY_HINT, Scenario, Seen, Server};
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use wiremock::{
    Mock, MockBuilder, ResponseTemplate,
    matchers::{method, path, path_regex},
};

pub(crate) const KEY: &str = "mixed-key-31c0ffee";
pub(crate) const REVISION: &str = "2026-11-20";
const SPEECH: &[u8] = b"RIFF\x24\0\0\0WAVEfmt spoken";

/// What is mounted, for the suite.
pub(crate) struct Far;

fn route(kind: ModelKind) -> &'static str {
    match kind {
        ModelKind::TextToImage => "images",
        ModelKind::ImageToVideo => "videos",
        _ => "speech",
    }
}

fn input(kind: ModelKind) -> Value {
    let wording = json!({"type": "string", "maxLength": 5000});
    let properties = match kind {
        ModelKind::TextToImage => {
            json!({"wording": wording, "pieces": {"type": "integer", "minimum": 1, "maximum": 4}})
        }
        ModelKind::ImageToVideo => {
            let still = json!({"type": "object", "properties": {"sheet": {"type": "string", "format": "uri"}}});
            json!({"wording": wording, "stills": {"type": "array", "items": still}})
        }
        _ => json!({"wording": wording, "voice": {"type": "string", "enum": ["ada", "bob"]}}),
    };
    let required: &[&str] = if kind == ModelKind::ImageToVideo { &["wording", "stills"] } else { &["wording"] };
    json!({"type": "object", "properties": properties, "required": required})
}

/// An answer that is an address and nothing else has no fields.
fn output(kind: ModelKind) -> Option<Value> {
    (kind != ModelKind::TextToAudio).then(|| json!({"type": "string", "format": "uri"}))
}

fn refused(status: u16, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"message": message, "field": "wording"}))
}

fn page(text: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(format!("<html>{text}</html>"), "text/html")
}

fn job(state: &str, output: &Value) -> ResponseTemplate {
    let seconds = (state == "done").then_some(1.5);
    ResponseTemplate::new(200)
        .set_body_json(json!({"id": "v-1", "state": state, "output": output, "compute_seconds": seconds}))
}

/// What the paid call answers when it is accepted.
fn accepted(kind: ModelKind, scenario: Scenario, server: &Server) -> ResponseTemplate {
    let file = |name: &str| format!("{}{name}", server.foreign());
    let answer = match kind {
        ModelKind::ImageToVideo if scenario == Scenario::DoneButRunning => {
            return job("running", &json!(file("preview.mp4")));
        }
        ModelKind::ImageToVideo => return job("queued", &Value::Null),
        ModelKind::TextToAudio => ResponseTemplate::new(200).set_body_raw(SPEECH, "audio/wav"),
        _ => match scenario {
            Scenario::DataUriOutput => ResponseTemplate::new(200).set_body_json(DATA_URI),
            Scenario::FewerParts => ResponseTemplate::new(200).set_body_json([file("a.png"), file("b.png")]),
            // The whole answer is an address.
            _ => ResponseTemplate::new(200).set_body_json(file("a.png")),
        },
    };
    answer
        .insert_header("x-call", "c-1")
        .insert_header("x-revision", REVISION)
        .insert_header("x-compute-seconds", "1.5")
}

/// What the paid call answers otherwise.
fn refusal(scenario: Scenario) -> Option<ResponseTemplate> {
    use Scenario as S;
    Some(match scenario {
        S::RateLimitedThenOk | S::RateLimitedForever => {
            refused(429, "slow down").insert_header("retry-after", RETRY_HINT.as_secs().to_string())
        }
        S::GatewayErrorOnSubmit => ResponseTemplate::new(502).set_body_string("<html>bad gateway</html>"),
        S::UnreadableAccept => page("welcome"),
        S::BadKey => refused(401, "no such key"),
        S::NoCredit => refused(402, "top up"),
        S::Invalid => refused(422, "at least 100 characters are needed"),
        S::Rejected => ResponseTemplate::new(422).set_body_json(json!({"code": "filtered", "message": "not this"})),
        _ => return None,
    })
}

fn polls(scenario: Scenario, server: &Server) -> Vec<ResponseTemplate> {
    use Scenario as S;
    let file = |name: &str| json!(format!("{}{name}", server.foreign()));
    let (queued, running) = (job("queued", &Value::Null), job("running", &Value::Null));
    let done = job("done", &file("a.mp4"));
    match scenario {
        S::Immediate => vec![done],
        S::Queued => vec![queued.clone(), queued, running.clone(), running, done],
        S::DroppedWait => vec![queued],
        S::JobFails => vec![job("failed", &Value::Null)],
        S::Malformed => vec![page("oops")],
        S::Expired => vec![job("expired", &Value::Null)],
        S::DataUriOutput => vec![job("done", &json!(DATA_URI))],
        S::DoneButRunning => {
            vec![job("running", &file("preview.mp4")), job("done", &json!([file("a.mp4"), file("b.mp4")]))]
        }
        _ => vec![running, done],
    }
}

/// Whether `scenario` can happen with a model of `kind`.
fn happens(kind: ModelKind, scenario: Scenario) -> bool {
    use Scenario as S;
    match scenario {
        // It cannot cancel.
        S::CancelQueued | S::CancelTooLate => false,
        // An answer at once has no queue, no polls and nothing to resume; one that breaks off is lost.
        S::Queued
        | S::DroppedConnectionOnPoll
        | S::DroppedMidBody
        | S::JobFails
        | S::Malformed
        | S::Expired
        | S::DoneButRunning
        | S::ResumeFromTicket
        | S::DroppedWait
        | S::UploadsBytes => kind == ModelKind::ImageToVideo,
        S::FewerParts => kind == ModelKind::TextToImage,
        S::DataUriOutput => kind != ModelKind::TextToAudio,
        _ => true,
    }
}

/// Mounts `answers`: each once, in turn, and the last one for ever.
async fn answer(server: &Server, mock: MockBuilder, answers: Vec<ResponseTemplate>) {
    let next = AtomicUsize::new(0);
    let respond = move |_: &wiremock::Request| {
        let nth = next.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        answers[nth].clone()
    };
    mock.respond_with(respond).mount(server.mock()).await;
}

#[async_trait]
impl Harness for Far {
    async fn mount(&self, server: &Server, kind: ModelKind, scenario: Scenario) -> bool {
        use Scenario as S;
        let get = || Mock::given(method("GET"));
        let name = self.model(kind);
        if scenario != S::NotFound {
            let model = json!({"name": name, "kind": kind, "revision": REVISION, "input": input(kind), "output": output(kind), "route": route(kind)});
            answer(
                server,
                get().and(path(format!("/v1/models/{name}"))),
                vec![ResponseTemplate::new(200).set_body_json(model)],
            )
            .await;
        }
        let listed = json!({"models": [name], "next": (scenario == S::ForeignNextPage).then(|| server.foreign())});
        answer(server, get().and(path("/v1/models")), vec![ResponseTemplate::new(200).set_body_json(listed)]).await;

        let accepted = accepted(kind, scenario, server);
        let submits = match (scenario, refusal(scenario)) {
            (S::RateLimitedThenOk, Some(refusal)) => vec![refusal, accepted],
            (S::GatewayErrorOnSubmit, Some(refusal)) => vec![refused(500, "oops"), refusal],
            (_, Some(refusal)) => vec![refusal],
            (_, None) => vec![accepted],
        };
        answer(server, Mock::given(method("POST")).and(path(format!("/v1/{}", route(kind)))), submits).await;
        answer(server, get().and(path_regex("^/v1/videos/v-1$")), polls(scenario, server)).await;
        let stored = ResponseTemplate::new(200).set_body_json(json!({"file": "in-1.png"}));
        answer(server, Mock::given(method("POST")).and(path("/v1/files")), vec![stored]).await;
        match scenario {
            S::TimeoutOnSubmit => server.drop_next(usize::MAX, |seen| Far.phase(seen) == Some(Phase::Submit)),
            S::DroppedConnectionOnPoll => server.drop_next(1, |seen| Far.phase(seen) == Some(Phase::Status)),
            S::DroppedMidBody => server.cut_next(1, |seen| Far.phase(seen) == Some(Phase::Status)),
            _ => {}
        }
        happens(kind, scenario)
    }

    fn connect(&self, base: &Url) -> Result<Arc<dyn Provider>> {
        mediagen::registry()?.connect("mixed", &Settings::new().with("base_url", base.as_str()).with("key", KEY))
    }

    fn registry(&self) -> Registry {
        mediagen::registry().expect("the entries that are linked in are consistent")
    }

    fn model(&self, kind: ModelKind) -> String {
        match kind {
            ModelKind::TextToImage => "paint",
            ModelKind::ImageToVideo => "animate",
            _ => "speak",
        }
        .to_owned()
    }

    fn secrets(&self) -> Vec<String> {
        vec![KEY.into()]
    }

    fn phase(&self, seen: &Seen) -> Option<Phase> {
        let path = seen.path.split('?').next().unwrap_or_default();
        Some(match (seen.method.as_str(), path) {
            ("POST", "/v1/files") => Phase::Upload,
            ("POST", _) => Phase::Submit,
            ("GET", path) if path.starts_with("/v1/models") => Phase::Catalogue,
            ("GET", _) => Phase::Status,
            _ => return None,
        })
    }
}

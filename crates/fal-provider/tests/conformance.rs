//! fal against the suite that every provider must pass.

use async_trait::async_trait;
use mediagen_core::{Modality, ModelKind, Phase, Provider, Registry, Result, Settings};
use mediagen_testkit::{Harness, RETRY_HINT, Scenario, Seen, Server};
use serde_json::{Value, json};
use std::{process::ExitCode, sync::Arc};
use url::Url;
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{method, path, path_regex},
};

const KEY: &str = "conform-id:conform-secret-31c";
const TOKEN: &str = "conform-cdn-token-88f";
const JOB: &str = "/queue/fal-ai/demo/requests/r-1";

struct Fal;

/// Answers `verb` on `place` with `answers` in turn; the last one stays.
async fn turns(server: &Server, verb: &str, place: &str, answers: Vec<ResponseTemplate>) {
    let last = answers.len();
    for (index, answer) in answers.into_iter().enumerate() {
        let times = if index + 1 == last { u64::MAX } else { 1 };
        let mock = Mock::given(method(verb)).and(path(place)).respond_with(answer).up_to_n_times(times);
        mock.with_priority(u8::try_from(index + 1).unwrap_or(u8::MAX)).mount(server.mock()).await;
    }
}

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn refused(status: u16, body: Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

fn category(kind: ModelKind) -> &'static str {
    if kind == ModelKind::Raw { "json" } else { kind.as_str() }
}

fn document(id: &str) -> Value {
    let inputs =
        ["prompt", "image_url", "video_url", "audio_url"].map(|name| (name.to_owned(), json!({"type": "string"})));
    let body = json!({"type": "object", "properties": inputs.into_iter().collect::<serde_json::Map<_, _>>()});
    json!({"openapi": "3.0.4", "paths": {format!("/{id}"): {"post": {
        "requestBody": {"content": {"application/json": {"schema": body}}}, "responses": {}}}}})
}

fn output(server: &Server, kind: ModelKind) -> Value {
    let file = |name: &str| json!({"url": format!("{}{name}", server.foreign()), "content_type": null});
    match kind.output() {
        Modality::Image => json!({"images": [file("a.png")], "seed": 1}),
        Modality::Video => json!({"video": file("a.mp4"), "thumbnail": file("t.png")}),
        Modality::Audio => json!({"audio_file": file("a.wav")}),
        _ => json!({"output": {"mesh": file("a.glb")}}),
    }
}

fn status(word: &str, position: Option<u32>, lines: &[&str]) -> Value {
    let logs: Vec<_> = lines.iter().map(|line| json!({"message": line, "timestamp": *line})).collect();
    json!({"status": word, "request_id": "r-1", "queue_position": position, "logs": logs})
}

async fn mount_catalogue(server: &Server, kind: ModelKind, known: bool) {
    let id = Fal.model(kind);
    let item = json!({"endpoint_id": id, "metadata": {"category": category(kind)}, "openapi": document(&id)});
    let answer = if known { ok(&json!({"models": [item]})) } else { refused(404, json!({"detail": "unknown"})) };
    turns(server, "GET", "/api/models", vec![answer]).await;
}

async fn mount_storage(server: &Server) {
    let token = json!({"token": TOKEN, "token_type": "Bearer"});
    turns(server, "POST", "/rest/storage/auth/token", vec![ok(&token)]).await;
    let stored = json!({"access_url": format!("{}up.bin", server.foreign())});
    turns(server, "POST", "/cdn/files/upload", vec![ok(&stored)]).await;
}

/// Looks at the job: by the stream where the scenario is about one, else by polling.
async fn mount_status(server: &Server, scenario: Scenario) {
    use Scenario as S;
    let (running, done) = (status("IN_PROGRESS", None, &[]), status("COMPLETED", None, &[]));
    let answers = match scenario {
        S::Queued => vec![
            status("IN_QUEUE", Some(2), &[]),
            status("IN_QUEUE", Some(0), &[]),
            status("IN_PROGRESS", None, &["one"]),
            status("IN_PROGRESS", None, &["one", "two"]),
            status("COMPLETED", None, &["one", "two", "three"]),
        ],
        S::DroppedWait => vec![status("IN_QUEUE", Some(1), &[])],
        S::Immediate => {
            let event = format!(": ping\n\ndata: {done}\n\n");
            let stream = ResponseTemplate::new(200).set_body_raw(event, "text/event-stream");
            turns(server, "GET", &format!("{JOB}/status/stream"), vec![stream]).await;
            vec![done]
        }
        _ => vec![running, done],
    };
    let answers = answers.iter().map(|body| {
        let code = if body["status"] == "COMPLETED" { 200 } else { 202 };
        ResponseTemplate::new(code).set_body_json(body)
    });
    turns(server, "GET", &format!("{JOB}/status"), answers.collect()).await;
}

async fn mount_result(server: &Server, kind: ModelKind, scenario: Scenario) {
    use Scenario as S;
    let problem =
        |error_type: &str| json!({"detail": [{"loc": ["body", "prompt"], "msg": "not taken", "type": error_type}]});
    let answer = match scenario {
        S::Invalid => refused(422, problem("sequence_too_long")),
        S::Rejected => refused(422, problem("content_policy_violation")),
        S::JobFails => refused(500, json!({"detail": "out of memory", "error_type": "runner_server_error"})),
        S::Malformed => ResponseTemplate::new(200).set_body_raw("<html>oops</html>", "text/html"),
        _ => ok(&output(server, kind)),
    };
    turns(server, "GET", JOB, vec![answer]).await;
}

#[async_trait]
impl Harness for Fal {
    async fn mount(&self, server: &Server, kind: ModelKind, scenario: Scenario) -> bool {
        use Scenario as S;
        if scenario == S::UploadsBytes && matches!(kind.input(), Modality::Text | Modality::Json) {
            return false;
        }
        mount_catalogue(server, kind, scenario != S::NotFound).await;
        mount_storage(server).await;
        let accepted = ok(&json!({"status": "IN_QUEUE", "request_id": "r-1", "queue_position": 0}));
        let too_fast = refused(429, json!({"detail": "slow down", "type": "concurrent_requests_limit"}))
            .insert_header("retry-after", RETRY_HINT.as_secs().to_string());
        let submits = match scenario {
            S::RateLimitedThenOk => vec![too_fast, accepted],
            S::RateLimitedForever => vec![too_fast],
            S::BadKey => vec![refused(401, json!({"detail": "invalid key credentials"}))],
            S::NoCredit => vec![refused(403, json!({"detail": "User is locked. Reason: Exhausted balance."}))],
            _ => vec![accepted],
        };
        turns(server, "POST", &format!("/queue/{}", self.model(kind)), submits).await;
        mount_status(server, scenario).await;
        mount_result(server, kind, scenario).await;
        let cancel = match scenario {
            S::CancelTooLate => refused(400, json!({"status": "ALREADY_COMPLETED"})),
            _ => refused(202, json!({"status": "CANCELLATION_REQUESTED"})),
        };
        turns(server, "PUT", &format!("{JOB}/cancel"), vec![cancel]).await;
        match scenario {
            S::TimeoutOnSubmit => server.drop_next(usize::MAX, |seen| seen.path.starts_with("/queue/fal-ai/demo/m")),
            S::DroppedConnectionOnPoll => server.drop_next(1, |seen| seen.path.ends_with("/status?logs=1")),
            _ => {}
        }
        // Everything else is unknown to it, as fal says it.
        let unknown = refused(404, json!({"detail": "Not Found"}));
        Mock::given(path_regex(".*")).respond_with(unknown).with_priority(200).mount(server.mock()).await;
        true
    }

    fn connect(&self, base: &Url) -> Result<Arc<dyn Provider>> {
        self.registry().connect("fal", &Settings::new().with("key", KEY).with("base_url", base.as_str()))
    }

    fn registry(&self) -> Registry {
        Registry::from_entries([&fal_provider::PROVIDER], fal_provider::MODELS).expect("the entries are consistent")
    }

    fn model(&self, kind: ModelKind) -> String {
        format!("fal-ai/demo/model-{kind}")
    }

    fn secrets(&self) -> Vec<String> {
        vec!["conform-id".into(), "conform-secret-31c".into(), TOKEN.into()]
    }

    fn phase(&self, seen: &Seen) -> Option<Phase> {
        let place = seen.path.split('?').next().unwrap_or_default();
        match seen.method.as_str() {
            "POST" if place.starts_with("/queue/") => Some(Phase::Submit),
            "POST" => Some(Phase::Upload),
            "PUT" => Some(Phase::Cancel),
            "GET" if place == JOB => Some(Phase::Result),
            "GET" if place.starts_with("/queue/") => Some(Phase::Status),
            "GET" => Some(Phase::Catalogue),
            _ => None,
        }
    }
}

fn main() -> ExitCode {
    mediagen_testkit::main(Fal)
}

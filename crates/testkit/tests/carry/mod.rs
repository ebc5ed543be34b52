//! How `status_carries_result` is mounted in each scenario.

use async_trait::async_trait;
use mediagen_core::{ModelKind, Phase, Provider, Registry, Result, Settings};
use mediagen_testkit::{
    DATA_URI, Harness, RETRY_HINT, Scenario, Seen, Server,
    status_carries_result::{MODELS, PROVIDER},
};
use serde_json::{Value, json};
use std::sync::Arc;
use url::Url;
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{method, path, path_regex},
};

pub(crate) const KEY: &str = "carry-key-77aa";

/// The harness; its providers may be replaced.
pub(crate) struct Carry;

fn job(status: &str, output: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"id": "j-1", "status": status, "output": output}))
}

fn refused(status: u16, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"message": message, "field": "prompt"}))
}

/// Answers polls of the job with `answers` in turn; the last one stays.
async fn polls(server: &Server, answers: Vec<ResponseTemplate>) {
    let last = answers.len();
    for (index, answer) in answers.into_iter().enumerate() {
        let times = if index + 1 == last { u64::MAX } else { 1 };
        let priority = u8::try_from(index + 1).unwrap_or(u8::MAX);
        let mock = Mock::given(method("GET")).and(path_regex("^/v1/models/.*/jobs/j-1$"));
        mock.respond_with(answer).up_to_n_times(times).with_priority(priority).mount(server.mock()).await;
    }
}

async fn submits(server: &Server, answer: ResponseTemplate, times: u64, priority: u8) {
    let mock = Mock::given(method("POST")).and(path("/v1/jobs"));
    mock.respond_with(answer).up_to_n_times(times).with_priority(priority).mount(server.mock()).await;
}

#[async_trait]
impl Harness for Carry {
    async fn mount(&self, server: &Server, _: ModelKind, scenario: Scenario) -> bool {
        use Scenario as S;
        let files = json!([format!("{}a.png", server.foreign())]);
        let started = job("waiting", &Value::Null);
        let too_fast = refused(429, "slow down").insert_header("retry-after", RETRY_HINT.as_secs().to_string());
        let submit = match scenario {
            S::Immediate => job("done", &files),
            S::RateLimitedForever => too_fast.clone(),
            S::BadKey => refused(401, "no such key"),
            S::NoCredit => refused(402, "top up"),
            S::Invalid => refused(422, "too short"),
            S::NotFound => refused(404, "no such model"),
            S::GatewayErrorOnSubmit => ResponseTemplate::new(502).set_body_string("<html>bad gateway</html>"),
            S::UnreadableAccept => ResponseTemplate::new(200).set_body_string("<html>welcome</html>"),
            S::DoneButRunning => job("working", &files),
            S::CancelQueued | S::CancelTooLate | S::UploadsBytes => return false,
            _ => started,
        };
        if scenario == S::RateLimitedThenOk {
            submits(server, too_fast, 1, 1).await;
        }
        if scenario == S::GatewayErrorOnSubmit {
            submits(server, refused(500, "oops"), 1, 1).await;
        }
        submits(server, submit, u64::MAX, 2).await;
        let (waiting, working) = (job("waiting", &Value::Null), job("working", &Value::Null));
        let failed = |why: &str| {
            vec![job("failed", &Value::Null).set_body_json(json!({"id": "j-1", "status": "failed", "error": why}))]
        };
        let answers = match scenario {
            S::Queued => vec![waiting.clone(), waiting, working.clone(), working, job("done", &files)],
            S::DroppedWait => vec![waiting],
            S::JobFails => failed("out of memory"),
            S::Rejected => failed("refused by the filter"),
            S::Expired => vec![job("expired", &Value::Null)],
            S::DataUriOutput => vec![job("done", &json!(DATA_URI))],
            S::DoneButRunning => {
                let both = json!([files[0], format!("{}b.png", server.foreign())]);
                vec![job("working", &files), job("done", &both)]
            }
            S::Malformed => vec![ResponseTemplate::new(200).set_body_string("<html>oops</html>")],
            _ => vec![working, job("done", &files)],
        };
        polls(server, answers).await;
        match scenario {
            S::TimeoutOnSubmit => server.drop_next(usize::MAX, |seen| seen.method == "POST"),
            S::DroppedConnectionOnPoll => server.drop_next(1, |seen| seen.method == "GET"),
            S::DroppedMidBody => server.cut_next(1, |seen| seen.method == "GET"),
            S::ForeignNextPage => {
                let page = json!({"models": ["acme/paint"], "next": server.foreign()});
                let mock = Mock::given(method("GET")).and(path("/v1/models"));
                mock.respond_with(ResponseTemplate::new(200).set_body_json(page)).mount(server.mock()).await;
            }
            _ => {}
        }
        true
    }

    fn connect(&self, base: &Url) -> Result<Arc<dyn Provider>> {
        Registry::from_entries([&PROVIDER], &MODELS)?
            .connect("carry", &Settings::new().with("key", KEY).with("base_url", base.as_str()))
    }

    fn registry(&self) -> Registry {
        Registry::from_entries([&PROVIDER], &MODELS).expect("the entries are consistent")
    }

    fn model(&self, _: ModelKind) -> String {
        "acme/paint".into()
    }

    fn secrets(&self) -> Vec<String> {
        vec![KEY.into()]
    }

    fn phase(&self, seen: &Seen) -> Option<Phase> {
        match (seen.method.as_str(), seen.path.as_str()) {
            ("POST", "/v1/jobs") => Some(Phase::Submit),
            ("GET", path) if path.starts_with("/v1/models?") || path == "/v1/models" => Some(Phase::Catalogue),
            ("GET", path) if path.ends_with("/jobs/j-1") => Some(Phase::Status),
            _ => None,
        }
    }
}

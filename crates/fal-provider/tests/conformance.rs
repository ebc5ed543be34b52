//! fal against the shared suite: how its wire polls in each scenario (protocol 2 to 7). No assertions here.

#[path = "conformance/wire.rs"]
mod wire;

use async_trait::async_trait;
use fal_provider::{FalConfig, FalProvider, MODELS, PROVIDER};
use mediagen_core::{Modality, ModelKind, Phase, Provider, Registry, Result};
use mediagen_testkit::{Harness, RETRY_HINT, Scenario, Seen, Server, main as suite};
use serde_json::{Value, json};
use std::{process::ExitCode, sync::Arc};
use url::Url;
use wire::{CDN_TOKEN, Far};
use wiremock::ResponseTemplate;

const SECRET: &str = "5ec7e7a11ab1e";
const KEY_ID: &str = "1d-0f-the-key";

struct Fal;

fn problem(status: u16, field: &str, error_type: &str, message: &str) -> ResponseTemplate {
    let detail = json!([{"loc": ["body", field], "msg": message, "type": error_type, "input": "…"}]);
    ResponseTemplate::new(status)
        .set_body_json(json!({"detail": detail}))
        .insert_header("x-fal-error-type", error_type)
        .insert_header("x-fal-retryable", "false")
}

fn detail(status: u16, text: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"detail": text}))
}

fn line(text: &str) -> Value {
    json!({"message": text, "timestamp": "2026-11-22T10:00:00.000001", "level": "INFO", "source": "USER"})
}

fn queued(position: u32) -> Value {
    json!({"status": "IN_QUEUE", "queue_position": position, "logs": null})
}

fn running(lines: &[&str]) -> Value {
    json!({"status": "IN_PROGRESS", "logs": lines.iter().copied().map(line).collect::<Vec<_>>()})
}

fn completed(lines: &[&str]) -> Value {
    json!({"status": "COMPLETED", "logs": lines.iter().copied().map(line).collect::<Vec<_>>(), "metrics": {}})
}

/// What the paid call answers when it is not accepted.
fn refusal(scenario: Scenario) -> Option<ResponseTemplate> {
    let too_fast = || detail(429, "Too many requests").insert_header("retry-after", RETRY_HINT.as_secs().to_string());
    Some(match scenario {
        Scenario::RateLimitedThenOk | Scenario::RateLimitedForever => too_fast(),
        Scenario::BadKey => detail(401, "Authentication is required to access this application"),
        Scenario::GatewayErrorOnSubmit => {
            ResponseTemplate::new(502).set_body_raw("<html>bad gateway</html>", "text/html")
        }
        Scenario::UnreadableAccept => ResponseTemplate::new(200).set_body_raw("<html>welcome</html>", "text/html"),
        Scenario::NoCredit => detail(403, "User is locked. Reason: Exhausted balance. Top up at fal.ai/dashboard"),
        _ => return None,
    })
}

/// What the result's address answers once the job is over.
fn result(scenario: Scenario, output: &Value) -> ResponseTemplate {
    match scenario {
        Scenario::Invalid => problem(422, "prompt", "string_too_short", "String should have at least 100 characters"),
        Scenario::Rejected => problem(422, "prompt", "content_policy_violation", "The content was flagged"),
        Scenario::JobFails => problem(500, "", "internal_server_error", "CUDA out of memory"),
        Scenario::Expired => ResponseTemplate::new(404).set_body_json(json!({"status": "NOT_FOUND"})),
        Scenario::Malformed => ResponseTemplate::new(200).set_body_raw("<html>gateway</html>", "text/html"),
        _ => ResponseTemplate::new(200).set_body_json(output).insert_header("x-fal-billable-units", "1"),
    }
}

async fn progress(far: &Far<'_>, scenario: Scenario) {
    match scenario {
        // Without a stream the job is polled, and every poll has all lines so far.
        Scenario::Queued => {
            far.no_stream().await;
            let (one, two) = (["loading"], ["loading", "step 1"]);
            let polls = [queued(2), queued(1), queued(1), queued(0), running(&one), running(&two), completed(&two)];
            far.polls(&polls).await;
        }
        Scenario::DroppedConnectionOnPoll => {
            far.no_stream().await;
            far.polls(&[running(&[]), completed(&[])]).await;
            far.server.drop_next(1, |seen| seen.path.contains("/status?"));
        }
        Scenario::DroppedWait | Scenario::CancelQueued => {
            far.no_stream().await;
            far.polls(&[queued(3)]).await;
            far.cancel(202, "CANCELLATION_REQUESTED").await;
        }
        Scenario::CancelTooLate => {
            far.polls(&[completed(&[])]).await;
            far.cancel(400, "ALREADY_COMPLETED").await;
        }
        Scenario::Immediate => far.stream(&[completed(&[])]).await,
        _ => far.stream(&[queued(0), running(&["loading"]), completed(&[])]).await,
    }
}

#[async_trait]
impl Harness for Fal {
    async fn mount(&self, server: &Server, kind: ModelKind, scenario: Scenario) -> bool {
        let far = Far { server, model: self.model(kind) };
        if scenario == Scenario::NotFound {
            far.empty_catalogue().await;
            return true;
        }
        far.catalogue(kind).await;
        far.listing(server.foreign()).await;
        if scenario == Scenario::GatewayErrorOnSubmit {
            far.submit(detail(500, "Internal Server Error"), 1, 1).await;
        }
        if let Some(answer) = refusal(scenario) {
            let once = scenario == Scenario::RateLimitedThenOk;
            far.submit(answer, if once { 1 } else { u64::MAX }, 2).await;
        }
        far.accept().await;
        progress(&far, scenario).await;
        let output = wire::output(kind, server.foreign());
        let output = if scenario == Scenario::DataUriOutput { wire::inlined(output) } else { output };
        far.result(result(scenario, &output)).await;
        if scenario == Scenario::TimeoutOnSubmit {
            server.drop_next(usize::MAX, |seen| seen.method == "POST" && seen.path.starts_with("/queue/"));
        }
        if scenario == Scenario::DroppedMidBody {
            server.cut_next(1, |seen| Fal.phase(seen) == Some(Phase::Result));
        }
        far.storage().await;
        match scenario {
            Scenario::UploadsBytes => !matches!(kind.input(), Modality::Text | Modality::Json),
            // A status has no output, and only images can be counted.
            Scenario::DoneButRunning => false,
            Scenario::FewerParts => kind.output() == Modality::Image,
            _ => true,
        }
    }

    fn connect(&self, base: &Url) -> Result<Arc<dyn Provider>> {
        let config = FalConfig::new(format!("{KEY_ID}:{SECRET}"))?.with_base_url(base.as_str())?;
        Ok(Arc::new(FalProvider::new(config)?))
    }

    fn registry(&self) -> Registry {
        Registry::from_entries([&PROVIDER], MODELS).expect("the entries are consistent")
    }

    fn model(&self, kind: ModelKind) -> String {
        format!("acme/{kind}/v2")
    }

    fn secrets(&self) -> Vec<String> {
        vec![SECRET.into(), KEY_ID.into(), CDN_TOKEN.into()]
    }

    fn phase(&self, seen: &Seen) -> Option<Phase> {
        let path = seen.path.split('?').next().unwrap_or_default();
        let service = path.trim_start_matches('/').split('/').next()?;
        Some(match (service, seen.method.as_str()) {
            ("api" | "www", _) => Phase::Catalogue,
            ("rest" | "cdn", _) => Phase::Upload,
            ("queue", "POST") => Phase::Submit,
            ("queue", "PUT") if path.ends_with("/cancel") => Phase::Cancel,
            ("queue", "GET") if path.contains("/status") => Phase::Status,
            ("queue", "GET") => Phase::Result,
            _ => return None,
        })
    }
}

fn main() -> ExitCode {
    suite(Fal)
}

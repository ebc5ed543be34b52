//! What fal posts to an address of ours when a job ends, verified.

use crate::{
    client::{FalClient, failure_of},
    info::INFO,
    output,
};
use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use mediagen_core::{Context, Error, ErrorKind, JobStatus, JobView, ModelKind, Result, WebhookEvent, Webhooks};
use mediagen_provider_kit::output::{Answer, RequestTrace};
use ring::{
    digest::{SHA256, digest},
    signature::{ED25519, UnparsedPublicKey},
};
use serde_json::Value;
use std::{
    fmt::Write as _,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How far the time of a webhook may be from ours, in either direction.
const WINDOW: Duration = Duration::from_mins(5);
/// The status of a failed job whose webhook does not name one.
const UNNAMED: u16 = 500;

/// Verifies fal's webhooks by the keys that fal publishes.
pub(crate) struct FalWebhooks {
    client: Arc<FalClient>,
}

impl FalWebhooks {
    pub(crate) fn new(client: Arc<FalClient>) -> Self {
        Self { client }
    }
}

#[async_trait]
impl Webhooks for FalWebhooks {
    /// fal's set of keys (JWKS). It may be kept for a day; a webhook that no key fits is a reason to read it once more.
    async fn keys(&self, cx: &Context) -> Result<Value> {
        cx.bounded(Box::pin(self.client.webhook_keys(cx))).await?
    }

    /// The output is read as that of [`ModelKind::Raw`], because a webhook does not say which kind the job was. Wait for
    /// the job to have it as its own kind, or where the event brings none because it was too large.
    fn verify(&self, keys: &Value, headers: &[(&str, &str)], body: &[u8], now: SystemTime) -> Result<WebhookEvent> {
        let signed = Signed::of(headers, body)?;
        signed.check_age(now)?;
        signed.check(keys)?;
        event(body)
    }
}

/// What fal signs, and its signature.
struct Signed {
    time: u64,
    message: String,
    signature: Vec<u8>,
}

impl Signed {
    fn of(headers: &[(&str, &str)], body: &[u8]) -> Result<Self> {
        let header = |name: &str| {
            let found = headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
            found.map(|(_, value)| *value).ok_or_else(|| refused(format!("the header `{name}` is missing")))
        };
        let (request, user) = (header("x-fal-webhook-request-id")?, header("x-fal-webhook-user-id")?);
        let timestamp = header("x-fal-webhook-timestamp")?;
        let signature =
            from_hex(header("x-fal-webhook-signature")?).ok_or_else(|| refused("the signature is not hex"))?;
        let time = timestamp.parse().map_err(|_| refused("the timestamp is not a number of seconds"))?;
        let body = to_hex(digest(&SHA256, body).as_ref());
        Ok(Self { time, message: format!("{request}\n{user}\n{timestamp}\n{body}"), signature })
    }

    fn check_age(&self, now: SystemTime) -> Result<()> {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let apart = now.abs_diff(Duration::from_secs(self.time));
        if apart > WINDOW {
            return Err(refused(format!("it was signed {} s away from now", apart.as_secs())));
        }
        Ok(())
    }

    /// No key is named, so any of them may fit.
    fn check(&self, keys: &Value) -> Result<()> {
        let keys = keys.get("keys").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let fits = |key: &Value| {
            let Some(x) = key.get("x").and_then(Value::as_str) else { return false };
            let Ok(bytes) = URL_SAFE_NO_PAD.decode(x.trim_end_matches('=')) else { return false };
            UnparsedPublicKey::new(&ED25519, bytes).verify(self.message.as_bytes(), &self.signature).is_ok()
        };
        if keys.iter().any(fits) { Ok(()) } else { Err(refused("the signature fits none of the keys")) }
    }
}

fn refused(why: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::PermissionDenied, format!("the webhook is not trusted: {why}")).with_provider(INFO.id.clone())
}

/// Reads a body whose signature was checked.
fn event(body: &[u8]) -> Result<WebhookEvent> {
    let broken = |why: &'static str| Error::new(ErrorKind::InvalidResponse, why).with_provider(INFO.id.clone());
    let value: Value =
        serde_json::from_slice(body).map_err(|e| broken("the webhook's body is not JSON").with_source(e))?;
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let id = text("request_id").ok_or_else(|| broken("the webhook does not name its request"))?.to_owned();
    let payload = value.get("payload").filter(|payload| !payload.is_null());
    let view = match text("status") {
        Some("OK") => {
            let view = JobView::new(JobStatus::Succeeded);
            match payload {
                Some(payload) => {
                    let answer = Answer::of_json(payload.clone()).with_request_id(Some(id.clone()));
                    view.with_output(output::shape().read(answer, ModelKind::Raw, &RequestTrace::default())?)
                }
                // The result was no JSON or too large: it can be fetched.
                None => view,
            }
        }
        Some("ERROR") => {
            let status = text("error").and_then(|error| error.rsplit(' ').next()?.parse().ok()).unwrap_or(UNNAMED);
            let reason = payload.map_or_else(|| text("error").unwrap_or_default().to_owned(), Value::to_string);
            JobView::new(JobStatus::Failed).with_failure(failure_of(&reason, status, &id))
        }
        other => JobView::new(JobStatus::Other(other.unwrap_or_default().to_owned())),
    };
    Ok(WebhookEvent::new(Some(id), view))
}

fn to_hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks_exact(2).map(pair).collect()
}

#[cfg(test)]
mod tests;

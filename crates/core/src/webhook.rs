//! What a provider posts to an address of ours, verified.

use crate::{Context, JobView, Result};
use async_trait::async_trait;
use serde_json::Value;
use std::time::SystemTime;

/// Verifies and reads a provider's webhooks.
///
/// Verifying is a pure function of what came, the keys and the time, so that it can be tested, repeated and run anywhere.
/// Only fetching the keys is a call.
#[async_trait]
pub trait Webhooks: Send + Sync {
    /// The keys that signatures are checked against, to be kept for as long as the provider says.
    ///
    /// # Errors
    /// Those of the call.
    async fn keys(&self, cx: &Context) -> Result<Value>;

    /// Checks the signature over `body`, byte for byte as it came, and reads it.
    ///
    /// # Errors
    /// `PermissionDenied` for a signature that is missing, wrong or too old; `InvalidResponse` for a body that was signed
    /// and cannot be understood.
    fn verify(&self, keys: &Value, headers: &[(&str, &str)], body: &[u8], now: SystemTime) -> Result<WebhookEvent>;
}

/// What a webhook reports.
#[derive(Debug)]
#[non_exhaustive]
pub struct WebhookEvent {
    /// The provider's id of the job.
    pub request_id: Option<String>,
    /// The key of the intent, where the provider sends it back.
    pub intent: Option<String>,
    /// Where the job stands, with its output or failure where it brings one.
    pub view: JobView,
}

impl WebhookEvent {
    /// A report about the job `request_id`.
    pub fn new(request_id: Option<String>, view: JobView) -> Self {
        Self { request_id, intent: None, view }
    }
}

//! What a runner does: validates the input against the endpoint's schema and makes the result.

use crate::catalogue::Endpoint;
use bytes::Bytes;
use serde_json::Value;
use std::time::Duration;

/// Where a runner reads its inputs and leaves its outputs; the server implements it over the CDN.
#[async_trait::async_trait]
pub trait Files: Send + Sync {
    /// Stores `content` under a new CDN address and returns its URL.
    async fn store(&self, content: Bytes, file_name: &str, media_type: &str) -> String;
    /// The bytes behind `url` (a CDN address of this emulator or a data URI) and their media type; `None` when it cannot be had.
    async fn fetch(&self, url: &str) -> Option<(Bytes, String)>;
}

/// A finished run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The model's own JSON (protocol 9.2).
    pub body: Value,
    /// For the `x-fal-billable-units` header.
    pub billable_units: f64,
    /// Lines that the runner wrote, in order.
    pub logs: Vec<String>,
}

/// A refusal or failure of the model itself (protocol 5.1, 5.2).
#[derive(Debug, Clone)]
pub struct ModelError {
    /// HTTP status of the result answer, mostly 422.
    pub status: u16,
    /// `{"detail": [...]}`.
    pub body: Value,
    /// For the `X-Fal-Retryable` header.
    pub retryable: bool,
    /// For the `x-fal-billable-units` header; 0 when nothing ran.
    pub billable_units: f64,
}

/// How long a run takes when the emulator is not told otherwise.
pub fn usual_duration(endpoint: &Endpoint) -> Duration {
    let _ = endpoint;
    Duration::from_millis(50)
}

/// Runs `endpoint` on `input`.
///
/// # Errors
/// [`ModelError`] when the input breaks the schema or an input file cannot be read.
pub async fn perform(endpoint: &Endpoint, input: &Value, files: &dyn Files) -> Result<Outcome, ModelError> {
    let _ = (endpoint, input, files);
    Ok(Outcome { body: Value::Null, billable_units: 0.0, logs: Vec::new() })
}

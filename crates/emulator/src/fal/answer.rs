//! The shapes that fal's refusals have, and fal's headers.

use crate::wire::{Answer, json, with};
use axum::http::HeaderName;
use serde_json::json;

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-fal-request-id");
pub(crate) const BILLABLE_UNITS: HeaderName = HeaderName::from_static("x-fal-billable-units");
pub(crate) const RETRYABLE: HeaderName = HeaderName::from_static("x-fal-retryable");
pub(crate) const ERROR_TYPE: HeaderName = HeaderName::from_static("x-fal-error-type");
pub(crate) const TIMEOUT_TYPE: HeaderName = HeaderName::from_static("x-fal-request-timeout-type");

/// A platform refusal (protocol 5.3).
pub(crate) fn infrastructure(code: u16, error_type: &str, text: &str) -> Answer {
    with(json(code, &json!({ "detail": text, "error_type": error_type })), ERROR_TYPE, error_type)
}

/// A refusal of the platform API (protocol 7.1).
pub(crate) fn platform_error(code: u16, kind: &str, message: &str) -> Answer {
    json(code, &json!({ "error": { "type": kind, "message": message } }))
}

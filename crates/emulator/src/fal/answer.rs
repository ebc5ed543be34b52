//! Small answers that many routes share.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};
use serde_json::{Value, json};

pub(crate) type Answer = Response<Body>;

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-fal-request-id");
pub(crate) const BILLABLE_UNITS: HeaderName = HeaderName::from_static("x-fal-billable-units");
pub(crate) const RETRYABLE: HeaderName = HeaderName::from_static("x-fal-retryable");
pub(crate) const ERROR_TYPE: HeaderName = HeaderName::from_static("x-fal-error-type");
pub(crate) const TIMEOUT_TYPE: HeaderName = HeaderName::from_static("x-fal-request-timeout-type");

/// `status` out of range becomes 500.
pub(crate) fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A JSON answer.
pub(crate) fn json(code: u16, body: &Value) -> Answer {
    text(code, "application/json", body.to_string())
}

/// `{"detail": text}`.
pub(crate) fn detail(code: u16, text: &str) -> Answer {
    json(code, &json!({ "detail": text }))
}

/// An answer with this media type.
pub(crate) fn text(code: u16, media_type: &'static str, body: impl Into<Body>) -> Answer {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = status(code);
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer
}

/// Adds a header; a value that no header can hold is left out.
pub(crate) fn with(mut answer: Answer, name: HeaderName, value: &str) -> Answer {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
    answer
}

/// A platform refusal (protocol 5.3).
pub(crate) fn infrastructure(code: u16, error_type: &str, text: &str) -> Answer {
    with(json(code, &json!({ "detail": text, "error_type": error_type })), ERROR_TYPE, error_type)
}

/// A refusal of the platform API (protocol 7.1).
pub(crate) fn platform_error(code: u16, kind: &str, message: &str) -> Answer {
    json(code, &json!({ "error": { "type": kind, "message": message } }))
}

/// An ingress page: no request id, and the word that fal's clients look for.
pub(crate) fn nginx(code: u16) -> Answer {
    let status = status(code);
    let title = format!("{code} {}", status.canonical_reason().unwrap_or("Error"));
    let page = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    text(code, "text/html", page)
}

//! Small answers that many routes share.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};
use serde_json::{Value, json};

/// What goes back over the wire.
pub(crate) type Answer = Response<Body>;

/// `code` as a status; out of range it becomes 500.
fn status(code: u16) -> StatusCode {
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

/// An ingress page: it has no request id, and the word that clients recognise it by.
pub(crate) fn nginx(code: u16) -> Answer {
    let title = format!("{code} {}", status(code).canonical_reason().unwrap_or("Error"));
    let page = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    text(code, "text/html", page)
}

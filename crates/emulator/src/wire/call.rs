//! A request on its way to the part of the service that answers it.

use axum::{
    body::{Body, Bytes},
    http::request::Parts,
};
use serde_json::Value;

/// JSON bodies are small next to files; more than this is refused with 413.
pub(super) const JSON_LIMIT: usize = 64 << 20;

/// A request whose body may still be on its way.
pub(crate) struct Call {
    pub(crate) parts: Parts,
    pub(crate) body: Body,
    /// The decoded path below the service's prefix, without slashes at its ends.
    pub(crate) path: String,
}

impl Call {
    /// The query's pairs, decoded, in order.
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        let query = self.parts.uri.query().unwrap_or("");
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    /// The first value of this query parameter.
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        self.query().into_iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    /// The value of this header, where it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name)?.to_str().ok()
    }

    /// The whole body; an interrupted one counts as empty.
    pub(crate) async fn bytes(self) -> Bytes {
        axum::body::to_bytes(self.body, JSON_LIMIT).await.unwrap_or_default()
    }

    /// The body as JSON; `None` when it is not JSON.
    pub(crate) async fn json(self) -> Option<Value> {
        serde_json::from_slice(&self.bytes().await).ok()
    }
}

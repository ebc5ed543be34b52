//! An error that can be written down.

use mediagen_core::{Dispatch, Error, ErrorKind, FieldProblem, ProviderId, Retry};
use serde::{Deserialize, Serialize};

/// Why something ended as it did: an [`Error`] without its cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Why {
    /// What went wrong.
    pub kind: ErrorKind,
    /// In words, with the further facts of the error.
    pub message: String,
    /// Whether trying again can help.
    pub retry: Retry,
    /// How far the call got.
    pub dispatch: Dispatch,
    /// The provider that answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<ProviderId>,
    /// The provider's id of the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The status of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// The fields that are wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
    /// What can be done about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl From<&Error> for Why {
    fn from(error: &Error) -> Self {
        let facts: Vec<String> = error.context().iter().map(|(key, value)| format!("{key}: {value}")).collect();
        let message = match facts.as_slice() {
            [] => error.message().to_owned(),
            facts => format!("{} ({})", error.message(), facts.join(", ")),
        };
        Self {
            kind: error.kind(),
            message,
            retry: error.retry(),
            dispatch: error.dispatch(),
            provider: error.provider().cloned(),
            request_id: error.request_id().map(str::to_owned),
            http_status: error.http_status(),
            fields: error.fields().to_vec(),
            hint: error.hint().map(str::to_owned),
        }
    }
}

impl From<Why> for Error {
    fn from(why: Why) -> Self {
        let mut error = Self::new(why.kind, why.message).with_retry(why.retry).with_dispatch(why.dispatch);
        if let Some(provider) = why.provider {
            error = error.with_provider(provider);
        }
        if let Some(id) = why.request_id {
            error = error.with_request_id(id);
        }
        if let Some(status) = why.http_status {
            error = error.with_http_status(status);
        }
        if let Some(hint) = why.hint {
            error = error.with_hint(hint);
        }
        error.with_fields(why.fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn an_error_survives_as_text_with_everything_that_is_decided_by() {
        let error = Error::new(ErrorKind::Timeout(mediagen_core::Deadline::Run), "too slow")
            .with_retry(Retry::After(Some(Duration::from_millis(1500))))
            .with_dispatch(Dispatch::Unknown)
            .with_provider(ProviderId::new("toy"))
            .with_request_id("r1")
            .with_http_status(504)
            .with_field(FieldProblem::new("prompt", "too long"))
            .with("part", 2)
            .with_hint("wait");
        let text = serde_json::to_string(&Why::from(&error)).unwrap();
        let back = Error::from(serde_json::from_str::<Why>(&text).unwrap());
        assert_eq!((back.kind(), back.retry(), back.dispatch()), (error.kind(), error.retry(), error.dispatch()));
        assert_eq!((back.request_id(), back.http_status(), back.hint()), (Some("r1"), Some(504), Some("wait")));
        assert_eq!(back.fields(), error.fields());
        assert_eq!(back.to_string(), "toy: too slow (part: 2); `prompt`: too long (request id: r1)");
    }
}

//! What a failure means: of a paid call, and of an answer that cannot be used.

use mediagen_core::{Dispatch, Error, ErrorKind, ProviderId, Retry, SubmitError};

/// What the error of a paid call means. The HTTP layer and the provider say of each error how far the call got; what is
/// not clear is unknown.
///
/// ```
/// use mediagen_core::{Dispatch, Error, ErrorKind, SubmitError};
/// use mediagen_provider_kit::outcome::paid;
///
/// let refused = Error::new(ErrorKind::InvalidInput, "no prompt").with_dispatch(Dispatch::Answered);
/// assert!(matches!(paid(refused), SubmitError::Refused(_)));
/// let unclear = Error::new(ErrorKind::Unavailable, "502 of a gateway").with_dispatch(Dispatch::Unknown);
/// assert!(matches!(paid(unclear), SubmitError::Unknown(_)));
/// ```
pub fn paid(error: Error) -> SubmitError {
    match (error.kind(), error.dispatch()) {
        (ErrorKind::SubmitUnknown, _) => SubmitError::Unknown(error),
        (_, Dispatch::NotSent) => SubmitError::NotSent(error),
        (_, Dispatch::Answered) => SubmitError::Refused(error),
        _ => SubmitError::Unknown(error),
    }
}

/// `error` as that of a paid call that may have arrived; `hint` says where to look for it before it is sent again.
pub fn unknown(error: Error, hint: &'static str) -> Error {
    error.with_kind(ErrorKind::SubmitUnknown).with_dispatch(Dispatch::Unknown).with_retry(Retry::Never).with_hint(hint)
}

/// How an answer of this status to a paid call leaves its outcome, where the provider does not know better: a gateway
/// that gave up on the answer (408 and 5xx) says nothing about the request, any other refusal is one.
pub fn leaves_unknown(status: u16) -> bool {
    status == 408 || status >= 500
}

/// An answer of success that cannot be used.
pub fn unusable(provider: &ProviderId, message: impl Into<String>, status: u16, request_id: Option<&str>) -> Error {
    let error = Error::new(ErrorKind::InvalidResponse, message.into())
        .with_provider(provider.clone())
        .with_dispatch(Dispatch::Answered)
        .with_http_status(status);
    match request_id {
        Some(id) => error.with_request_id(id),
        None => error,
    }
}

#[cfg(test)]
mod tests;

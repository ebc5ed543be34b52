//! Refusals of fal turned into core errors: the tables of protocol 1.2 and 5.1 to 5.3, and the law about submissions.

use super::{
    refusal::Refusal,
    retry::{forbids_retry, is_fals_own},
};
use crate::info::INFO;
use mediagen_core::{Deadline, Dispatch, Error, ErrorKind, Phase, Retry};
use mediagen_http::{HttpResponse, retry_after};
use mediagen_provider_kit::outcome;

/// Most of a refusal that is read: room for a long list of problems, each with a copy of what was sent.
const REFUSAL_LIMIT: usize = 1 << 20;

/// Which call was refused: the same status means other things for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// The paid call to the queue.
    Submit,
    /// The paid call that answers the output.
    Run,
    Status,
    Result,
    Cancel,
    Upload,
    Catalogue,
    Price,
}

impl Call {
    pub(crate) fn phase(self) -> Phase {
        match self {
            Self::Submit | Self::Run => Phase::Submit,
            Self::Status => Phase::Status,
            Self::Result => Phase::Result,
            Self::Cancel => Phase::Cancel,
            Self::Upload => Phase::Upload,
            Self::Catalogue => Phase::Catalogue,
            Self::Price => Phase::Price,
        }
    }

    /// Whether an error of the model itself may come back.
    fn shows_the_job(self) -> bool {
        matches!(self, Self::Run | Self::Result)
    }
}

/// Error types of models and platform: what each means for a job, and whether another job may fare better.
const TYPES: &[(&str, ErrorKind, bool)] = &[
    ("content_policy_violation", ErrorKind::ContentRejected, false),
    ("no_media_generated", ErrorKind::JobFailed, false),
    ("internal_server_error", ErrorKind::JobFailed, true),
    ("generation_timeout", ErrorKind::JobFailed, true),
    ("downstream_service_error", ErrorKind::JobFailed, true),
    ("downstream_service_unavailable", ErrorKind::JobFailed, true),
    ("request_timeout", ErrorKind::Timeout(Deadline::Start), false),
    ("startup_timeout", ErrorKind::JobFailed, true),
    ("runner_scheduling_failure", ErrorKind::JobFailed, true),
    ("runner_connection_timeout", ErrorKind::JobFailed, true),
    ("runner_disconnected", ErrorKind::JobFailed, true),
    ("runner_connection_refused", ErrorKind::JobFailed, true),
    ("runner_connection_error", ErrorKind::JobFailed, true),
    ("runner_incomplete_response", ErrorKind::JobFailed, true),
    ("runner_server_error", ErrorKind::JobFailed, true),
    ("client_disconnected", ErrorKind::Cancelled, false),
    ("client_cancelled", ErrorKind::Cancelled, false),
    ("bad_request", ErrorKind::InvalidInput, false),
    ("internal_error", ErrorKind::JobFailed, true),
    ("concurrent_requests_limit", ErrorKind::RateLimited, true),
];

/// Statuses without a known type.
const STATUSES: &[(u16, ErrorKind, bool)] = &[
    (400, ErrorKind::InvalidInput, false),
    (401, ErrorKind::Unauthenticated, false),
    (402, ErrorKind::QuotaExceeded, false),
    (403, ErrorKind::PermissionDenied, false),
    (404, ErrorKind::NotFound, false),
    (408, ErrorKind::Timeout(Deadline::Request), true),
    (410, ErrorKind::Expired, false),
    (413, ErrorKind::InvalidInput, false),
    (415, ErrorKind::InvalidInput, false),
    (422, ErrorKind::InvalidInput, false),
    (425, ErrorKind::Unavailable, true),
    (429, ErrorKind::RateLimited, true),
    (499, ErrorKind::Cancelled, false),
];

/// What can be done about it.
const HINTS: &[(ErrorKind, &str)] = &[
    (ErrorKind::Unauthenticated, "set FAL_KEY to a valid key; keys are made at https://fal.ai/dashboard/keys"),
    (
        ErrorKind::PermissionDenied,
        "the key in FAL_KEY lacks the right for this call; see https://fal.ai/dashboard/keys",
    ),
    (ErrorKind::QuotaExceeded, "add credit at https://fal.ai/dashboard/billing"),
    (ErrorKind::ContentRejected, "change the prompt or the inputs; the same request is refused again"),
    (ErrorKind::RateLimited, "send fewer requests at a time"),
];

/// The error behind an answer that is no success; reads its body. `job` is the request id where one is known.
pub(crate) async fn refused(call: Call, response: HttpResponse, job: Option<&str>) -> Error {
    let head = response.head().clone();
    let exhausted = response.exhausted();
    let header = |name: &str| head.headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let own_id = header("x-fal-request-id");
    let mut refusal = Refusal::read(&response.text_excerpt(REFUSAL_LIMIT).await, head.status);
    refusal.error_type = refusal.error_type.or_else(|| header("x-fal-error-type"));
    let timed_out = head.headers.contains_key("x-fal-request-timeout-type");
    let (kind, again) = class(call, head.status, &refusal, timed_out);
    let retryable = header("x-fal-retryable").is_some_and(|v| v.eq_ignore_ascii_case("true"));
    let retry = match (exhausted, forbids_retry(&head.headers), again || retryable) {
        (true, ..) => Retry::Exhausted,
        (false, false, true) => Retry::After(retry_after(&head.headers)),
        _ => Retry::Never,
    };
    let error = build(kind, &refusal, head.status).with_retry(retry);
    let error = match job.map(str::to_owned).or(own_id) {
        Some(id) => error.with_request_id(id),
        None => error,
    };
    let known_to_fal = timed_out || refusal.error_type.is_some() || is_fals_own(&head.headers);
    paid(call, head.status, known_to_fal, error)
}

/// The error of job `job`, from a body that did not come by a call of ours.
pub(crate) fn failure_of(body: &str, status: u16, job: &str) -> Error {
    let refusal = Refusal::read(body, status);
    let (kind, again) = class(Call::Result, status, &refusal, false);
    let retry = if again { Retry::After(None) } else { Retry::Never };
    build(kind, &refusal, status).with_retry(retry).with_request_id(job)
}

/// Kind, and whether another try may help.
fn class(call: Call, status: u16, refusal: &Refusal, timed_out: bool) -> (ErrorKind, bool) {
    if refusal.is_locked() {
        return (ErrorKind::AccountLocked, false);
    }
    if timed_out {
        return (ErrorKind::Timeout(Deadline::Start), false);
    }
    let by_type = refusal.error_type.as_deref().and_then(kind_of_type);
    if let Some((kind, again)) = by_type {
        let elsewhere = kind == ErrorKind::JobFailed && !call.shows_the_job();
        return (if elsewhere { ErrorKind::Unavailable } else { kind }, again);
    }
    if let Some((_, kind, again)) = STATUSES.iter().find(|(s, ..)| *s == status) {
        let gone = call == Call::Result && status == 404 && refusal.is_not_found;
        return (if gone { ErrorKind::Expired } else { *kind }, *again);
    }
    match status {
        // On a result these are the gateway's trouble, not the job's, unless a type says otherwise (protocol 2.8).
        502..=504 if call == Call::Result => (ErrorKind::Unavailable, true),
        500.. if call.shows_the_job() => (ErrorKind::JobFailed, true),
        500.. => (ErrorKind::Unavailable, true),
        _ => (ErrorKind::Unexpected, false),
    }
}

/// What an error type means for a finished job.
pub(crate) fn kind_of_type(error_type: &str) -> Option<(ErrorKind, bool)> {
    TYPES.iter().find(|(t, ..)| *t == error_type).map(|(_, kind, again)| (*kind, *again))
}

fn build(kind: ErrorKind, refusal: &Refusal, status: u16) -> Error {
    let error = match kind {
        ErrorKind::AccountLocked => refusal.locked_error(),
        ErrorKind::InvalidInput if !refusal.fields.is_empty() => Error::new(kind, "the model refused the input"),
        ErrorKind::Expired => Error::new(kind, "fal no longer has the result of this request"),
        _ => Error::new(kind, refusal.message.clone()),
    };
    let error = error
        .with_provider(INFO.id.clone())
        .with_dispatch(Dispatch::Answered)
        .with_http_status(status)
        .with_fields(refusal.fields.iter().cloned());
    let error = match &refusal.error_type {
        Some(error_type) => error.with("type", error_type),
        None => error,
    };
    match HINTS.iter().find(|(k, _)| *k == kind) {
        Some((_, hint)) => error.with_hint(*hint),
        None => error,
    }
}

/// The law about paid calls: what fal refused before the start did not leave; after any other server error, nobody
/// knows whether a job runs, unless fal's own gateway says what became of a run.
fn paid(call: Call, status: u16, known_to_fal: bool, error: Error) -> Error {
    match (call, status) {
        (Call::Submit | Call::Run, 429) => error.with_dispatch(Dispatch::NotSent),
        (Call::Submit, 503) if !known_to_fal => error.with_dispatch(Dispatch::NotSent),
        (Call::Run, 500..) if known_to_fal || status == 500 => error,
        // Something on the way gave up on the answer, and the request may have gone through.
        (Call::Submit | Call::Run, status) if outcome::leaves_unknown(status) => submit_unknown(error),
        _ => error,
    }
}

/// `error` as that of a submission whose outcome is unknown.
pub(crate) fn submit_unknown(error: Error) -> Error {
    outcome::unknown(
        error,
        "the request may have been accepted; look for it at https://fal.ai/dashboard before sending it again",
    )
}

/// An answer of success that cannot be used.
pub(crate) fn unusable(message: impl Into<String>, status: u16, request_id: Option<&str>) -> Error {
    outcome::unusable(&INFO.id, message, status, request_id)
}

/// The reason that the status gave for a failure, added to what the result said; the more precise kind wins.
pub(crate) fn merge_status(error: Error, reason: Option<&str>, error_type: Option<&str>) -> Error {
    let told = error.context().iter().any(|(key, _)| *key == "type");
    let error = match error_type {
        Some(error_type) if !told => {
            let error = error.with("type", error_type);
            // A server error without a type of its own is explained by the type that the status gave.
            let vague = matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::JobFailed | ErrorKind::Unexpected);
            match kind_of_type(error_type) {
                Some((kind, again)) if vague => {
                    error.with_kind(kind).with_retry(if again { Retry::After(None) } else { Retry::Never })
                }
                _ => error,
            }
        }
        _ => error,
    };
    match reason {
        Some(reason) if !error.message().contains(reason) => error.with("status error", super::refusal::short(reason)),
        _ => error,
    }
}

#[cfg(test)]
mod tests;

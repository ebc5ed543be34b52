//! The tables, row by row.

use super::*;
use mediagen_core::SubmitError;

fn error(call: Call, status: u16, body: &str) -> Error {
    let refusal = Refusal::read(body, status);
    let (kind, _) = class(call, status, &refusal, false);
    paid(call, status, refusal.error_type.is_some(), build(kind, &refusal, status))
}

fn classed(call: Call, status: u16, body: &str) -> (ErrorKind, Dispatch) {
    let error = error(call, status, body);
    (error.kind(), error.dispatch())
}

/// What a paid call with this answer came to.
fn outcome_of(call: Call, status: u16, body: &str) -> &'static str {
    match outcome::paid(error(call, status, body)) {
        SubmitError::NotSent(_) => "not sent",
        SubmitError::Refused(_) => "refused",
        SubmitError::Unknown(_) => "unknown",
    }
}

#[test]
fn statuses_without_a_type() {
    use ErrorKind as K;
    for (call, status, expected) in [
        (Call::Result, 400, K::InvalidInput),
        (Call::Submit, 401, K::Unauthenticated),
        (Call::Submit, 402, K::QuotaExceeded),
        (Call::Submit, 403, K::PermissionDenied),
        (Call::Status, 404, K::NotFound),
        (Call::Submit, 405, K::Unexpected),
        (Call::Result, 422, K::InvalidInput),
        (Call::Status, 429, K::RateLimited),
        (Call::Result, 499, K::Cancelled),
        (Call::Result, 500, K::JobFailed),
        (Call::Status, 500, K::Unavailable),
        (Call::Result, 504, K::Unavailable),
        (Call::Catalogue, 503, K::Unavailable),
        (Call::Upload, 301, K::Unexpected),
    ] {
        let (kind, dispatch) = classed(call, status, r#"{"detail":"why"}"#);
        assert_eq!((kind, dispatch), (expected, Dispatch::Answered), "{call:?} {status}");
        if call == Call::Submit {
            assert_eq!(outcome_of(call, status, r#"{"detail":"why"}"#), "refused", "{status}");
        }
    }
}

#[test]
fn every_documented_type_has_a_row_and_wins_over_the_status() {
    for (error_type, kind, _) in TYPES {
        let body = format!(r#"{{"detail":"d","error_type":"{error_type}"}}"#);
        assert_eq!(classed(Call::Result, 504, &body).0, *kind, "{error_type}");
    }
    let body = r#"{"detail":[{"loc":["body","prompt"],"msg":"no","type":"content_policy_violation"}]}"#;
    assert_eq!(classed(Call::Result, 422, body).0, ErrorKind::ContentRejected);
    let body = r#"{"detail":"d","type":"concurrent_requests_limit"}"#;
    assert_eq!(classed(Call::Submit, 429, body), (ErrorKind::RateLimited, Dispatch::NotSent));
    assert_eq!(outcome_of(Call::Submit, 429, body), "not sent");
}

#[test]
fn paid_calls_are_unknown_after_a_server_error_unless_refused_before_the_start() {
    use Dispatch::{Answered, NotSent, Unknown};
    let typed = r#"{"detail":"d","error_type":"runner_disconnected"}"#;
    for (call, status, body, kind, dispatch) in [
        (Call::Submit, 408, "{}", ErrorKind::SubmitUnknown, Unknown),
        (Call::Run, 408, "{}", ErrorKind::SubmitUnknown, Unknown),
        (Call::Submit, 500, "{}", ErrorKind::SubmitUnknown, Unknown),
        (Call::Submit, 502, "{}", ErrorKind::SubmitUnknown, Unknown),
        (Call::Submit, 503, "{}", ErrorKind::Unavailable, NotSent),
        (Call::Submit, 503, typed, ErrorKind::SubmitUnknown, Unknown),
        (Call::Submit, 504, "{}", ErrorKind::SubmitUnknown, Unknown),
        (Call::Run, 502, "{}", ErrorKind::SubmitUnknown, Unknown),
        (Call::Run, 503, typed, ErrorKind::JobFailed, Answered),
        (Call::Run, 500, "{}", ErrorKind::JobFailed, Answered),
    ] {
        assert_eq!(classed(call, status, body), (kind, dispatch), "{call:?} {status}");
        let expected = match dispatch {
            NotSent => "not sent",
            Answered => "refused",
            _ => "unknown",
        };
        assert_eq!(outcome_of(call, status, body), expected, "{call:?} {status}");
    }
}

#[test]
fn a_locked_account_keeps_its_reason_and_is_never_tried_again() {
    let body = r#"{"detail":"User is locked. Reason: Exhausted balance. Top up your balance."}"#;
    let refusal = Refusal::read(body, 403);
    assert_eq!(class(Call::Submit, 403, &refusal, false), (ErrorKind::AccountLocked, false));
    let error = refusal.locked_error();
    assert_eq!(error.message(), "the fal account is locked: Exhausted balance. Top up your balance.");
    assert!(error.hint().unwrap().contains("billing"));
    let admin = Refusal::read(r#"{"detail":"User is locked. Reason: Admin lock. Please contact support@fal.ai"}"#, 403);
    assert!(admin.locked_error().hint().unwrap().contains("support@fal.ai"));
}

#[test]
fn the_status_adds_what_the_result_did_not_say() {
    let vague = Error::new(ErrorKind::JobFailed, "Internal Server Error");
    let merged = merge_status(vague, Some("start deadline"), Some("request_timeout"));
    assert_eq!(merged.kind(), ErrorKind::Timeout(Deadline::Start));
    assert!(merged.to_string().contains("request_timeout") && merged.to_string().contains("start deadline"));
    let precise = Error::new(ErrorKind::InvalidInput, "prompt missing").with("type", "missing");
    let merged = merge_status(precise, Some("Invalid status code: 422"), Some("internal_error"));
    assert_eq!(merged.kind(), ErrorKind::InvalidInput);
}

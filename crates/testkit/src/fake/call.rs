//! One call to the far end: announced, repeated where that is safe, its refusal translated.

use super::{provider::FAKE, service::Fault};
use mediagen_core::{Context, Dispatch, Error, ErrorKind, Event, FieldProblem, Phase, Retry, SubmitError, nearest};
use std::{sync::Arc, time::Duration};

const ATTEMPTS: u32 = 4;

/// A call that failed: how the far end refused it, and the error for the caller.
pub(super) struct Failed {
    fault: Fault,
    error: Error,
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        failed.error
    }
}

impl From<Failed> for SubmitError {
    fn from(Failed { fault, error }: Failed) -> Self {
        match fault {
            Fault::TooFast(_) => Self::NotSent(error),
            Fault::Lost | Fault::Cut | Fault::Gateway | Fault::Unreadable => Self::Unknown(error),
            _ => Self::Refused(error),
        }
    }
}

/// Calls the far end; all but a submit are repeated after a lost connection, everything after "too fast".
pub(super) async fn call<T>(
    cx: &Context,
    phase: Phase,
    send: impl Fn() -> Result<T, Fault> + Send,
) -> Result<T, Failed> {
    let mut attempt = 1;
    loop {
        cx.emit(Event::Requested(phase));
        let fault = match send() {
            Ok(answer) => return Ok(answer),
            Err(fault) => fault,
        };
        let pause = match fault {
            Fault::TooFast(hint) => Some(hint),
            Fault::Lost | Fault::Cut if phase != Phase::Submit => Some(Duration::from_millis(200)),
            _ => None,
        };
        let error = translate(&fault, phase).with_provider(FAKE.id.clone());
        let Some(delay) = pause else { return Err(Failed { fault, error }) };
        if attempt == ATTEMPTS {
            return Err(Failed { fault, error: error.with_retry(Retry::Exhausted) });
        }
        cx.emit(Event::Retrying { phase, attempt, delay, reason: Arc::new(error) });
        cx.clock().sleep(delay).await;
        attempt += 1;
    }
}

fn translate(fault: &Fault, phase: Phase) -> Error {
    let answered = |kind, text: &'static str| Error::new(kind, text).with_dispatch(Dispatch::Answered);
    match fault {
        Fault::TooFast(hint) => {
            answered(ErrorKind::RateLimited, "too many requests").with_retry(Retry::After(Some(*hint)))
        }
        Fault::Lost if phase == Phase::Submit => {
            Error::new(ErrorKind::SubmitUnknown, "the connection was lost after the job was sent")
                .with_dispatch(Dispatch::Unknown)
        }
        Fault::Lost => Error::new(ErrorKind::Unavailable, "the connection was lost").with_dispatch(Dispatch::Unknown),
        Fault::Cut => answered(ErrorKind::Transfer, "the answer broke off").with_retry(Retry::After(None)),
        Fault::Gateway => Error::new(ErrorKind::Unavailable, "a gateway failed").with_dispatch(Dispatch::Unknown),
        Fault::Unreadable => answered(ErrorKind::InvalidResponse, "the answer to the submit cannot be read"),
        Fault::BadKey => answered(ErrorKind::Unauthenticated, "the key was refused").with_hint("set `key`"),
        Fault::NoCredit => answered(ErrorKind::QuotaExceeded, "the balance is used up").with_hint("top it up"),
        Fault::Invalid { field, message } => {
            answered(ErrorKind::InvalidInput, "the request was refused").with_field(FieldProblem::new(*field, *message))
        }
        Fault::Rejected => answered(ErrorKind::ContentRejected, "the filter refused the prompt"),
        Fault::NoSuchModel(known) => {
            let known = nearest::join(known.iter().map(String::as_str));
            answered(ErrorKind::NotFound, "there is no such model").with_hint(format!("known: {known}"))
        }
        Fault::Gone => answered(ErrorKind::Expired, "the result is not kept any more"),
        Fault::NoSuchJob => answered(ErrorKind::NotFound, "there is no such job"),
    }
}

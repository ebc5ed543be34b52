//! From failed exchanges to core errors.

use crate::{HttpRequest, Repeat, Stage, TransportError, redact};
use mediagen_core::{Deadline, Dispatch, Error, ErrorKind, Phase, Retry};
use std::{io, time::Duration};
use url::Url;

/// Why an attempt brought no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The transport failed.
    Transport(TransportError),
    /// No headers within the time.
    Timeout(Duration),
    /// Our own body could not be read.
    Body(io::Error),
}

impl Failure {
    /// Whether `repeat` permits another attempt.
    pub(crate) fn permits(&self, repeat: Repeat) -> bool {
        match self {
            Self::Body(_) => false,
            Self::Timeout(_) => repeat == Repeat::Freely,
            Self::Transport(error) => match repeat {
                Repeat::Freely => true,
                Repeat::Once => error.stage == Stage::NotSent,
                Repeat::Never => false,
            },
        }
    }

    /// The error for the caller, with `retry` where the failure was not a final one by itself.
    pub(crate) fn into_error(self, request: &HttpRequest, retry: Retry) -> Error {
        let url = redact(&request.url);
        // Only a call that buys something can be bought twice; a status stream that broke is just asked for again.
        let once = request.repeat == Repeat::Once && request.phase == Phase::Submit;
        let error = match self {
            Self::Body(e) => return Error::new(ErrorKind::Io, "the data to send cannot be read").with_source(e),
            Self::Transport(e) if e.stage == Stage::NotSent => {
                Error::new(ErrorKind::Unavailable, format!("no connection to `{url}`"))
                    .with_dispatch(Dispatch::NotSent)
                    .with_retry(retry)
                    .with_source(e.source)
            }
            Self::Transport(e) if once => lost(&url, "the connection broke").with_source(e.source),
            Self::Timeout(limit) if once => lost(&url, &format!("no answer came within {limit:?}")),
            Self::Transport(e) => {
                Error::new(ErrorKind::Unavailable, format!("the connection to `{url}` was lost before it answered"))
                    .with_dispatch(Dispatch::Unknown)
                    .with_retry(retry)
                    .with_source(e.source)
            }
            Self::Timeout(limit) => {
                Error::new(ErrorKind::Timeout(Deadline::Request), format!("`{url}` did not answer within {limit:?}"))
                    .with_dispatch(Dispatch::Unknown)
                    .with_retry(retry)
            }
        };
        error.with("phase", request.phase)
    }
}

fn lost(url: &str, why: &str) -> Error {
    Error::new(
        ErrorKind::SubmitUnknown,
        format!("the call to `{url}` left but its answer is lost ({why}): it may have been accepted"),
    )
    .with_dispatch(Dispatch::Unknown)
    .with_retry(Retry::Never)
    .with_hint("look for the job at the provider before sending it again: a repetition may be charged twice")
}

/// A body that broke off; asking for it again may help.
pub(crate) fn transfer(url: &Url, what: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Transfer, format!("the answer of `{}` {what}", redact(url)))
        .with_dispatch(Dispatch::Answered)
        .with_retry(Retry::After(None))
}

/// An answer that cannot be used.
pub(crate) fn unusable(url: &Url, status: u16, what: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidResponse, format!("the answer of `{}` {what}", redact(url)))
        .with_dispatch(Dispatch::Answered)
        .with_http_status(status)
}

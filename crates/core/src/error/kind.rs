//! The classes of an error: kind, retry, dispatch.

use serde::{Deserialize, Serialize};
use std::{fmt, time::Duration};

/// Which deadline passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Deadline {
    /// One call took too long to answer.
    Request,
    /// The job did not leave the queue in time.
    Start,
    /// The job ran for too long.
    Run,
    /// Everything together took too long.
    Total,
}

/// What went wrong, in the caller's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// Settings are missing or malformed; nothing was sent.
    Config,
    /// The request breaks the model's schema, found here or by the provider.
    InvalidInput,
    /// The model or provider cannot do this.
    Unsupported,
    /// No provider of that name is linked in, or none is left to choose.
    NoProvider,
    /// The model is of another kind than the one that was requested.
    KindMismatch,
    /// No such model, job or file.
    NotFound,
    /// Missing or wrong credentials.
    Unauthenticated,
    /// Credentials lack the right.
    PermissionDenied,
    /// The account is locked; every further call would be refused as well.
    AccountLocked,
    /// Balance or plan exhausted.
    QuotaExceeded,
    /// It would cost more than the caller allows, or that cannot be excluded; nothing was sent.
    Budget,
    /// An input is not the one that was measured; nothing was paid.
    InputChanged,
    /// An input cannot be read any more; nothing was paid.
    InputGone,
    /// A plan or a journal's row is of a newer version.
    PlanTooNew,
    /// The journal failed.
    Journal,
    /// Another worker took the job over.
    Fenced,
    /// Slow down.
    RateLimited,
    /// Refused by a safety filter.
    ContentRejected,
    /// The job ran and failed.
    JobFailed,
    /// The caller or another party cancelled the job.
    Cancelled,
    /// A deadline passed.
    Timeout(Deadline),
    /// The provider could not be reached or answered with a server error.
    Unavailable,
    /// A paid call left and its answer was lost: it may or may not run. Never repeated on its own.
    SubmitUnknown,
    /// The result was there and is gone.
    Expired,
    /// The answer could not be understood.
    InvalidResponse,
    /// A catalogue's source answered well and listed nothing.
    DiscoveryEmpty,
    /// Moving bytes failed: cut short, wrong length, wrong type.
    Transfer,
    /// Reading or writing a local file failed.
    Io,
    /// Anything else.
    Unexpected,
}

impl ErrorKind {
    /// The stable kebab-case text of JSON output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::InvalidInput => "invalid-input",
            Self::Unsupported => "unsupported",
            Self::NoProvider => "no-provider",
            Self::KindMismatch => "kind-mismatch",
            Self::NotFound => "not-found",
            Self::Unauthenticated => "unauthenticated",
            Self::PermissionDenied => "permission-denied",
            Self::AccountLocked => "account-locked",
            Self::QuotaExceeded => "quota-exceeded",
            Self::Budget => "budget",
            Self::InputChanged => "input-changed",
            Self::InputGone => "input-gone",
            Self::PlanTooNew => "plan-too-new",
            Self::Journal => "journal",
            Self::Fenced => "fenced",
            Self::RateLimited => "rate-limited",
            Self::ContentRejected => "content-rejected",
            Self::JobFailed => "job-failed",
            Self::Cancelled => "cancelled",
            Self::Timeout(Deadline::Request) => "timeout-request",
            Self::Timeout(Deadline::Start) => "timeout-start",
            Self::Timeout(Deadline::Run) => "timeout-run",
            Self::Timeout(Deadline::Total) => "timeout-total",
            Self::Unavailable => "unavailable",
            Self::SubmitUnknown => "submit-unknown",
            Self::Expired => "expired",
            Self::InvalidResponse => "invalid-response",
            Self::DiscoveryEmpty => "discovery-empty",
            Self::Transfer => "transfer",
            Self::Io => "io",
            Self::Unexpected => "unexpected",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Retry {
    /// Never: the same call gives the same answer.
    Never,
    /// It may, after this long if the provider said so.
    After(Option<Duration>),
    /// It was tried and did not help; outer loops must not start over.
    Exhausted,
}

impl Retry {
    /// The stable text of JSON output: `never`, `after` or `exhausted`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::After(_) => "after",
            Self::Exhausted => "exhausted",
        }
    }
}

/// How far the request got: a paid call may be repeated only when it surely did not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Dispatch {
    /// It did not leave this machine, or was refused before it was accepted.
    NotSent,
    /// It may have been accepted: the connection was lost after sending began.
    Unknown,
    /// The provider answered.
    Answered,
}

impl Dispatch {
    /// The stable text of JSON output: `not-sent`, `unknown` or `answered`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not-sent",
            Self::Unknown => "unknown",
            Self::Answered => "answered",
        }
    }
}

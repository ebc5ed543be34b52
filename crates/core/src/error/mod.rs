//! One error type: what happened (`kind`), may it be repeated (`retry`), did it leave (`dispatch`). What a failed paid call
//! means is not read off it: that is the type [`SubmitError`].

mod hide;
mod kind;
mod problem;
mod submit;

pub use kind::{Deadline, Dispatch, ErrorKind, Retry};
pub use problem::{Expected, FieldProblem, ProblemCode};
pub use submit::{SubmitError, SubmitFailure};

use crate::{BoxError, JobTicket, ProviderId};
use std::{borrow::Cow, fmt};

/// `Result` whose default error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error of every fallible function of this workspace's public API; one word wide.
///
/// `Display` is one line without the source and without prompt text (A-121); reporters walk
/// [`source`](std::error::Error::source) themselves.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    retry: Retry,
    dispatch: Dispatch,
    message: Cow<'static, str>,
    provider: Option<ProviderId>,
    request_id: Option<String>,
    http_status: Option<u16>,
    fields: Vec<FieldProblem>,
    hint: Option<Cow<'static, str>>,
    context: Vec<(&'static str, String)>,
    ticket: Option<JobTicket>,
    source: Option<BoxError>,
}

impl Error {
    /// A new error: permanent and not sent until said otherwise.
    #[cold]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            retry: Retry::Never,
            dispatch: Dispatch::NotSent,
            message: message.into(),
            provider: None,
            request_id: None,
            http_status: None,
            fields: Vec::new(),
            hint: None,
            context: Vec::new(),
            ticket: None,
            source: None,
        }))
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }
    /// Whether another attempt makes sense.
    pub fn retry(&self) -> Retry {
        self.0.retry
    }
    /// How far the request got.
    pub fn dispatch(&self) -> Dispatch {
        self.0.dispatch
    }
    /// Whether the same call may succeed later ([`Retry::After`]).
    pub fn is_retryable(&self) -> bool {
        matches!(self.0.retry, Retry::After(_))
    }
    /// Whether a *paid* call may be repeated without risking a second charge: retryable and surely not sent.
    pub fn is_safe_to_resubmit(&self) -> bool {
        self.is_retryable() && self.0.dispatch == Dispatch::NotSent
    }
    /// The message alone, without provider and context.
    pub fn message(&self) -> &str {
        &self.0.message
    }
    /// The provider that answered or was asked.
    pub fn provider(&self) -> Option<&ProviderId> {
        self.0.provider.as_ref()
    }
    /// The provider's request id, to quote to its support and to find the job again.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }
    /// The HTTP status of the answer, where there was one.
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }
    /// The fields that are wrong.
    pub fn fields(&self) -> &[FieldProblem] {
        &self.0.fields
    }
    /// What the caller can do about it.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
    /// Further facts, in the order they were added.
    pub fn context(&self) -> &[(&'static str, String)] {
        &self.0.context
    }
    /// The ticket of the job that the error is about: resume it instead of buying it again.
    pub fn ticket(&self) -> Option<&JobTicket> {
        self.0.ticket.as_ref()
    }

    /// Adds a fact.
    pub fn with(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        self.0.context.push((key, value.to_string()));
        self
    }
    /// Changes the kind.
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }
    /// Names the provider.
    pub fn with_provider(mut self, provider: ProviderId) -> Self {
        self.0.provider = Some(provider);
        self
    }
    /// Sets the retry disposition.
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.0.retry = retry;
        self
    }
    /// Sets how far the request got.
    pub fn with_dispatch(mut self, dispatch: Dispatch) -> Self {
        self.0.dispatch = dispatch;
        self
    }
    /// Sets the provider's request id, unless one is known already.
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.0.request_id.get_or_insert_with(|| id.into());
        self
    }
    /// Sets the HTTP status.
    pub fn with_http_status(mut self, status: u16) -> Self {
        self.0.http_status = Some(status);
        self
    }
    /// Adds a field problem.
    pub fn with_field(mut self, field: FieldProblem) -> Self {
        self.0.fields.push(field);
        self
    }
    /// Adds field problems.
    pub fn with_fields(mut self, fields: impl IntoIterator<Item = FieldProblem>) -> Self {
        self.0.fields.extend(fields);
        self
    }
    /// Says what the caller can do.
    pub fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }
    /// Attaches the job's ticket; its request id is taken over where none is known.
    pub fn with_ticket(mut self, ticket: JobTicket) -> Self {
        if self.0.request_id.is_none() {
            self.0.request_id.clone_from(&ticket.request_id);
        }
        self.0.ticket = Some(ticket);
        self
    }
    /// The causes below this error, the first cause last.
    pub fn causes(&self) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
        chain(self).skip(1)
    }
    /// Sets the cause.
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }
}

/// `error` and the causes below it, the first cause last.
///
/// ```
/// use mediagen_core::{Error, ErrorKind, chain};
///
/// let error = Error::new(ErrorKind::Io, "the record cannot be written").with_source(std::io::Error::other("disk full"));
/// let sentences: Vec<String> = chain(&error).map(ToString::to_string).collect();
/// assert_eq!(sentences, ["the record cannot be written", "disk full"]);
/// ```
pub fn chain<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        if let Some(provider) = &inner.provider {
            write!(f, "{provider}: ")?;
        }
        f.write_str(&inner.message)?;
        for field in &inner.fields {
            write!(f, "; `{}`: {}", field.path, field.message)?;
        }
        let id = inner.request_id.iter().map(|id| ("request id", id));
        let mut open = false;
        for (key, value) in inner.context.iter().map(|(k, v)| (*k, v)).chain(id) {
            write!(f, "{}{key}: {value}", if open { ", " } else { " (" })?;
            open = true;
        }
        f.write_str(if open { ")" } else { "" })
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("retry", &inner.retry)
            .field("dispatch", &inner.dispatch)
            .field("message", &inner.message)
            .field("provider", &inner.provider)
            .field("request_id", &inner.request_id)
            .field("http_status", &inner.http_status)
            .field("fields", &inner.fields)
            .field("context", &inner.context)
            .field("source", &inner.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|e| e as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{error::Error as _, time::Duration};

    #[test]
    fn a_121_an_error_exposes_kind_status_request_id_retryable_and_source() {
        let error = Error::new(ErrorKind::RateLimited, "too many requests")
            .with_http_status(429)
            .with_request_id("r-1")
            .with_retry(Retry::After(Some(Duration::from_secs(2))))
            .with_dispatch(Dispatch::Answered)
            .with_source("inner cause");
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert_eq!(error.http_status(), Some(429));
        assert_eq!(error.request_id(), Some("r-1"));
        assert!(error.is_retryable() && !error.is_safe_to_resubmit());
        assert_eq!(error.source().unwrap().to_string(), "inner cause");
        assert_eq!(error.to_string(), "too many requests (request id: r-1)");
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn the_first_request_id_wins() {
        let error = Error::new(ErrorKind::JobFailed, "x").with_request_id("first").with_request_id("second");
        assert_eq!(error.request_id(), Some("first"));
    }
}

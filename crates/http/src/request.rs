//! One call: where, what, for which phase, and how often it may leave.

use crate::{Body, Classify, Credential, Multipart, RetryPolicy, redact};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use mediagen_core::{Error, ErrorKind, Phase, Result};
use serde::Serialize;
use std::{fmt, sync::Arc, time::Duration};
use url::Url;

/// How often a call may leave (law 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// As often as the policy says: asking again changes nothing and costs nothing.
    Freely,
    /// Once: again only when it surely did not leave, or when the provider's table says
    /// [`RefusedBeforeStart`](crate::Verdict::RefusedBeforeStart).
    Once,
    /// Never again, whatever happened.
    Never,
}

/// Which key a call carries.
#[derive(Debug, Clone, Default)]
pub enum Authorize {
    /// The one that the host policy holds for the URL's exact origin, if any.
    #[default]
    ByHost,
    /// None: presigned URLs, downloads.
    Never,
    /// This one; refused unless the URL is `https` or on this machine.
    With(Credential),
}

/// A call to be sent by [`HttpClient::send`](crate::HttpClient::send).
pub struct HttpRequest {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) phase: Phase,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) repeat: Repeat,
    pub(crate) authorize: Authorize,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) classifier: Option<Arc<dyn Classify>>,
    /// The first malformed header, reported when the request is sent.
    problem: Option<Error>,
}

impl HttpRequest {
    /// A call; `POST` and `PATCH` leave [`Repeat::Once`], everything else [`Repeat::Freely`], until said otherwise.
    pub fn new(method: Method, url: Url, phase: Phase) -> Self {
        let idempotent = !matches!(method, Method::POST | Method::PATCH);
        Self {
            method,
            url,
            phase,
            headers: HeaderMap::new(),
            body: Body::Empty,
            repeat: if idempotent { Repeat::Freely } else { Repeat::Once },
            authorize: Authorize::ByHost,
            timeout: None,
            retry: None,
            classifier: None,
            problem: None,
        }
    }

    /// A `GET`.
    pub fn get(url: Url, phase: Phase) -> Self {
        Self::new(Method::GET, url, phase)
    }
    /// A `POST`.
    pub fn post(url: Url, phase: Phase) -> Self {
        Self::new(Method::POST, url, phase)
    }
    /// A `PUT`.
    pub fn put(url: Url, phase: Phase) -> Self {
        Self::new(Method::PUT, url, phase)
    }

    /// Sets a header, replacing an earlier one of that name. A malformed one makes `send` fail with `InvalidInput`;
    /// `Authorization` is refused with `Config`, because it goes through [`Authorize`].
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        match (name.try_into(), value.try_into()) {
            (Ok(name), _) if name == header::AUTHORIZATION => {
                self.fail(Error::new(ErrorKind::Config, "`Authorization` is set by `authorize`, not as a header"));
            }
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
            }
            (Ok(name), Err(_)) => self.fail(Error::new(
                ErrorKind::InvalidInput,
                format!("the value of header `{name}` holds characters that no header may carry"),
            )),
            (Err(_), _) => self.fail(Error::new(ErrorKind::InvalidInput, "a header name is malformed")),
        }
        self
    }

    fn fail(&mut self, error: Error) {
        self.problem.get_or_insert(error);
    }

    /// Carries `value` as JSON and says so in `Content-Type`. Fails with `InvalidInput` if it cannot be written.
    pub fn json<T: Serialize + ?Sized>(mut self, value: &T) -> Result<Self> {
        let bytes = serde_json::to_vec(value)
            .map_err(|e| Error::new(ErrorKind::InvalidInput, "the body cannot be written as JSON").with_source(e))?;
        self.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(self.body(Body::from(bytes)))
    }

    /// Carries a form and says so in `Content-Type`.
    ///
    /// # Errors
    /// `InvalidInput` for a media type that no header may carry.
    pub fn multipart(mut self, form: Multipart) -> Result<Self> {
        let (media_type, body) = form.into_body()?;
        self.headers.insert(header::CONTENT_TYPE, media_type);
        Ok(self.body(body))
    }

    /// Carries `body`.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }
    /// Says how often it may leave.
    pub fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }
    /// Says which key it carries. Default [`Authorize::ByHost`].
    pub fn authorize(mut self, authorize: Authorize) -> Self {
        self.authorize = authorize;
        self
    }
    /// Longest wait for the headers of the answer per attempt, counted from the last byte that was sent. Default: the
    /// context's `deadlines().request`.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Attempts and pauses of this call. Default: the client's.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = Some(retry);
        self
    }
    /// The table that decides over the answers to this call. Default: the client's.
    pub fn classify(mut self, classifier: Arc<dyn Classify>) -> Self {
        self.classifier = Some(classifier);
        self
    }

    /// Where it goes.
    pub fn url(&self) -> &Url {
        &self.url
    }
    /// What it is for.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The first thing that is wrong with it, before anything is sent.
    pub(crate) fn check(&mut self) -> Result<()> {
        if let Some(problem) = self.problem.take() {
            return Err(problem);
        }
        let url = &self.url;
        let invalid =
            |what: &str| Err(Error::new(ErrorKind::InvalidInput, format!("the address `{}` {what}", redact(url))));
        if !matches!(url.scheme(), "http" | "https") {
            return invalid("is neither `http` nor `https`");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return invalid("carries a user name or password, which is refused");
        }
        Ok(())
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &redact(&self.url))
            .field("phase", &self.phase)
            // Values may be tokens.
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body", &self.body)
            .field("repeat", &self.repeat)
            .field("authorize", &self.authorize)
            .field("timeout", &self.timeout)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

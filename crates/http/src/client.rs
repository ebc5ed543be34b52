//! The retry loop: what may leave again, and when.

mod attempt;

use crate::{
    Authorize, Classify, Credential, HostLimits, HostPolicy, HttpRequest, HttpResponse, HttpTransport, Repeat,
    ReqwestTransport, RetryPolicy, StatusClassify, Verdict, hosts, redact, response::Answer,
};
use http::{HeaderMap, HeaderValue, header};
use mediagen_core::{Context, Dispatch, Error, ErrorKind, Event, Phase, Result, Retry};
use std::{fmt, sync::Arc, time::Duration};
use url::Url;

/// Sends calls: adds the key where it may go, keeps the deadlines, repeats what may be repeated. Cheap to clone.
#[derive(Clone)]
pub struct HttpClient(Arc<Inner>);

struct Inner {
    user_agent: HeaderValue,
    hosts: HostPolicy,
    limits: HostLimits,
    classifier: Arc<dyn Classify>,
    retry: RetryPolicy,
    transport: Arc<dyn HttpTransport>,
}

/// Builds an [`HttpClient`].
#[derive(Clone)]
pub struct HttpClientBuilder {
    user_agent: String,
    hosts: HostPolicy,
    limits: HostLimits,
    classifier: Arc<dyn Classify>,
    retry: RetryPolicy,
    transport: Option<Arc<dyn HttpTransport>>,
}

impl HttpClientBuilder {
    /// The `User-Agent` of every call. Default: this crate's name and version.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }
    /// The hosts that may see a key. Default: none.
    pub fn hosts(mut self, hosts: HostPolicy) -> Self {
        self.hosts = hosts;
        self
    }
    /// How fast places may be asked; clients that are given clones of one value share its turns. Default: no limits.
    pub fn limits(mut self, limits: HostLimits) -> Self {
        self.limits = limits;
        self
    }
    /// The provider's table of answers. Default: [`StatusClassify`].
    pub fn classifier(mut self, classifier: Arc<dyn Classify>) -> Self {
        self.classifier = classifier;
        self
    }
    /// Attempts and pauses. Default: [`RetryPolicy::default`].
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }
    /// What moves the bytes. Default: a [`ReqwestTransport`] of its own.
    pub fn transport(mut self, transport: Arc<dyn HttpTransport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// The client. Fails with `Config` when the user agent is empty or no header value.
    pub fn build(self) -> Result<HttpClient> {
        let user_agent = HeaderValue::from_str(self.user_agent.trim()).ok().filter(|value| !value.is_empty());
        let user_agent = user_agent.ok_or_else(|| {
            let message = format!("the user agent {:?} is refused: printable text is needed", self.user_agent);
            Error::new(ErrorKind::Config, message)
        })?;
        Ok(HttpClient(Arc::new(Inner {
            user_agent,
            hosts: self.hosts,
            limits: self.limits,
            classifier: self.classifier,
            retry: self.retry,
            transport: self.transport.unwrap_or_else(|| Arc::new(ReqwestTransport::new())),
        })))
    }
}

impl HttpClient {
    /// A builder with the defaults.
    pub fn builder() -> HttpClientBuilder {
        HttpClientBuilder {
            user_agent: concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")).to_owned(),
            hosts: HostPolicy::new(),
            limits: HostLimits::new(),
            classifier: Arc::new(StatusClassify),
            retry: RetryPolicy::default(),
            transport: None,
        }
    }

    /// The hosts that may see a key.
    pub fn hosts(&self) -> &HostPolicy {
        &self.0.hosts
    }

    /// Sends `request` until there is an answer to hand over. Every status is an answer.
    ///
    /// Fails with `Unavailable` when no connection could be made or it was lost, `Timeout(Request)` when no headers
    /// came in time, and `SubmitUnknown` for either when a [`Repeat::Once`] call may have arrived. A cancelled context
    /// keeps a submission or an upload from being sent and ends the pauses between attempts, not an exchange: drop the
    /// future for that. `Phase::Cancel` is never stopped.
    pub async fn send(&self, cx: &Context, mut request: HttpRequest) -> Result<HttpResponse> {
        request.check()?;
        attempt::check_body(&request.body).await?;
        // Nothing that makes work or moves data begins for a caller who wants to stop; looks and cancels go on.
        if matches!(request.phase, Phase::Submit | Phase::Upload) && cx.cancellation().is_cancelled() {
            return Err(Error::new(ErrorKind::Cancelled, "cancelled before the call was sent")
                .with_dispatch(Dispatch::NotSent)
                .with("phase", request.phase));
        }
        let credential = self.credential_of(&request)?;
        let mut headers = self.headers(&mut request, credential.as_ref())?;
        let policy = request.retry.clone().unwrap_or_else(|| self.0.retry.clone());
        let last = if request.repeat == Repeat::Never { 1 } else { policy.attempts.max(1) };
        let mut attempt = 1;
        loop {
            let pass = self.0.limits.enter(cx, &request).await?;
            tracing::debug!(phase = %request.phase, method = %request.method, url = redact(&request.url), attempt, "sending");
            let outgoing = if attempt >= last { std::mem::take(&mut headers) } else { headers.clone() };
            let (reason, hint) = match self.attempt(cx, &request, outgoing, pass).await {
                Ok(mut answer) => {
                    let verdict = self.verdict(cx, &request, &mut answer).await;
                    let (Verdict::Retry { after } | Verdict::RefusedBeforeStart { after }) = verdict else {
                        return Ok(HttpResponse::new(cx, request, credential, answer, attempt));
                    };
                    let is_too_long = after.is_some_and(|after| after > policy.longest_hint);
                    if let Some(after) = after.filter(|_| !is_too_long) {
                        // Others wait for it also where this call is not repeated.
                        self.0.limits.hold(&request.url, after);
                    }
                    if attempt >= last {
                        return Ok(HttpResponse::new(cx, request, credential, answer, attempt).exhaust());
                    }
                    if is_too_long {
                        return Ok(HttpResponse::new(cx, request, credential, answer, attempt));
                    }
                    (refused(&request.url, answer.head.status, after), after)
                }
                Err(failure) if !failure.permits(request.repeat) => {
                    return Err(failure.into_error(&request, Retry::After(None)));
                }
                Err(failure) if attempt >= last => return Err(failure.into_error(&request, Retry::Exhausted)),
                Err(failure) => (failure.into_error(&request, Retry::After(None)), None),
            };
            pause(cx, request.phase, attempt, policy.pause(attempt, hint), reason).await?;
            attempt += 1;
        }
    }

    /// The classifier's verdict, as far as this call may be repeated at all.
    async fn verdict(&self, cx: &Context, request: &HttpRequest, answer: &mut Answer) -> Verdict {
        if request.repeat == Repeat::Never {
            return Verdict::Final;
        }
        let refusal = answer.refusal(cx).await;
        let classifier = request.classifier.as_ref().unwrap_or(&self.0.classifier);
        match (classifier.classify(request.phase, &answer.head, &refusal), request.repeat) {
            (Verdict::Retry { .. }, Repeat::Once) => Verdict::Final,
            (verdict, _) => verdict,
        }
    }

    /// What `request` carries; the word of the host policy where it says nothing itself.
    fn credential_of(&self, request: &HttpRequest) -> Result<Option<Credential>> {
        match &request.authorize {
            Authorize::Never => Ok(None),
            Authorize::ByHost => Ok(self.0.hosts.credential_for(&request.url).cloned()),
            Authorize::With(credential) if hosts::is_confidential(&request.url) => Ok(Some(credential.clone())),
            Authorize::With(_) => {
                let url = redact(&request.url);
                let message = format!("no key is sent to `{url}`: `https` is needed, or an address of this machine");
                Err(Error::new(ErrorKind::Config, message))
            }
        }
    }

    /// The headers of every attempt, taken out of `request`.
    fn headers(&self, request: &mut HttpRequest, credential: Option<&Credential>) -> Result<HeaderMap> {
        let mut headers = std::mem::take(&mut request.headers);
        headers.entry(header::USER_AGENT).or_insert_with(|| self.0.user_agent.clone());
        if let Some(credential) = credential {
            headers.insert(header::AUTHORIZATION, credential.header_value()?);
        }
        Ok(headers)
    }
}

/// Waits before the attempt after number `attempt`, which failed for `reason`.
async fn pause(cx: &Context, phase: Phase, attempt: u32, delay: Duration, reason: Error) -> Result<()> {
    tracing::debug!(%phase, attempt, ?delay, %reason, "retrying");
    let reason = Arc::new(reason);
    cx.emit(Event::Retrying { phase, attempt, delay, reason: Arc::clone(&reason) });
    if phase == Phase::Cancel {
        cx.clock().sleep(delay).await;
        return Ok(());
    }
    cx.until_cancelled(cx.clock().sleep(delay)).await.map_err(|_| {
        Error::new(ErrorKind::Cancelled, "cancelled while waiting to try again")
            .with_dispatch(reason.dispatch())
            .with_source(reason)
    })
}

/// An answer as the reason for another attempt.
fn refused(url: &Url, status: u16, hint: Option<Duration>) -> Error {
    let kind = if status == 429 { ErrorKind::RateLimited } else { ErrorKind::Unavailable };
    Error::new(kind, format!("`{}` answered {status}", redact(url)))
        .with_http_status(status)
        .with_dispatch(Dispatch::Answered)
        .with_retry(Retry::After(hint))
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient")
            .field("user_agent", &self.0.user_agent)
            .field("hosts", &self.0.hosts)
            .field("retry", &self.0.retry)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for HttpClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClientBuilder")
            .field("user_agent", &self.user_agent)
            .field("hosts", &self.hosts)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

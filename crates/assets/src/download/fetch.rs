//! From a URL into a part file: redirects by hand, repeated after a cut, resumed where the server can.

use super::{part_file::PartFile, pieces, progress::Progress, read, resume::Resume, transport::RefusedAddress};
use crate::policy::DownloadPolicy;
use mediagen_core::{Context, Dispatch, Error, ErrorKind, Event, Phase, Result, Retry};
use mediagen_http::{Authorize, HttpClient, HttpRequest, HttpResponse, Repeat, redact, retry_after};
use std::{sync::Arc, time::Duration};
use url::Url;

/// The longest pause that a server may ask for before its answer is taken as final.
const LONGEST_HINT: Duration = Duration::from_mins(5);

/// Bytes of progress after which failures are counted from 0 again.
const GOOD_DEAL: u64 = 1 << 20;

/// One download.
pub(super) struct Fetch<'a> {
    pub(super) cx: &'a Context,
    pub(super) client: &'a HttpClient,
    pub(super) policy: &'a DownloadPolicy,
    pub(super) url: &'a Url,
}

impl Fetch<'_> {
    /// Fills `part` with the whole body; returns its content type as the server states it.
    ///
    /// The client below makes one attempt per call, so that all kinds of failure share one count of attempts. An
    /// attempt that brought a good deal of the file is not counted: a large file may be cut many times.
    pub(super) async fn run(&self, part: &mut PartFile, progress: &mut Progress<'_>) -> Result<Option<String>> {
        let mut resume = part.record().map(Resume::of_record).unwrap_or_default();
        let (mut attempt, mut furthest) = (1, part.written());
        // Where several connections failed, one may do.
        let mut connections = self.policy.connections;
        loop {
            part.settle().await?;
            let done = match connections {
                0 | 1 => self.one_stream(part, &mut resume, progress).await,
                several => pieces::fetch(self, several, part, &mut resume, progress).await,
            };
            let error = match done {
                Ok(()) => return Ok(resume.content_type),
                Err(error) => error,
            };
            let hint = match error.retry() {
                Retry::After(hint) => hint,
                // The client below had one attempt, which is used up by any failure of the connection; ours are not.
                Retry::Exhausted => None,
                _ => return Err(error),
            };
            connections = 1;
            if part.written() >= furthest.saturating_add(GOOD_DEAL) {
                (attempt, furthest) = (1, part.written());
            }
            if attempt >= self.policy.max_attempts.max(1) || hint.is_some_and(|hint| hint > LONGEST_HINT) {
                return Err(error.with_retry(Retry::Exhausted).with("attempts", attempt));
            }
            self.pause(attempt, self.policy.pause(attempt).max(hint.unwrap_or_default()), error).await?;
            attempt += 1;
        }
    }

    /// All of the file, or what is missing of it, in one answer.
    pub(super) async fn one_stream(
        &self,
        part: &mut PartFile,
        resume: &mut Resume,
        progress: &mut Progress<'_>,
    ) -> Result<()> {
        let response = self.follow(resume.headers(part.written())).await?;
        self.take(response, part, resume, progress).await
    }

    /// Takes an answer with the whole file or the rest of it.
    pub(super) async fn take(
        &self,
        response: HttpResponse,
        part: &mut PartFile,
        resume: &mut Resume,
        progress: &mut Progress<'_>,
    ) -> Result<()> {
        match response.status() {
            206 if resume.continues(&response, part.written()) => {}
            206 | 416 => {
                part.restart(None, None).await?;
                return Err(another_range(&response));
            }
            200..=299 => self.begin(Resume::of(&response), part, resume).await?,
            _ => return Err(refused(&response)),
        }
        if let Some(total) = resume.total {
            part.check_size(total)?;
        }
        self.append(response, part, resume, progress).await?;
        verify(part, resume).await
    }

    /// Starts over with what `found` says.
    pub(super) async fn begin(&self, found: Resume, part: &mut PartFile, resume: &mut Resume) -> Result<()> {
        *resume = found;
        let record = resume.record(self.url).filter(|_| self.policy.keeps_partial);
        part.restart(record, resume.running()).await
    }

    /// Writes the body.
    pub(super) async fn append(
        &self,
        response: HttpResponse,
        part: &mut PartFile,
        resume: &Resume,
        progress: &mut Progress<'_>,
    ) -> Result<()> {
        let mut chunks = response.into_stream();
        while let Some(chunk) = read::next(self.cx, &mut chunks).await? {
            part.write(chunk).await?;
            progress.at(part.written(), resume.total);
        }
        Ok(())
    }

    /// Sends, and follows redirects; every hop is checked like the first.
    pub(super) async fn follow(&self, headers: Vec<(&'static str, String)>) -> Result<HttpResponse> {
        let mut url = self.url.clone();
        for _ in 0..=self.policy.max_redirects {
            self.policy.check_url(&url)?;
            let mut request = HttpRequest::get(url.clone(), Phase::Download)
                .authorize(Authorize::Never)
                .repeat(Repeat::Freely)
                // A length on the wire that is not the file's could not be verified.
                .header("accept-encoding", "identity");
            for (name, value) in &headers {
                request = request.header(*name, value.as_str());
            }
            let response = self.client.send(self.cx, request).await.map_err(explain)?;
            if !matches!(response.status(), 301 | 302 | 303 | 307 | 308) {
                return Ok(response);
            }
            url = next_hop(&url, &response)?;
        }
        Err(Error::new(ErrorKind::Transfer, format!("more than {} redirects", self.policy.max_redirects))
            .with_dispatch(Dispatch::Answered))
    }

    async fn pause(&self, attempt: u32, delay: Duration, error: Error) -> Result<()> {
        let reason = Arc::new(error);
        tracing::debug!(attempt, ?delay, %reason, "download will be retried");
        self.cx.emit(Event::Retrying { phase: Phase::Download, attempt, delay, reason: Arc::clone(&reason) });
        read::until_cancelled(self.cx, self.cx.clock().sleep(delay)).await
    }
}

/// Compares what came with what was announced. What is wrong is of no use to a later attempt.
pub(super) async fn verify(part: &mut PartFile, resume: &Resume) -> Result<()> {
    let bytes = part.written();
    let problem = match (resume.total, &resume.digest) {
        (Some(total), _) if total != bytes => format!("{bytes} bytes came; {total} were announced"),
        (_, Some(expected)) if part.digest().await?.is_none_or(|found| found != expected.value) => {
            let name = expected.algorithm.name();
            format!("the content does not come to the {name} digest that the server announced")
        }
        _ => return Ok(()),
    };
    part.restart(None, None).await?;
    Err(again(problem))
}

/// The answer to a `Range` is about other bytes, or another file.
pub(super) fn another_range(response: &HttpResponse) -> Error {
    let message = format!("`{}` answered another range than the one asked for", redact(response.url()));
    again(message).with_http_status(response.status())
}

/// An error after which the whole download is worth another attempt.
pub(super) fn again(message: String) -> Error {
    Error::new(ErrorKind::Transfer, message).with_dispatch(Dispatch::Answered).with_retry(Retry::After(None))
}

fn next_hop(from: &Url, response: &HttpResponse) -> Result<Url> {
    let wrong = |kind, message: String| Error::new(kind, message).with_dispatch(Dispatch::Answered);
    let next = response.location().ok_or_else(|| {
        wrong(ErrorKind::InvalidResponse, format!("a redirect ({}) without a usable Location", response.status()))
    })?;
    stays_confidential(from, &next)?;
    Ok(next)
}

/// Refuses to leave https, also towards a permitted base.
fn stays_confidential(from: &Url, next: &Url) -> Result<()> {
    if from.scheme() != "https" || next.scheme() == "https" {
        return Ok(());
    }
    let message = format!("a redirect from https to {} is refused", next.scheme());
    Err(Error::new(ErrorKind::PermissionDenied, message)
        .with_dispatch(Dispatch::Answered)
        .with("redirect", redact(next)))
}

/// A refused address is the reason to report, not the failed connection that it looks like, and never changes.
fn explain(error: Error) -> Error {
    let Some(refused) = error.causes().find_map(|cause| cause.downcast_ref::<RefusedAddress>()) else { return error };
    Error::new(ErrorKind::PermissionDenied, refused.to_string())
        .with_hint("permit the base address if it is a server of your own")
}

pub(super) fn refused(response: &HttpResponse) -> Error {
    let kind = match response.status() {
        404 | 410 => ErrorKind::Expired,
        401 | 403 => ErrorKind::PermissionDenied,
        429 => ErrorKind::RateLimited,
        500.. => ErrorKind::Unavailable,
        _ => ErrorKind::Transfer,
    };
    // The client has one attempt, so "exhausted" says that its table would have allowed another; 500 is worth one too,
    // because a download costs nothing.
    let may_help = response.exhausted() || response.status() == 500;
    let retry = if may_help { Retry::After(retry_after(response.headers())) } else { Retry::Never };
    Error::new(kind, format!("the download was answered with status {}", response.status()))
        .with_http_status(response.status())
        .with_dispatch(Dispatch::Answered)
        .with_retry(retry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use futures_util::{StreamExt as _, stream};
    use mediagen_http::{BodyStream, HttpTransport, Outgoing, TransportError};
    use mediagen_testkit::SteppedClock;
    use std::sync::{Mutex, PoisonError};

    /// Sends the first request on to an address, answers every other one, and keeps what was asked. Nothing leaves.
    struct Onward(&'static str, Arc<Mutex<Vec<String>>>);

    #[async_trait]
    impl HttpTransport for Onward {
        async fn send(&self, request: Outgoing) -> Result<http::Response<BodyStream>, TransportError> {
            let mut asked = self.1.lock().unwrap_or_else(PoisonError::into_inner);
            asked.push(request.url.to_string());
            let response = http::Response::builder();
            let response = match asked.len() {
                1 => response.status(302).header("location", self.0),
                _ => response,
            };
            response.body(stream::empty().boxed()).map_err(|e| TransportError::new(mediagen_http::Stage::Unknown, e))
        }
    }

    #[tokio::test]
    async fn a_083_a_redirect_never_leaves_https() {
        const FROM: [&str; 2] = ["https://93.184.216.34/x", "http://127.0.0.1:9/x"];
        for (from, next, permitted) in [
            (FROM[0], "http://93.184.216.34/x", false),
            (FROM[0], "ftp://93.184.216.34/x", false),
            // Not even towards a base that is permitted by itself.
            (FROM[0], "http://127.0.0.1:9/x", false),
            (FROM[0], "https://93.184.216.35/y", true),
            (FROM[1], "https://93.184.216.35/y", true),
            (FROM[1], "http://127.0.0.1:9/y", true),
        ] {
            let asked = Arc::default();
            let transport = Arc::new(Onward(next, Arc::clone(&asked)));
            let client = HttpClient::builder().transport(transport).build().unwrap();
            let base = Url::parse("http://127.0.0.1:9/").unwrap();
            let policy = DownloadPolicy::default().allow_base(&base);
            let (cx, url) = (Context::new(SteppedClock::skipping(Duration::MAX)), Url::parse(from).unwrap());
            let followed = Fetch { cx: &cx, client: &client, policy: &policy, url: &url }.follow(Vec::new()).await;
            let asked = asked.lock().unwrap().clone();
            if permitted {
                assert_eq!((followed.unwrap().status(), asked), (200, vec![from.to_owned(), next.to_owned()]));
            } else {
                let error = followed.map(|_| ()).unwrap_err();
                assert_eq!((error.kind(), asked), (ErrorKind::PermissionDenied, vec![from.to_owned()]), "{next}");
            }
        }
    }
}

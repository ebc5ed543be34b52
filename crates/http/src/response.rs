//! An answer: status and headers now, the body as it arrives, bounded.

use crate::{
    BodyStream, Credential, HttpRequest, ResponseHead, SseEvent, TransportError, error, limit::Pass, redact,
    sse::Events,
};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use http::{HeaderMap, Method, header};
use mediagen_core::{BoxFuture, BoxStream, Context, Result};
use serde::de::DeserializeOwned;
use std::{
    fmt,
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::{self, Poll, ready},
    time::Duration,
};
use url::Url;

/// Bodies of at most this many bytes are small: they arrive whole within the context's `deadlines().request`.
const SMALL: usize = 1 << 20;
/// Most of a refusal that a classifier sees, in bytes.
const REFUSAL: usize = 64 << 10;
/// Most of a body that is read to keep a connection, in bytes: a new one is cheaper than more.
const REST: usize = 64 << 10;
/// Longest time that is spent on it.
const REST_WITHIN: Duration = Duration::from_secs(1);
/// The pool takes a connection back a moment after the last byte of an answer; who asks at once is given a new one.
const BACK: Duration = Duration::from_millis(1);

/// The answer to a call, whatever its status.
pub struct HttpResponse {
    head: ResponseHead,
    method: Method,
    url: Url,
    attempts: u32,
    exhausted: bool,
    cx: Context,
    /// What the call was made with, to be taken out of excerpts.
    credential: Option<Credential>,
    /// Behind a lock only so that `&HttpResponse` may cross threads; it is never contended.
    body: Mutex<BodyStream>,
    /// The call is under way until its body ends.
    pass: Pass,
}

/// What one attempt brought.
pub(crate) struct Answer {
    pub(crate) head: ResponseHead,
    pub(crate) body: BodyStream,
    pub(crate) pass: Pass,
}

impl Answer {
    /// The beginning of the body of an answer that is not a success; the body stays whole for the caller.
    pub(crate) async fn refusal(&mut self, cx: &Context) -> Bytes {
        if is_success(self.head.status) {
            return Bytes::new();
        }
        let body = &mut self.body;
        let mut pieces: Vec<Result<Bytes, TransportError>> = Vec::new();
        let (mut bytes, mut has_ended) = (0, false);
        let reading = async {
            while bytes < REFUSAL && !has_ended {
                match body.next().await {
                    Some(Ok(piece)) => {
                        bytes += piece.len();
                        pieces.push(Ok(piece));
                    }
                    Some(Err(e)) => {
                        pieces.push(Err(e));
                        has_ended = true;
                    }
                    None => has_ended = true,
                }
            }
        };
        // What came until then has to do; the caller meets the silence again.
        let _ = cx.within(cx.deadlines().request, reading).await;
        let head = joined(pieces.iter().filter_map(|piece| piece.as_ref().ok()), REFUSAL);
        let nothing: BodyStream = stream::empty().boxed();
        let rest = if has_ended { nothing } else { std::mem::replace(body, nothing) };
        *body = stream::iter(pieces).chain(rest).boxed();
        head
    }
}

impl HttpResponse {
    pub(crate) fn new(
        cx: &Context,
        request: HttpRequest,
        credential: Option<Credential>,
        answer: Answer,
        attempts: u32,
    ) -> Self {
        let Answer { head, body, pass } = answer;
        Self {
            head,
            method: request.method,
            url: request.url,
            attempts,
            exhausted: false,
            cx: cx.clone(),
            credential,
            body: Mutex::new(body),
            pass,
        }
    }

    /// Marks that another try might have helped but none was left.
    pub(crate) fn exhaust(mut self) -> Self {
        self.exhausted = true;
        self
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.head.status
    }
    /// Whether the status is 200 to 299.
    pub fn is_success(&self) -> bool {
        is_success(self.head.status)
    }
    /// Status and headers.
    pub fn head(&self) -> &ResponseHead {
        &self.head
    }
    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }
    /// One header, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }
    /// Where it came from.
    pub fn url(&self) -> &Url {
        &self.url
    }
    /// How often the call left until this answer came; at least 1.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
    /// Whether another try might have helped but none was left; outer loops must not start over.
    pub fn exhausted(&self) -> bool {
        self.exhausted
    }
    /// Where a redirect (3xx) points to. Nothing follows it by itself, so that no key goes along.
    pub fn location(&self) -> Option<Url> {
        let target = self.header(header::LOCATION.as_str())?;
        (300..400).contains(&self.head.status).then(|| self.url.join(target).ok())?
    }
    /// Size of the body in bytes as the server announced it; unknown for compressed answers.
    pub fn content_length(&self) -> Option<u64> {
        self.header(header::CONTENT_LENGTH.as_str())?.trim().parse().ok()
    }

    /// The whole body, at most `limit` bytes. Fails with `InvalidResponse` beyond, with `Transfer` when cut short, and
    /// when a body of at most 1 MiB is not whole within the context's `deadlines().request`.
    pub async fn bytes(self, limit: usize) -> Result<Bytes> {
        if limit > SMALL {
            return self.read(limit).await;
        }
        let (cx, url) = (self.cx.clone(), self.url.clone());
        let within = cx.deadlines().request;
        let read = cx.within(within, self.read(limit)).await;
        read.unwrap_or_else(|| Err(error::transfer(&url, format!("was not whole within {within:?}"))))
    }

    async fn read(self, limit: usize) -> Result<Bytes> {
        let (url, status) = (self.url.clone(), self.head.status);
        let too_large = || error::unusable(&url, status, format!("is larger than {limit} bytes"));
        let announced = self.expected_bytes();
        if announced.is_some_and(|n| usize::try_from(n).map_or(true, |n| n > limit)) {
            return Err(too_large());
        }
        let mut reader = self.into_reader();
        let Some(first) = reader.try_next().await? else { return Ok(Bytes::new()) };
        if first.len() > limit {
            return Err(too_large());
        }
        // Most answers come in one piece, which is handed over as it is.
        let Some(second) = reader.try_next().await? else { return Ok(first) };
        let mut all = BytesMut::from(first);
        let mut next = Some(second);
        while let Some(chunk) = next {
            if all.len() + chunk.len() > limit {
                return Err(too_large());
            }
            all.extend_from_slice(&chunk);
            next = reader.try_next().await?;
        }
        Ok(all.freeze())
    }

    /// The first `limit` bytes as text, for messages: whatever arrived within the context's `deadlines().request`,
    /// never an error, and without the key.
    pub async fn text_excerpt(self, limit: usize) -> String {
        let (credential, cx) = (self.credential.clone(), self.cx.clone());
        // As much more as the key is long: one that stands across the limit is found whole.
        let key = credential.as_ref().map_or(0, Credential::len);
        let most = limit.saturating_add(key);
        let mut stream = self.into_reader();
        let mut all = Vec::new();
        let reading = async {
            while all.len() < most {
                match stream.next().await {
                    Some(Ok(chunk)) => all.extend_from_slice(&chunk[..chunk.len().min(most - all.len())]),
                    Some(Err(_)) | None => break,
                }
            }
        };
        // What came until then has to do.
        let _ = cx.within(cx.deadlines().request, reading).await;
        let mut text = String::from_utf8_lossy(&all).into_owned();
        if let Some(credential) = credential {
            text = credential.scrub(&text);
        }
        if all.len() >= limit {
            // The end may be the beginning of a key, and without the keys before it the text is shorter.
            let whole = if all.len() == most { text.len().saturating_sub(key) } else { text.len() };
            text.truncate(text.floor_char_boundary(limit.min(whole)));
            // A character cut by the limit is not an error of the server.
            text.truncate(text.trim_end_matches('\u{FFFD}').len());
        }
        text
    }

    /// Reads what nobody asks for, so that the connection can carry the next call: one whose answer was left in the
    /// middle has to be closed. Gives up beyond 64 KiB and after a second, and then lets the pool have the connection for a
    /// millisecond; whatever happens is not an error.
    pub async fn finish(self) {
        if self.expected_bytes().is_some_and(|bytes| bytes > REST as u64) {
            return;
        }
        let cx = self.cx.clone();
        let mut stream = self.into_reader();
        let reading = async {
            let mut read = 0;
            while read <= REST
                && let Some(Ok(chunk)) = stream.next().await
            {
                read += chunk.len();
            }
        };
        // What is left after that costs a connection, and nothing else.
        let _ = cx.within(REST_WITHIN, reading).await;
        cx.clock().sleep(BACK).await;
    }

    /// The body as JSON, at most `limit` bytes. Fails with `InvalidResponse` when it is not what `T` needs.
    pub async fn json<T: DeserializeOwned>(self, limit: usize) -> Result<T> {
        let (url, status) = (self.url.clone(), self.head.status);
        let bytes = self.bytes(limit).await?;
        serde_json::from_slice(&bytes)
            .map_err(|e| error::unusable(&url, status, "is not the JSON that was expected").with_source(e))
    }

    /// The body as it arrives. Ends with a `Transfer` error, worth another try, when the body is shorter than
    /// announced or silent for longer than the context's `deadlines().idle`.
    pub fn into_stream(self) -> BoxStream<'static, Result<Bytes>> {
        self.into_reader().boxed()
    }

    /// The body as server-sent events, each of at most 1 MiB; errors as in [`into_stream`](Self::into_stream).
    pub fn into_events(self) -> BoxStream<'static, Result<SseEvent>> {
        let (url, status) = (self.url.clone(), self.head.status);
        Events::new(self.into_reader(), url, status).boxed()
    }

    fn into_reader(self) -> Reader {
        Reader {
            expected: self.expected_bytes(),
            idle: self.cx.deadlines().idle,
            body: self.body.into_inner().unwrap_or_else(PoisonError::into_inner),
            url: self.url,
            cx: self.cx,
            received: 0,
            silence: None,
            is_over: false,
            _pass: self.pass,
        }
    }

    fn expected_bytes(&self) -> Option<u64> {
        let bodiless = self.method == Method::HEAD || matches!(self.head.status, 100..=199 | 204 | 304);
        self.content_length().filter(|_| !bodiless)
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.head.status)
            .field("url", &redact(&self.url))
            .field("attempts", &self.attempts)
            .field("exhausted", &self.exhausted)
            .finish_non_exhaustive()
    }
}

/// The first `limit` bytes of `pieces`; one piece alone is not copied.
fn joined<'a>(mut pieces: impl Iterator<Item = &'a Bytes>, limit: usize) -> Bytes {
    let Some(first) = pieces.next() else { return Bytes::new() };
    let mut rest = pieces.peekable();
    if rest.peek().is_none() {
        return first.slice(..first.len().min(limit));
    }
    let mut all = BytesMut::from(&first[..first.len().min(limit)]);
    for piece in rest {
        all.extend_from_slice(&piece[..piece.len().min(limit - all.len())]);
    }
    all.freeze()
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// Reads a body under the idle deadline and counts it. It ends after its first error.
pub(crate) struct Reader {
    body: BodyStream,
    url: Url,
    cx: Context,
    idle: Duration,
    expected: Option<u64>,
    received: u64,
    /// Runs from the moment at which the body had nothing to give.
    silence: Option<BoxFuture<'static, ()>>,
    is_over: bool,
    _pass: Pass,
}

impl Stream for Reader {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut task::Context<'_>) -> Poll<Option<Result<Bytes>>> {
        let this = &mut *self;
        if this.is_over {
            return Poll::Ready(None);
        }
        let item = match this.body.as_mut().poll_next(task) {
            Poll::Ready(item) => this.counted(item),
            Poll::Pending => {
                let (cx, idle) = (&this.cx, this.idle);
                ready!(this.silence.get_or_insert_with(|| cx.clock().sleep(idle)).as_mut().poll(task));
                Some(Err(error::transfer(&this.url, format!("fell silent for {idle:?}"))))
            }
        };
        this.silence = None;
        this.is_over = !matches!(item, Some(Ok(_)));
        Poll::Ready(item)
    }
}

impl Reader {
    fn counted(&mut self, item: Option<Result<Bytes, TransportError>>) -> Option<Result<Bytes>> {
        match item {
            Some(Ok(chunk)) => {
                self.received += chunk.len() as u64;
                Some(Ok(chunk))
            }
            Some(Err(e)) => Some(Err(self.cut_short().with_source(e.source))),
            None if self.expected.is_some_and(|expected| self.received < expected) => Some(Err(self.cut_short())),
            None => None,
        }
    }

    fn cut_short(&self) -> mediagen_core::Error {
        let of = self.expected.map(|n| format!(" of {n}")).unwrap_or_default();
        error::transfer(&self.url, format!("was cut short after {}{of} bytes", self.received))
    }
}

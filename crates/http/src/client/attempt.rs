//! One attempt: open the body, send, wait for the headers.

use super::HttpClient;
use crate::{Body, HttpRequest, OpenBody, Outgoing, ResponseHead, error::Failure, limit::Pass, response::Answer};
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, HeaderValue, header};
use mediagen_core::{Context, Error, ErrorKind, Event, Phase, Result};
use std::{
    io,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

/// What the sender of a body reports to the wait for the answer.
#[derive(Default)]
struct Progress {
    sent: AtomicU64,
    unreadable: Mutex<Option<io::Error>>,
}

impl HttpClient {
    pub(super) async fn attempt(
        &self,
        cx: &Context,
        request: &HttpRequest,
        headers: HeaderMap,
        pass: Pass,
    ) -> Result<Answer, Failure> {
        cx.emit(Event::Requested(request.phase));
        let (body, progress) = observed(cx, request);
        let limit = request.timeout.unwrap_or(cx.deadlines().request);
        let mut exchange = self.0.transport.send(assemble(request, headers, body));
        let mut sent = 0;
        let answer = loop {
            if let Some(answer) = cx.within(limit, exchange.as_mut()).await {
                break answer;
            }
            // A large body may take longer than the deadline: as long as it moves, the wait has not begun.
            let now = progress.as_ref().map_or(0, |progress| progress.sent.load(Ordering::Relaxed));
            if now == sent {
                return Err(Failure::Timeout(limit));
            }
            sent = now;
        };
        match answer {
            Ok(answer) => {
                let (head, body) = answer.into_parts();
                tracing::debug!(phase = %request.phase, status = head.status.as_u16(), "answered");
                Ok(Answer { head: ResponseHead::new(head.status.as_u16(), head.headers), body, pass })
            }
            Err(error) => Err(match progress.and_then(|progress| progress.unreadable.lock().ok()?.take()) {
                Some(unreadable) => Failure::Body(unreadable),
                None => Failure::Transport(error),
            }),
        }
    }
}

/// Refuses a file that is gone or has changed its size, before anything is sent.
pub(super) async fn check_body(body: &Body) -> Result<()> {
    if let Body::Form(form) = body {
        for (path, bytes) in form.files() {
            check_file(path, bytes).await?;
        }
    }
    match body.as_file() {
        Some((path, bytes)) => check_file(path, bytes).await,
        None => Ok(()),
    }
}

async fn check_file(path: &Path, bytes: u64) -> Result<()> {
    let found = tokio::fs::metadata(path).await.map_err(|e| {
        Error::new(ErrorKind::Io, format!("the file `{}` cannot be read", path.display())).with_source(e)
    })?;
    if found.len() == bytes {
        return Ok(());
    }
    let message = format!("the file `{}` has {} bytes now, not {bytes}", path.display(), found.len());
    Err(Error::new(ErrorKind::Io, message))
}

fn assemble(request: &HttpRequest, mut headers: HeaderMap, body: Body) -> Outgoing {
    if let Body::Stream { len: Some(len), .. } = &body {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(*len));
    }
    let mut url = request.url.clone();
    if url.fragment().is_some() {
        url.set_fragment(None);
    }
    Outgoing { method: request.method.clone(), url, headers, body }
}

/// The body, with its movement reported. Small bodies in memory that are no upload go as they are.
fn observed(cx: &Context, request: &HttpRequest) -> (Body, Option<Arc<Progress>>) {
    match &request.body {
        Body::Empty => (Body::Empty, None),
        Body::Bytes(bytes) if request.phase != Phase::Upload || bytes.is_empty() => (Body::Bytes(bytes.clone()), None),
        body => {
            let (source, total, cx) = (body.clone(), body.len(), cx.clone());
            let progress = Arc::new(Progress::default());
            let shared = Arc::clone(&progress);
            let open = move || counted(source.open(), total, cx.clone(), Arc::clone(&shared));
            (Body::stream(total, open), Some(progress))
        }
    }
}

fn counted(body: OpenBody, total: Option<u64>, cx: Context, progress: Arc<Progress>) -> OpenBody {
    let failed = Arc::clone(&progress);
    let counted = exact(body, total).map(move |chunk| match chunk {
        Ok(chunk) => {
            let moved = chunk.len() as u64;
            let sent = progress.sent.fetch_add(moved, Ordering::Relaxed) + moved;
            cx.emit(Event::Uploading { sent, total });
            Ok(chunk)
        }
        Err(e) => {
            if let Ok(mut slot) = failed.unreadable.lock() {
                *slot = Some(io::Error::new(e.kind(), e.to_string()));
            }
            Err(e)
        }
    });
    counted.boxed()
}

/// `body`, with an error where it is shorter or longer than was announced: what is sent then is not what was meant.
fn exact(body: OpenBody, total: Option<u64>) -> OpenBody {
    let Some(total) = total else { return body };
    let wrong =
        move |found: String| io::Error::new(io::ErrorKind::UnexpectedEof, format!("{found}, not {total} bytes"));
    let checked = stream::unfold((body, 0_u64, false), move |(mut body, seen, ended)| async move {
        if ended {
            return None;
        }
        let item = match body.next().await {
            None if seen < total => Err(wrong(format!("the data ended after {seen}"))),
            None => return None,
            Some(Ok(chunk)) => match seen.checked_add(chunk.len() as u64) {
                Some(now) if now <= total => return Some((Ok(chunk), (body, now, false))),
                _ => Err(wrong("the data goes on".to_owned())),
            },
            Some(Err(e)) => Err(e),
        };
        Some((item, (body, seen, true)))
    });
    checked.boxed()
}

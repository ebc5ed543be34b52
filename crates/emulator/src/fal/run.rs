//! `POST /run/{id}[/stream]`: the same work with the answer on the same connection (protocol 3.1, 3.2).

use super::{
    account::Account,
    admission::{known_app, start_within},
    answer::{ERROR_TYPE, REQUEST_ID},
    catalogue::Catalogue,
    id::shown,
    runner::{Ending, Runner},
};
use crate::wire::{Answer, Call, detail, json, with};
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method, header},
};
use std::sync::Arc;

const NEEDS_RETRY: HeaderName = HeaderName::from_static("x-fal-needs-retry");

/// The synchronous route.
pub(crate) struct Run {
    pub(crate) account: Arc<Account>,
    pub(crate) runner: Arc<Runner>,
}

impl Run {
    /// Answers everything below `/run`.
    pub(crate) async fn answer(&self, call: Call) -> Answer {
        match self.run(call).await {
            Ok(answer) | Err(answer) => answer,
        }
    }

    async fn run(&self, call: Call) -> Result<Answer, Answer> {
        if call.parts.method != Method::POST {
            return Err(detail(405, "Method Not Allowed"));
        }
        let runner = &self.runner;
        let (endpoint, streamed) = target(&runner.catalogue, &call.path);
        self.account.require_key_or_token(&call, &shown(&endpoint))?;
        known_app(&runner.catalogue, &endpoint)?;
        self.account.require_unlocked()?;
        let start_within = start_within(&call)?;
        let id = runner.ids.next();
        let Ok(place) = Arc::clone(&runner.places).try_acquire_owned() else {
            return Err(with(over_the_limit(runner.concurrency), REQUEST_ID, &id));
        };
        let input = call.json().await;
        // The queue's delay plays the cold start here: it is what a start deadline runs against.
        let delays = runner.timing.now();
        let cold = delays.queue;
        if let Some(limit) = start_within.filter(|limit| *limit < cold) {
            tokio::time::sleep(limit).await;
            return Ok(Ending::start_timeout().answer(&id));
        }
        tokio::time::sleep(cold).await;
        let ending = runner.execute(&endpoint, input, delays.run, |_| ()).await;
        drop(place);
        let answer = ending.answer(&id);
        Ok(if streamed && answer.status().is_success() { as_event(answer).await } else { answer })
    }
}

/// The endpoint that a path means, and whether its answer is to be streamed (protocol 3.2).
fn target(catalogue: &Catalogue, path: &str) -> (String, bool) {
    match path.strip_suffix("/stream") {
        Some(base) if catalogue.get(path).is_none() && catalogue.get(base).is_some() => (base.to_owned(), true),
        _ => (path.to_owned(), false),
    }
}

/// The whole output as the one event of a stream: the last event is the final result, and there is no end mark.
async fn as_event(answer: Answer) -> Answer {
    let (mut parts, body) = answer.into_parts();
    let output = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let event = [b"data: ", output.as_ref(), b"\n\n"].concat();
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Answer::from_parts(parts, Body::from(event))
}

/// Documentation names the field `type`, other errors have `error_type` (protocol 14, row 16): both are sent.
fn over_the_limit(limit: usize) -> Answer {
    let text = format!("Concurrent request limit of {limit} reached");
    let kind = "concurrent_requests_limit";
    let body = serde_json::json!({ "detail": text, "error_type": kind, "type": kind });
    with(with(json(429, &body), ERROR_TYPE, kind), NEEDS_RETRY, "1")
}

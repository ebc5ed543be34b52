//! `POST /run/{id}[/stream]`: the same work with the answer on the same connection (protocol 3.1, 3.2).

use super::{
    answer::{self, Answer, detail, infrastructure},
    app::App,
    auth,
    dispatch::Call,
    queue::{Ending, answer_of, app_of, execute, known_app, start_within},
};
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method, header},
};
use std::sync::Arc;

const NEEDS_RETRY: HeaderName = HeaderName::from_static("x-fal-needs-retry");

pub(crate) async fn answer(app: &Arc<App>, call: Call) -> Answer {
    match run(app, call).await {
        Ok(answer) | Err(answer) => answer,
    }
}

async fn run(app: &Arc<App>, call: Call) -> Result<Answer, Answer> {
    if call.parts.method != Method::POST {
        return Err(detail(405, "Method Not Allowed"));
    }
    let (endpoint, streamed) = target(app, &call.path);
    let shown = format!("application \"{}\"", app_of(&endpoint).unwrap_or(&endpoint));
    auth::require_key_or_token(app, &call, &shown)?;
    known_app(app, &endpoint)?;
    auth::require_unlocked(app)?;
    let start_within = start_within(&call)?;
    let id = app.next_id();
    let Ok(place) = Arc::clone(&app.queue.places).try_acquire_owned() else {
        return Err(answer::with(over_the_limit(app), answer::REQUEST_ID, &id));
    };
    let input = call.json().await;
    // The queue's delay plays the cold start here: it is what a start deadline runs against.
    let delays = app.delays();
    let cold = delays.queue;
    if start_within.is_some_and(|limit| limit < cold) {
        tokio::time::sleep(start_within.unwrap_or(cold)).await;
        return Ok(answer_of(&Ending::start_timeout(), &id));
    }
    tokio::time::sleep(cold).await;
    let ending = execute(app, &endpoint, input, delays.run, |_| ()).await;
    drop(place);
    let answer = answer_of(&ending, &id);
    Ok(if streamed && answer.status().is_success() { as_event(answer).await } else { answer })
}

/// The endpoint that a path means, and whether its answer is to be streamed (protocol 3.2).
fn target(app: &App, path: &str) -> (String, bool) {
    match path.strip_suffix("/stream") {
        Some(base) if app.endpoint(path).is_none() && app.endpoint(base).is_some() => (base.to_owned(), true),
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
fn over_the_limit(app: &App) -> Answer {
    let limit = app.config.concurrency.max(1);
    let text = format!("Concurrent request limit of {limit} reached");
    let kind = "concurrent_requests_limit";
    let body = serde_json::json!({ "detail": text, "error_type": kind, "type": kind });
    let refusal = infrastructure(429, kind, &text);
    let (parts, _) = refusal.into_parts();
    let refusal = Answer::from_parts(parts, Body::from(body.to_string()));
    answer::with(refusal, NEEDS_RETRY, "1")
}

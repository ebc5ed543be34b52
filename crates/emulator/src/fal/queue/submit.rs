//! `POST /queue/{id}`: takes a job in without looking at its input (protocol 2.2).

use super::{
    super::{
        answer::{self, Answer, detail, infrastructure, json},
        app::App,
        auth,
        dispatch::Call,
    },
    app_of,
    job::{Job, State},
    work::drive,
};
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub(super) async fn answer(app: &Arc<App>, call: Call) -> Answer {
    let received = Instant::now();
    match accept(app, call, received).await {
        Ok(answer) | Err(answer) => answer,
    }
}

/// The application that `endpoint` belongs to, if the catalogue has anything of it.
pub(crate) fn known_app<'id>(app: &App, endpoint: &'id str) -> Result<&'id str, Answer> {
    let unknown = || detail(404, &format!("Application \"{endpoint}\" not found"));
    let name = app_of(endpoint).ok_or_else(unknown)?;
    let known = app.config.catalogue.iter().any(|e| app_of(&e.id) == Some(name));
    known.then_some(name).ok_or_else(unknown)
}

/// The caller's deadline for the start of processing (protocol 2.3), the newer header first.
pub(crate) fn start_within(call: &Call) -> Result<Option<Duration>, Answer> {
    let sent = call.header("x-fal-request-start-timeout").or_else(|| call.header("x-fal-request-timeout"));
    let Some(sent) = sent else { return Ok(None) };
    let seconds = sent.trim().parse::<f64>().ok().filter(|s| *s > 0.1);
    let time = seconds.and_then(|s| Duration::try_from_secs_f64(s).ok());
    time.map(Some).ok_or_else(|| infrastructure(400, "bad_request", &format!("Invalid start timeout: {sent}")))
}

async fn accept(app: &Arc<App>, call: Call, received: Instant) -> Result<Answer, Answer> {
    let endpoint = call.path.clone();
    let shown = format!("application \"{}\"", app_of(&endpoint).unwrap_or(&endpoint));
    auth::require_key(app, &call.parts.headers, &shown)?;
    let name = known_app(app, &endpoint)?.to_owned();
    auth::require_unlocked(app)?;
    let start_within = start_within(&call)?;
    let delays = app.delays();
    if let Some(limit) = call.param("fal_max_queue_length").and_then(|l| l.parse::<usize>().ok())
        && app.queue.length(&endpoint).saturating_add(delays.ahead as usize) > limit
    {
        return Err(detail(429, &format!("The queue of {endpoint} is longer than {limit}")));
    }
    let webhook = call.param("fal_webhook");
    let input = call.json().await;
    let job = app.queue.add(|number| Job {
        id: app.next_id(),
        number,
        endpoint,
        app: name,
        input,
        webhook,
        start_within,
        delays,
        received,
        state: watch::Sender::new(State { ahead: delays.ahead, ..State::default() }),
        cancel: CancellationToken::new(),
    });
    let body = accepted(app, &job);
    tokio::spawn(drive(Arc::clone(app), Arc::clone(&job)));
    Ok(answer::with(json(200, &body), answer::REQUEST_ID, &job.id))
}

fn accepted(app: &App, job: &Job) -> serde_json::Value {
    let mut body = json!({ "status": "IN_QUEUE", "queue_position": app.queue.position(job) });
    super::status::add_identity(app, job, &mut body);
    body
}

//! What happens to a job between submit and completion.

use super::{
    super::{app::App, faults::JobFault, webhook},
    job::Job,
};
use crate::work::{self, ModelError, Outcome};
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::OwnedSemaphorePermit;

/// How a run ended.
#[derive(Debug)]
pub(crate) enum Ending {
    Output(Outcome),
    Model(ModelError),
    /// Protocol 5.3.
    Infrastructure {
        status: u16,
        error_type: String,
        detail: String,
        /// Whether the caller's own deadline ran out.
        by_user: bool,
    },
}

impl Ending {
    /// HTTP status of the result.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Output(_) => 200,
            Self::Model(error) => error.status,
            Self::Infrastructure { status, .. } => *status,
        }
    }

    fn infrastructure(status: u16, error_type: &str, detail: &str, by_user: bool) -> Self {
        Self::Infrastructure { status, error_type: error_type.to_owned(), detail: detail.to_owned(), by_user }
    }

    fn cancelled() -> Self {
        Self::infrastructure(499, "client_cancelled", "Request was cancelled by the client", false)
    }

    /// The caller's start deadline ran out (protocol 2.3).
    pub(crate) fn start_timeout() -> Self {
        Self::infrastructure(504, "request_timeout", "Request timed out before processing started", true)
    }
}

/// Takes `job` from submit to completion; a stopping emulator leaves it where it is.
pub(super) async fn drive(app: Arc<App>, job: Arc<Job>) {
    let (ending, inference) = tokio::select! {
        done = through(&app, &job) => done,
        () = app.stopping.cancelled() => return,
    };
    job.finish(ending, inference);
    tracing::debug!(request = job.id, "job completed");
    if let Some(target) = &job.webhook {
        webhook::deliver(&app, target, &job.id, job.finished().as_ref().map(|f| &f.ending)).await;
    }
}

async fn through(app: &Arc<App>, job: &Job) -> (Ending, Option<Duration>) {
    let waited = tokio::select! {
        biased;
        () = job.cancel.cancelled() => Err(Ending::cancelled()),
        () = deadline(job) => Err(Ending::start_timeout()),
        place = turn(app, job) => place.ok_or_else(|| Ending::infrastructure(500, "internal_error", "queue closed", false)),
    };
    let place = match waited {
        Ok(place) => place,
        Err(ending) => {
            app.queue.leave(job);
            return (ending, None);
        }
    };
    job.start();
    app.queue.leave(job);
    let started = Instant::now();
    let run = execute(app, &job.endpoint, job.input.clone(), job.delays.run, |lines| job.log(lines));
    let ending = if app.config.slow_cancel {
        run.await
    } else {
        tokio::select! {
            biased;
            () = job.cancel.cancelled() => Ending::cancelled(),
            ending = run => ending,
        }
    };
    drop(place);
    (ending, Some(started.elapsed()))
}

/// Ends when the job must have started; never without a deadline.
async fn deadline(job: &Job) {
    match job.start_within.and_then(|time| job.received.checked_add(time)) {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

/// Waits until other people's requests are gone and the account has a place.
async fn turn(app: &App, job: &Job) -> Option<OwnedSemaphorePermit> {
    let delays = job.delays;
    let steps = delays.ahead + 1;
    for gone in 1..=steps {
        tokio::time::sleep(delays.queue / steps).await;
        job.set_ahead(delays.ahead.saturating_sub(gone));
    }
    Arc::clone(&app.queue.places).acquire_owned().await.ok()
}

/// Runs `endpoint` on `input` for `length` or as long as it usually takes; shared with the synchronous route.
pub(crate) async fn execute(
    app: &Arc<App>,
    endpoint_id: &str,
    input: Option<Value>,
    length: Option<Duration>,
    log: impl Fn(Vec<String>),
) -> Ending {
    let Some(endpoint) = app.endpoint(endpoint_id).cloned() else {
        return Ending::Model(refusal(404, json!({ "detail": format!("Path {} not found", below_app(endpoint_id)) })));
    };
    let Some(input) = input else { return Ending::Model(not_json()) };
    let length = length.unwrap_or_else(|| work::usual_duration(&endpoint));
    let end = tokio::time::Instant::now() + length;
    log(vec![format!("Runner picked up a request for {endpoint_id}")]);
    if let Some(fault) = app.faults.take_job() {
        tokio::time::sleep_until(end).await;
        return scripted(fault);
    }
    let done = perform(app, endpoint, input).await;
    if let Ok(outcome) = &done {
        log(outcome.logs.clone());
        tokio::time::sleep_until(end).await;
    }
    done.map_or_else(Ending::Model, Ending::Output)
}

/// Encoding media keeps a processor busy, so it happens away from the server's threads.
async fn perform(
    app: &Arc<App>,
    endpoint: crate::fal::catalogue::Endpoint,
    input: Value,
) -> Result<Outcome, ModelError> {
    let (app, runtime) = (Arc::clone(app), tokio::runtime::Handle::current());
    let run = move || runtime.block_on(work::perform(&endpoint, &input, &super::super::cdn::CdnFiles(&app)));
    match tokio::task::spawn_blocking(run).await {
        Ok(done) => done,
        Err(error) => {
            tracing::error!(%error, "a run broke down");
            Err(refusal(500, json!({ "detail": "Internal Server Error" })))
        }
    }
}

fn scripted(fault: JobFault) -> Ending {
    match fault {
        JobFault::Infrastructure { status, error_type, detail } => {
            Ending::Infrastructure { status, error_type, detail, by_user: false }
        }
        JobFault::Model { status, body, retryable } => {
            Ending::Model(ModelError { status, body, retryable, billable_units: 0.0 })
        }
    }
}

/// The path that the application itself sees.
fn below_app(endpoint_id: &str) -> String {
    let app = super::app_of(endpoint_id).unwrap_or(endpoint_id);
    let rest = &endpoint_id[app.len()..];
    if rest.is_empty() { "/".to_owned() } else { rest.to_owned() }
}

fn refusal(status: u16, body: Value) -> ModelError {
    ModelError { status, body, retryable: false, billable_units: 0.0 }
}

fn not_json() -> ModelError {
    let entry = json!({ "loc": ["body"], "msg": "JSON decode error", "type": "json_invalid" });
    refusal(422, json!({ "detail": [entry] }))
}

//! The machines that run models.

mod delays;
mod ending;
mod failure;
mod fault;
mod ids;

pub(crate) use delays::{Delays, Timing};
pub(crate) use ending::Ending;
pub(crate) use failure::ModelError;
pub use fault::JobFault;
pub(crate) use fault::JobFaults;
pub(crate) use ids::Ids;

use super::{catalogue::Catalogue, id::app_of};
use crate::work::{self, Files, Task};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// What runs share: the endpoints, the account's places, files, delays and scripted failures.
pub(crate) struct Runner {
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) files: Arc<dyn Files>,
    /// The account's places for running requests.
    pub(crate) places: Arc<Semaphore>,
    /// How many places there are.
    pub(crate) concurrency: usize,
    pub(crate) timing: Arc<Timing>,
    pub(crate) faults: Arc<JobFaults>,
    pub(crate) ids: Ids,
}

impl Runner {
    /// Runs an endpoint on `input` for `length`, or as long as it usually takes.
    pub(crate) async fn execute(
        &self,
        endpoint_id: &str,
        input: Option<Value>,
        length: Option<Duration>,
        log: impl Fn(Vec<String>),
    ) -> Ending {
        let Some(endpoint) = self.catalogue.get(endpoint_id) else {
            let detail = format!("Path {} not found", below_app(endpoint_id));
            return Ending::Model(ModelError::refusal(404, json!({ "detail": detail })));
        };
        let Some(input) = input else { return Ending::Model(not_json()) };
        let task = endpoint.task();
        let length = length.unwrap_or_else(|| work::usual_duration(&task));
        let end = tokio::time::Instant::now() + length;
        log(vec![format!("Runner picked up a request for {endpoint_id}")]);
        if let Some(fault) = self.faults.take() {
            tokio::time::sleep_until(end).await;
            return scripted(fault);
        }
        let ending = perform(task, input, Arc::clone(&self.files)).await;
        if let Ending::Output(outcome) = &ending {
            log(outcome.logs.clone());
            tokio::time::sleep_until(end).await;
        }
        ending
    }
}

/// Encoding media keeps a processor busy, so it happens away from the server's threads.
async fn perform(task: Task, input: Value, files: Arc<dyn Files>) -> Ending {
    let runtime = tokio::runtime::Handle::current();
    let run = move || runtime.block_on(work::perform(task, &input, &*files));
    match tokio::task::spawn_blocking(run).await {
        Ok(Ok(outcome)) => Ending::Output(outcome),
        Ok(Err(failure)) => Ending::Model(failure.into()),
        Err(error) => {
            tracing::error!(%error, "a run broke down");
            Ending::Model(ModelError::refusal(500, json!({ "detail": "Internal Server Error" })))
        }
    }
}

fn scripted(fault: JobFault) -> Ending {
    match fault {
        JobFault::Infrastructure { status, error_type, detail } => {
            Ending::Infrastructure { status, error_type, detail, by_user: false }
        }
        JobFault::Model { status, body, retryable } => Ending::Model(ModelError { status, body, retryable }),
    }
}

/// The path that the application itself sees.
fn below_app(endpoint_id: &str) -> String {
    let app = app_of(endpoint_id).unwrap_or(endpoint_id);
    let rest = &endpoint_id[app.len()..];
    if rest.is_empty() { "/".to_owned() } else { rest.to_owned() }
}

fn not_json() -> ModelError {
    let entry = json!({ "loc": ["body"], "msg": "JSON decode error", "type": "json_invalid" });
    ModelError::refusal(422, json!({ "detail": [entry] }))
}

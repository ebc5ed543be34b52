//! One request of the queue and its state.

use crate::fal::runner::{Delays, Ending};
use serde::Serialize;
use serde_json::Value;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// One job of the queue, or one synchronous run, with its own time.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct JobRecord {
    /// fal's request id.
    pub request_id: String,
    /// The full endpoint id of the submit.
    pub endpoint: String,
    /// `IN_QUEUE`, `IN_PROGRESS` or `COMPLETED`.
    pub status: String,
    /// From submit received to completed, in milliseconds; `None` while it goes on.
    pub work_ms: Option<f64>,
    /// HTTP status of the result; `None` while it goes on.
    pub result_status: Option<u16>,
}

/// Where a job is.
#[derive(Debug, Clone, Default)]
pub(super) enum Phase {
    #[default]
    Queued,
    Running,
    Completed(Arc<Finish>),
}

/// How a job ended.
#[derive(Debug)]
pub(super) struct Finish {
    pub(super) ending: Ending,
    /// Time of the run alone; `None` when it never ran.
    pub(super) inference: Option<Duration>,
    at: Instant,
}

/// One line of a runner.
#[derive(Debug, Clone)]
pub(super) struct LogLine {
    pub(super) timestamp: String,
    pub(super) message: String,
}

#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub(super) phase: Phase,
    /// Requests of others before this one.
    pub(super) ahead: u32,
    pub(super) logs: Vec<LogLine>,
}

#[derive(Debug)]
pub(crate) struct Job {
    pub(super) id: String,
    pub(super) number: u64,
    /// Full endpoint id of the submit.
    pub(super) endpoint: String,
    /// Its first two (or three) segments.
    pub(super) app: String,
    /// Address of the request, below which its status and its result are.
    pub(super) address: String,
    /// `None` when the body was not JSON.
    pub(super) input: Option<Value>,
    pub(super) webhook: Option<String>,
    pub(super) start_within: Option<Duration>,
    /// As they were at submit.
    pub(super) delays: Delays,
    pub(super) received: Instant,
    pub(super) state: watch::Sender<State>,
    pub(super) cancel: CancellationToken,
}

impl Job {
    pub(super) fn ahead(&self) -> u32 {
        self.state.borrow().ahead
    }

    pub(super) fn set_ahead(&self, requests: u32) {
        self.state.send_if_modified(|state| std::mem::replace(&mut state.ahead, requests) != requests);
    }

    pub(super) fn log(&self, messages: Vec<String>) {
        if messages.is_empty() {
            return;
        }
        let timestamp = now();
        let lines = messages.into_iter().map(|message| LogLine { timestamp: timestamp.clone(), message });
        self.state.send_modify(|state| state.logs.extend(lines));
    }

    pub(super) fn start(&self) {
        self.state.send_modify(|state| state.phase = Phase::Running);
    }

    pub(super) fn finish(&self, ending: Ending, inference: Option<Duration>) {
        let finish = Arc::new(Finish { ending, inference, at: Instant::now() });
        self.state.send_modify(|state| state.phase = Phase::Completed(finish));
    }

    pub(super) fn finished(&self) -> Option<Arc<Finish>> {
        match &self.state.borrow().phase {
            Phase::Completed(finish) => Some(Arc::clone(finish)),
            Phase::Queued | Phase::Running => None,
        }
    }

    pub(super) fn expired(&self, ttl: Duration) -> bool {
        self.finished().is_some_and(|finish| finish.at.elapsed() > ttl)
    }

    pub(super) fn record(&self) -> JobRecord {
        let finish = self.finished();
        JobRecord {
            request_id: self.id.clone(),
            endpoint: self.endpoint.clone(),
            status: self.state.borrow().phase.word().to_owned(),
            work_ms: finish.as_ref().map(|f| f.at.duration_since(self.received).as_secs_f64() * 1e3),
            result_status: finish.as_ref().map(|f| f.ending.status()),
        }
    }
}

impl Phase {
    /// fal's word for it (protocol 2.5).
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Queued => "IN_QUEUE",
            Self::Running => "IN_PROGRESS",
            Self::Completed(_) => "COMPLETED",
        }
    }
}

/// The present as log lines write it: UTC without a zone, microseconds.
fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}

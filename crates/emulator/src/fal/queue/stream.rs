//! `GET .../status/stream`: one event per change, then the end (protocol 2.7).

use super::{
    job::{Job, Phase, State},
    jobs::Jobs,
    status::{status, wants_logs},
};
use crate::{
    fal::answer::REQUEST_ID,
    wire::{Answer, Call, detail, text, with},
};
use axum::{
    body::{Body, Bytes},
    http::header,
};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How status streams behave.
pub(crate) struct Streams {
    /// Whether there are any.
    pub(crate) offered: bool,
    /// Time between two `: ping` comments of a silent stream.
    pub(crate) ping_interval: Duration,
    pub(crate) stopping: CancellationToken,
}

impl Streams {
    pub(super) fn answer(&self, jobs: &Arc<Jobs>, job: Arc<Job>, call: &Call) -> Answer {
        if !self.offered {
            return detail(404, "Not Found");
        }
        let id = job.id.clone();
        let watcher = Watcher {
            state: job.state.subscribe(),
            moved: jobs.moved(),
            jobs: Arc::clone(jobs),
            job,
            ping_interval: self.ping_interval,
            stopping: self.stopping.clone(),
            logs: wants_logs(call),
            sent_logs: 0,
            last: None,
            over: false,
        };
        let events = futures_util::stream::unfold(watcher, |mut watcher| async move {
            let bytes = watcher.next().await?;
            Some((Ok::<_, Infallible>(bytes), watcher))
        });
        let answer = text(200, "text/event-stream", Body::from_stream(events));
        let answer = with(answer, header::CACHE_CONTROL, "no-cache");
        with(answer, REQUEST_ID, &id)
    }
}

/// Follows one job for one listener.
struct Watcher {
    jobs: Arc<Jobs>,
    job: Arc<Job>,
    state: watch::Receiver<State>,
    moved: watch::Receiver<u64>,
    ping_interval: Duration,
    stopping: CancellationToken,
    logs: bool,
    /// Lines that this listener has; the stream sends each line once.
    sent_logs: usize,
    /// What was sent last: phase, and the position in the queue.
    last: Option<(&'static str, Option<u64>)>,
    over: bool,
}

impl Watcher {
    async fn next(&mut self) -> Option<Bytes> {
        while !self.over {
            if let Some(event) = self.change() {
                return Some(event);
            }
            tokio::select! {
                changed = self.state.changed() => changed.ok()?,
                changed = self.moved.changed() => changed.ok()?,
                () = tokio::time::sleep(self.ping_interval) => return Some(Bytes::from_static(b": ping\n\n")),
                () = self.stopping.cancelled() => return None,
            }
        }
        None
    }

    /// The event for what changed since the last one, if anything did.
    fn change(&mut self) -> Option<Bytes> {
        let state = self.state.borrow_and_update().clone();
        let position = matches!(state.phase, Phase::Queued).then(|| self.jobs.position(&self.job));
        let now = Some((state.phase.word(), position));
        let fresh = &state.logs[self.sent_logs.min(state.logs.len())..];
        if now == self.last && (!self.logs || fresh.is_empty()) {
            return None;
        }
        let body = status(&self.jobs, &self.job, &state, self.logs.then_some(fresh));
        self.sent_logs = state.logs.len();
        self.last = now;
        self.over = matches!(state.phase, Phase::Completed(_));
        Some(Bytes::from(format!("data: {body}\n\n")))
    }
}

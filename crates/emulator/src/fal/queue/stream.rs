//! `GET .../status/stream`: one event per change, then the end (protocol 2.7).

use super::{
    super::{
        answer::{self, Answer, detail},
        app::App,
        dispatch::Call,
    },
    job::{Job, Phase, State},
    status::{status, wants_logs},
};
use axum::{
    body::{Body, Bytes},
    http::header,
};
use std::{convert::Infallible, sync::Arc};
use tokio::sync::watch;

pub(super) fn answer(app: &Arc<App>, job: Arc<Job>, call: &Call) -> Answer {
    if !app.config.status_stream {
        return detail(404, "Not Found");
    }
    let id = job.id.clone();
    let watcher = Watcher {
        state: job.state.subscribe(),
        moved: app.queue.moved.subscribe(),
        app: Arc::clone(app),
        job,
        logs: wants_logs(call),
        sent_logs: 0,
        last: None,
        over: false,
    };
    let events = futures_util::stream::unfold(watcher, |mut watcher| async move {
        let bytes = watcher.next().await?;
        Some((Ok::<_, Infallible>(bytes), watcher))
    });
    let answer = answer::text(200, "text/event-stream", Body::from_stream(events));
    let answer = answer::with(answer, header::CACHE_CONTROL, "no-cache");
    answer::with(answer, answer::REQUEST_ID, &id)
}

/// Follows one job for one listener.
struct Watcher {
    app: Arc<App>,
    job: Arc<Job>,
    state: watch::Receiver<State>,
    moved: watch::Receiver<u64>,
    logs: bool,
    /// Lines that this listener has; the stream sends each line once.
    sent_logs: usize,
    /// What was said last: phase, and the position in the queue.
    last: Option<(&'static str, Option<u64>)>,
    over: bool,
}

impl Watcher {
    async fn next(&mut self) -> Option<Bytes> {
        while !self.over {
            if let Some(event) = self.change() {
                return Some(event);
            }
            let stopping = self.app.stopping.clone();
            tokio::select! {
                changed = self.state.changed() => changed.ok()?,
                changed = self.moved.changed() => changed.ok()?,
                () = tokio::time::sleep(self.app.config.ping_interval) => return Some(Bytes::from_static(b": ping\n\n")),
                () = stopping.cancelled() => return None,
            }
        }
        None
    }

    /// The event for what changed since the last one, if anything did.
    fn change(&mut self) -> Option<Bytes> {
        let state = self.state.borrow_and_update().clone();
        let position = matches!(state.phase, Phase::Queued).then(|| self.app.queue.position(&self.job));
        let now = Some((state.phase.word(), position));
        let fresh = &state.logs[self.sent_logs.min(state.logs.len())..];
        if now == self.last && (!self.logs || fresh.is_empty()) {
            return None;
        }
        let body = status(&self.app, &self.job, &state, self.logs.then_some(fresh));
        self.sent_logs = state.logs.len();
        self.last = now;
        self.over = matches!(state.phase, Phase::Completed(_));
        Some(Bytes::from(format!("data: {body}\n\n")))
    }
}

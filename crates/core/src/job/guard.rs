//! A guard that cancels remote work when the wait is dropped, if the caller wants that.

use crate::{Context, Event, Job, OnDrop};

/// Holds on to a running job; when it is dropped while armed, a cancel is sent through the context's
/// [`Spawn`](crate::Spawn). Without a spawner it can only warn.
#[must_use = "dropping the guard at once cancels the job"]
#[derive(Debug)]
pub struct JobGuard {
    armed: Option<(Job, Context)>,
}

impl JobGuard {
    /// Guards `job` as `on_drop` says.
    pub fn new(job: &Job, cx: &Context, on_drop: OnDrop) -> Self {
        Self { armed: (on_drop == OnDrop::Cancel).then(|| (job.clone(), cx.clone())) }
    }

    /// Lets the job go on.
    pub fn disarm(mut self) {
        self.armed = None;
    }
}

impl Drop for JobGuard {
    fn drop(&mut self) {
        let Some((job, cx)) = self.armed.take() else { return };
        let Some(spawner) = cx.spawner().cloned() else {
            cx.emit(Event::Warning("the job goes on: the context has no spawner to send the cancel".into()));
            return;
        };
        spawner.spawn(Box::pin(async move {
            if let Err(error) = job.cancel(&cx).await {
                cx.emit(Event::Warning(format!("the cancel failed: {error}")));
            }
        }));
    }
}

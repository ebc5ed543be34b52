//! What happens to a job between submit and completion.

use super::{job::Job, jobs::Jobs};
use crate::fal::{
    runner::{Ending, Runner},
    webhook,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

/// What takes jobs from submit to completion.
pub(crate) struct Driver {
    pub(crate) jobs: Arc<Jobs>,
    pub(crate) runner: Arc<Runner>,
    pub(crate) webhooks: Arc<webhook::Sender>,
    /// Whether a running job ignores cancellation.
    pub(crate) slow_cancel: bool,
    pub(crate) stopping: CancellationToken,
}

impl Driver {
    /// Takes `job` from submit to completion; a stopping emulator leaves it where it is.
    pub(super) async fn drive(self: Arc<Self>, job: Arc<Job>) {
        let (ending, inference) = tokio::select! {
            done = self.through(&job) => done,
            () = self.stopping.cancelled() => return,
        };
        job.finish(ending, inference);
        tracing::debug!(request = job.id, "job completed");
        if let (Some(target), Some(finish)) = (&job.webhook, job.finished()) {
            let delivery = self.webhooks.deliver(target, &job.id, &finish.ending);
            self.stopping.run_until_cancelled(delivery).await;
        }
    }

    async fn through(&self, job: &Job) -> (Ending, Option<Duration>) {
        let waited = tokio::select! {
            biased;
            () = job.cancel.cancelled() => Err(Ending::cancelled()),
            () = deadline(job) => Err(Ending::start_timeout()),
            place = self.turn(job) => place.ok_or_else(Ending::queue_closed),
        };
        let place = match waited {
            Ok(place) => place,
            Err(ending) => {
                self.jobs.leave(job);
                return (ending, None);
            }
        };
        job.start();
        self.jobs.leave(job);
        let started = Instant::now();
        let run = self.runner.execute(&job.endpoint, job.input.clone(), job.delays.run, |lines| job.log(lines));
        let ending = if self.slow_cancel {
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

    /// Waits until the requests of others are gone and the account has a place.
    async fn turn(&self, job: &Job) -> Option<OwnedSemaphorePermit> {
        let delays = job.delays;
        let steps = delays.ahead + 1;
        for gone in 1..=steps {
            tokio::time::sleep(delays.queue / steps).await;
            job.set_ahead(delays.ahead.saturating_sub(gone));
        }
        Arc::clone(&self.runner.places).acquire_owned().await.ok()
    }
}

/// Ends when the job must have started; never without a deadline.
async fn deadline(job: &Job) {
    match job.start_within.and_then(|time| job.received.checked_add(time)) {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

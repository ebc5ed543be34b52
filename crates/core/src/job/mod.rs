//! Work in flight: submitted, watched, waited for, cancelled, found again.

mod driver;
mod guard;
mod ticket;
mod wait;

pub use driver::{CancelOutcome, JobDriver, JobStatus, JobView, LogLine};
pub use guard::JobGuard;
pub use ticket::{JobTicket, TICKET_VERSION};

use crate::{Context, Kind, Result};
use std::{fmt, sync::Arc};

/// What a submission led to.
#[derive(Debug)]
#[non_exhaustive]
pub enum Submitted<K: Kind> {
    /// The answer was the result: there is no job to wait for, and nothing to resume.
    Done(K::Output),
    /// A job runs.
    Running(Job<K>),
}

impl<K: Kind> Submitted<K> {
    /// The output, waiting for it where a job runs.
    ///
    /// # Errors
    /// Those of [`Job::wait`].
    pub async fn finish(self, cx: &Context) -> Result<K::Output> {
        match self {
            Self::Done(output) => Ok(output),
            Self::Running(job) => job.wait(cx).await,
        }
    }

    /// The job, where one runs.
    pub fn job(&self) -> Option<&Job<K>> {
        match self {
            Self::Done(_) => None,
            Self::Running(job) => Some(job),
        }
    }
}

/// A handle on remote work; cheap to clone. Dropping it does not cancel the work.
pub struct Job<K: Kind>(Arc<dyn JobDriver<K>>);

impl<K: Kind> Job<K> {
    /// A handle over a provider's driver.
    pub fn new(driver: impl JobDriver<K>) -> Self {
        Self(Arc::new(driver))
    }

    /// How to find the work again.
    pub fn ticket(&self) -> &JobTicket {
        self.0.ticket()
    }

    /// Asks once how far it is.
    ///
    /// # Errors
    /// Those of the provider, with the ticket attached.
    pub async fn status(&self, cx: &Context) -> Result<JobView<K>> {
        self.0.poll(cx).await.map_err(|e| e.with_ticket(self.ticket().clone()))
    }

    /// Asks to stop.
    ///
    /// # Errors
    /// Those of the provider, with the ticket attached. A provider without cancel is an outcome, not an error.
    pub async fn cancel(&self, cx: &Context) -> Result<CancelOutcome> {
        self.0.cancel(cx).await.map_err(|e| e.with_ticket(self.ticket().clone()))
    }

    /// Waits for the output, by the provider's status stream where there is one and by polling otherwise, and
    /// reports every change to the context's observer.
    ///
    /// Dropping the returned future stops the waiting; what happens to the remote work is the context's
    /// [`OnDrop`](crate::OnDrop). Triggering the context's cancellation token cancels the remote work.
    ///
    /// # Errors
    /// `Timeout` with the deadline that passed, `Cancelled`, `JobFailed` and its sisters, each with the ticket.
    pub async fn wait(&self, cx: &Context) -> Result<K::Output> {
        let guard = JobGuard::new(self, cx, cx.on_drop());
        let result = wait::wait(&*self.0, cx).await;
        guard.disarm();
        result.map_err(|e| e.with_ticket(self.ticket().clone()))
    }
}

impl<K: Kind> Clone for Job<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Kind> fmt::Debug for Job<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Job").field(self.ticket()).finish()
    }
}

#[cfg(test)]
mod tests;

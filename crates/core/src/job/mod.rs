//! Work in flight: submitted, watched, waited for, cancelled, found again.

mod driver;
mod events;
mod guard;
mod ticket;
mod wait;

pub use driver::{CancelOutcome, JobDriver, JobStatus, JobView, LogLine};
pub use guard::JobGuard;
pub use ticket::{JobTicket, TICKET_VERSION};

use crate::{BoxStream, Context, Event, Output, Result, Sent};
use std::{fmt, sync::Arc};

/// What a submission led to.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one is made per paid call, and moved once")]
#[non_exhaustive]
pub enum Submitted {
    /// The answer was the result: there is no job to wait for, and nothing to resume.
    Done(Output),
    /// A job runs.
    Running(Job),
}

impl Submitted {
    /// The output, waiting for it where a job runs.
    ///
    /// # Errors
    /// Those of [`Job::wait`].
    pub async fn finish(self, cx: &Context) -> Result<Output> {
        match self {
            Self::Done(output) => Ok(output),
            Self::Running(job) => job.wait(cx).await,
        }
    }

    /// The job, where one runs.
    pub fn job(&self) -> Option<&Job> {
        match self {
            Self::Done(_) => None,
            Self::Running(job) => Some(job),
        }
    }
}

/// A handle on remote work; cheap to clone. Dropping it does not cancel the work.
#[derive(Clone)]
pub struct Job {
    driver: Arc<dyn JobDriver>,
    sent: Option<Arc<Sent>>,
}

impl Job {
    /// A handle over a provider's driver.
    pub fn new(driver: impl JobDriver) -> Self {
        Self { driver: Arc::new(driver), sent: None }
    }

    /// Remembers what was sent, so that the output can be completed with it.
    pub fn of_request(mut self, sent: Sent) -> Self {
        self.sent = Some(Arc::new(sent));
        self
    }

    /// The same work seen through another driver, which a layer puts around this one.
    pub fn driven_by(self, around: impl FnOnce(Arc<dyn JobDriver>) -> Arc<dyn JobDriver>) -> Self {
        Self { driver: around(self.driver), sent: self.sent }
    }

    /// How to find the work again.
    pub fn ticket(&self) -> &JobTicket {
        self.driver.ticket()
    }

    /// Reads once how far it is.
    ///
    /// # Errors
    /// Those of the provider, with the ticket attached.
    pub async fn status(&self, cx: &Context) -> Result<JobView> {
        self.driver.poll(cx).await.map_err(|e| e.with_ticket(self.ticket().clone()))
    }

    /// Asks to stop.
    ///
    /// # Errors
    /// Those of the provider, with the ticket attached. A provider without cancel is an outcome, not an error.
    pub async fn cancel(&self, cx: &Context) -> Result<CancelOutcome> {
        self.driver.cancel(cx).await.map_err(|e| e.with_ticket(self.ticket().clone()))
    }

    /// Waits for the output, by the provider's status stream where there is one and by polling otherwise, and
    /// reports every change to the context's observer.
    ///
    /// Dropping the returned future stops the waiting; what happens to the remote work is the context's
    /// [`OnDrop`](crate::OnDrop). Triggering the context's cancellation token cancels the remote work.
    ///
    /// # Errors
    /// `Timeout` with the deadline that passed, `Cancelled`, `JobFailed` and its sisters, each with the ticket.
    pub async fn wait(&self, cx: &Context) -> Result<Output> {
        let cx = cx.begin();
        let guard = JobGuard::new(self, &cx, cx.on_drop());
        let result = wait::wait(&*self.driver, &cx).await;
        guard.disarm();
        let mut output = result.map_err(|e| e.with_ticket(self.ticket().clone()))?;
        if let Some(sent) = &self.sent {
            sent.complete(&mut output);
        }
        Ok(output)
    }

    /// What happens to the work, until [`Event::Completed`] or an error ends the stream. Reading the stream is the
    /// waiting: dropping it stops that. Get the output afterwards with [`Job::wait`], which then returns at once.
    pub fn events(&self, cx: &Context) -> BoxStream<'static, Result<Event>> {
        events::of(self.clone(), cx)
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Job").field(self.ticket()).finish()
    }
}

#[cfg(test)]
mod tests;

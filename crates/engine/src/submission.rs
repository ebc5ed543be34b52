//! A job that was bought and is not waited for.

use crate::{Generation, JobId, Mediagen, Row};
use mediagen_core::{BoxStream, CancelOutcome, Event, JobTicket, Result};
use std::fmt;

/// A job that the provider has accepted. It runs whether this is kept or dropped; its id takes it up again.
#[derive(Clone)]
pub struct Submission {
    engine: Mediagen,
    id: JobId,
    ticket: Option<JobTicket>,
}

impl Submission {
    pub(crate) fn new(engine: &Mediagen, row: &Row) -> Self {
        Self { engine: engine.clone(), id: row.id, ticket: row.progress.ticket.clone() }
    }

    /// Our own name for the job: give it to [`Mediagen::resume`], in this process or another.
    pub fn id(&self) -> JobId {
        self.id
    }

    /// How to find the job at the provider; `None` where the answer was the result itself.
    pub fn ticket(&self) -> Option<&JobTicket> {
        self.ticket.as_ref()
    }

    /// Waits for the result.
    ///
    /// # Errors
    /// Those of [`Mediagen::resume`].
    pub async fn wait(&self) -> Result<Generation> {
        self.engine.resume(self.id).await
    }

    /// What happens to the job, until it is done or an error ends the stream; `None` where the answer was the result
    /// itself. Reading is the waiting: get the result afterwards with [`Submission::wait`].
    ///
    /// # Errors
    /// Those of [`Mediagen::job`].
    pub async fn events(&self) -> Result<Option<BoxStream<'static, Result<Event>>>> {
        let job = self.engine.job(self.id).await?;
        Ok(job.map(|job| job.events(&self.engine.context().begin())))
    }

    /// Stops the job.
    ///
    /// # Errors
    /// Those of [`Mediagen::cancel`].
    pub async fn cancel(&self) -> Result<CancelOutcome> {
        self.engine.cancel(self.id).await
    }
}

impl fmt::Debug for Submission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submission").field("id", &self.id).field("ticket", &self.ticket).finish_non_exhaustive()
    }
}

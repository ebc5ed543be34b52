//! Waiting for a job, fresh or taken up.

use crate::{
    Mediagen, Step, content,
    drive::{Flight, Halt},
    pay::complete,
};
use mediagen_core::{Context, Error, ErrorKind, Job, Result};
use std::sync::Arc;

impl Flight {
    /// The job that the row's ticket names.
    pub(crate) fn job_at_provider(&self) -> Result<Job> {
        let Some(ticket) = self.row.progress.ticket.clone() else {
            return Err(Error::new(ErrorKind::Journal, format!("job {} has no ticket", self.row.id)));
        };
        let sent = self.prepared.ready(self.row.progress.uploads.clone()).map(|ready| ready.sent());
        let job = self.prepared.endpoint().resume(ticket)?;
        // Without the uploads the output lacks the body, and nothing else.
        Ok(match sent {
            Ok(sent) => job.of_request(sent),
            Err(_) => job,
        })
    }
}

impl Mediagen {
    pub(crate) async fn wait(&self, flight: &mut Flight, cx: &Context) -> Result<(), Halt> {
        let job = match flight.job.take() {
            Some(job) => job,
            None => flight.job_at_provider()?,
        };
        let waited = flight.prices.along(job.wait(cx)).await;
        let mut output =
            waited.map_err(|error| if is_end(&error, cx) { Halt::Ends(error) } else { Halt::Stays(error) })?;
        self.crash("waited")?;
        content::spool(&*self.shared.journal, &mut output).await?;
        complete(&mut output, &flight.row.progress.uploads);
        flight.row.progress.output = Some(Arc::new(output));
        flight.row.step = Step::Finished;
        Ok(())
    }
}

/// Whether an error of a wait is the job's own end. Anything else says only that the end could not be seen: a deadline, an
/// outage, a key that was changed meanwhile. The job stays, and can be taken up.
fn is_end(error: &Error, cx: &Context) -> bool {
    match error.kind() {
        ErrorKind::JobFailed | ErrorKind::ContentRejected | ErrorKind::InvalidInput | ErrorKind::Expired => true,
        // Triggering the token is a wish; that the provider says so is an end.
        ErrorKind::Cancelled => !cx.cancellation().is_cancelled(),
        _ => false,
    }
}

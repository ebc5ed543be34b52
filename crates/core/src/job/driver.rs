//! The provider's side of a job.

use crate::{BoxStream, Context, Error, JobTicket, Output, Result};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// Where a job stands.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum JobStatus {
    /// Waiting.
    Queued {
        /// Jobs ahead, when known; 0 is next.
        position: Option<u32>,
    },
    /// Running.
    Running {
        /// Done so far in `0.0..=1.0`, only when the provider says so.
        progress: Option<f32>,
    },
    /// Finished; the view may carry the output, otherwise it can be fetched. Some providers report a failure only then.
    Succeeded,
    /// Finished without a result; the view carries the failure.
    Failed,
    /// Stopped on request.
    Cancelled,
    /// Finished so long ago that the result is gone.
    Expired,
    /// A word that this version does not know: taken as still working, until a deadline (law 5).
    Other(String),
}

impl JobStatus {
    /// Whether nothing further will happen.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled | Self::Expired)
    }
}

/// A line that a job wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LogLine {
    /// The text.
    pub message: String,
    /// Level, as the provider writes it.
    pub level: Option<String>,
    /// Time, as the provider writes it.
    pub timestamp: Option<String>,
}

impl LogLine {
    /// A line without level and time.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), level: None, timestamp: None }
    }
}

/// What a job reports about itself.
#[derive(Debug)]
#[non_exhaustive]
pub struct JobView {
    /// Where it stands.
    pub status: JobStatus,
    /// Lines written since the last view; the driver leaves out what it returned before.
    pub logs: Vec<LogLine>,
    /// The output, where the status answer carries it.
    pub output: Option<Output>,
    /// The failure, where the status answer carries it.
    pub failure: Option<Error>,
}

impl JobView {
    /// A view that only says where the job stands.
    pub fn new(status: JobStatus) -> Self {
        Self { status, logs: Vec::new(), output: None, failure: None }
    }
    /// Adds new log lines.
    pub fn with_logs(mut self, logs: Vec<LogLine>) -> Self {
        self.logs = logs;
        self
    }
    /// Adds the output.
    pub fn with_output(mut self, output: Output) -> Self {
        self.output = Some(output);
        self
    }
    /// Adds the failure.
    pub fn with_failure(mut self, failure: Error) -> Self {
        self.failure = Some(failure);
        self
    }
}

/// What a cancel achieved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CancelOutcome {
    /// It will not run to its end.
    Cancelled,
    /// Asked; it may still run to its end and be billed.
    Requested,
    /// Too late.
    AlreadyFinished,
    /// The provider cannot cancel.
    Unsupported,
}

/// The provider's side of a job: one call to the provider per method, no loop, no sleeping.
///
/// The only waiting loop of the workspace is [`Job::wait`](crate::Job::wait).
#[async_trait]
pub trait JobDriver: Send + Sync + 'static {
    /// How to find the job again.
    fn ticket(&self) -> &JobTicket;

    /// Asks once; the view may carry the output.
    async fn poll(&self, cx: &Context) -> Result<JobView>;

    /// Views as they change, until a terminal one; `None` where the provider has no such stream.
    async fn watch(&self, cx: &Context) -> Result<Option<BoxStream<'static, Result<JobView>>>> {
        let _ = cx;
        Ok(None)
    }

    /// Gets the output of a finished job; by default out of one more [`poll`](Self::poll).
    async fn fetch(&self, cx: &Context) -> Result<Output> {
        let view = self.poll(cx).await?;
        match (view.output, view.failure) {
            (Some(output), _) => Ok(output),
            (None, Some(failure)) => Err(failure),
            (None, None) => Err(Error::new(crate::ErrorKind::InvalidResponse, "the job has no output")),
        }
    }

    /// Asks to stop; by default the provider cannot.
    async fn cancel(&self, cx: &Context) -> Result<CancelOutcome> {
        let _ = cx;
        Ok(CancelOutcome::Unsupported)
    }
}

//! What survives the process: rows, facts, holds of money, and content beside them.

mod memory;
mod row;
mod spool;
mod why;

pub use memory::MemoryJournal;
pub use row::{Bound, Fact, Order, Progress, ROW_VERSION, Row, Step, Terms};
pub use spool::Spooled;
pub(crate) use spool::{incoming, whole};
pub use why::Why;

use crate::JobId;
use async_trait::async_trait;
use bytes::Bytes;
use mediagen_core::{BoxStream, Error, ErrorKind, Intent, Money, Result};
use std::{fmt::Debug, io};

/// Content on its way into a spool.
pub type Content = BoxStream<'static, Result<Bytes>>;
/// Content on its way out of a spool.
pub type Opened = BoxStream<'static, io::Result<Bytes>>;

/// Where an engine writes down what it does.
///
/// *Decisions* are fenced: [`commit`](Self::commit) changes nothing for a worker whose job was taken over. *Facts* are
/// not: what is learnt about an intent is always appended ([`note`](Self::note)), because a worker that stalled in a paid
/// call and lost its job is the only one that knows the ticket.
#[async_trait]
pub trait Journal: Debug + Send + Sync + 'static {
    /// Writes a new row.
    ///
    /// # Errors
    /// `Journal`.
    async fn create(&self, row: &Row) -> Result<()>;

    /// The row as it stands, without the right to change it.
    ///
    /// # Errors
    /// `NotFound`, `PlanTooNew` for a row of a newer version, `Journal`.
    async fn read(&self, id: JobId) -> Result<Row>;

    /// Takes the right to act on a job: the row, with a new fence. Every earlier holder is shut out from then on.
    ///
    /// # Errors
    /// Those of [`Journal::read`].
    async fn claim(&self, id: JobId) -> Result<Row>;

    /// Writes where the job stands now.
    ///
    /// # Errors
    /// `Fenced`, and then nothing was changed; `NotFound`, `Journal`.
    async fn commit(&self, row: &Row) -> Result<()>;

    /// Appends what became of an intent, whatever the fence.
    ///
    /// # Errors
    /// `Journal`.
    async fn note(&self, id: JobId, intent: &Intent, fact: &Fact) -> Result<()>;

    /// What is known of an intent, in the order in which it was learnt.
    ///
    /// # Errors
    /// `Journal`.
    async fn facts(&self, id: JobId, intent: &Intent) -> Result<Vec<Fact>>;

    /// Holds `high` for a job against `budget`, in US dollars over all jobs; nothing is held for `None`. Repeating it for
    /// the same job changes nothing, so that it may be repeated after a crash.
    ///
    /// # Errors
    /// `Budget` when spent, held and `high` together are above `budget`; `Journal`.
    async fn reserve(&self, id: JobId, high: Option<&Money>, budget: Option<f64>) -> Result<()>;

    /// Turns what is held for a job into what was spent: `cost`, or all of it where the cost is not known.
    ///
    /// # Errors
    /// `Journal`.
    async fn settle(&self, id: JobId, cost: Option<&Money>) -> Result<()>;

    /// Frees what is held for a job that cost nothing.
    ///
    /// # Errors
    /// `Journal`.
    async fn release(&self, id: JobId) -> Result<()>;

    /// Stores content under its hash, in bounded memory.
    ///
    /// # Errors
    /// `Journal`, and those of `content`.
    async fn spool(&self, content: Content) -> Result<Spooled>;

    /// The content of this BLAKE3, from its start. What cannot be read is an error of the stream.
    fn open(&self, blake3: &str) -> Opened;

    /// The jobs that are not at their end, oldest first.
    ///
    /// # Errors
    /// `Journal`.
    async fn unfinished(&self) -> Result<Vec<JobId>>;

    /// Nothing in this process needs the job's row any more. A journal that outlives the process keeps it all the same;
    /// one in memory may drop the row, and the content that only this row names.
    fn forget(&self, id: JobId);

    /// Whether rows outlive the process.
    fn is_durable(&self) -> bool;
}

fn failed(message: &'static str, cause: impl Into<mediagen_core::BoxError>) -> Error {
    Error::new(ErrorKind::Journal, message).with_source(cause)
}

fn unknown(id: JobId) -> Error {
    Error::new(ErrorKind::NotFound, format!("the journal has no job {id}"))
}

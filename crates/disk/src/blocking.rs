//! Work that would hold up an async thread.

use mediagen_core::{Error, ErrorKind, Result};
use tokio::task::JoinError;

/// Runs `work` on a thread for blocking work; it ends even when its caller no longer waits. Needs tokio's runtime.
///
/// # Errors
/// Those of `work`, and `Unexpected` when it panicked or the runtime is shutting down.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(unfinished)?
}

/// The error of a task that ended without an outcome: it panicked, or the runtime is shutting down.
pub fn unfinished(cause: JoinError) -> Error {
    Error::new(ErrorKind::Unexpected, "a task on the files of this machine did not finish").with_source(cause)
}

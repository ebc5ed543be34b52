//! Work that would hold up an async thread.

use mediagen_core::{Error, ErrorKind, Result};

/// Runs `work` on a thread of its own kind; it ends even when nobody waits for it any more.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(unfinished)?
}

/// A task that ended without an outcome: it panicked, or the runtime is going away.
pub(crate) fn unfinished(cause: tokio::task::JoinError) -> Error {
    Error::new(ErrorKind::Unexpected, "a task on the files of this machine did not finish").with_source(cause)
}

//! One refresher at a time, over all processes.

use super::failed;
use mediagen_core::{Context, Result};
use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
    time::Duration,
};

/// How often a waiting process looks.
const LOOK: Duration = Duration::from_millis(20);

/// Held until it is dropped, or until the process ends in whatever way.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
    /// Whether somebody else had it first.
    pub(crate) waited: bool,
}

impl Lock {
    /// Waits for the lock on `path`.
    ///
    /// # Errors
    /// `Cancelled`; `Io` when the file cannot be made or locked.
    pub(super) async fn take(cx: &Context, path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|e| failed("make", folder, e))?;
        }
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let file = open.map_err(|e| failed("lock", path, e))?;
        let mut waited = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file, waited }),
                Err(TryLockError::WouldBlock) => waited = true,
                Err(TryLockError::Error(e)) => return Err(failed("lock", path, e)),
            }
            cx.until_cancelled(cx.clock().sleep(LOOK)).await?;
        }
    }
}

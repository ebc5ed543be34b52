//! Locks between processes.

use crate::{
    Access,
    folder::{create_folder, folder_of},
};
use mediagen_core::Clock;
use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
    time::Duration,
};

/// First and longest pause between two attempts at a lock that another process holds.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// A lock on a file, released when it is dropped, or by the system when the process ends.
///
/// The lock itself guards nothing: it is what processes agree to hold while they change other files. Its file stays.
///
/// ```
/// # use std::time::Duration;
/// # #[derive(Debug)] struct Real(std::time::Instant);
/// # impl mediagen_core::Clock for Real {
/// #     fn elapsed(&self) -> Duration { self.0.elapsed() }
/// #     fn sleep(&self, d: Duration) -> mediagen_core::BoxFuture<'static, ()> { Box::pin(tokio::time::sleep(d)) }
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// use mediagen_disk::{Access, Lock};
///
/// # let clock = Real(std::time::Instant::now());
/// let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("refresh.lock");
/// let lock = Lock::take(&clock, &path, Access::Usual).await.unwrap();
/// assert!(!lock.has_waited());
/// assert!(Lock::try_take(&path, Access::Usual).unwrap().is_none());
/// drop(lock);
/// assert!(Lock::try_take(&path, Access::Usual).unwrap().is_some());
/// # });
/// ```
#[derive(Debug)]
pub struct Lock {
    _file: File,
    waited: bool,
}

impl Lock {
    /// Waits for the lock on the file at `path`, which is made with its folders where it is missing. It waits as long as
    /// it takes, by `clock`; a caller with a limit drops the future. Needs tokio's runtime.
    ///
    /// # Errors
    /// What the system reports when the file cannot be made or locked.
    pub async fn take(clock: &dyn Clock, path: &Path, access: Access) -> io::Result<Self> {
        let place = path.to_owned();
        let mut file = off_thread(move || open(&place, access)).await?;
        let (mut waited, mut pause) = (false, FIRST_PAUSE);
        loop {
            let (open_file, is_locked) = off_thread(move || {
                let is_locked = lock(&file)?;
                Ok((file, is_locked))
            })
            .await?;
            if is_locked {
                return Ok(Self { _file: open_file, waited });
            }
            (file, waited) = (open_file, true);
            clock.sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Takes the lock if it is free. Blocking, but it does not wait for another process.
    ///
    /// # Errors
    /// Those of [`Lock::take`].
    pub fn try_take(path: &Path, access: Access) -> io::Result<Option<Self>> {
        let file = open(path, access)?;
        Ok(lock(&file)?.then_some(Self { _file: file, waited: false }))
    }

    /// Whether another process had it first, and may have done the work meanwhile.
    pub fn has_waited(&self) -> bool {
        self.waited
    }
}

fn open(path: &Path, access: Access) -> io::Result<File> {
    create_folder(folder_of(path), access)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    if access == Access::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options.open(path)
}

fn lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

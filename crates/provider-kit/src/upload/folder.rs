//! A folder with one small file for each upload, and a lock beside it.

use mediagen_core::Context;
use std::{
    fs::{File, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

/// Largest entry in bytes that is read: what is larger was not written here.
const LARGEST: u64 = 64 << 10;
/// Files not touched for this long are removed when an entry is written.
const OLD: Duration = Duration::from_hours(31 * 24);
/// First and longest pause between two tries to get a lock that another process holds.
const PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(200));

/// The folder; made when it is needed, for its owner alone.
#[derive(Debug, Clone)]
pub(super) struct Folder(PathBuf);

/// The lock of one entry; let go when dropped, or by the system when the process ends.
#[derive(Debug)]
pub(super) struct Held {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Waits for the lock of `name`, as long as it takes: its holder's upload ends by itself.
    pub(super) async fn hold(&self, cx: &Context, name: &str) -> io::Result<Held> {
        let (path, lock) = (self.0.join(format!("{name}.json")), self.0.join(format!("{name}.lock")));
        let folder = self.0.clone();
        let opened = tokio::task::spawn_blocking(move || {
            make(&folder)?;
            private().create(true).write(true).truncate(false).open(lock)
        });
        let lock = opened.await.map_err(io::Error::other)??;
        let (mut pause, longest) = PAUSES;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Held { path, _lock: lock }),
                Err(TryLockError::WouldBlock) => {
                    tracing::debug!(name, "another process uploads the same content");
                    cx.clock().sleep(pause).await;
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
            pause = (pause * 2).min(longest);
        }
    }

    /// Every entry whose name begins like this.
    pub(super) async fn read_all(&self, begin: &str) -> Vec<Vec<u8>> {
        let mut texts = Vec::new();
        for path in self.entries(begin).await {
            texts.extend(read(&path).await);
        }
        texts
    }

    /// Removes every entry for which `unwanted` is true.
    pub(super) async fn remove_where(&self, unwanted: impl Fn(&[u8]) -> bool) {
        for path in self.entries("").await {
            if read(&path).await.is_some_and(|text| unwanted(&text)) {
                // One that another process has removed is gone as well.
                drop(tokio::fs::remove_file(path).await);
            }
        }
    }

    /// The files of entries whose names begin like this.
    async fn entries(&self, begin: &str) -> Vec<PathBuf> {
        let mut paths = Vec::new();
        let Ok(mut files) = tokio::fs::read_dir(&self.0).await else { return paths };
        while let Ok(Some(file)) = files.next_entry().await {
            let path = file.path();
            let is_named = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(begin));
            if is_named && path.extension().is_some_and(|extension| extension == "json") {
                paths.push(path);
            }
        }
        paths
    }
}

impl Held {
    /// The entry as it is, if there is one.
    pub(super) async fn read(&self) -> Option<Vec<u8>> {
        read(&self.path).await
    }

    /// Replaces the entry in one step, so that no reader sees half of it.
    pub(super) async fn write(&self, text: Vec<u8>) -> io::Result<()> {
        let path = self.path.clone();
        let written = tokio::task::spawn_blocking(move || {
            let folder = path.parent().unwrap_or(Path::new("."));
            // Such files are for their owner alone from the start.
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(&text)?;
            file.persist(&path).map_err(|e| e.error)?;
            tidy(folder);
            Ok(())
        });
        written.await.unwrap_or_else(|e| Err(io::Error::other(e)))
    }
}

async fn read(path: &Path) -> Option<Vec<u8>> {
    let metadata = tokio::fs::metadata(path).await.ok()?;
    if !metadata.is_file() || metadata.len() > LARGEST {
        return None;
    }
    tokio::fs::read(path).await.ok()
}

/// Removes what was not touched for long; a failure is left for the next time.
fn tidy(folder: &Path) {
    for file in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let age = file.metadata().ok().and_then(|m| m.modified().ok()?.elapsed().ok());
        if age.is_some_and(|age| age > OLD) {
            drop(std::fs::remove_file(file.path()));
        }
    }
}

/// The folder and those above it, for its owner alone.
fn make(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn private() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

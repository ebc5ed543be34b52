//! A folder with one small file for each upload, and a lock beside it.

use mediagen_core::Context;
use mediagen_disk::{Access, Lock, read_at_most, replace};
use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// Largest entry in bytes that is read: what is larger was not written here.
const LARGEST: u64 = 64 << 10;
/// Files not touched for this long are removed when an entry is written.
const OLD: Duration = Duration::from_hours(31 * 24);

/// The folder; made when it is needed, for its owner alone.
#[derive(Debug, Clone)]
pub(super) struct Folder(PathBuf);

/// The lock of one entry; let go when dropped, or by the system when the process ends.
#[derive(Debug)]
pub(super) struct Held {
    path: PathBuf,
    _lock: Lock,
}

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Waits for the lock of `name`, as long as it takes: its holder's upload ends by itself.
    pub(super) async fn hold(&self, cx: &Context, name: &str) -> io::Result<Held> {
        let (path, lock) = (self.0.join(format!("{name}.json")), self.0.join(format!("{name}.lock")));
        let lock = Lock::take(cx.clock(), &lock, Access::Owner).await?;
        if lock.has_waited() {
            tracing::debug!(name, "another process uploaded the same content");
        }
        Ok(Held { path, _lock: lock })
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
            // An entry that is lost in a power cut costs one upload.
            replace(&path, &text, Access::Owner)?;
            tidy(path.parent().unwrap_or(Path::new(".")));
            Ok(())
        });
        written.await.unwrap_or_else(|e| Err(io::Error::other(e)))
    }
}

async fn read(path: &Path) -> Option<Vec<u8>> {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || read_at_most(&path, LARGEST).ok()).await.ok()?
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

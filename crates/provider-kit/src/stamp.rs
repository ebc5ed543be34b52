//! How a local file is recognised without reading it again.

use serde::{Deserialize, Serialize};
use std::{
    fs::Metadata,
    path::Path,
    time::{Duration, SystemTime},
};

/// A file that was changed less than this long ago may change again without a trace: within one tick of the clock of
/// its file system. Where the time of a change has no fraction of a second, the clock may tick every two seconds;
/// otherwise every few milliseconds, and the rest is for clocks of file servers that differ from ours.
const QUIET: Duration = Duration::from_millis(500);
const QUIET_COARSE: Duration = Duration::from_secs(3);

/// Which file it is, its length, and when it was last changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The device, and the number of the file on it; zeros where the system has no such numbers.
    device: u64,
    inode: u64,
    #[serde(rename = "bytes")]
    len: u64,
    /// Nanoseconds since 1970: the time of the content, which programs may set.
    modified: i64,
    /// The time of any change, which programs cannot set.
    changed: i64,
    /// Whether the last change was long enough ago when this was made.
    #[serde(skip)]
    quiet: Quiet,
}

/// Not part of what a file is: two stamps of one file are equal whenever they were made.
#[derive(Debug, Clone, Copy, Default)]
struct Quiet(bool);

impl PartialEq for Quiet {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Quiet {}

impl Stamp {
    /// The file at `path` as it is `now`; `None` when the system does not say.
    pub(crate) async fn of(path: &Path, now: SystemTime) -> Option<Self> {
        Self::read(&tokio::fs::metadata(path).await.ok()?, now)
    }

    /// As a plan keeps it.
    pub(crate) fn in_plan(&self) -> mediagen_core::Stamp {
        let modified = Duration::from_nanos(self.modified.unsigned_abs());
        let modified = if self.modified < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(modified)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(modified)
        };
        mediagen_core::Stamp::new(self.len, modified.unwrap_or(SystemTime::UNIX_EPOCH))
            .with_file(self.device, self.inode)
    }

    /// Whether a file with the same stamp surely has the same content.
    pub(crate) fn is_settled(&self) -> bool {
        self.inode != 0 && self.quiet.0
    }

    /// The stamp behind `metadata`, which was read `now`.
    #[cfg(unix)]
    pub(crate) fn read(metadata: &Metadata, now: SystemTime) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let at = |seconds: i64, nanos: i64| seconds.checked_mul(1_000_000_000)?.checked_add(nanos);
        let changed = at(metadata.ctime(), metadata.ctime_nsec())?;
        let modified = at(metadata.mtime(), metadata.mtime_nsec())?;
        let quiet = Quiet(is_past(changed, now) && is_past(modified, now));
        Some(Self { device: metadata.dev(), inode: metadata.ino(), len: metadata.len(), modified, changed, quiet })
    }

    /// The stamp behind `metadata`, which was read `now`.
    #[cfg(not(unix))]
    pub(crate) fn read(metadata: &Metadata, now: SystemTime) -> Option<Self> {
        let modified = metadata.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        let modified = i64::try_from(modified.as_nanos()).ok()?;
        let quiet = Quiet(is_past(modified, now));
        Some(Self { device: 0, inode: 0, len: metadata.len(), modified, changed: modified, quiet })
    }
}

/// Whether a change at this time is so long ago that another one would show.
fn is_past(nanos: i64, now: SystemTime) -> bool {
    let quiet = if nanos % 10_000_000 == 0 { QUIET_COARSE } else { QUIET };
    let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i128::from(nanos) + i128::try_from(quiet.as_nanos()).unwrap_or(i128::MAX) < now.as_nanos().cast_signed()
}

#[cfg(all(test, unix))]
mod tests;

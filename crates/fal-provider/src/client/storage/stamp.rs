//! By what a local file is known again without being read.

use serde::{Deserialize, Serialize};
use std::{
    fs::Metadata,
    path::Path,
    time::{Duration, SystemTime},
};

/// A file that was changed less than this long ago may change again without a trace: clocks of file systems tick slowly.
const QUIET: Duration = Duration::from_secs(3);

/// Which file it is, its length, and when it was changed last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    /// Device and number on it; zeros where the system has no such thing.
    device: u64,
    inode: u64,
    bytes: u64,
    /// Nanoseconds since 1970: of the content, as programs may set it, and of anything, as they may not.
    modified: i64,
    changed: i64,
    /// Whether it was long enough ago when this was made.
    #[serde(skip)]
    quiet: Quiet,
}

/// Not part of what a file is: two looks at one file are equal at any time.
#[derive(Debug, Clone, Copy, Default)]
struct Quiet(bool);

impl PartialEq for Quiet {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Quiet {}

impl Stamp {
    /// The file at `path` as it is now; `None` when the system does not say.
    pub(super) async fn of(path: &Path) -> Option<Self> {
        Self::read(&tokio::fs::metadata(path).await.ok()?)
    }

    /// Whether a file with the same stamp has the same content.
    pub(super) fn tells_all(&self) -> bool {
        self.inode != 0 && self.quiet.0
    }

    #[cfg(unix)]
    fn read(metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let at = |seconds: i64, nanos: i64| seconds.checked_mul(1_000_000_000)?.checked_add(nanos);
        let changed = at(metadata.ctime(), metadata.ctime_nsec())?;
        let modified = at(metadata.mtime(), metadata.mtime_nsec())?;
        let quiet = Quiet(is_past(changed) && is_past(modified));
        let (device, inode) = (metadata.dev(), metadata.ino());
        Some(Self { device, inode, bytes: metadata.len(), modified, changed, quiet })
    }

    #[cfg(not(unix))]
    fn read(metadata: &Metadata) -> Option<Self> {
        let modified = metadata.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        let modified = i64::try_from(modified.as_nanos()).ok()?;
        let quiet = Quiet(is_past(modified));
        Some(Self { device: 0, inode: 0, bytes: metadata.len(), modified, changed: modified, quiet })
    }
}

/// Whether this time is well behind us.
fn is_past(nanos: i64) -> bool {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i128::from(nanos) + i128::try_from(QUIET.as_nanos()).unwrap_or(i128::MAX) < now.as_nanos().cast_signed()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_is_known_again_until_anything_changes_and_only_when_it_is_quiet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "one").unwrap();
        let fresh = Stamp::of(&path).await.unwrap();
        assert!(!fresh.tells_all(), "it may change within one tick");
        assert_eq!(Stamp::of(&path).await.unwrap(), fresh);
        // The time of the content can be set back; that this was done cannot be hidden.
        std::thread::sleep(Duration::from_millis(20));
        std::fs::write(&path, "two").unwrap();
        let modified = SystemTime::UNIX_EPOCH + Duration::from_nanos(fresh.modified.unsigned_abs());
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
        let later = Stamp::of(&path).await.unwrap();
        assert_eq!((later.bytes, later.modified), (fresh.bytes, fresh.modified));
        assert_ne!(later, fresh);
        assert_eq!(serde_json::from_str::<Stamp>(&serde_json::to_string(&later).unwrap()).unwrap(), later);
        let system = Stamp::of(&std::env::current_exe().unwrap()).await.unwrap();
        assert!(system.inode != 0);
        assert!(is_past(0) && !is_past(i64::MAX));
    }
}

//! The date that cannot go back.

use mediagen_core::Clock;
use mediagen_disk::{Access, read_at_most, replace};
use std::{
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

/// How much later it has to be before the file is written again, in seconds.
const STEP: u64 = 600;

/// The latest date that a process has seen, in a file.
pub(super) struct Seen(PathBuf);

impl Seen {
    pub(super) fn new(folder: &Path) -> Self {
        Self(folder.join("seen"))
    }

    /// The clock's date, or the latest one seen if that is later.
    pub(super) fn now(&self, clock: &dyn Clock) -> u64 {
        let now = seconds(clock);
        let seen = self.read().unwrap_or_default();
        // Without a folder there is nothing whose age could matter.
        if now > seen.saturating_add(STEP) && self.0.parent().is_some_and(Path::exists) {
            self.write(now);
        }
        now.max(seen)
    }

    /// The clock is right now, whatever was seen before.
    pub(super) fn reset(&self, clock: &dyn Clock) {
        self.write(seconds(clock));
    }

    fn read(&self) -> Option<u64> {
        String::from_utf8(read_at_most(&self.0, 64).ok()?).ok()?.trim().parse().ok()
    }

    fn write(&self, now: u64) {
        // Without this file an old listing may look young after the clock was put back; nothing worse.
        if let Err(error) = replace(&self.0, now.to_string().as_bytes(), Access::Usual) {
            tracing::debug!(%error, "the date cannot be kept");
        }
    }
}

fn seconds(clock: &dyn Clock) -> u64 {
    clock.now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

//! Progress events, at most ten a second.

use mediagen_core::{Context, Event};
use std::time::Duration;

const INTERVAL: Duration = Duration::from_millis(100);

/// Reports bytes received; never fewer than it reported before, also when a transfer starts over.
pub(super) struct Progress<'a> {
    cx: &'a Context,
    reported: u64,
    last: Option<Duration>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(cx: &'a Context) -> Self {
        Self { cx, reported: 0, last: None }
    }

    /// Reports, unless the last report is too recent or says as much.
    pub(super) fn at(&mut self, received: u64, total: Option<u64>) {
        let now = self.cx.clock().elapsed();
        let recent = self.last.is_some_and(|last| now.saturating_sub(last) < INTERVAL);
        if !recent && received > self.reported {
            self.emit(received, total, now);
        }
    }

    /// Reports the end, always.
    pub(super) fn finish(&mut self, bytes: u64) {
        self.emit(bytes, Some(bytes), self.cx.clock().elapsed());
    }

    fn emit(&mut self, received: u64, total: Option<u64>, now: Duration) {
        (self.reported, self.last) = (received, Some(now));
        self.cx.emit(Event::Downloading { received, total });
    }
}

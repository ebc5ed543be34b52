//! Time for tests: as it is, moved by hand, passing at once, or none at all.

mod stepped;

pub use stepped::SteppedClock;

use mediagen_core::{BoxFuture, Clock};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// No time at all: it stands still, no sleep ends and no limit passes. For work that is not supposed to wait.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoClock;

impl Clock for NoClock {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }
}

/// Pauses up to this long pass at once.
const PAUSE: Duration = Duration::from_secs(10);

/// A clock on which pauses pass at once and limits do not.
///
/// The suite talks to real sockets, so time must not jump while an answer is on its way. A sleep of up to ten seconds
/// is taken as a pause between two calls: it lets other tasks run once and then moves the clock. A longer one is taken
/// as a limit: it passes in a tenth of its length.
#[derive(Debug, Clone, Default)]
pub struct InstantClock(Arc<Mutex<Duration>>);

impl InstantClock {
    fn advance(&self, by: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Clock for InstantClock {
    fn elapsed(&self) -> Duration {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let clock = self.clone();
        Box::pin(async move {
            if duration > PAUSE {
                tokio::time::sleep(duration / 10).await;
            } else {
                tokio::task::yield_now().await;
            }
            clock.advance(duration);
        })
    }
}

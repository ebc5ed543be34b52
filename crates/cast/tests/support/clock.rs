//! Real time for tests against servers and programs.

use mediagen_core::{BoxFuture, Clock, Context};
use std::time::{Duration, Instant};

struct RealTime(Instant);

impl Clock for RealTime {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A context on real time.
pub(crate) fn context() -> Context {
    Context::new(RealTime(Instant::now()))
}

#![doc = include_str!("../README.md")]

use mediagen_core::{BoxFuture, Clock, Context, Spawn};
use std::time::Duration;
use tokio::time::Instant;

/// Real time, on tokio's timer; tokio's own paused time where a test uses that.
#[derive(Debug, Clone, Copy)]
pub struct TokioClock(Instant);

impl TokioClock {
    /// A clock that starts now.
    pub fn new() -> Self {
        Self(Instant::now())
    }
}

impl Default for TokioClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TokioClock {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// Runs follow-up work on the current tokio runtime; without one the work is dropped, since nothing could run it.
#[derive(Debug, Clone, Copy)]
pub struct TokioSpawner;

impl Spawn for TokioSpawner {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(task);
        }
    }
}

/// A template of calls over tokio: real time, and follow-up work on the runtime that is current when it is spawned.
pub fn context() -> Context {
    Context::new(TokioClock::new()).with_spawner(TokioSpawner)
}

//! A clock that never waits.

use mediagen_core::{BoxFuture, Clock};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::Notify;

/// The deadlines of a default context; they pass only when a test says so.
const DEADLINE: Duration = Duration::from_mins(1);

/// Pauses end at once and are written down; a deadline of 60 s passes when [`StepClock::pass_deadline`] is called.
#[derive(Clone, Default)]
pub(crate) struct StepClock {
    pauses: Arc<Mutex<Vec<Duration>>>,
    deadline: Arc<Notify>,
}

impl StepClock {
    /// The pauses so far.
    pub(crate) fn pauses(&self) -> Vec<Duration> {
        self.pauses.lock().unwrap().clone()
    }

    /// Lets one running or coming deadline pass.
    pub(crate) fn pass_deadline(&self) {
        self.deadline.notify_one();
    }
}

impl Clock for StepClock {
    fn elapsed(&self) -> Duration {
        self.pauses().iter().sum()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        if duration == DEADLINE {
            let deadline = Arc::clone(&self.deadline);
            return Box::pin(async move { deadline.notified().await });
        }
        self.pauses.lock().unwrap().push(duration);
        Box::pin(std::future::ready(()))
    }
}

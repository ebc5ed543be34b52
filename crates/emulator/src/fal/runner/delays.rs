//! How long things take.

use crate::wire::lock;
use std::{sync::Mutex, time::Duration};

/// Delays as they are now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Delays {
    /// Before a run starts.
    pub(crate) queue: Duration,
    /// Of a run; `None` lets the endpoint decide.
    pub(crate) run: Option<Duration>,
    /// Requests of others in front of each new one.
    pub(crate) ahead: u32,
}

/// The delays of this emulator, which a test may change at any time.
#[derive(Debug)]
pub(crate) struct Timing(Mutex<Delays>);

impl Timing {
    pub(crate) fn new(delays: Delays) -> Self {
        Self(Mutex::new(delays))
    }

    pub(crate) fn now(&self) -> Delays {
        *lock(&self.0)
    }

    pub(crate) fn set(&self, queue: Duration, run: Option<Duration>) {
        let mut delays = lock(&self.0);
        delays.queue = queue;
        delays.run = run;
    }

    pub(crate) fn set_ahead(&self, requests: u32) {
        lock(&self.0).ahead = requests;
    }
}

//! What a generation cost in requests and time, read off its events.

use mediagen::core::{Event, Phase};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Counts requests and remembers when each part began.
#[derive(Debug)]
pub(crate) struct Stats {
    begun: Instant,
    requests: BTreeMap<Phase, u64>,
    first: BTreeMap<Phase, Instant>,
    submitted: Option<Instant>,
    running: Option<Instant>,
    completed: Option<Instant>,
}

impl Stats {
    /// Starts now.
    pub(crate) fn new() -> Self {
        Self {
            begun: Instant::now(),
            requests: BTreeMap::new(),
            first: BTreeMap::new(),
            submitted: None,
            running: None,
            completed: None,
        }
    }

    /// Takes an event in.
    pub(crate) fn see(&mut self, event: &Event) {
        let now = Instant::now();
        match event {
            Event::Requested(phase) => {
                *self.requests.entry(*phase).or_default() += 1;
                self.first.entry(*phase).or_insert(now);
            }
            Event::Submitted(_) => self.submitted = Some(now),
            Event::Running { .. } => {
                self.running.get_or_insert(now);
            }
            Event::Completed => self.completed = Some(now),
            _ => {}
        }
    }

    /// The contract's `requests` object.
    pub(crate) fn requests(&self) -> Value {
        let count = |phase| self.requests.get(&phase).copied().unwrap_or(0);
        json!({
            "upload": count(Phase::Upload), "submit": count(Phase::Submit), "status": count(Phase::Status),
            "result": count(Phase::Result), "download": count(Phase::Download),
        })
    }

    /// The contract's `timings_ms` object, in whole milliseconds.
    pub(crate) fn timings(&self) -> Value {
        let now = Instant::now();
        let at = |phase| self.first.get(&phase).copied();
        let between = |from: Option<Instant>, to: Option<Instant>| match (from, to) {
            (Some(from), Some(to)) => millis(to.saturating_duration_since(from)),
            _ => 0,
        };
        let ended = at(Phase::Result).or(self.completed);
        json!({
            "upload": between(at(Phase::Upload), at(Phase::Submit)),
            "queued": between(self.submitted, self.running.or(ended)),
            "running": between(self.running, ended),
            "fetch": between(at(Phase::Result), self.completed),
            "download": between(at(Phase::Download), Some(now)),
            "total": millis(now.saturating_duration_since(self.begun)),
        })
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

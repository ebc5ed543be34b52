//! How many requests a generation made, read off its events.

use mediagen::core::{Event, Phase};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Counts requests.
#[derive(Debug, Default)]
pub(crate) struct Stats {
    requests: BTreeMap<Phase, u64>,
}

impl Stats {
    /// Takes an event in.
    pub(crate) fn see(&mut self, event: &Event) {
        if let Event::Requested(phase) = event {
            *self.requests.entry(*phase).or_default() += 1;
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
}

//! The services behind the toy providers: what they accepted, and what they were asked.

use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex, MutexGuard},
};

/// One service of its own for each test: providers come and go, it stays.
#[derive(Debug, Default)]
pub(crate) struct World(Mutex<State>);

#[derive(Debug, Default)]
pub(crate) struct State {
    /// The paid calls that were accepted: intent key and body.
    pub(crate) accepted: Vec<(String, Value)>,
    /// How often a body arrived, accepted or not.
    pub(crate) arrived: usize,
    pub(crate) uploads: usize,
    pub(crate) prepared: usize,
    pub(crate) priced: usize,
    pub(crate) polls: usize,
    pub(crate) cancelled: Vec<String>,
    /// How many calls surely do not leave, before one does.
    pub(crate) offline: usize,
    /// How many answers are lost after the call was accepted.
    pub(crate) lost: usize,
    /// How many calls do not leave after an answer was lost.
    pub(crate) offline_after: usize,
    /// How many calls are lost before they are accepted.
    pub(crate) swallowed: usize,
    pub(crate) refuse: bool,
    pub(crate) fail_jobs: bool,
    /// The list cannot be read.
    pub(crate) list_down: bool,
    /// How long the paid call takes.
    pub(crate) slow: std::time::Duration,
    /// How long a price takes.
    pub(crate) slow_price: std::time::Duration,
    /// How long a job runs, in polls.
    pub(crate) runs: usize,
    /// What a price is in; none are published where it is empty.
    pub(crate) currency: String,
}

static WORLDS: LazyLock<Mutex<BTreeMap<String, Arc<World>>>> = LazyLock::new(Mutex::default);

impl World {
    /// The world of this name, made when it is named first.
    pub(crate) fn named(name: &str) -> Arc<Self> {
        let mut worlds = WORLDS.lock().unwrap();
        let world = worlds.entry(name.to_owned()).or_insert_with(|| {
            let world = Self::default();
            world.state().currency = "USD".into();
            Arc::new(world)
        });
        Arc::clone(world)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(crate) fn paid(&self) -> usize {
        self.state().accepted.len()
    }

    /// Accepts a paid call; a service that knows keys accepts each once. The request id.
    pub(crate) fn accept(&self, key: &str, body: &Value, knows_keys: bool) -> String {
        let mut state = self.state();
        state.arrived += 1;
        if let (true, Some(at)) = (knows_keys, state.accepted.iter().position(|(known, _)| known == key)) {
            return format!("r{at}");
        }
        state.accepted.push((key.to_owned(), body.clone()));
        format!("r{}", state.accepted.len() - 1)
    }

    /// The request of an intent, where it was accepted.
    pub(crate) fn find(&self, key: &str) -> Option<String> {
        self.state().accepted.iter().position(|(known, _)| known == key).map(|at| format!("r{at}"))
    }

    /// Whether a job is done by now.
    pub(crate) fn is_done(&self) -> bool {
        let mut state = self.state();
        state.polls += 1;
        state.polls > state.runs
    }
}

//! The far end of the fake: what a real provider's servers would do, and would count.

use crate::{DATA_URI, RETRY_HINT, Scenario};
use bytes::Bytes;
use mediagen_core::{CancelOutcome, ModelKind, Phase};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use url::Url;

/// The key that the far end takes.
pub const FAKE_KEY: &str = "fake-key-5e1f0c";

/// How the far end refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    TooFast(Duration),
    Lost,
    /// The connection broke off in the middle of the answer.
    Cut,
    /// A gateway answered with an error of its own.
    Gateway,
    /// It was accepted, and the answer makes no sense.
    Unreadable,
    BadKey,
    NoCredit,
    Invalid {
        field: &'static str,
        message: &'static str,
    },
    Rejected,
    NoSuchModel(Vec<String>),
    NoSuchJob,
    Gone,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stage {
    Waiting(u32),
    Working,
    /// Still working, with a part of its output.
    Partial(Value),
    Done,
    Broken(&'static str),
    Stopped,
}

#[derive(Debug)]
struct FarJob {
    /// What polls find, one after the other; the last one stays.
    stages: VecDeque<Stage>,
    logs: Vec<String>,
    files: u64,
    /// Of the intent that it was submitted for.
    intent: String,
}

#[derive(Debug, Default)]
struct State {
    calls: BTreeMap<&'static str, usize>,
    jobs: BTreeMap<String, FarJob>,
    uploads: Vec<Bytes>,
    bodies: Vec<Value>,
    /// Whether the one connection that a scenario breaks was broken already.
    broken: bool,
}

/// The far end, in one scenario. Counts its calls and keeps what it is sent.
#[derive(Debug)]
pub struct FakeService {
    scenario: Scenario,
    state: Mutex<State>,
}

impl FakeService {
    /// A far end that behaves as `scenario` says.
    pub fn new(scenario: Scenario) -> Self {
        Self { scenario, state: Mutex::default() }
    }

    /// How many calls of `phase` arrived.
    pub fn calls(&self, phase: Phase) -> usize {
        self.lock().calls.get(phase.as_str()).copied().unwrap_or_default()
    }

    /// What was uploaded, in order.
    pub fn uploads(&self) -> Vec<Bytes> {
        self.lock().uploads.clone()
    }

    /// The bodies of the paid calls, in order.
    pub fn bodies(&self) -> Vec<Value> {
        self.lock().bodies.clone()
    }

    /// The names of its models: one for each kind.
    pub(super) fn models() -> Vec<String> {
        ModelKind::ALL.iter().map(|kind| format!("toys/{kind}")).collect()
    }

    pub(super) fn describe(&self, key: &str, model: &str) -> Result<(), Fault> {
        drop(self.arrive(Phase::Catalogue, key)?);
        let known = if self.scenario == Scenario::NotFound { Vec::new() } else { Self::models() };
        if known.iter().any(|name| name == model) { Ok(()) } else { Err(Fault::NoSuchModel(known)) }
    }

    pub(super) fn upload(&self, key: &str, content: Bytes) -> Result<Url, Fault> {
        let mut state = self.arrive(Phase::Upload, key)?;
        state.uploads.push(content);
        Url::parse(&format!("https://uploads.fake.test/{}", state.uploads.len())).map_err(|_| Fault::Lost)
    }

    pub(super) fn submit(&self, key: &str, body: &Value, intent: &str) -> Result<String, Fault> {
        let mut state = self.arrive(Phase::Submit, key)?;
        state.bodies.push(body.clone());
        let nth = state.calls.get(Phase::Submit.as_str()).copied().unwrap_or_default();
        match self.scenario {
            Scenario::RateLimitedForever => return Err(Fault::TooFast(RETRY_HINT)),
            Scenario::RateLimitedThenOk if nth == 1 => return Err(Fault::TooFast(RETRY_HINT)),
            Scenario::NoCredit => return Err(Fault::NoCredit),
            Scenario::Rejected => return Err(Fault::Rejected),
            Scenario::Invalid => {
                return Err(Fault::Invalid { field: "prompt", message: "too short, 100 characters are needed" });
            }
            _ => {}
        }
        let id = format!("fake-job-{nth}");
        let files = body.get("count").and_then(Value::as_u64).unwrap_or(1);
        state.jobs.insert(id.clone(), FarJob { stages: self.script(), logs: Vec::new(), files, intent: intent.into() });
        match self.scenario {
            // The job runs; its answer is lost on the way back.
            Scenario::TimeoutOnSubmit => Err(Fault::Lost),
            Scenario::GatewayErrorOnSubmit => Err(Fault::Gateway),
            Scenario::UnreadableAccept => Err(Fault::Unreadable),
            _ => Ok(id),
        }
    }

    fn script(&self) -> VecDeque<Stage> {
        use Stage::{Broken, Done, Partial, Waiting, Working};
        match self.scenario {
            Scenario::Immediate | Scenario::CancelTooLate => [Done].into(),
            Scenario::CancelQueued | Scenario::DroppedWait => [Waiting(3)].into(),
            Scenario::JobFails => [Working, Broken("the sampler diverged")].into(),
            Scenario::DoneButRunning => [Partial(json!({"files": [file("part", 0)]})), Done].into(),
            Scenario::Queued => [Waiting(2), Waiting(1), Waiting(1), Waiting(0), Working, Working, Done].into(),
            _ => [Waiting(0), Working, Done].into(),
        }
    }

    /// The job that was submitted for `intent`.
    pub(super) fn find(&self, key: &str, intent: &str) -> Result<Option<String>, Fault> {
        let state = self.arrive(Phase::Status, key)?;
        Ok(state.jobs.iter().find(|(_, job)| job.intent == intent).map(|(id, _)| id.clone()))
    }

    /// The state, and every line written so far.
    pub(super) fn poll(&self, key: &str, id: &str) -> Result<(Stage, Vec<String>), Fault> {
        let mut state = self.arrive(Phase::Status, key)?;
        if self.scenario == Scenario::DroppedConnectionOnPoll && !state.broken {
            state.broken = true;
            return Err(Fault::Lost);
        }
        let job = state.jobs.get_mut(id).ok_or(Fault::NoSuchJob)?;
        let next = if job.stages.len() > 1 { job.stages.pop_front() } else { job.stages.front().cloned() };
        let now = next.unwrap_or(Stage::Done);
        if now == Stage::Working {
            job.logs.push(format!("step {}", job.logs.len() + 1));
        }
        Ok((now, job.logs.clone()))
    }

    pub(super) fn result(&self, key: &str, id: &str) -> Result<Value, Fault> {
        let mut state = self.arrive(Phase::Result, key)?;
        if self.scenario == Scenario::DroppedMidBody && !state.broken {
            state.broken = true;
            return Err(Fault::Cut);
        }
        let job = state.jobs.get(id).ok_or(Fault::NoSuchJob)?;
        match self.scenario {
            Scenario::Malformed => return Ok(json!({"unexpected": true})),
            Scenario::Expired => return Err(Fault::Gone),
            Scenario::DataUriOutput => return Ok(json!({"files": [{"url": DATA_URI}]})),
            _ => {}
        }
        // It never makes more than two files at once, as some providers do without saying so.
        let count = if self.scenario == Scenario::DoneButRunning { 2 } else { job.files.min(2) };
        let files: Vec<Value> = (0..count).map(|index| file(id, index)).collect();
        Ok(json!({"files": files, "seed": 7}))
    }

    pub(super) fn cancel(&self, key: &str, id: &str) -> Result<CancelOutcome, Fault> {
        let mut state = self.arrive(Phase::Cancel, key)?;
        let job = state.jobs.get_mut(id).ok_or(Fault::NoSuchJob)?;
        if matches!(job.stages.front(), Some(Stage::Done | Stage::Broken(_) | Stage::Stopped)) {
            return Ok(CancelOutcome::AlreadyFinished);
        }
        job.stages = [Stage::Stopped].into();
        Ok(CancelOutcome::Cancelled)
    }

    fn arrive(&self, phase: Phase, key: &str) -> Result<MutexGuard<'_, State>, Fault> {
        let mut state = self.lock();
        *state.calls.entry(phase.as_str()).or_default() += 1;
        // The catalogue is open to everybody.
        let refused = key != FAKE_KEY || self.scenario == Scenario::BadKey;
        if refused && phase != Phase::Catalogue { Err(Fault::BadKey) } else { Ok(state) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn file(id: &str, index: u64) -> Value {
    json!({"url": format!("https://files.fake.test/{id}/{index}"), "file_size": 68})
}

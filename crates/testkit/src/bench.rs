//! One trial's bench: the far end, a provider that talks to it, and everything that it said.

use crate::{Harness, InstantClock, Recorder, Server};
use mediagen_core::{
    BoxFuture, Context, Deadlines, Error, Event, Job, Kind, KindRequest as _, MediaModel, OnDrop, Phase, Provider,
    Registry, Request, Result, Spawn, Submitted,
};
use std::{
    fmt::{Debug, Write as _},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// What a check answers: nothing, or what is wrong.
pub(crate) type Verdict = std::result::Result<(), String>;

pub(crate) struct Bench {
    pub(crate) harness: Arc<dyn Harness>,
    pub(crate) server: Server,
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) registry: Registry,
    pub(crate) recorder: Recorder,
    pub(crate) cx: Context,
    transcript: Mutex<String>,
}

struct OnRuntime;
impl Spawn for OnRuntime {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        tokio::spawn(task);
    }
}

impl Bench {
    pub(crate) fn new(harness: Arc<dyn Harness>, server: Server) -> Result<Self> {
        let provider = harness.connect(server.base())?;
        let registry = harness.registry();
        let recorder = Recorder::default();
        let mut deadlines = Deadlines::default();
        let hour = Duration::from_hours(1);
        (deadlines.request, deadlines.start, deadlines.run) = (hour, hour, hour);
        (deadlines.total, deadlines.idle) = (hour, hour);
        let cx = Context::new(InstantClock::default())
            .with_spawner(OnRuntime)
            .with_observer(recorder.clone())
            .with_deadlines(deadlines)
            .with_on_drop(OnDrop::Detach);
        let bench = Self { harness, server, provider, registry, recorder, cx, transcript: Mutex::default() };
        bench.keep(&bench.provider);
        Ok(bench)
    }

    /// Remembers what a value shows of itself, to look for secrets in it.
    pub(crate) fn keep(&self, value: &impl Debug) {
        let mut transcript = self.transcript.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(transcript, "{value:?}");
    }

    /// Remembers text.
    pub(crate) fn keep_text(&self, text: &str) {
        self.keep(&format_args!("{text}"));
    }

    /// Remembers an error with its whole chain of causes.
    pub(crate) fn keep_error(&self, error: &Error) {
        self.keep(error);
        self.keep_text(&format!("{error} {:?} {:?}", error.hint(), error.context()));
        for cause in error.causes() {
            self.keep_text(&format!("{cause} {cause:?}"));
        }
    }

    pub(crate) fn transcript(&self) -> String {
        self.transcript.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn request<K: Kind>(&self) -> Request {
        self.harness.request(K::KIND)
    }

    pub(crate) async fn model<K: Kind>(&self, provider: &Arc<dyn Provider>) -> Result<Arc<dyn MediaModel<K>>> {
        let model = self.registry.model::<K>(&self.cx, provider, &self.harness.model(K::KIND)).await;
        model.inspect(|model| self.keep(model)).inspect_err(|error| self.keep_error(error))
    }

    pub(crate) async fn submit<K: Kind>(&self, request: Request) -> Result<Submitted<K>> {
        let model = self.model::<K>(&self.provider).await?;
        let submitted = model.submit(&self.cx, K::Request::from_request(request)?).await;
        if let Some(job) = submitted.as_ref().ok().and_then(Submitted::job) {
            self.keep_text(&serde_json::to_string(job.ticket()).unwrap_or_default());
        }
        submitted.inspect(|submitted| self.keep(submitted)).inspect_err(|error| self.keep_error(error))
    }

    /// Describes, submits and waits.
    pub(crate) async fn run<K: Kind>(&self, request: Request) -> Result<K::Output> {
        let outcome = self.submit::<K>(request).await?.finish(&self.cx).await;
        outcome.inspect(|output| self.keep(output)).inspect_err(|error| self.keep_error(error))
    }

    /// Submits what must become a job.
    pub(crate) async fn start<K: Kind>(&self) -> std::result::Result<Job<K>, String> {
        match self.submit::<K>(self.request::<K>()).await {
            Ok(Submitted::Running(job)) => Ok(job),
            Ok(_) => Err("the submit gave no job".into()),
            Err(error) => Err(format!("the submit failed: {error:?}")),
        }
    }

    pub(crate) fn calls(&self, phase: Phase) -> usize {
        self.harness.calls(&self.server, phase)
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.recorder.events()
    }

    /// Checks the number of submits that the far end got.
    pub(crate) fn submits(&self, expected: std::ops::RangeInclusive<usize>) -> Verdict {
        let calls = self.calls(Phase::Submit);
        ensure(expected.contains(&calls), || format!("{calls} submits reached the provider, expected {expected:?}"))
    }
}

/// An `Err` with the text unless `holds`.
pub(crate) fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(otherwise()) }
}

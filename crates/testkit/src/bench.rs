//! One trial's bench: the far end, a provider that talks to it, and everything that it reported.

use crate::{Harness, InstantClock, Recorder, Server};
use mediagen_core::{
    BoxFuture, Caps, Context, Deadlines, Endpoint, Error, Event, Flow, Intent, Job, ModelKind, OnDrop, Output, Phase,
    Prepared, Provider, Ready, Registry, Request, Result, Spawn, SubmitFailure, Submitted, prepare,
};
use std::{
    fmt::{Debug, Write as _},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

/// The outcome of a check: nothing, or what is wrong.
pub(crate) type Verdict = std::result::Result<(), String>;

pub(crate) struct Bench {
    pub(crate) harness: Arc<dyn Harness>,
    pub(crate) kind: ModelKind,
    pub(crate) server: Server,
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) registry: Registry,
    pub(crate) recorder: Recorder,
    pub(crate) cx: Context,
    transcript: Mutex<String>,
    caps: OnceLock<Caps>,
    intent: Mutex<Option<Intent>>,
}

struct OnRuntime;
impl Spawn for OnRuntime {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        tokio::spawn(task);
    }
}

impl Bench {
    pub(crate) fn new(harness: Arc<dyn Harness>, kind: ModelKind, server: Server) -> Result<Self> {
        let provider = harness.connect(server.base())?;
        let registry = harness.registry();
        let recorder = Recorder::default();
        let hour = Duration::from_hours(1);
        let deadlines = Deadlines::default().with_request(hour).with_start(hour).with_run(hour);
        let deadlines = deadlines.with_total(hour).with_idle(hour);
        let cx = Context::new(InstantClock::default())
            .with_spawner(OnRuntime)
            .with_observer(recorder.clone())
            .with_deadlines(deadlines)
            .with_on_drop(OnDrop::Detach);
        let (transcript, caps, intent) = (Mutex::default(), OnceLock::new(), Mutex::default());
        let bench = Self { harness, kind, server, provider, registry, recorder, cx, transcript, caps, intent };
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

    pub(crate) fn request(&self) -> Request {
        self.harness.request(self.kind)
    }

    pub(crate) async fn endpoint(&self, provider: &Arc<dyn Provider>) -> Result<Arc<dyn Endpoint>> {
        let model = self.harness.model(self.kind);
        let endpoint = self.registry.endpoint(&self.cx, provider, &model, Some(self.kind)).await;
        let endpoint = endpoint.inspect_err(|error| self.keep_error(error))?;
        self.keep(&endpoint);
        self.caps.get_or_init(|| endpoint.caps());
        Ok(endpoint)
    }

    /// What the endpoint can do; nothing before one was bound.
    pub(crate) fn caps(&self) -> Caps {
        self.caps.get().cloned().unwrap_or(Caps::new(Flow::Either))
    }

    /// Describes the model and prepares the request.
    pub(crate) async fn prepare(&self, request: &Request) -> Result<Prepared> {
        let endpoint = self.endpoint(&self.provider).await?;
        let prepared = prepare(&endpoint, &self.cx, request).await.inspect_err(|error| self.keep_error(error))?;
        self.keep(prepared.plan());
        self.keep_text(&serde_json::to_string(prepared.plan()).unwrap_or_default());
        Ok(prepared)
    }

    /// Another provider value, as after a restart.
    pub(crate) fn connect_again(&self) -> std::result::Result<Arc<dyn Provider>, String> {
        let provider = self.harness.connect(self.server.base()).map_err(|error| format!("connect: {error:?}"))?;
        ensure(!Arc::ptr_eq(&provider, &self.provider), || "the harness returned the same provider again".into())?;
        self.keep(&provider);
        Ok(provider)
    }

    /// The paid call.
    pub(crate) async fn pay(&self, ready: Ready) -> std::result::Result<Submitted, SubmitFailure> {
        let intent = Intent::new("conformance", ready.digest(), self.cx.clock().now());
        *self.intent.lock().unwrap_or_else(PoisonError::into_inner) = Some(intent.clone());
        let submitted = ready.submit(&self.cx, &intent).await;
        match &submitted {
            Ok(submitted) => self.keep(submitted),
            Err(SubmitFailure::NotSent(_, error) | SubmitFailure::Refused(error) | SubmitFailure::Unknown(error)) => {
                self.keep_error(error);
            }
        }
        if let Some(job) = submitted.as_ref().ok().and_then(Submitted::job) {
            self.keep_text(&serde_json::to_string(job.ticket()).unwrap_or_default());
        }
        submitted
    }

    /// The intent of the last paid call.
    pub(crate) fn intent(&self) -> Intent {
        let last = self.intent.lock().unwrap_or_else(PoisonError::into_inner).clone();
        last.unwrap_or_else(|| Intent::new("none", "", self.cx.clock().now()))
    }

    /// Describes, prepares, uploads and submits once.
    pub(crate) async fn submit(&self, request: &Request) -> Result<Submitted> {
        let prepared = self.prepare(request).await?;
        let ready = prepared.upload(&self.cx).await.inspect_err(|error| self.keep_error(error))?;
        Ok(self.pay(ready).await?)
    }

    /// Submits, and waits where there is a job.
    pub(crate) async fn run(&self, request: &Request) -> Result<Output> {
        let outcome = self.submit(request).await?.finish(&self.cx).await;
        outcome.inspect(|output| self.keep_output(output)).inspect_err(|error| self.keep_error(error))
    }

    fn keep_output(&self, output: &Output) {
        self.keep(output);
        // Content that is in the process cannot be written down, and what cannot be written down cannot leak there.
        self.keep_text(&serde_json::to_string(output).unwrap_or_default());
    }

    /// Submits what must become a job.
    pub(crate) async fn start(&self) -> std::result::Result<Job, String> {
        match self.submit(&self.request()).await {
            Ok(Submitted::Running(job)) => Ok(job),
            Ok(_) => Err("the submit started no job".into()),
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

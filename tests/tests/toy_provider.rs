//! a provider that lives here, registers itself, and passes the public suite; no other crate knows of it.

use async_trait::async_trait;
use mediagen::{
    core::{
        Binds, Cancel, CancelOutcome, Caps, Context, Dispatch, Endpoint, Error, ErrorKind, Event, FieldProblem, Flow,
        Intent, Job, JobDriver, JobStatus, JobTicket, JobView, JsonMap, Measured, ModelEntry, ModelId, ModelKind,
        ModelSpec, Note, Output, Part, PartSource, Phase, Plan, Policy, ProblemCode, Provider, ProviderEntry,
        ProviderInfo, Registry, Request, Result, Settings, SubmitError, Submitted, inventory,
    },
    http::Url,
};
use mediagen_testkit::{DATA_URI, Harness, Scenario, Server};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    process::ExitCode,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};

const KEY: &str = "toy-key-0badf00d";

static INFO: ProviderInfo =
    ProviderInfo::new("toy", "Toy", &[], module_path!()).with_kinds(&[ModelKind::TextToImage, ModelKind::TextToAudio]);
const ENTRY: ProviderEntry = ProviderEntry::new(&INFO, connect);
const TEXT_TO_IMAGE: ModelEntry = ModelEntry::of::<Toy>(ModelKind::TextToImage);
const TEXT_TO_AUDIO: ModelEntry = ModelEntry::of::<Toy>(ModelKind::TextToAudio);
inventory::submit! { ENTRY }
inventory::submit! { TEXT_TO_IMAGE }
inventory::submit! { TEXT_TO_AUDIO }

/// The far ends, by address.
static FAR_ENDS: LazyLock<Mutex<HashMap<String, Arc<FarEnd>>>> = LazyLock::new(Mutex::default);

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A workshop that makes one toy at a time.
struct FarEnd {
    scenario: Scenario,
    calls: Mutex<Vec<Phase>>,
    /// The bodies of the paid calls.
    orders: Mutex<Vec<Value>>,
    /// Polls of each job so far; `None` once it was cancelled.
    jobs: Mutex<HashMap<String, Option<usize>>>,
}

fn connect(settings: &Settings) -> Result<Arc<dyn Provider>> {
    let missing = |name: &str| Error::new(ErrorKind::Config, format!("`{name}` is missing"));
    let base = settings.get("base").ok_or_else(|| missing("base"))?;
    let far = locked(&FAR_ENDS).get(base).cloned().ok_or_else(|| missing("a workshop"))?;
    Ok(Arc::new(Toy { far, key: settings.get("key").ok_or_else(|| missing("key"))?.to_owned() }))
}

#[derive(Clone)]
struct Toy {
    far: Arc<FarEnd>,
    key: String,
}

impl std::fmt::Debug for Toy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Toy").finish_non_exhaustive()
    }
}

fn refused(kind: ErrorKind, text: &'static str) -> Error {
    Error::new(kind, text).with_dispatch(Dispatch::Answered).with_provider(INFO.id.clone())
}

impl Toy {
    fn call(&self, cx: &Context, phase: Phase) -> Result<Scenario> {
        cx.emit(Event::Requested(phase));
        locked(&self.far.calls).push(phase);
        let known = self.key == KEY && self.far.scenario != Scenario::BadKey;
        if known { Ok(self.far.scenario) } else { Err(refused(ErrorKind::Unauthenticated, "who are you?")) }
    }

    /// Accepts a job, or says why not.
    fn order(&self, cx: &Context, body: Value) -> Result<String, SubmitError> {
        locked(&self.far.orders).push(body);
        let refusal = match self.call(cx, Phase::Submit).map_err(SubmitError::Refused)? {
            Scenario::NoCredit => refused(ErrorKind::QuotaExceeded, "the purse is empty"),
            Scenario::Rejected => refused(ErrorKind::ContentRejected, "not in this house"),
            Scenario::NotFound => refused(ErrorKind::NotFound, "no such toy"),
            Scenario::Invalid => refused(ErrorKind::InvalidInput, "the order is refused")
                .with_field(FieldProblem::new("prompt", "at least 100 characters are needed")),
            Scenario::TimeoutOnSubmit | Scenario::GatewayErrorOnSubmit | Scenario::UnreadableAccept => {
                return Err(Error::new(ErrorKind::Unavailable, "the line went dead").into());
            }
            _ => {
                let mut jobs = locked(&self.far.jobs);
                let id = format!("toy-{}", jobs.len() + 1);
                jobs.insert(id.clone(), Some(0));
                return Ok(id);
            }
        };
        Err(SubmitError::Refused(refusal))
    }
}

#[async_trait]
impl Provider for Toy {
    fn info(&self) -> &'static ProviderInfo {
        &INFO
    }
    async fn describe(&self, _: &Context, model: &str) -> Result<Arc<ModelSpec>> {
        Ok(Arc::new(ModelSpec::new(ModelId::new(INFO.id.clone(), model)).with_category(model)))
    }
}

impl Binds for Toy {
    const INFO: &'static ProviderInfo = &INFO;
    fn bind(self: Arc<Self>, spec: Arc<ModelSpec>, kind: ModelKind) -> Result<Arc<dyn Endpoint>> {
        Ok(Arc::new(ToyEndpoint { toy: Self::clone(&self), spec, kind }))
    }
}

#[derive(Debug)]
struct ToyEndpoint {
    toy: Toy,
    spec: Arc<ModelSpec>,
    kind: ModelKind,
}

#[async_trait]
impl Endpoint for ToyEndpoint {
    fn spec(&self) -> &Arc<ModelSpec> {
        &self.spec
    }
    fn kind(&self) -> ModelKind {
        self.kind
    }
    fn caps(&self) -> Caps {
        Caps::new(Flow::Job).with(|caps| (caps.cancel, caps.resume) = (Cancel::Any, true))
    }
    async fn prepare(&self, _: &Context, request: &Request) -> Result<Plan> {
        if let Some(name) = request.extra.keys().next().filter(|_| request.policy == Policy::Strict) {
            let problem = FieldProblem::new(name, "toys have no such field").with_code(ProblemCode::Unknown);
            return Err(Error::new(ErrorKind::InvalidInput, "the order is refused").with_field(problem));
        }
        let body = JsonMap::from_iter([("wish".to_owned(), json!(request.prompt))]);
        let inputs = request.inputs.iter().map(Measured::from).collect();
        let note =
            |(name, from): (&String, &Value)| Note::new(name, from.clone(), Value::Null, "toys have no such field");
        let notes = request.extra.iter().map(note).collect();
        Ok(Plan::new(self.spec.id.clone(), self.kind, body).with_inputs(inputs).with_notes(notes))
    }
    async fn submit(&self, cx: &Context, plan: &Plan, body: Value, _: &Intent) -> Result<Submitted, SubmitError> {
        let id = self.toy.order(cx, body)?;
        let ticket = JobTicket::new(self.spec.id.clone(), self.kind, Some(id), Value::Null);
        Ok(Submitted::Running(self.resume(ticket.with_inputs(&plan.inputs))?))
    }
    fn resume(&self, ticket: JobTicket) -> Result<Job> {
        let id = ticket.request_id.clone().filter(|_| ticket.kind == self.kind && ticket.model == self.spec.id);
        let id = id.ok_or_else(|| Error::new(ErrorKind::InvalidInput, "this ticket is for something else"))?;
        Ok(Job::new(ToyJob { toy: self.toy.clone(), ticket, id }))
    }
}

struct ToyJob {
    toy: Toy,
    ticket: JobTicket,
    id: String,
}

impl ToyJob {
    fn output(&self, scenario: Scenario) -> Result<Output> {
        let raw = if scenario == Scenario::Malformed { json!("shavings") } else { json!({"toy": DATA_URI}) };
        let Some(content) = raw.get("toy").and_then(|toy| toy.as_str()) else {
            return Err(refused(ErrorKind::InvalidResponse, "there is no toy in the box"));
        };
        let mut output = Output::default();
        output.parts = vec![Part::new("/toy", PartSource::DataUri(content.into()))];
        output.raw = raw;
        output.request_id = Some(self.id.clone());
        Ok(output)
    }
}

#[async_trait]
impl JobDriver for ToyJob {
    fn ticket(&self) -> &JobTicket {
        &self.ticket
    }

    async fn poll(&self, cx: &Context) -> Result<JobView> {
        let scenario = self.toy.call(cx, Phase::Status)?;
        let nth = {
            let mut jobs = locked(&self.toy.far.jobs);
            let job = jobs.get_mut(&self.id).ok_or_else(|| refused(ErrorKind::NotFound, "no such order"))?;
            let Some(polls) = job else { return Ok(JobView::new(JobStatus::Cancelled)) };
            *polls += 1;
            *polls
        };
        let ahead = 3_u32.saturating_sub(u32::try_from(nth).unwrap_or(u32::MAX));
        Ok(match scenario {
            Scenario::DroppedWait | Scenario::CancelQueued => JobView::new(JobStatus::Queued { position: Some(9) }),
            Scenario::Queued if ahead > 0 => JobView::new(JobStatus::Queued { position: Some(ahead) }),
            Scenario::Expired => JobView::new(JobStatus::Expired),
            Scenario::JobFails => JobView::new(JobStatus::Failed),
            _ => JobView::new(JobStatus::Succeeded).with_output(self.output(scenario)?),
        })
    }

    async fn cancel(&self, cx: &Context) -> Result<CancelOutcome> {
        if self.toy.call(cx, Phase::Cancel)? == Scenario::CancelTooLate {
            return Ok(CancelOutcome::AlreadyFinished);
        }
        locked(&self.toy.far.jobs).insert(self.id.clone(), None);
        Ok(CancelOutcome::Cancelled)
    }
}

struct Workshop;

#[async_trait]
impl Harness for Workshop {
    async fn mount(&self, server: &Server, _: ModelKind, scenario: Scenario) -> bool {
        use Scenario as S;
        let far = FarEnd { scenario, calls: Mutex::default(), orders: Mutex::default(), jobs: Mutex::default() };
        locked(&FAR_ENDS).insert(server.base().to_string(), Arc::new(far));
        // It has no wire to break, takes no files and has no catalogue.
        let never = [
            S::RateLimitedThenOk,
            S::RateLimitedForever,
            S::DroppedConnectionOnPoll,
            S::DroppedMidBody,
            S::Unreachable,
            S::DoneButRunning,
            S::FewerParts,
            S::UploadsBytes,
            S::ForeignNextPage,
        ];
        !never.contains(&scenario)
    }
    fn connect(&self, base: &Url) -> Result<Arc<dyn Provider>> {
        mediagen::registry()?.connect("toy", &Settings::new().with("base", base.as_str()).with("key", KEY))
    }
    fn registry(&self) -> Registry {
        mediagen::registry().expect("the entries that are linked in are consistent")
    }
    fn model(&self, kind: ModelKind) -> String {
        kind.to_string()
    }
    fn secrets(&self) -> Vec<String> {
        vec![KEY.into()]
    }
    fn submitted(&self, server: &Server) -> Vec<bytes::Bytes> {
        let far = locked(&FAR_ENDS).get(server.base().as_str()).cloned();
        far.map(|far| locked(&far.orders).iter().map(|body| body.to_string().into()).collect()).unwrap_or_default()
    }
    fn calls(&self, server: &Server, phase: Phase) -> usize {
        let far = locked(&FAR_ENDS).get(server.base().as_str()).cloned();
        far.map_or(0, |far| locked(&far.calls).iter().filter(|call| **call == phase).count())
    }
}

/// It is in the registry next to every other provider, because it is linked in, and for no other reason; a list of its
/// entries makes the same.
fn a_117_the_toy_registered_itself() -> std::result::Result<(), libtest_mimic::Failed> {
    static PROVIDERS: [ProviderEntry; 1] = [ENTRY];
    static MODELS: [ModelEntry; 2] = [TEXT_TO_IMAGE, TEXT_TO_AUDIO];
    let registry = mediagen::registry()?;
    let names: Vec<&str> = registry.providers().map(|info| info.id.as_str()).collect();
    if !names.contains(&"toy") || !names.contains(&"fal") {
        return Err(format!("linked providers: {names:?}").into());
    }
    let (linked, listed) = (registry.kinds("toy"), Registry::from_entries(&PROVIDERS, &MODELS)?.kinds("toy"));
    if linked == [ModelKind::TextToImage, ModelKind::TextToAudio] && listed == linked {
        Ok(())
    } else {
        Err(format!("its kinds: {linked:?} linked, {listed:?} listed").into())
    }
}

fn main() -> ExitCode {
    let arguments = libtest_mimic::Arguments::from_args();
    let harness: Arc<dyn Harness> = Arc::new(Workshop);
    let suite = mediagen_testkit::trials(&harness);
    let mut trials = suite
        .unwrap_or_else(|problem| vec![libtest_mimic::Trial::test("conformance::setup", move || Err(problem.into()))]);
    trials.push(libtest_mimic::Trial::test("a_117_the_toy_registered_itself", a_117_the_toy_registered_itself));
    libtest_mimic::run(&arguments, trials).exit_code()
}

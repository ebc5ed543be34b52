//! The one endpoint of all toys.

use super::{Shape, World};
use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use mediagen_core::{
    Cancel, CancelOutcome, Caps, Context, Count, Endpoint, Error, ErrorKind, Flow, Intent, Job, JobDriver, JobStatus,
    JobTicket, JobView, JsonMap, Lost, MappedBy, Measured, MediaInput, ModelKind, ModelSpec, Output, Part, PartSource,
    Plan, PriceUnit, Quantity, Reconciled, Request, Result, Retry, Slot, Stamp, SubmitError, Submitted, UnitCount,
    UploadCaps, Uploaded, Usage,
};
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

#[derive(Debug)]
pub(crate) struct ToyEndpoint {
    shape: Shape,
    world: Arc<World>,
    spec: Arc<ModelSpec>,
    kind: ModelKind,
}

impl ToyEndpoint {
    pub(crate) fn new(shape: Shape, world: Arc<World>, spec: Arc<ModelSpec>, kind: ModelKind) -> Self {
        Self { shape, world, spec, kind }
    }

    fn ticket(&self, id: String) -> JobTicket {
        JobTicket::new(self.spec.id.clone(), self.kind, Some(id), json!("ours"))
    }

    fn job(&self, ticket: JobTicket) -> Job {
        Job::new(ToyJob { shape: self.shape, world: Arc::clone(&self.world), ticket })
    }
}

async fn read(media: &MediaInput) -> Result<Vec<u8>> {
    match media {
        MediaInput::Bytes { data, .. } => Ok(data.to_vec()),
        MediaInput::Path(path) => std::fs::read(path).map_err(|e| Error::new(ErrorKind::Io, e.to_string())),
        MediaInput::Stream(stream) => {
            let read: Result<Vec<_>, _> = stream.open().try_collect().await;
            Ok(read.map_err(|e| Error::new(ErrorKind::InputGone, e.to_string()))?.concat())
        }
        other => Err(Error::new(ErrorKind::Unsupported, format!("{other:?} cannot be read"))),
    }
}

fn hash(data: &[u8]) -> String {
    blake3::hash(data).to_hex().to_string()
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
        Caps::new(if self.kind == ModelKind::TextToAudio { Flow::Done } else { Flow::Job }).with(|caps| {
            caps.resume = true;
            caps.cancel = Cancel::Any;
            caps.lost = match self.shape {
                Shape::Queue | Shape::Careless => Lost::Reconcile,
                Shape::Status => Lost::SafeKey(Duration::from_millis(400)),
                Shape::Mixed => Lost::Gone,
            };
            caps.upload = Some(UploadCaps::new());
        })
    }

    async fn prepare(&self, _: &Context, request: &Request) -> Result<Plan> {
        self.world.state().prepared += 1;
        let mut body = JsonMap::new();
        body.insert("prompt".into(), json!(request.prompt));
        body.extend(request.extra.clone());
        let (mut inputs, mut slots) = (Vec::new(), Vec::new());
        for (index, input) in request.inputs.iter().enumerate() {
            let mut measured = Measured::from(input);
            if let MediaInput::Url(url) = &input.media {
                body.insert("image".into(), json!(url));
            } else {
                let data = read(&input.media).await?;
                measured.blake3 = Some(hash(&data));
                measured.facts.bytes = Some(data.len() as u64);
                if let MediaInput::Path(path) = &input.media {
                    let facts = std::fs::metadata(path).unwrap();
                    measured.stamp = Some(Stamp::new(facts.len(), facts.modified().unwrap()));
                }
                body.insert("image".into(), Value::Null);
                let slot = Slot::new(index, input.role, "/image");
                slots.push(if request.extra.contains_key("inline") { slot.inline() } else { slot });
            }
            inputs.push(measured);
        }
        let count = Quantity::exact(request.options.count.map_or(1.0, f64::from), "requests");
        Ok(Plan::new(self.spec.id.clone(), self.kind, body)
            .with_inputs(inputs)
            .with_slots(slots)
            .with_quantities(vec![UnitCount::new(PriceUnit::Request, Ok(count))])
            .with_private(json!({"route": self.spec.private}))
            .with_mapped_by(MappedBy::new("1")))
    }

    async fn upload(&self, _: &Context, plan: &Plan, inputs: &[MediaInput]) -> Result<Vec<Uploaded>> {
        let mut uploads = Vec::new();
        for (slot, measured) in plan.uploads() {
            let data = read(&inputs[slot.input]).await?;
            self.world.state().uploads += 1;
            if slot.how == mediagen_core::Via::Inline {
                let content = format!("data:;base64,{}", "A".repeat(data.len()));
                uploads.push(Uploaded::inline(slot.input, content, format!("({})", measured.name)));
                continue;
            }
            let reference = match self.shape {
                Shape::Mixed => json!({"file_name": hash(&data)}),
                _ => json!(format!("https://cdn.test/{}", hash(&data))),
            };
            let mut uploaded = Uploaded::new(slot.input, reference);
            uploaded.blake3 = Some(hash(&data));
            uploaded.expires_at = Some(SystemTime::now() + Duration::from_mins(1));
            uploads.push(uploaded);
        }
        Ok(uploads)
    }

    async fn submit(&self, cx: &Context, plan: &Plan, body: Value, intent: &Intent) -> Result<Submitted, SubmitError> {
        assert_eq!(plan.private["route"], self.spec.private, "the provider's own value survives");
        let lost = || Error::new(ErrorKind::InvalidResponse, "the answer was cut off");
        let slow = {
            let mut state = self.world.state();
            if state.offline > 0 {
                state.offline -= 1;
                let error = Error::new(ErrorKind::Unavailable, "connection refused");
                return Err(SubmitError::NotSent(error.with_retry(Retry::After(Some(Duration::ZERO)))));
            }
            if state.refuse {
                state.arrived += 1;
                return Err(SubmitError::Refused(Error::new(ErrorKind::InvalidInput, "no such voice")));
            }
            if state.swallowed > 0 {
                state.swallowed -= 1;
                return Err(lost().into());
            }
            state.slow
        };
        let id = self.world.accept(&intent.key, &body, self.shape == Shape::Status);
        if !slow.is_zero() {
            cx.clock().sleep(slow).await;
        }
        let is_lost = {
            let mut state = self.world.state();
            let is_lost = state.lost > 0;
            state.lost = state.lost.saturating_sub(1);
            if is_lost {
                state.offline = state.offline_after;
            }
            is_lost
        };
        if is_lost && self.shape == Shape::Careless {
            return Err(SubmitError::NotSent(lost().with_retry(Retry::After(Some(Duration::ZERO)))));
        }
        if is_lost {
            Err(lost())?;
        }
        if self.kind == ModelKind::TextToAudio {
            let mut output = output(PartSource::Bytes(b"RIFF....".as_slice().into()));
            output.revision.clone_from(&self.spec.revision);
            return Ok(Submitted::Done(output));
        }
        Ok(Submitted::Running(self.job(self.ticket(id))))
    }

    fn resume(&self, ticket: JobTicket) -> Result<Job> {
        if ticket.token != json!("ours") {
            return Err(Error::new(ErrorKind::InvalidInput, "a ticket of another provider"));
        }
        Ok(self.job(ticket))
    }

    async fn reconcile(&self, _: &Context, _: &Plan, intent: &Intent) -> Result<Reconciled> {
        if !matches!(self.shape, Shape::Queue | Shape::Careless) {
            return Ok(Reconciled::CannotTell);
        }
        if self.world.state().list_down {
            return Err(Error::new(ErrorKind::Unavailable, "the list cannot be read"));
        }
        Ok(match self.world.find(&intent.key) {
            Some(id) => Reconciled::Accepted(self.ticket(id)),
            None => Reconciled::Absent { as_of: SystemTime::now() },
        })
    }
}

fn output(source: PartSource) -> Output {
    let mut output = Output::default();
    output.parts = vec![Part::new("", source)];
    output.usage = Usage::default().with_count(Count::of(PriceUnit::Request, 1.0));
    output
}

struct ToyJob {
    shape: Shape,
    world: Arc<World>,
    ticket: JobTicket,
}

#[async_trait]
impl JobDriver for ToyJob {
    fn ticket(&self) -> &JobTicket {
        &self.ticket
    }

    async fn poll(&self, _: &Context) -> Result<JobView> {
        if self.world.state().fail_jobs {
            let error = Error::new(ErrorKind::JobFailed, "out of memory");
            return Ok(JobView::new(JobStatus::Failed).with_failure(error));
        }
        let id = self.ticket.request_id.clone().unwrap_or_default();
        if self.world.state().cancelled.contains(&id) {
            return Ok(JobView::new(JobStatus::Cancelled));
        }
        if !self.world.is_done() {
            return Ok(JobView::new(JobStatus::Running { progress: None }));
        }
        let view = JobView::new(JobStatus::Succeeded);
        Ok(if self.shape == Shape::Status { view.with_output(self.made()) } else { view })
    }

    async fn fetch(&self, _: &Context) -> Result<Output> {
        Ok(self.made())
    }

    async fn cancel(&self, _: &Context) -> Result<CancelOutcome> {
        self.world.state().cancelled.push(self.ticket.request_id.clone().unwrap_or_default());
        Ok(CancelOutcome::Requested)
    }
}

impl ToyJob {
    fn made(&self) -> Output {
        let mut output = output(PartSource::Url("https://cdn.test/out.png".parse().unwrap()));
        output.request_id.clone_from(&self.ticket.request_id);
        output
    }
}

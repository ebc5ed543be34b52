//! The endpoint and the job of a bent provider.

use super::{Bend, BentProvider};
use async_trait::async_trait;
use mediagen_core::{
    BoxStream, CancelOutcome, Context, Endpoint, Error, ErrorKind, Event, Intent, Job, JobDriver, JobStatus, JobTicket,
    JobView, Layer, MediaInput, Output, PartSource, Plan, Policy, Provider, Request, Result, Retry, SchemaSource,
    SubmitError, Submitted, Uploaded,
};
use serde_json::{Value, json};
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};
use url::Url;

pub(super) struct Bent {
    inner: Arc<dyn Endpoint>,
    provider: Arc<dyn Provider>,
    bend: Option<Bend>,
    key: Arc<str>,
    memory: Mutex<Option<(String, Value)>>,
}

impl fmt::Debug for Bent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bent").field("inner", &self.inner).field("bend", &self.bend).finish_non_exhaustive()
    }
}

impl Bent {
    pub(super) fn new(inner: Arc<dyn Endpoint>, provider: &BentProvider) -> Self {
        let (key, bend) = (provider.key.as_str().into(), provider.bend);
        Self { inner, provider: Arc::clone(&provider.inner), bend, key, memory: Mutex::default() }
    }

    fn is(&self, bend: Bend) -> bool {
        self.bend == Some(bend)
    }

    fn is_stub(&self) -> bool {
        self.spec().schema.source == SchemaSource::LeftOut
    }

    fn bend_failure(&self, failure: SubmitError) -> SubmitError {
        match (failure, self.bend) {
            (SubmitError::Unknown(error), Some(Bend::UnknownAsNotSent))
            | (SubmitError::Refused(error), Some(Bend::RefusedAsNotSent)) => SubmitError::NotSent(error),
            (SubmitError::Unknown(error), Some(Bend::UnknownAsRefused))
            | (SubmitError::NotSent(error), Some(Bend::NotSentAsRefused)) => SubmitError::Refused(error),
            (SubmitError::Refused(error), Some(Bend::RefusedAsUnknown))
            | (SubmitError::NotSent(error), Some(Bend::NotSentAsUnknown)) => error.into(),
            (failure, _) => failure,
        }
    }
}

#[async_trait]
impl Layer for Bent {
    fn inner(&self) -> &Arc<dyn Endpoint> {
        &self.inner
    }

    async fn around_prepare(&self, cx: &Context, request: &Request) -> Result<Plan> {
        let mut request = request.clone();
        if self.is(Bend::UnknownFieldDropped) {
            request.policy = Policy::Adjust;
        }
        let mut plan = self.inner.prepare(cx, &request).await?;
        if self.is(Bend::NotesReported) || self.is(Bend::NotesReportedOnly) {
            plan.notes.iter().for_each(|note| cx.emit(Event::Adjusted(note.clone())));
        }
        match self.bend {
            Some(Bend::NotesReportedOnly | Bend::NotesLost) => plan.notes.clear(),
            Some(Bend::NotesRepeated) => plan.notes.extend(plan.notes.clone()),
            Some(Bend::KeyInPlan) => plan.private = json!({"authorization": *self.key}),
            Some(Bend::PlanLacksBody) => {
                let name = plan.body.keys().find(|name| plan.body[*name].is_string()).cloned();
                let kept = name.and_then(|name| plan.body.remove_entry(&name));
                *self.memory.lock().unwrap_or_else(PoisonError::into_inner) = kept;
            }
            _ => {}
        }
        Ok(plan)
    }

    async fn around_upload(&self, cx: &Context, plan: &Plan, inputs: &[MediaInput]) -> Result<Vec<Uploaded>> {
        if self.is(Bend::OtherContent) {
            return self.inner.upload(cx, plan, &[MediaInput::bytes("other", "other.png")]).await;
        }
        self.inner.upload(cx, plan, inputs).await
    }

    async fn around_submit(
        &self,
        cx: &Context,
        plan: &Plan,
        body: Value,
        intent: &Intent,
    ) -> Result<Submitted, SubmitError> {
        let (mut body, mut intent) = (body, intent.clone());
        if let (Some((name, value)), Some(fields)) =
            (self.memory.lock().unwrap_or_else(PoisonError::into_inner).clone(), body.as_object_mut())
        {
            fields.insert(name, value);
        }
        match self.bend {
            Some(Bend::StubReadsSchema) if self.is_stub() => {
                drop(self.provider.describe(cx, &self.spec().id.name).await?);
            }
            Some(Bend::StubNeedsSchema) if self.is_stub() => {
                return Err(SubmitError::NotSent(Error::new(ErrorKind::Unsupported, "the schema is not known")));
            }
            Some(Bend::SubmitsTwice) => drop(self.inner.submit(cx, plan, body.clone(), &intent).await?),
            Some(Bend::IntentDropped) => intent.key = String::new(),
            _ => {}
        }
        let submitted =
            self.inner.submit(cx, plan, body, &intent).await.map_err(|failure| self.bend_failure(failure))?;
        match &submitted {
            Submitted::Running(job) if self.is(Bend::PartIsDone) => {
                if let Some(output) = job.status(cx).await?.output {
                    return Ok(Submitted::Done(output));
                }
            }
            Submitted::Running(job) if self.is(Bend::SubmitReported) => cx.emit(Event::Submitted(job.ticket().clone())),
            _ => {}
        }
        Ok(match (submitted, self.bend) {
            (Submitted::Done(output), Some(bend)) => {
                if bend == Bend::EndReported {
                    cx.emit(Event::Completed);
                }
                Submitted::Done(bend_output(bend, &self.key, output))
            }
            (submitted, _) => submitted,
        })
    }

    fn around_job(&self, job: Job) -> Job {
        let Some(bend) = self.bend else { return job };
        job.driven_by(|inner| {
            let mut ticket = inner.ticket().clone();
            if bend == Bend::KeyInTicket {
                ticket.token = json!({"authorization": *self.key, "was": ticket.token});
            }
            Arc::new(BentJob { inner, bend, key: Arc::clone(&self.key), ticket })
        })
    }
}

fn bend_output(bend: Bend, key: &str, mut output: Output) -> Output {
    match bend {
        Bend::KeyInOutput => match output.raw.as_object_mut() {
            Some(fields) => drop(fields.insert("authorization".into(), key.into())),
            None => output.request_id = Some(key.into()),
        },
        Bend::OneFile => {
            output.parts.truncate(1);
            output.notes.clear();
        }
        Bend::InlineFilesLost => {
            let address = Url::parse("https://files.test/a.png").map(PartSource::Url);
            let address = address.unwrap_or_else(|_| PartSource::Bytes("lost".into()));
            output.parts.iter_mut().for_each(|part| part.source = address.clone());
        }
        _ => {}
    }
    output
}

struct BentJob {
    inner: Arc<dyn JobDriver>,
    bend: Bend,
    key: Arc<str>,
    ticket: JobTicket,
}

impl BentJob {
    fn error(&self, error: Error) -> Error {
        match (self.bend, error.kind()) {
            (Bend::ExpiredAsNotFound, ErrorKind::Expired) => error.with_kind(ErrorKind::NotFound),
            (Bend::BrokenBodyIsFinal, ErrorKind::Transfer | ErrorKind::Unavailable) => {
                error.with_kind(ErrorKind::InvalidResponse).with_retry(Retry::Never)
            }
            _ => error,
        }
    }
}

#[async_trait]
impl JobDriver for BentJob {
    fn ticket(&self) -> &JobTicket {
        &self.ticket
    }

    async fn poll(&self, cx: &Context) -> Result<JobView> {
        let mut view = self.inner.poll(cx).await.map_err(|error| self.error(error))?;
        view.output = view.output.map(|output| bend_output(self.bend, &self.key, output));
        view.status = match (self.bend, view.status) {
            (Bend::PartIsTheEnd, JobStatus::Running { .. }) if view.output.is_some() => JobStatus::Succeeded,
            (Bend::ProgressInvented, JobStatus::Running { .. }) => JobStatus::Running { progress: Some(0.5) },
            (Bend::ExpiredAsNotFound, JobStatus::Expired) => {
                return Err(Error::new(ErrorKind::NotFound, "there is no such job"));
            }
            (Bend::FailureWithoutReason, JobStatus::Failed) => JobStatus::Cancelled,
            (_, status) => status,
        };
        if self.bend == Bend::FailureWithoutReason {
            view.failure = None;
        }
        if self.bend == Bend::EndReported && view.status == JobStatus::Succeeded {
            cx.emit(Event::Completed);
        }
        Ok(view)
    }

    async fn watch(&self, cx: &Context) -> Result<Option<BoxStream<'static, Result<JobView>>>> {
        self.inner.watch(cx).await
    }

    async fn fetch(&self, cx: &Context) -> Result<Output> {
        let output = self.inner.fetch(cx).await.map_err(|error| self.error(error))?;
        Ok(bend_output(self.bend, &self.key, output))
    }

    async fn cancel(&self, cx: &Context) -> Result<CancelOutcome> {
        if self.bend == Bend::CancelsTwice {
            self.inner.cancel(cx).await?;
            self.inner.cancel(cx).await?;
            return Ok(CancelOutcome::Cancelled);
        }
        let outcome = self.inner.cancel(cx).await?;
        Ok(if self.bend == Bend::CancelIsSure { CancelOutcome::Cancelled } else { outcome })
    }
}

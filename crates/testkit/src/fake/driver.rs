//! The job: one call to the far end per method.

use super::{
    call::call,
    provider::{FAKE, FakeProvider},
    service::Stage,
};
use async_trait::async_trait;
use mediagen_core::{
    CancelOutcome, Context, Dispatch, Error, ErrorKind, JobDriver, JobStatus, JobTicket, JobView, LogLine, Note,
    Output, Phase, Result,
    output::{ExtractRules, parts_from_json},
};
use serde_json::Value;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(super) struct FakeDriver {
    provider: FakeProvider,
    ticket: JobTicket,
    id: String,
    /// Log lines that were returned already; the far end repeats all of them with every poll.
    returned: AtomicUsize,
}

impl FakeDriver {
    pub(super) fn new(provider: FakeProvider, ticket: JobTicket) -> Result<Self> {
        let id = ticket.request_id.clone();
        let id = id.ok_or_else(|| Error::new(ErrorKind::InvalidInput, "the ticket lacks `request_id`"))?;
        Ok(Self { provider, ticket, id, returned: AtomicUsize::new(0) })
    }

    fn output(&self, raw: Value) -> Result<Output> {
        let parts = parts_from_json(&raw, &ExtractRules::default());
        if parts.is_empty() {
            return Err(Error::new(ErrorKind::InvalidResponse, "the finished job has no files")
                .with("answer", &raw)
                .with_provider(FAKE.id.clone())
                .with_dispatch(Dispatch::Answered));
        }
        let mut output = Output::default();
        let wanted = self.ticket.token.get("count").and_then(Value::as_u64);
        if let Some(wanted) = wanted.filter(|wanted| *wanted > parts.len() as u64) {
            let why = "the provider made fewer files than requested";
            output.notes.push(Note::new("count", wanted, parts.len(), why));
        }
        output.seed = raw.get("seed").and_then(Value::as_u64);
        (output.parts, output.raw) = (parts, raw);
        output.request_id = Some(self.id.clone());
        output.inputs.clone_from(&self.ticket.inputs);
        Ok(output)
    }
}

#[async_trait]
impl JobDriver for FakeDriver {
    fn ticket(&self) -> &JobTicket {
        &self.ticket
    }

    async fn poll(&self, cx: &Context) -> Result<JobView> {
        let FakeProvider { service, key } = &self.provider;
        let (stage, lines) = call(cx, Phase::Status, || service.poll(key, &self.id)).await?;
        let returned = self.returned.fetch_max(lines.len(), Ordering::SeqCst);
        let logs = lines.into_iter().skip(returned).map(LogLine::new).collect();
        let view = match stage {
            Stage::Waiting(ahead) => JobView::new(JobStatus::Queued { position: Some(ahead) }),
            Stage::Working => JobView::new(JobStatus::Running { progress: None }),
            Stage::Partial(raw) => JobView::new(JobStatus::Running { progress: None }).with_output(self.output(raw)?),
            Stage::Done => JobView::new(JobStatus::Succeeded),
            Stage::Stopped => JobView::new(JobStatus::Cancelled),
            Stage::Broken(why) => JobView::new(JobStatus::Failed)
                .with_failure(Error::new(ErrorKind::JobFailed, why).with_dispatch(Dispatch::Answered)),
        };
        Ok(view.with_logs(logs))
    }

    async fn fetch(&self, cx: &Context) -> Result<Output> {
        let FakeProvider { service, key } = &self.provider;
        let raw = call(cx, Phase::Result, || service.result(key, &self.id)).await?;
        self.output(raw)
    }

    async fn cancel(&self, cx: &Context) -> Result<CancelOutcome> {
        let FakeProvider { service, key } = &self.provider;
        Ok(call(cx, Phase::Cancel, || service.cancel(key, &self.id)).await?)
    }
}

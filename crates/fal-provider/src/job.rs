//! A job in fal's queue.

use crate::{
    client::{Call, Fetched, JobUrls, StatusAnswer, kind_of_type, merge_status, unusable},
    output,
    provider::FalProvider,
};
use async_trait::async_trait;
use futures_util::StreamExt as _;
use mediagen_core::{
    BoxStream, CancelOutcome, Context, Error, ErrorKind, Event, JobDriver, JobStatus, JobTicket, JobView, LogLine,
    ModelKind, Output, Result, Retry,
};
use mediagen_provider_kit::output::RequestTrace;
use serde_json::Value;
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{Arc, Mutex, PoisonError},
};

/// The driver behind [`Job`](mediagen_core::Job).
pub(crate) struct FalJob {
    provider: Arc<FalProvider>,
    kind: ModelKind,
    ticket: JobTicket,
    request_id: String,
    urls: JobUrls,
    trace: RequestTrace,
    memory: Arc<Mutex<Memory>>,
}

/// What was reported before, across polls and streams.
#[derive(Default)]
struct Memory {
    /// How often each line was reported, by its hash.
    reported: HashMap<u64, u32>,
    /// Why the status says that the job failed: error and type.
    failure: Option<(String, Option<String>)>,
}

/// The lines of one poll or one stream. fal sends all lines with every poll and on a reopened stream, and only new ones
/// within a stream: a line is new when it occurred here more often than it was reported.
#[derive(Default)]
struct Seen(HashMap<u64, u32>);

impl Seen {
    fn fresh(&mut self, lines: Vec<LogLine>, memory: &Mutex<Memory>) -> Vec<LogLine> {
        let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = |line: &LogLine| {
            let mut hasher = DefaultHasher::new();
            (&line.message, &line.timestamp, &line.level).hash(&mut hasher);
            let key = hasher.finish();
            let here = self.0.entry(key).or_default();
            *here += 1;
            let reported = memory.reported.entry(key).or_default();
            *reported < *here && {
                *reported = *here;
                true
            }
        };
        lines.into_iter().filter(is_new).collect()
    }
}

impl FalJob {
    pub(crate) fn new(
        provider: Arc<FalProvider>,
        kind: ModelKind,
        ticket: JobTicket,
        request_id: String,
        urls: JobUrls,
        trace: RequestTrace,
    ) -> Self {
        let memory = Arc::default();
        Self { provider, kind, ticket, request_id, urls, trace, memory }
    }

    fn failure(&self) -> Option<(String, Option<String>)> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).failure.clone()
    }

    /// Adds the failure that only the status named: the result was an answer of success without an output.
    fn with_known_failure(&self, error: Error) -> Error {
        let Some((reason, error_type)) = self.failure() else { return error };
        let row = error_type.as_deref().and_then(kind_of_type);
        let (kind, again) = row.unwrap_or((ErrorKind::JobFailed, false));
        let retry = if again { Retry::After(None) } else { Retry::Never };
        merge_status(error.with_kind(kind).with_retry(retry), Some(&reason), error_type.as_deref())
    }
}

/// A status in core's words. A failure is reported by the result alone, so every end but a cancel is a success here.
fn view(answer: StatusAnswer, seen: &mut Seen, memory: &Mutex<Memory>) -> JobView {
    let logs = seen.fresh(answer.logs, memory);
    let status = match answer.status.as_str() {
        "IN_QUEUE" => JobStatus::Queued { position: answer.queue_position },
        // fal never says how far a job is.
        "IN_PROGRESS" => JobStatus::Running { progress: None },
        "COMPLETED" => JobStatus::Succeeded,
        other => JobStatus::Other(other.to_owned()),
    };
    if status == JobStatus::Succeeded
        && let Some(reason) = answer.error.or_else(|| answer.error_type.clone())
    {
        memory.lock().unwrap_or_else(PoisonError::into_inner).failure = Some((reason, answer.error_type));
    }
    JobView::new(status).with_logs(logs)
}

#[async_trait]
impl JobDriver for FalJob {
    fn ticket(&self) -> &JobTicket {
        &self.ticket
    }

    async fn poll(&self, cx: &Context) -> Result<JobView> {
        let answer = self.provider.client().status(cx, &self.urls, &self.request_id).await?;
        Ok(view(answer, &mut Seen::default(), &self.memory))
    }

    async fn watch(&self, cx: &Context) -> Result<Option<BoxStream<'static, Result<JobView>>>> {
        let Some(events) = self.provider.client().status_stream(cx, &self.urls, &self.request_id).await? else {
            return Ok(None);
        };
        let (memory, mut seen) = (Arc::clone(&self.memory), Seen::default());
        let id = self.request_id.clone();
        let views = events.map(move |event| {
            let event = event.map_err(|e| e.with_request_id(&id))?;
            let value: Value = serde_json::from_str(&event.data).unwrap_or_default();
            let answer = StatusAnswer::read(&value)
                .ok_or_else(|| unusable("an event of the status stream is no status", 200, Some(&id)))?;
            Ok(view(answer, &mut seen, &memory))
        });
        Ok(Some(views.boxed()))
    }

    /// The result. While fal still calls it "in progress" although the status said otherwise, it is asked for again
    /// until the run's deadline: that answer is fal's, and only here is it known.
    async fn fetch(&self, cx: &Context) -> Result<Output> {
        let client = self.provider.client();
        let mut pause = cx.poll().initial;
        let begun = cx.clock().elapsed();
        loop {
            let fetched = client.result(cx, &self.urls, &self.request_id).await;
            match fetched {
                Ok(Fetched::Here(answer)) => {
                    return output::shape()
                        .read(answer, self.kind, &self.trace)
                        .map_err(|e| self.trace.hide(self.with_known_failure(e)));
                }
                Ok(Fetched::NotYet) if cx.clock().elapsed().saturating_sub(begun) < cx.deadlines().run => {
                    cx.emit(Event::Warning("the request counts as completed but its result is not there yet".into()));
                    cx.clock().sleep(pause).await;
                    pause = cx.poll().next(pause);
                }
                Ok(Fetched::NotYet) => {
                    return Err(unusable("the result did not appear in time", 400, Some(&self.request_id))
                        .with("phase", Call::Result.phase())
                        .with_retry(Retry::After(None)));
                }
                Err(error) => {
                    client.forget_uploads(&error, &self.trace.sent).await;
                    return Err(self.trace.hide(match self.failure() {
                        Some((reason, error_type)) => merge_status(error, Some(&reason), error_type.as_deref()),
                        None => error,
                    }));
                }
            }
        }
    }

    async fn cancel(&self, cx: &Context) -> Result<CancelOutcome> {
        self.provider.client().cancel(cx, &self.urls, &self.request_id).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(texts: &[&str]) -> Vec<LogLine> {
        texts.iter().map(|text| LogLine::new(*text)).collect()
    }

    #[test]
    fn lines_come_once_over_polls_streams_and_reopenings() {
        let memory = Mutex::default();
        let fresh = |seen: &mut Seen, texts: &[&str]| {
            seen.fresh(lines(texts), &memory).into_iter().map(|l| l.message).collect::<Vec<_>>()
        };
        let mut stream = Seen::default();
        assert_eq!(fresh(&mut stream, &["a", "step"]), ["a", "step"]);
        assert_eq!(fresh(&mut stream, &["step"]), ["step"], "the same words again within a stream are a new line");
        let mut reopened = Seen::default();
        assert_eq!(fresh(&mut reopened, &["a", "step"]), [""; 0], "a replay");
        assert_eq!(fresh(&mut reopened, &["step", "step"]), ["step"], "one of them is the replay's");
        assert_eq!(fresh(&mut Seen::default(), &["a", "step", "step", "step", "b"]), ["b"], "a poll has all of them");
    }
}

//! Its answers: outputs, usage in two units, jobs, refusals.

use crate::provider::INFO;
use mediagen::{
    core::{
        Count, Dispatch, Error, ErrorKind, FieldProblem, JobStatus, JobView, ModelSpec, Note, Output, PriceUnit,
        Result, Retry, SubmitError, Usage,
        output::{ExtractRules, parts_from_json},
    },
    http::HttpResponse,
};
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;

/// Largest answer, in bytes.
pub(crate) const LIMIT: usize = 4 << 20;

/// One call, and the time of the machine that it took.
fn usage(compute_seconds: f64) -> Usage {
    Usage::default()
        .with_count(Count::of(PriceUnit::Request, 1.0))
        .with_count(Count::of(PriceUnit::ComputeSecond, compute_seconds))
}

/// What the headers of an answer at once say about it.
pub(crate) fn facts(response: &HttpResponse, spec: &ModelSpec) -> Output {
    let mut output = Output::default();
    output.request_id = response.header("x-call").map(str::to_owned);
    output.revision = response.header("x-revision").map(str::to_owned).or_else(|| spec.revision.clone());
    let seconds = response.header("x-compute-seconds").and_then(|text| text.parse().ok());
    output.usage = seconds.map(usage).unwrap_or_default();
    output
}

/// The files of `output.raw`, which is an address or a list of them, and a note where there are fewer than `wanted`.
pub(crate) fn fill(output: &mut Output, wanted: Option<u64>) -> Result<()> {
    output.parts = parts_from_json(&output.raw, &ExtractRules::default().with_bare_strings());
    if output.parts.is_empty() {
        return Err(unreadable("the answer has no file"));
    }
    let came = output.parts.len();
    if let Some(wanted) = wanted.filter(|wanted| *wanted > came as u64) {
        output.notes.push(Note::new("count", wanted, came, "the provider made fewer files than requested"));
    }
    Ok(())
}

/// A job, the same in every answer.
#[derive(Deserialize)]
pub(crate) struct JobResource {
    pub(crate) id: String,
    state: String,
    #[serde(default)]
    output: Value,
    compute_seconds: Option<f64>,
    reason: Option<String>,
}

impl JobResource {
    fn output(&self, revision: Option<&str>) -> Result<Output> {
        let mut output = Output::default();
        output.raw = self.output.clone();
        output.request_id = Some(self.id.clone());
        output.revision = revision.map(str::to_owned);
        output.usage = self.compute_seconds.map(usage).unwrap_or_default();
        fill(&mut output, None)?;
        Ok(output)
    }

    pub(crate) fn view(&self, revision: Option<&str>) -> Result<JobView> {
        let failed = |kind, text: &str| answered(kind, text.to_owned()).with_request_id(&self.id);
        Ok(match self.state.as_str() {
            "queued" => JobView::new(JobStatus::Queued { position: None }),
            "running" => match self.output(revision) {
                // A preview: the job goes on.
                Ok(preview) => JobView::new(JobStatus::Running { progress: None }).with_output(preview),
                Err(_) => JobView::new(JobStatus::Running { progress: None }),
            },
            "done" => JobView::new(JobStatus::Succeeded).with_output(self.output(revision)?),
            "expired" => JobView::new(JobStatus::Expired),
            "refused" => JobView::new(JobStatus::Failed)
                .with_failure(failed(ErrorKind::ContentRejected, "the filter refused the request")),
            "failed" => {
                let reason = self.reason.as_deref().unwrap_or("the job failed without a reason");
                JobView::new(JobStatus::Failed).with_failure(failed(ErrorKind::JobFailed, reason))
            }
            other => JobView::new(JobStatus::Other(other.to_owned())),
        })
    }
}

fn answered(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(kind, message).with_dispatch(Dispatch::Answered).with_provider(INFO.id.clone())
}

pub(crate) fn unreadable(message: impl Into<Cow<'static, str>>) -> Error {
    answered(ErrorKind::InvalidResponse, message)
}

/// A paid call without an answer.
pub(crate) fn unsent_or_unknown(error: Error) -> SubmitError {
    match error.dispatch() {
        Dispatch::NotSent => SubmitError::NotSent(error),
        _ => SubmitError::Unknown(error),
    }
}

/// The answer to a paid call, where it is one of acceptance.
pub(crate) async fn accepted(response: HttpResponse) -> Result<HttpResponse, SubmitError> {
    match response.status() {
        200..=299 => Ok(response),
        429 => Err(SubmitError::NotSent(refusal(response).await)),
        408 | 500.. => Err(SubmitError::Unknown(refusal(response).await)),
        _ => Err(SubmitError::Refused(refusal(response).await)),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Refusal {
    code: Option<String>,
    field: Option<String>,
    message: Option<String>,
}

/// The error for an answer that is not a success.
pub(crate) async fn refusal(response: HttpResponse) -> Error {
    let (status, exhausted) = (response.status(), response.exhausted());
    let Refusal { code, field, message } = serde_json::from_str(&response.text_excerpt(4096).await).unwrap_or_default();
    let kind = match status {
        401 => ErrorKind::Unauthenticated,
        402 => ErrorKind::QuotaExceeded,
        404 => ErrorKind::NotFound,
        422 if code.as_deref() == Some("filtered") => ErrorKind::ContentRejected,
        422 => ErrorKind::InvalidInput,
        429 => ErrorKind::RateLimited,
        500.. => ErrorKind::Unavailable,
        _ => ErrorKind::InvalidResponse,
    };
    let message = message.unwrap_or_else(|| format!("it answered {status}"));
    let error = answered(kind, message.clone()).with_http_status(status);
    let error = if exhausted { error.with_retry(Retry::Exhausted) } else { error };
    match field {
        Some(field) => error.with_field(FieldProblem::new(field, message)),
        None => error,
    }
}

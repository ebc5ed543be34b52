//! What it answers: the job resource, and refusals.

use super::provider::CARRY;
use mediagen_core::{
    Dispatch, Error, ErrorKind, FieldProblem, JobStatus, JobView, Note, Output, Result, Retry,
    output::{ExtractRules, parts_from_json},
};
use mediagen_http::HttpResponse;
use serde::Deserialize;
use serde_json::Value;

/// A job, the same in every answer.
#[derive(Debug, Deserialize)]
pub(super) struct JobResource {
    pub(super) id: String,
    status: String,
    #[serde(default)]
    output: Value,
    error: Option<String>,
}

impl JobResource {
    /// The output of a job that is done. One next to another status is only a part of what will come, and one that makes no
    /// sense is for the poll of the job to report, which has the ticket.
    pub(super) fn finished(&self, wanted: Option<u64>) -> Option<Output> {
        if self.status == "done" { self.output(wanted).ok() } else { None }
    }

    /// The files, and a note where there are fewer than `wanted`.
    pub(super) fn output(&self, wanted: Option<u64>) -> Result<Output> {
        let parts = parts_from_json(&self.output, &ExtractRules::default().with_bare_strings());
        if parts.is_empty() {
            return Err(answered(ErrorKind::InvalidResponse, "the finished job has no files")
                .with("answer", &self.output)
                .with_request_id(&self.id));
        }
        let mut output = Output::default();
        if let Some(wanted) = wanted.filter(|wanted| *wanted > parts.len() as u64) {
            let why = "the provider made fewer files than requested";
            output.notes.push(Note::new("count", wanted, parts.len(), why));
        }
        (output.parts, output.raw) = (parts, self.output.clone());
        output.request_id = Some(self.id.clone());
        Ok(output)
    }

    pub(super) fn view(&self, wanted: Option<u64>) -> Result<JobView> {
        Ok(match self.status.as_str() {
            // It does not say how many are ahead.
            "waiting" => JobView::new(JobStatus::Queued { position: None }),
            "working" => {
                let view = JobView::new(JobStatus::Running { progress: None });
                match self.output(None) {
                    Ok(part) => view.with_output(part),
                    Err(_) => view,
                }
            }
            "expired" => JobView::new(JobStatus::Expired),
            "done" => JobView::new(JobStatus::Succeeded).with_output(self.output(wanted)?),
            "failed" => {
                let why = self.error.clone().unwrap_or_else(|| "the job failed without a reason".into());
                let kind = if why.contains("filter") { ErrorKind::ContentRejected } else { ErrorKind::JobFailed };
                let failure = answered(kind, why).with_request_id(&self.id);
                JobView::new(JobStatus::Failed).with_failure(failure)
            }
            other => JobView::new(JobStatus::Other(other.to_owned())),
        })
    }
}

fn answered(kind: ErrorKind, message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(kind, message).with_dispatch(Dispatch::Answered).with_provider(CARRY.id.clone())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Refusal {
    field: Option<String>,
    message: Option<String>,
}

/// The error for an answer that is not a success.
pub(super) async fn refusal(response: HttpResponse) -> Error {
    let (status, exhausted) = (response.status(), response.exhausted());
    let kind = match status {
        401 => ErrorKind::Unauthenticated,
        402 => ErrorKind::QuotaExceeded,
        404 => ErrorKind::NotFound,
        422 => ErrorKind::InvalidInput,
        429 => ErrorKind::RateLimited,
        500.. => ErrorKind::Unavailable,
        _ => ErrorKind::InvalidResponse,
    };
    let Refusal { field, message } = serde_json::from_str(&response.text_excerpt(4096).await).unwrap_or_default();
    let message = message.unwrap_or_else(|| format!("it answered {status}"));
    let error = answered(kind, message.clone()).with_http_status(status);
    let error = if exhausted { error.with_retry(Retry::Exhausted) } else { error };
    match field {
        Some(field) => error.with_field(FieldProblem::new(field, message)),
        None => error,
    }
}

//! The queue: submit, status, status stream, result, cancel (protocol 2.2 to 2.9).

use super::{
    Call, FalClient, Handling, JobUrls, SMALL_LIMIT, STATUS_LIMIT,
    error::submit_unknown,
    ours, refused, request_id,
    run::answer,
    unusable,
    wire::{StatusAnswer, SubmitAnswer},
};
use crate::id::EndpointId;
use http::header;
use mediagen_core::{BoxStream, CancelOutcome, Context, Phase, Result, SubmitError};
use mediagen_http::{HttpRequest, Repeat, SseEvent};
use mediagen_provider_kit::{call::whole_body, config::join, outcome, output::Answer};
use serde_json::Value;

/// The answer for a job whose end the status told too early (protocol 2.8).
const IN_PROGRESS: &str = "still in progress";

/// A result, or the news that there is none yet.
#[derive(Debug)]
pub(crate) enum Fetched {
    Here(Answer),
    NotYet,
}

impl FalClient {
    /// The paid call. It leaves once: again only when it surely did not leave, or was refused before the start.
    pub(crate) async fn submit(
        &self,
        cx: &Context,
        id: &EndpointId,
        body: &Value,
        handling: &Handling,
    ) -> Result<SubmitAnswer, SubmitError> {
        self.need_key().map_err(SubmitError::NotSent)?;
        let mut url = join(&self.bases.queue, &[id.as_str()]);
        if !handling.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&handling.query);
        }
        let request = HttpRequest::post(url, Phase::Submit).json(body).map_err(SubmitError::NotSent)?;
        let request = handling.headers_of(request.repeat(Repeat::Once)).map_err(SubmitError::NotSent)?;
        let response = self.ask(cx, Call::Submit, request, None).await.map_err(outcome::paid)?;
        let (status, header_id) = (response.status(), request_id(&response));
        // From here on a job exists: whatever cannot be read leaves its fate unknown.
        let value = response.json::<Value>(SMALL_LIMIT).await;
        let value = value.map_err(|e| submit_unknown(ours(e, header_id.as_deref())))?;
        let unread = || unusable("fal accepted the request without a request id", status, header_id.as_deref());
        Ok(SubmitAnswer::read(&value).ok_or_else(|| submit_unknown(unread()))?)
    }

    /// One look at a job, with the lines that it wrote so far.
    pub(crate) async fn status(&self, cx: &Context, urls: &JobUrls, job: &str) -> Result<StatusAnswer> {
        self.need_key()?;
        let once = || async {
            let request = HttpRequest::get(with_logs(urls.status.clone()), Phase::Status);
            let response = self.ask(cx, Call::Status, request, Some(job)).await?;
            let status = response.status();
            let value: Value = response.json(STATUS_LIMIT).await.map_err(|e| ours(e, Some(job)))?;
            StatusAnswer::read(&value)
                .ok_or_else(|| unusable("the status of the request is no object", status, Some(job)))
        };
        whole_body(cx, Phase::Status, once).await
    }

    /// The stream of changes; `None` where there is none, and polling has to do.
    pub(crate) async fn status_stream(
        &self,
        cx: &Context,
        urls: &JobUrls,
        job: &str,
    ) -> Result<Option<BoxStream<'static, Result<SseEvent>>>> {
        self.need_key()?;
        let request = HttpRequest::get(with_logs(urls.stream()), Phase::Status)
            .header(header::ACCEPT, "text/event-stream")
            // Polling is the second attempt.
            .repeat(Repeat::Never);
        let response = self.http.send(cx, request).await.map_err(|e| ours(e, Some(job)))?;
        if matches!(response.status(), 404 | 405 | 406 | 501) {
            return Ok(None);
        }
        if !response.is_success() {
            return Err(refused(Call::Status, response, Some(job)).await);
        }
        let is_stream = response.header("content-type").is_some_and(|t| t.starts_with("text/event-stream"));
        Ok(is_stream.then(|| response.into_events()))
    }

    /// The finished job's own answer.
    pub(crate) async fn result(&self, cx: &Context, urls: &JobUrls, job: &str) -> Result<Fetched> {
        self.need_key()?;
        let once = || async {
            let request = HttpRequest::get(urls.response.clone(), Phase::Result);
            match self.ask(cx, Call::Result, request, Some(job)).await {
                // No answer of a model: the gateway accepted the question, as it does with a status on the way.
                Ok(response) if response.status() == 202 => Ok(Fetched::NotYet),
                Ok(response) => answer(response, Some(job)).await.map(Fetched::Here),
                Err(error) if error.http_status() == Some(400) && error.message().contains(IN_PROGRESS) => {
                    Ok(Fetched::NotYet)
                }
                Err(error) => Err(error),
            }
        };
        whole_body(cx, Phase::Result, once).await
    }

    /// Asks to stop (protocol 2.9).
    pub(crate) async fn cancel(&self, cx: &Context, urls: &JobUrls, job: &str) -> Result<CancelOutcome> {
        self.need_key()?;
        let request = HttpRequest::put(urls.cancel.clone(), Phase::Cancel);
        match self.ask(cx, Call::Cancel, request, Some(job)).await {
            // The newest reference calls 200 with OK a removal from the queue; everything else is a wish.
            Ok(response) if response.status() == 200 => {
                let value: Value = response.json(SMALL_LIMIT).await.unwrap_or_default();
                let removed = value.get("status").and_then(Value::as_str) == Some("OK");
                Ok(if removed { CancelOutcome::Cancelled } else { CancelOutcome::Requested })
            }
            Ok(_) => Ok(CancelOutcome::Requested),
            Err(error) if error.http_status() == Some(400) && error.message().contains("ALREADY_COMPLETED") => {
                Ok(CancelOutcome::AlreadyFinished)
            }
            Err(error) => Err(error),
        }
    }
}

fn with_logs(mut url: url::Url) -> url::Url {
    url.set_query(Some("logs=1"));
    url
}

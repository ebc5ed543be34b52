//! Synchronous runs, and answers that are a model's own (protocol 2.8, 3.1).

use super::{Call, FalClient, Handling, RESULT_LIMIT, error::submit_unknown, ours, request_id, retry::FalTable};
use crate::id::EndpointId;
use mediagen_core::{Context, Count, Phase, Result, SubmitError, Usage};
use mediagen_http::{HttpRequest, HttpResponse, Repeat};
use mediagen_provider_kit::{config::join, outcome, output::Answer};
use serde_json::Value;
use std::sync::Arc;

/// Reads an answer of success; `job` is the request id where one is known.
pub(super) async fn answer(response: HttpResponse, job: Option<&str>) -> Result<Answer> {
    let request_id = job.map(str::to_owned).or_else(|| request_id(&response));
    let units = response.header("x-fal-billable-units").and_then(|text| text.trim().parse().ok());
    let answer = Answer::read(response, RESULT_LIMIT).await.map_err(|e| ours(e, request_id.as_deref()))?;
    // fal counts in the unit of the endpoint's price.
    let usage = match units.filter(|n: &f64| n.is_finite() && *n >= 0.0) {
        Some(units) => Usage::default().with_count(Count::billed(units)),
        None => Usage::default(),
    };
    Ok(answer.with_request_id(request_id).with_usage(usage))
}

impl FalClient {
    /// The paid call that answers the output. It leaves once, as a submission does; a lost connection is paid for.
    pub(crate) async fn run(
        &self,
        cx: &Context,
        id: &EndpointId,
        body: &Value,
        handling: &Handling,
    ) -> Result<Answer, SubmitError> {
        self.need_key().map_err(SubmitError::NotSent)?;
        let url = join(&self.bases.run, &[id.as_str()]);
        let request = HttpRequest::post(url, Phase::Submit).json(body).map_err(SubmitError::NotSent)?;
        let request = request.repeat(Repeat::Once).classify(Arc::new(FalTable::Run));
        // The headers come when the work is done.
        let request = handling.headers_of(request).map_err(SubmitError::NotSent)?.timeout(cx.deadlines().total);
        let response = self.ask(cx, Call::Run, request, None).await.map_err(outcome::paid)?;
        let id = request_id(&response);
        Ok(answer(response, None).await.map_err(|e| submit_unknown(ours(e, id.as_deref())))?)
    }
}

//! Synchronous runs, and answers that are a model's own (protocol 2.8, 3.1).

use super::{Call, FalClient, Handling, RESULT_LIMIT, error::submit_unknown, ours, request_id, retry::FalTable};
use crate::id::EndpointId;
use bytes::Bytes;
use mediagen_core::{BoxStream, Context, Phase, Result, SubmitError};
use mediagen_http::{HttpRequest, HttpResponse, Repeat};
use mediagen_provider_kit::{config::join, outcome};
use serde_json::Value;
use std::{fmt, sync::Arc};

/// What a model answered.
pub(crate) struct Answer {
    /// Its JSON; null where it answered a file.
    pub(crate) value: Value,
    /// Its bytes, where it answered a file: media type and content.
    pub(crate) file: Option<(String, BoxStream<'static, Result<Bytes>>)>,
    pub(crate) request_id: Option<String>,
    /// What fal bills for it, in the model's own units.
    pub(crate) billable_units: Option<f64>,
    pub(crate) status: u16,
}

impl Answer {
    /// Reads an answer of success; the JSON is bounded, a file arrives while it is read.
    pub(super) async fn read(response: HttpResponse, job: Option<&str>) -> Result<Self> {
        let request_id = job.map(str::to_owned).or_else(|| request_id(&response));
        let units = response.header("x-fal-billable-units").and_then(|text| text.trim().parse().ok());
        let billable_units = units.filter(|n: &f64| n.is_finite() && *n >= 0.0);
        let status = response.status();
        let media_type = response.header("content-type").unwrap_or_default().to_owned();
        let is_file = ["image/", "video/", "audio/", "model/"].iter().any(|kind| media_type.starts_with(kind));
        let mut answer = Self { value: Value::Null, file: None, request_id, billable_units, status };
        if is_file {
            answer.file = Some((media_type, response.into_stream()));
        } else {
            let value = response.json(RESULT_LIMIT).await;
            answer.value = value.map_err(|e| ours(e, answer.request_id.as_deref()))?;
        }
        Ok(answer)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("request_id", &self.request_id).finish_non_exhaustive()
    }
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
        Ok(Answer::read(response, None).await.map_err(|e| submit_unknown(ours(e, id.as_deref())))?)
    }
}

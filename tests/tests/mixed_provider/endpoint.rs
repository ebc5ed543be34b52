//! One type for three kinds, each with what it can do: images and speech at once, videos as jobs.

use crate::{
    provider::{Mixed, names},
    wire::{self, JobResource},
};
use async_trait::async_trait;
use mediagen::{
    core::{
        Caps, Context, Endpoint, Error, ErrorKind, Flow, Intent, Job, JobDriver, JobTicket, JobView, MappedBy,
        Measured, MediaInput, ModelKind, ModelSpec, Output, Part, PartSource, Phase, Place, Plan, PriceUnit, Quantity,
        Request, Result, Slot, SubmitError, Submitted, UnitCount, UploadCaps, Uploaded, pointer,
    },
    http::{FormPart, HttpRequest, HttpResponse, Multipart},
};
use mediagen_params::{Dialect, map, places, prompt_limit};
use mediagen_provider_kit::LocalInput;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Debug)]
pub(crate) struct MixedEndpoint {
    provider: Mixed,
    spec: Arc<ModelSpec>,
    kind: ModelKind,
}

impl MixedEndpoint {
    pub(crate) fn new(provider: Mixed, spec: Arc<ModelSpec>, kind: ModelKind) -> Self {
        Self { provider, spec, kind }
    }

    fn job(&self, ticket: JobTicket) -> Result<Job> {
        let id = ticket.request_id.as_deref();
        let id = id.ok_or_else(|| Error::new(ErrorKind::InvalidInput, "the ticket lacks `request_id`"))?;
        let path = format!("videos/{id}");
        Ok(Job::new(VideoJob { provider: self.provider.clone(), ticket, path }))
    }

    /// The answer of a model that answers at once.
    async fn done(&self, plan: &Plan, response: HttpResponse) -> Result<Output> {
        let mut output = wire::facts(&response, &self.spec);
        if self.kind == ModelKind::TextToAudio {
            let media_type = response.header("content-type").unwrap_or_default().to_owned();
            if !media_type.starts_with("audio/") {
                return Err(wire::unreadable(format!("speech was expected, `{media_type}` came")));
            }
            let content = response.bytes(wire::LIMIT).await?;
            let mut part = Part::new("", PartSource::Bytes(content));
            part.media_type = Some(media_type);
            output.parts = vec![part];
            return Ok(output);
        }
        output.raw = response.json(wire::LIMIT).await?;
        wire::fill(&mut output, plan.body.get("pieces").and_then(Value::as_u64))?;
        Ok(output)
    }
}

/// Its own names, and no rules.
fn dialect() -> Dialect<'static> {
    Dialect::new(names(), Vec::new())
}

#[derive(Deserialize)]
struct Stored {
    /// A name, which means something to this service and is not an address.
    file: String,
}

#[async_trait]
impl Endpoint for MixedEndpoint {
    fn spec(&self) -> &Arc<ModelSpec> {
        &self.spec
    }

    fn kind(&self) -> ModelKind {
        self.kind
    }

    fn caps(&self) -> Caps {
        match self.kind {
            ModelKind::ImageToVideo => Caps::new(Flow::Job).with(|caps| {
                caps.resume = true;
                caps.upload = Some(UploadCaps::new());
            }),
            _ => Caps::new(Flow::Done),
        }
    }

    fn fields(&self) -> Vec<Place> {
        places(self.kind, &self.spec.schema, &dialect())
    }

    fn prompt_limit(&self) -> Option<u64> {
        prompt_limit(self.kind, &self.spec.schema, &dialect())
    }

    async fn prepare(&self, _: &Context, request: &Request) -> Result<Plan> {
        let mut measured = Vec::new();
        for input in &request.inputs {
            let mut one = Measured::from(input);
            if let Some(local) = LocalInput::open(&input.media).await? {
                local.check_role(input.role)?;
                one.blake3 = local.hash.map(|hash| hash.to_hex().to_string());
                one.facts = local.facts;
                one.facts.media_type = Some(local.media_type);
            }
            measured.push(one);
        }
        let facts: Vec<_> = measured.iter().map(|one| Some(one.facts.clone())).collect();
        let mapped = map(request, self.kind, &self.spec.schema, &dialect(), &facts)?;
        let mut body = mapped.body;
        let slots: Vec<Slot> =
            mapped.uploads.into_iter().map(|slot| Slot::new(slot.input, slot.role, slot.pointer)).collect();
        for slot in &slots {
            if let Some(place) = pointer::get_mut(&mut body, &slot.pointer) {
                *place = Value::Null;
            }
        }
        Ok(Plan::new(self.spec.id.clone(), self.kind, body)
            .with_inputs(measured)
            .with_slots(slots)
            .with_notes(mapped.notes)
            .with_quantities(vec![UnitCount::new(PriceUnit::Request, Ok(Quantity::exact(1.0, "1 request")))])
            .with_private(self.spec.private.clone())
            .with_mapped_by(MappedBy::new(env!("CARGO_PKG_VERSION"))))
    }

    async fn upload(&self, cx: &Context, plan: &Plan, inputs: &[MediaInput]) -> Result<Vec<Uploaded>> {
        let mut uploads = Vec::new();
        for (slot, measured) in plan.uploads() {
            let gone = || Error::new(ErrorKind::InputGone, format!("the input `{}` is not there", measured.name));
            let media = inputs.get(slot.input).ok_or_else(gone)?;
            let local = LocalInput::open(media).await?.ok_or_else(gone)?;
            let part = FormPart::new(local.body().clone())
                .with_file_name(local.name.as_str())
                .with_media_type(local.media_type.as_str());
            let call = HttpRequest::post(self.provider.url("files")?, Phase::Upload);
            let call = call.multipart(Multipart::new().part("file", part))?;
            let stored: Stored = self.provider.send(cx, call).await?.json(wire::LIMIT).await?;
            let mut uploaded = Uploaded::new(slot.input, stored.file);
            uploaded.blake3 = local.hash.map(|hash| hash.to_hex().to_string());
            uploads.push(uploaded);
        }
        Ok(uploads)
    }

    async fn submit(&self, cx: &Context, plan: &Plan, body: Value, _: &Intent) -> Result<Submitted, SubmitError> {
        // Nothing has left before the call.
        let lost = || SubmitError::NotSent(Error::new(ErrorKind::Config, "the plan lacks its route"));
        let route = plan.private.get("route").and_then(Value::as_str).ok_or_else(lost)?;
        let url = self.provider.url(route).map_err(SubmitError::NotSent)?;
        let body = json!({"model": &*self.spec.id.name, "input": body});
        let call = HttpRequest::post(url, Phase::Submit).json(&body).map_err(SubmitError::NotSent)?;
        let response = self.provider.pay(cx, call).await?;
        if self.kind != ModelKind::ImageToVideo {
            return Ok(Submitted::Done(self.done(plan, response).await?));
        }
        let resource: JobResource = response.json(wire::LIMIT).await?;
        let token = json!({"revision": self.spec.revision});
        let ticket = JobTicket::new(self.spec.id.clone(), self.kind, Some(resource.id), token);
        Ok(Submitted::Running(self.job(ticket.with_inputs(&plan.inputs))?))
    }

    fn resume(&self, ticket: JobTicket) -> Result<Job> {
        if self.kind != ModelKind::ImageToVideo {
            let text = format!("`{}` answers at once and has no jobs", self.spec.id);
            return Err(Error::new(ErrorKind::Unsupported, text));
        }
        if ticket.model != self.spec.id || ticket.kind != self.kind {
            let text = format!("the ticket is for {} as {}", ticket.model, ticket.kind);
            return Err(Error::new(ErrorKind::InvalidInput, text));
        }
        self.job(ticket)
    }
}

struct VideoJob {
    provider: Mixed,
    ticket: JobTicket,
    path: String,
}

#[async_trait]
impl JobDriver for VideoJob {
    fn ticket(&self) -> &JobTicket {
        &self.ticket
    }

    async fn poll(&self, cx: &Context) -> Result<JobView> {
        let call = HttpRequest::get(self.provider.url(&self.path)?, Phase::Status);
        let resource: JobResource = self.provider.send(cx, call).await?.json(wire::LIMIT).await?;
        let revision = self.ticket.token.get("revision").and_then(Value::as_str);
        resource.view(revision)
    }
}

//! The endpoint and its jobs.

use super::{answer::JobResource, provider::CarryProvider};
use async_trait::async_trait;
use mediagen_core::{
    Caps, Context, Endpoint, Error, ErrorKind, FieldProblem, Flow, Intent, Job, JobDriver, JobTicket, JobView,
    MappedBy, Measured, MediaInput, ModelKind, ModelSpec, Note, Phase, Plan, Policy, ProblemCode, Request, Result,
    SubmitError, Submitted,
};
use mediagen_http::HttpRequest;
use serde_json::{Value, json};
use std::sync::Arc;

/// Largest answer to a job call, in bytes.
const LIMIT: usize = 1 << 20;

/// A model, bound for a kind. It has no schema, so what it is given goes out as it is.
#[derive(Debug, Clone)]
pub struct CarryEndpoint {
    provider: CarryProvider,
    spec: Arc<ModelSpec>,
    kind: ModelKind,
}

impl CarryEndpoint {
    /// The model of `spec` as `kind`, without a registry.
    pub fn new(provider: CarryProvider, spec: Arc<ModelSpec>, kind: ModelKind) -> Self {
        Self { provider, spec, kind }
    }

    fn job(&self, ticket: JobTicket) -> Result<Job> {
        let id = ticket.request_id.as_deref();
        let id = id.ok_or_else(|| Error::new(ErrorKind::InvalidInput, "the ticket lacks `request_id`"))?;
        let path = format!("models/{}/jobs/{id}", ticket.model.name);
        Ok(Job::new(CarryDriver { provider: self.provider.clone(), ticket, path }))
    }
}

/// How many files were requested: that outlives the process in the ticket.
fn wanted(token: &Value) -> Option<u64> {
    token.get("count")?.as_u64()
}

#[async_trait]
impl Endpoint for CarryEndpoint {
    fn spec(&self) -> &Arc<ModelSpec> {
        &self.spec
    }

    fn kind(&self) -> ModelKind {
        self.kind
    }

    fn caps(&self) -> Caps {
        Caps::new(Flow::Either).with(|caps| caps.resume = true)
    }

    async fn prepare(&self, _: &Context, request: &Request) -> Result<Plan> {
        if let Some(input) = request.inputs.iter().find(|input| input.media.needs_upload()) {
            let problem = FieldProblem::new(input.role.as_str(), "only addresses are taken")
                .with_code(ProblemCode::Media)
                .with_give(input.role.as_str());
            return Err(Error::new(ErrorKind::Unsupported, "it has no storage for files").with_field(problem));
        }
        let unknown = request.extra.keys().next().filter(|_| request.policy == Policy::Strict);
        if let Some(name) = unknown {
            let problem = FieldProblem::new(name, "nothing is known about this field").with_code(ProblemCode::Unknown);
            return Err(Error::new(ErrorKind::InvalidInput, "the model has no schema").with_field(problem));
        }
        let mut input = request.options.to_map();
        input.extend(request.prompt.as_ref().map(|prompt| ("prompt".to_owned(), json!(prompt))));
        for given in &request.inputs {
            if let MediaInput::Url(url) = &given.media {
                input.insert(given.role.as_str().to_owned(), json!(url));
            }
        }
        input.extend(request.extra.clone());
        let unchecked = "passed on unchecked: the model has no schema";
        let note = |(name, value): (&String, &Value)| Note::new(name, value.clone(), value.clone(), unchecked);
        Ok(Plan::new(self.spec.id.clone(), self.kind, input)
            .with_inputs(request.inputs.iter().map(Measured::from).collect())
            .with_notes(request.extra.iter().map(note).collect())
            .with_mapped_by(MappedBy::new(env!("CARGO_PKG_VERSION"))))
    }

    async fn submit(&self, cx: &Context, plan: &Plan, body: Value, _: &Intent) -> Result<Submitted, SubmitError> {
        // Nothing has left before the call: what fails up to here is safe to send again.
        let body = json!({"model": &*self.spec.id.name, "input": body});
        let url = self.provider.url("jobs").map_err(SubmitError::NotSent)?;
        let call = HttpRequest::post(url, Phase::Submit).json(&body).map_err(SubmitError::NotSent)?;
        let response = self.provider.submit(cx, call).await?;
        // An answer that cannot be read may have been an acceptance.
        let resource: JobResource = response.json(LIMIT).await?;
        let token = json!({"count": plan.body.get("count")});
        if let Some(output) = resource.finished(wanted(&token)) {
            return Ok(Submitted::Done(output));
        }
        let ticket = JobTicket::new(self.spec.id.clone(), self.kind, Some(resource.id), token);
        Ok(Submitted::Running(self.job(ticket.with_inputs(&plan.inputs))?))
    }

    fn resume(&self, ticket: JobTicket) -> Result<Job> {
        if ticket.model != self.spec.id || ticket.kind != self.kind {
            let text = format!("the ticket is for {} as {}", ticket.model, ticket.kind);
            return Err(Error::new(ErrorKind::InvalidInput, text));
        }
        self.job(ticket)
    }
}

struct CarryDriver {
    provider: CarryProvider,
    ticket: JobTicket,
    path: String,
}

#[async_trait]
impl JobDriver for CarryDriver {
    fn ticket(&self) -> &JobTicket {
        &self.ticket
    }

    async fn poll(&self, cx: &Context) -> Result<JobView> {
        let call = HttpRequest::get(self.provider.url(&self.path)?, Phase::Status);
        let resource: JobResource = self.provider.send(cx, call).await?.json(LIMIT).await?;
        resource.view(wanted(&self.ticket.token))
    }
}

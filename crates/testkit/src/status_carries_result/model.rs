//! The model and its jobs.

use super::{
    answer::JobResource,
    provider::{CARRY, CarryProvider},
};
use async_trait::async_trait;
use mediagen_core::{
    Context, Error, ErrorKind, Event, Job, JobDriver, JobTicket, JobView, Kind, KindOutput as _, KindRequest as _,
    MediaModel, Model, ModelSpec, ModelType, Phase, ProviderInfo, Result, Submitted,
};
use mediagen_http::HttpRequest;
use serde_json::{Value, json};
use std::sync::Arc;

/// Largest answer to a job call, in bytes.
const LIMIT: usize = 1 << 20;

/// A model.
#[derive(Debug, Clone)]
pub struct CarryModel {
    provider: CarryProvider,
    spec: Arc<ModelSpec>,
}

impl CarryModel {
    /// The model of `spec`, without a registry.
    pub fn new(provider: CarryProvider, spec: Arc<ModelSpec>) -> Self {
        Self { provider, spec }
    }

    fn job<K: Kind>(&self, ticket: JobTicket) -> Result<Job<K>> {
        let id = ticket.request_id.as_deref();
        let id = id.ok_or_else(|| Error::new(ErrorKind::InvalidInput, "the ticket lacks `request_id`"))?;
        let path = format!("models/{}/jobs/{id}", ticket.model.name);
        Ok(Job::new(CarryDriver { provider: self.provider.clone(), ticket, path }))
    }
}

impl Model for CarryModel {
    fn spec(&self) -> &ModelSpec {
        &self.spec
    }
}

impl ModelType for CarryModel {
    type Provider = CarryProvider;
    const PROVIDER: &'static ProviderInfo = &CARRY;
    fn bind(provider: Arc<CarryProvider>, spec: Arc<ModelSpec>) -> Result<Self> {
        Ok(Self::new(CarryProvider::clone(&provider), spec))
    }
}

#[async_trait]
impl<K: Kind> MediaModel<K> for CarryModel {
    async fn submit(&self, cx: &Context, request: K::Request) -> Result<Submitted<K>> {
        let request = request.into_request();
        let mut input = request.options.to_map();
        input.extend(request.prompt.map(|prompt| ("prompt".to_owned(), json!(prompt))));
        input.extend(request.extra);
        let body = json!({"model": &*self.spec.id.name, "input": input});
        let call = HttpRequest::post(self.provider.url("jobs")?, Phase::Submit).json(&body)?;
        let resource: JobResource = self.provider.send(cx, call).await?.json(LIMIT).await?;
        let ticket = JobTicket::new(self.spec.id.clone(), K::KIND, Some(resource.id.clone()), Value::Null);
        cx.emit(Event::Submitted(ticket.clone()));
        // An output beside another status is only a part of what will come.
        if resource.is_done() {
            let output = resource.output().map_err(|error| error.with_ticket(ticket))?;
            cx.emit(Event::Completed);
            return Ok(Submitted::Done(K::Output::from_output(output)));
        }
        Ok(Submitted::Running(self.job(ticket)?))
    }

    fn resume(&self, ticket: JobTicket) -> Result<Job<K>> {
        if ticket.model != self.spec.id || ticket.kind != K::KIND {
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
impl<K: Kind> JobDriver<K> for CarryDriver {
    fn ticket(&self) -> &JobTicket {
        &self.ticket
    }

    async fn poll(&self, cx: &Context) -> Result<JobView<K>> {
        let call = HttpRequest::get(self.provider.url(&self.path)?, Phase::Status);
        let resource: JobResource = self.provider.send(cx, call).await?.json(LIMIT).await?;
        resource.view()
    }
}

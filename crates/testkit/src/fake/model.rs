//! The model: one type for every kind.

use super::{
    call::call,
    driver::FakeDriver,
    provider::{FAKE, FakeProvider},
};
use async_trait::async_trait;
use mediagen_core::{
    Context, Error, ErrorKind, Event, FieldProblem, Job, JobTicket, Kind, KindRequest as _, MediaInput, MediaModel,
    Model, ModelSpec, ModelType, Note, Phase, Plan, Policy, ProblemCode, ProviderInfo, Request, Result, Submitted,
    nearest,
};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// A model of the fake. It passes canonical options on under their own names.
#[derive(Debug, Clone)]
pub struct FakeModel {
    provider: FakeProvider,
    spec: Arc<ModelSpec>,
}

impl Model for FakeModel {
    fn spec(&self) -> &ModelSpec {
        &self.spec
    }
}

impl ModelType for FakeModel {
    type Provider = FakeProvider;
    const PROVIDER: &'static ProviderInfo = &FAKE;

    fn bind(provider: Arc<FakeProvider>, spec: Arc<ModelSpec>) -> Result<Self> {
        Ok(Self { provider: FakeProvider::clone(&provider), spec })
    }
}

impl FakeModel {
    /// Keeps the fields that the schema has; refuses or drops the others, as the policy says.
    fn map(&self, request: &Request) -> Result<(Map<String, Value>, Vec<Note>)> {
        let mut fields = request.options.to_map();
        fields.extend(request.extra.clone());
        let (known, unknown): (Map<_, _>, Map<_, _>) =
            fields.into_iter().partition(|(name, _)| self.spec.schema.input(name).is_some());
        if request.policy == Policy::Strict && !unknown.is_empty() {
            let names = nearest::join(self.spec.schema.inputs.iter().map(|field| field.name.as_str()));
            let problem = |name: &String| {
                FieldProblem::new(name, format!("unknown; known: {names}"))
                    .with_code(ProblemCode::Unknown)
                    .with_drop(format!("extra.{name}"))
            };
            return Err(Error::new(ErrorKind::InvalidInput, "the model has no such field")
                .with_provider(FAKE.id.clone())
                .with_fields(unknown.keys().map(problem)));
        }
        let note = |(name, value)| Note::new(name, value, Value::Null, "the model has no such field");
        let mut body = known;
        if let Some(prompt) = &request.prompt {
            body.insert("prompt".into(), json!(prompt));
        }
        Ok((body, unknown.into_iter().map(note).collect()))
    }

    /// Moves local inputs to the far end; the URLs of all, in order.
    async fn upload(&self, cx: &Context, request: &Request) -> Result<Vec<String>> {
        let mut urls = Vec::new();
        for input in &request.inputs {
            let content = match &input.media {
                MediaInput::Url(url) => {
                    urls.push(url.to_string());
                    continue;
                }
                MediaInput::Bytes { data, .. } => data.clone(),
                MediaInput::Path(path) => std::fs::read(path)
                    .map_err(|e| Error::new(ErrorKind::Io, format!("reading `{}`", path.display())).with_source(e))?
                    .into(),
                _ => return Err(Error::new(ErrorKind::Unsupported, "this form of input is not known")),
            };
            let FakeProvider { service, key } = &self.provider;
            urls.push(call(cx, Phase::Upload, || service.upload(key, content.clone())).await?.into());
        }
        Ok(urls)
    }
}

#[async_trait]
impl<K: Kind> MediaModel<K> for FakeModel {
    async fn submit(&self, cx: &Context, request: K::Request) -> Result<Submitted<K>> {
        self.spec.check_kind(K::KIND)?;
        let request = request.into_request();
        let (mut body, notes) = self.map(&request)?;
        for note in notes {
            cx.emit(Event::Adjusted(note));
        }
        body.insert("inputs".into(), json!(self.upload(cx, &request).await?));
        let body = Value::Object(body);
        let FakeProvider { service, key } = &self.provider;
        let id = call(cx, Phase::Submit, || service.submit(key, &body)).await?;
        let inputs = request.inputs.iter().map(Into::into).collect();
        // How many files were asked for outlives the process in the ticket.
        let token = json!({"count": request.options.count});
        let ticket = JobTicket::new(self.spec.id.clone(), K::KIND, Some(id), token).with_inputs(inputs);
        cx.emit(Event::Submitted(ticket.clone()));
        Ok(Submitted::Running(Job::new(FakeDriver::new(self.provider.clone(), ticket)?)))
    }

    fn resume(&self, ticket: JobTicket) -> Result<Job<K>> {
        if ticket.model != self.spec.id || ticket.kind != K::KIND {
            let (model, kind) = (&ticket.model, ticket.kind);
            let text = format!("the ticket is for {model} as {kind}, not for {} as {}", self.spec.id, K::KIND);
            return Err(Error::new(ErrorKind::InvalidInput, text).with_ticket(ticket.clone()));
        }
        Ok(Job::new(FakeDriver::new(self.provider.clone(), ticket)?))
    }

    async fn plan(&self, _: &Context, request: K::Request) -> Result<Plan> {
        let (body, notes) = self.map(&request.into_request())?;
        Ok(Plan::new(Value::Object(body), notes, Vec::new()))
    }
}

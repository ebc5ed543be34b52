//! The endpoint: one type for every kind.

use super::{
    call::call,
    driver::FakeDriver,
    provider::{FAKE, FakeProvider},
};
use async_trait::async_trait;
use mediagen_core::{
    Cancel, Caps, Context, Endpoint, Error, ErrorKind, FieldProblem, Flow, Intent, Job, JobTicket, JsonMap, Lost,
    MappedBy, Measured, MediaInput, ModelKind, ModelSpec, Note, Phase, Plan, Policy, ProblemCode, Reconciled, Request,
    Result, Slot, SubmitError, Submitted, UploadCaps, Uploaded, nearest,
};
use serde_json::{Value, json};
use std::{sync::Arc, time::SystemTime};

/// A model of the fake, bound for a kind. It passes canonical options on under their own names.
#[derive(Debug, Clone)]
pub struct FakeEndpoint {
    provider: FakeProvider,
    spec: Arc<ModelSpec>,
    kind: ModelKind,
}

impl FakeEndpoint {
    /// The model of `spec` as `kind`, without a registry.
    pub fn new(provider: FakeProvider, spec: Arc<ModelSpec>, kind: ModelKind) -> Self {
        Self { provider, spec, kind }
    }

    /// Keeps the fields that the schema has; refuses or drops the others, as the policy says.
    fn map(&self, request: &Request) -> Result<(JsonMap, Vec<Note>)> {
        let schema = &self.spec.schema;
        if schema.inputs.is_empty() {
            let message = format!("the schema of `{}` is not known", self.spec.id);
            return Err(Error::new(ErrorKind::Unsupported, message).with_hint("describe the model again"));
        }
        let mut fields = request.options.to_map();
        fields.extend(request.extra.clone());
        let (known, unknown): (JsonMap, JsonMap) =
            fields.into_iter().partition(|(name, _)| schema.input(name).is_some());
        if request.policy == Policy::Strict && !unknown.is_empty() {
            let names = nearest::join(schema.inputs.iter().map(|field| field.name.as_str()));
            let problem = |name: &String| {
                FieldProblem::new(name, format!("unknown; known: {names}")).with_code(ProblemCode::Unknown)
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

    fn ticket(&self, plan: &Plan, id: String) -> JobTicket {
        // How many files were requested outlives the process in the ticket.
        let token = json!({"count": plan.body.get("count")});
        JobTicket::new(self.spec.id.clone(), self.kind, Some(id), token).with_inputs(&plan.inputs)
    }
}

async fn content(media: &MediaInput) -> Result<bytes::Bytes> {
    match media {
        MediaInput::Bytes { data, .. } => Ok(data.clone()),
        MediaInput::Path(path) => {
            let content = tokio::fs::read(path)
                .await
                .map_err(|e| Error::new(ErrorKind::Io, format!("reading `{}`", path.display())).with_source(e))?;
            Ok(content.into())
        }
        _ => Err(Error::new(ErrorKind::Unsupported, "this form of input is not known")),
    }
}

#[async_trait]
impl Endpoint for FakeEndpoint {
    fn spec(&self) -> &Arc<ModelSpec> {
        &self.spec
    }

    fn kind(&self) -> ModelKind {
        self.kind
    }

    fn caps(&self) -> Caps {
        Caps::new(Flow::Job).with(|caps| {
            caps.cancel = Cancel::Any;
            caps.resume = true;
            caps.lost = Lost::Reconcile;
            caps.upload = Some(UploadCaps::new());
        })
    }

    async fn prepare(&self, _: &Context, request: &Request) -> Result<Plan> {
        let (mut body, notes) = self.map(request)?;
        let mut slots = Vec::new();
        let mut places = Vec::new();
        for (index, input) in request.inputs.iter().enumerate() {
            if let MediaInput::Url(url) = &input.media {
                places.push(json!(url));
            } else {
                slots.push(Slot::new(index, input.role, format!("/inputs/{index}")));
                places.push(Value::Null);
            }
        }
        body.insert("inputs".into(), Value::Array(places));
        Ok(Plan::new(self.spec.id.clone(), self.kind, body)
            .with_inputs(request.inputs.iter().map(Measured::from).collect())
            .with_slots(slots)
            .with_notes(notes)
            .with_mapped_by(MappedBy::new(env!("CARGO_PKG_VERSION"))))
    }

    async fn upload(&self, cx: &Context, plan: &Plan, inputs: &[MediaInput]) -> Result<Vec<Uploaded>> {
        let FakeProvider { service, key } = &self.provider;
        let mut uploads = Vec::new();
        for (slot, measured) in plan.uploads() {
            let media = inputs
                .get(slot.input)
                .ok_or_else(|| Error::new(ErrorKind::InputGone, format!("the input `{}` is missing", measured.name)))?;
            let content = content(media).await?;
            let url = call(cx, Phase::Upload, || service.upload(key, content.clone())).await?;
            uploads.push(Uploaded::new(slot.input, url.as_str()));
        }
        Ok(uploads)
    }

    async fn submit(&self, cx: &Context, plan: &Plan, body: Value, intent: &Intent) -> Result<Submitted, SubmitError> {
        let FakeProvider { service, key } = &self.provider;
        let id = call(cx, Phase::Submit, || service.submit(key, &body, &intent.key)).await?;
        let driver = FakeDriver::new(self.provider.clone(), self.ticket(plan, id))?;
        Ok(Submitted::Running(Job::new(driver)))
    }

    fn resume(&self, ticket: JobTicket) -> Result<Job> {
        if ticket.model != self.spec.id || ticket.kind != self.kind {
            let (model, kind) = (&ticket.model, ticket.kind);
            let text = format!("the ticket is for {model} as {kind}, not for {} as {}", self.spec.id, self.kind);
            return Err(Error::new(ErrorKind::InvalidInput, text).with_ticket(ticket.clone()));
        }
        Ok(Job::new(FakeDriver::new(self.provider.clone(), ticket)?))
    }

    async fn reconcile(&self, cx: &Context, plan: &Plan, intent: &Intent) -> Result<Reconciled> {
        let FakeProvider { service, key } = &self.provider;
        let as_of = SystemTime::now();
        let found = call(cx, Phase::Status, || service.find(key, &intent.key)).await?;
        Ok(match found {
            Some(id) => Reconciled::Accepted(self.ticket(plan, id)),
            None => Reconciled::Absent { as_of },
        })
    }
}

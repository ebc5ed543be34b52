//! An endpoint of fal, whatever kind it is run as.

use crate::{
    client::{FalClient, Handling, JobUrls},
    config::Mode,
    id::EndpointId,
    info::INFO,
    job::FalJob,
    output,
    provider::FalProvider,
};
use async_trait::async_trait;
use mediagen_core::{
    Cancel, Caps, Context, Endpoint, Error, ErrorKind, Flow, Intent, Job, JobTicket, Lost, MappedBy, MediaInput,
    ModelKind, ModelSpec, Place, Plan, Request, Result, SubmitError, Submitted, UploadCaps, Uploaded,
};
use mediagen_params::{Dialect, Op, map, places, prompt_limit};
use mediagen_provider_kit::{Inputs, estimate::Counting, output::RequestTrace};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    fmt,
    sync::{Arc, OnceLock},
};

/// The largest input in bytes that may go into the body.
const INLINE_MAX: u64 = crate::client::LARGEST_INLINE;

/// An endpoint of fal, bound as one kind.
pub(crate) struct FalEndpoint {
    provider: Arc<FalProvider>,
    spec: Arc<ModelSpec>,
    id: EndpointId,
    kind: ModelKind,
    /// Made when they are first needed: an endpoint that only resumes needs none.
    places: OnceLock<Vec<Place>>,
}

/// What a plan keeps for this crate: how the job is handled, and what the answer is read with.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Private {
    handling: Handling,
    /// Results that were requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
    /// The seed that was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
}

impl Private {
    fn of(plan: &Plan) -> Result<Self> {
        Self::deserialize(&plan.private).map_err(|e| {
            Error::new(ErrorKind::InvalidInput, "the plan's settings for fal cannot be read").with_source(e)
        })
    }
}

impl FalEndpoint {
    /// Binds the model of `spec`, which may lack its schema.
    ///
    /// # Errors
    /// `InvalidInput` for a name that is not an endpoint of fal.
    pub(crate) fn new(provider: Arc<FalProvider>, spec: Arc<ModelSpec>, kind: ModelKind) -> Result<Self> {
        let id = EndpointId::parse(&spec.id.name)?;
        Ok(Self { provider, spec, id, kind, places: OnceLock::new() })
    }

    fn client(&self) -> &FalClient {
        self.provider.client()
    }

    fn dialect(&self) -> Dialect<'_> {
        self.provider.dialect(&self.spec.id.name)
    }

    fn places(&self) -> &[Place] {
        self.places.get_or_init(|| places(self.kind, &self.spec.schema, &self.dialect()))
    }

    fn mode(&self, handling: &Handling) -> Mode {
        handling.mode.unwrap_or(self.client().mode)
    }

    /// The job of a ticket, or of an answer that was just given.
    fn job(&self, ticket: JobTicket, request_id: String, urls: JobUrls, trace: RequestTrace) -> Job {
        Job::new(FalJob::new(Arc::clone(&self.provider), self.kind, ticket, request_id, urls, trace))
    }

    /// Frames per second, where a rule knows them.
    fn frame_rate(dialect: &Dialect<'_>) -> Option<f64> {
        dialect.rules.iter().rev().flat_map(|rule| &rule.ops).find_map(|op| match op {
            Op::FrameRate { value } if *value > 0.0 => Some(*value),
            _ => None,
        })
    }
}

#[async_trait]
impl Endpoint for FalEndpoint {
    fn spec(&self) -> &Arc<ModelSpec> {
        &self.spec
    }

    fn kind(&self) -> ModelKind {
        self.kind
    }

    fn caps(&self) -> Caps {
        let flow = if self.client().mode == Mode::Run { Flow::Done } else { Flow::Job };
        Caps::new(flow).with(|caps| {
            caps.cancel = Cancel::Any;
            caps.resume = true;
            // fal's list of requests is not read yet, and no key of ours makes a second submit safe.
            caps.lost = Lost::Gone;
            caps.webhook = true;
            caps.inline_max = Some(INLINE_MAX);
            caps.upload = Some(UploadCaps::new().with(|upload| upload.public = true));
        })
    }

    fn fields(&self) -> Vec<Place> {
        self.places().to_vec()
    }

    fn prompt_limit(&self) -> Option<u64> {
        prompt_limit(self.kind, &self.spec.schema, &self.dialect())
    }

    async fn prepare(&self, cx: &Context, request: &Request) -> Result<Plan> {
        let mut handling = Handling::of(&request.delivery, request.policy, self.client().mode)?;
        // The plan may be paid for by a process that prefers another mode.
        handling.mode = Some(self.mode(&handling));
        let dialect = self.dialect();
        let mut inputs = Inputs::open(request).await?;
        self.client().recognise(cx, &mut inputs, &handling.uploads).await;
        let mut mapped = map(request, self.kind, &self.spec.schema, &dialect, &inputs.facts())?;
        for upload in &mapped.uploads {
            if let Some(place) = mediagen_core::pointer::get_mut(&mut mapped.body, &upload.pointer) {
                *place = Value::Null;
            }
        }
        let slots = mapped.uploads.iter().map(|upload| inputs.slot(upload, handling.uploads.inline_below)).collect();
        let mut notes = mapped.notes;
        notes.extend(handling.notes.iter().cloned());
        notes.extend(inputs.notes());
        let measured = inputs.measured();
        let counting = Counting {
            table: self.provider.billing(),
            model: &self.spec.id.name,
            kind: self.kind,
            places: self.places(),
            body: &mapped.body,
            inputs: &measured,
            frame_rate: Self::frame_rate(&dialect),
        };
        let quantities = counting.all();
        let private = Private { handling, count: request.options.count, seed: request.options.seed };
        Ok(Plan::new(self.spec.id.clone(), self.kind, mapped.body)
            .with_inputs(measured)
            .with_slots(slots)
            .with_quantities(quantities)
            .with_notes(notes)
            .with_private(serde_json::to_value(&private).unwrap_or_default())
            .with_mapped_by(MappedBy::new(env!("CARGO_PKG_VERSION"))))
    }

    async fn upload(&self, cx: &Context, plan: &Plan, inputs: &[MediaInput]) -> Result<Vec<Uploaded>> {
        let wishes = Private::of(plan)?.handling.uploads;
        self.client().upload_inputs(cx, plan, inputs, &wishes).await
    }

    async fn submit(&self, cx: &Context, plan: &Plan, body: Value, _: &Intent) -> Result<Submitted, SubmitError> {
        // Nothing has left before the call: these are no reason to look for a lost job.
        let Private { handling, count, seed } = Private::of(plan).map_err(SubmitError::NotSent)?;
        let trace = RequestTrace::new(&body, plan, count, seed);
        if self.mode(&handling) == Mode::Run {
            let answer = match self.client().run(cx, &self.id, &body, &handling).await {
                Ok(answer) => answer,
                Err(failure) => {
                    self.client().forget_uploads(failure.error(), &trace.sent).await;
                    return Err(trace.hide_in(failure));
                }
            };
            return Ok(Submitted::Done(output::shape().read(answer, self.kind, &trace)?));
        }
        let answer = self.client().submit(cx, &self.id, &body, &handling).await.map_err(|e| trace.hide_in(e))?;
        let urls = self.client().job_urls(&self.id, &answer);
        let mut token = urls.to_token();
        trace.write(&mut token);
        let ticket = JobTicket::new(self.spec.id.clone(), self.kind, Some(answer.request_id.clone()), token)
            .with_inputs(&plan.inputs);
        Ok(Submitted::Running(self.job(ticket, answer.request_id, urls, trace)))
    }

    fn resume(&self, ticket: JobTicket) -> Result<Job> {
        if ticket.model != self.spec.id || ticket.kind != self.kind {
            let message = format!(
                "the ticket is for {} `{}`, not for {} `{}`",
                ticket.kind, ticket.model, self.kind, self.spec.id
            );
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
        let Some(request_id) = ticket.request_id.clone().filter(|id| !id.is_empty()) else {
            return Err(Error::new(ErrorKind::InvalidInput, "the ticket has no request id"));
        };
        let urls = JobUrls::of_token(&self.client().bases.queue, &self.id, &request_id, &ticket.token);
        let trace = RequestTrace::of_token(&ticket.token, ticket.inputs.clone());
        Ok(self.job(ticket, request_id, urls, trace))
    }
}

impl fmt::Debug for FalEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FalEndpoint")
            .field("id", &self.id.as_str())
            .field("kind", &self.kind)
            .field("provider", &INFO.id)
            .finish_non_exhaustive()
    }
}

//! A request that was found good, and nothing of it sent.

use super::{Intent, PLAN_VERSION, Plan, Ready, Uploaded};
use crate::{
    Context, Deadline, Dispatch, Endpoint, Error, ErrorKind, Estimate, Event, FieldProblem, MediaInput, Price,
    ProblemCode, Request, Result, SchemaSource, Submitted,
};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Prepares `request` at `endpoint`: maps, validates and measures everything. Nothing is sent.
///
/// Every adjustment is reported to the context's observer.
///
/// # Errors
/// `Unsupported` for an endpoint that was bound from a [stub](crate::ModelSpec::stub) of a spec that has a schema;
/// `InvalidInput` for what the kind requires and the request lacks, and for a malformed input; those of
/// [`Endpoint::prepare`]; `Timeout` and `Cancelled` of the call.
pub async fn prepare(endpoint: &Arc<dyn Endpoint>, cx: &Context, request: &Request) -> Result<Prepared> {
    if endpoint.spec().schema.source == SchemaSource::LeftOut {
        // Mapped as if there were none, the request would leave unchecked and under other names.
        let message = format!("`{}` was bound without its schema, so nothing can be prepared", endpoint.spec().id);
        return Err(Error::new(ErrorKind::Unsupported, message).with_hint("describe the model again"));
    }
    endpoint.kind().check(request)?;
    for input in &request.inputs {
        input.check()?;
    }
    let plan = cx.bounded(endpoint.prepare(cx, request)).await??;
    for note in &plan.notes {
        cx.emit(Event::Adjusted(note.clone()));
    }
    let inputs = request.inputs.iter().map(|input| input.media.clone()).collect();
    Prepared::restore(Arc::clone(endpoint), plan, inputs)
}

/// A request that was found good. A struct of this crate: a provider has no state of its own to lose, and a plan from a
/// journal becomes one again by [`Prepared::restore`].
#[derive(Clone)]
pub struct Prepared {
    endpoint: Arc<dyn Endpoint>,
    plan: Arc<Plan>,
    inputs: Arc<[MediaInput]>,
}

impl Prepared {
    /// Brings a plan back to life: no call, no schema, no mapping.
    ///
    /// # Errors
    /// `PlanTooNew` for the plan of a newer version of this crate, `KindMismatch` for that of another endpoint.
    pub fn restore(endpoint: Arc<dyn Endpoint>, plan: Plan, inputs: Vec<MediaInput>) -> Result<Self> {
        if plan.version > PLAN_VERSION {
            let message = format!("the plan has version {}; this build reads up to {PLAN_VERSION}", plan.version);
            return Err(Error::new(ErrorKind::PlanTooNew, message).with_hint("use a newer mediagen"));
        }
        let spec = endpoint.spec();
        if plan.kind != endpoint.kind() || plan.model != spec.id {
            let message =
                format!("the plan is for {} `{}`, not for {} `{}`", plan.kind, plan.model, endpoint.kind(), spec.id);
            return Err(Error::new(ErrorKind::KindMismatch, message));
        }
        Ok(Self { endpoint, plan: Arc::new(plan), inputs: inputs.into() })
    }

    /// What was found.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The same, shared: for whoever writes it down.
    pub fn shared_plan(&self) -> Arc<Plan> {
        Arc::clone(&self.plan)
    }

    /// The endpoint that prepared it.
    pub fn endpoint(&self) -> &Arc<dyn Endpoint> {
        &self.endpoint
    }

    /// The inputs, in the order of the plan's.
    pub fn inputs(&self) -> &[MediaInput] {
        &self.inputs
    }

    /// What it will cost at `prices`.
    pub fn estimate(&self, prices: &[Price]) -> Estimate {
        self.endpoint.estimate(&self.plan, prices)
    }

    /// Moves the inputs to the provider. Free, and may be repeated.
    ///
    /// # Errors
    /// Those of [`Endpoint::upload`]; `InputChanged` when an input is not the one that was measured; `Timeout` and
    /// `Cancelled` of the call.
    pub async fn upload(&self, cx: &Context) -> Result<Ready> {
        if self.plan.slots.is_empty() {
            return self.ready(Vec::new());
        }
        let uploads = cx.bounded(self.endpoint.upload(cx, &self.plan, &self.inputs)).await??;
        for upload in &uploads {
            let Some(measured) = self.plan.inputs.get(upload.input) else { continue };
            let (Some(planned), Some(sent)) = (&measured.blake3, &upload.blake3) else { continue };
            if planned != sent {
                let message = format!("`{}` changed after the request was prepared", measured.name);
                return Err(Error::new(ErrorKind::InputChanged, message)
                    .with_field(
                        FieldProblem::new(measured.role.as_str(), "the content changed")
                            .with_code(ProblemCode::Media)
                            .with_give(measured.role.as_str()),
                    )
                    .with_hint("prepare the request again"));
            }
        }
        self.ready(uploads)
    }

    /// Uploads the inputs and submits once, without a journal.
    ///
    /// The paid call runs to its end on the context's spawner, also when the returned future is dropped or the call's
    /// deadline passes; without a spawner it ends with the future.
    ///
    /// # Errors
    /// Those of [`Prepared::upload`] before anything is sent; `SubmitUnknown` when the paid call left and its answer was
    /// lost, which is never repeated.
    pub async fn submit(&self, cx: &Context) -> Result<Submitted> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let ready = self.upload(cx).await?;
        let key = format!("bare-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let intent = Intent::new(key, ready.digest(), cx.clock().now());
        let paid = cx.clone();
        // The section is one owned future. A deadline ends the caller's wait for it, not the paid call; a cancellation
        // waits for the answer, because only a known job can be cancelled.
        let section = cx.to_its_end(async move { ready.submit(&paid, &intent).await });
        let outcome = match cx.time_left() {
            Some(left) => cx.within(left, section).await.ok_or_else(unanswered)?,
            None => section.await,
        };
        Ok(outcome??)
    }

    /// From uploads that were made before, such as a journal's.
    ///
    /// # Errors
    /// `InputGone` when a slot has no upload: upload again.
    pub fn ready(&self, uploads: Vec<Uploaded>) -> Result<Ready> {
        let uploads: BTreeMap<usize, Uploaded> = uploads.into_iter().map(|upload| (upload.input, upload)).collect();
        for slot in &self.plan.slots {
            if !uploads.contains_key(&slot.input) {
                let message = format!("the input `{}` is not at the provider", slot.role);
                return Err(Error::new(ErrorKind::InputGone, message));
            }
            if crate::pointer::get(&self.plan.body, &slot.pointer).is_none() {
                let message = format!("the body has no place `{}` for `{}`", slot.pointer, slot.role);
                return Err(Error::new(ErrorKind::Unexpected, message));
            }
        }
        Ok(Ready::new(self.clone(), uploads))
    }
}

/// The caller's time is over while the paid call is still under way.
fn unanswered() -> Error {
    Error::new(ErrorKind::Timeout(Deadline::Total), "the call's timeout passed while the request was being sent")
        .with_dispatch(Dispatch::Unknown)
        .with_hint("it may have been accepted; look for the job at the provider before sending it again")
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("model", &self.plan.model)
            .field("kind", &self.plan.kind)
            .finish_non_exhaustive()
    }
}

//! The plug: what a provider implements for its models.

mod caps;
mod layer;

pub use caps::{Cancel, Caps, Flow, Lost, UploadCaps};
pub use layer::Layer;

use crate::{
    Context, Error, ErrorKind, Estimate, Intent, Job, JobTicket, MediaInput, ModelKind, ModelSpec, Place, Plan, Price,
    Request, Result, SubmitError, Submitted, Uploaded,
};
use async_trait::async_trait;
use serde_json::Value;
use std::{fmt::Debug, sync::Arc, time::SystemTime};

/// One model bound to its provider and to a kind. Object-safe and without generics: the type of a request exists at the
/// door ([`Model`](crate::Model)), not here.
///
/// Everything that has to survive the process is plain data: [`Plan`], [`Uploaded`], [`Intent`], [`JobTicket`]. An endpoint
/// bound from a spec without a schema cannot [`prepare`](Self::prepare), but must be able to do everything else.
///
/// Wrap an endpoint with a [`Layer`], never by implementing this trait: a wrapper that forgets a method with a default
/// would switch it off in silence.
#[async_trait]
pub trait Endpoint: Debug + Send + Sync + 'static {
    /// What is known about the model.
    fn spec(&self) -> &Arc<ModelSpec>;

    /// The kind that it is bound for.
    fn kind(&self) -> ModelKind;

    /// What this very endpoint can do.
    fn caps(&self) -> Caps;

    /// The fields that it takes, each with the canonical options, roles or `prompt` that go there. By default the fields
    /// of its schema, without options; empty where no schema is known.
    fn fields(&self) -> Vec<Place> {
        Place::of(&self.spec().schema)
    }

    /// The most characters of a prompt that it takes; `None` where that is not known. A longer text can be split with
    /// [`Request::split_prompt`].
    fn prompt_limit(&self) -> Option<u64> {
        None
    }

    /// Maps, validates and measures a request. Nothing is sent, though a schema may be read.
    ///
    /// # Errors
    /// `InvalidInput` and `Unsupported` with a field problem for each thing that is wrong.
    async fn prepare(&self, cx: &Context, request: &Request) -> Result<Plan>;

    /// What the planned request costs at `prices`: by default the first price that applies and whose unit was counted.
    fn estimate(&self, plan: &Plan, prices: &[Price]) -> Estimate {
        Estimate::of(&plan.quantities, prices, &plan.body)
    }

    /// Moves the inputs that slots wait for to the provider, one answer per input. Free, and may be repeated.
    ///
    /// # Errors
    /// `Unsupported` where the provider has no storage, `NotFound`, `Io` and `InputChanged` for an input that cannot be
    /// read any more, and those of the storage service.
    async fn upload(&self, cx: &Context, plan: &Plan, inputs: &[MediaInput]) -> Result<Vec<Uploaded>> {
        let _ = (cx, plan, inputs);
        Err(Error::new(ErrorKind::Unsupported, format!("`{}` takes no files, only addresses", self.spec().id)))
    }

    /// The paid call, at most once for an intent. `body` is the plan's with every slot filled.
    ///
    /// # Errors
    /// [`SubmitError`]: `?` on an ordinary error means that it may have arrived. Mark what surely did not leave, and what
    /// the provider refused, on purpose.
    async fn submit(&self, cx: &Context, plan: &Plan, body: Value, intent: &Intent) -> Result<Submitted, SubmitError>;

    /// Finds a job again without any call; by default there is nothing to find.
    ///
    /// # Errors
    /// `Unsupported` where there are no jobs, `InvalidInput` for a ticket of another model or kind.
    fn resume(&self, ticket: JobTicket) -> Result<Job> {
        let _ = ticket;
        Err(Error::new(ErrorKind::Unsupported, format!("`{}` has no jobs to resume", self.spec().id)))
    }

    /// Finds out what became of a paid call whose answer was lost, by calls that cost nothing.
    ///
    /// # Errors
    /// Those of the calls. An error means that it could not be found out now.
    async fn reconcile(&self, cx: &Context, plan: &Plan, intent: &Intent) -> Result<Reconciled> {
        let _ = (cx, plan, intent);
        Ok(Reconciled::CannotTell)
    }
}

/// What became of a paid call whose answer was lost.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Reconciled {
    /// It arrived; this is its job.
    Accepted(JobTicket),
    /// The provider's list was complete at this moment and does not have it. A proof only when the moment is later than
    /// the intent by the provider's own delay.
    Absent {
        /// When the list was read, by the wall clock.
        as_of: SystemTime,
    },
    /// The provider has no way to know.
    CannotTell,
}

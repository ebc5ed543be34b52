//! Around an endpoint: counting, limiting, recording, without knowing the provider.

use super::{Caps, Endpoint, Reconciled};
use crate::{
    Context, Estimate, Intent, Job, JobTicket, MediaInput, ModelKind, ModelSpec, Place, Plan, Price, Request, Result,
    SubmitError, Submitted, Uploaded,
};
use async_trait::async_trait;
use serde_json::Value;
use std::{fmt::Debug, sync::Arc};

/// Something around an endpoint. Only what a layer changes is implemented; everything else is forwarded, also what
/// [`Endpoint`] has a default for.
#[async_trait]
pub trait Layer: Debug + Send + Sync + 'static {
    /// The endpoint inside.
    fn inner(&self) -> &Arc<dyn Endpoint>;

    /// Around [`Endpoint::prepare`].
    ///
    /// # Errors
    /// Those of the endpoint inside.
    async fn around_prepare(&self, cx: &Context, request: &Request) -> Result<Plan> {
        self.inner().prepare(cx, request).await
    }

    /// Around [`Endpoint::upload`].
    ///
    /// # Errors
    /// Those of the endpoint inside.
    async fn around_upload(&self, cx: &Context, plan: &Plan, inputs: &[MediaInput]) -> Result<Vec<Uploaded>> {
        self.inner().upload(cx, plan, inputs).await
    }

    /// Around [`Endpoint::submit`].
    ///
    /// # Errors
    /// Those of the endpoint inside.
    async fn around_submit(
        &self,
        cx: &Context,
        plan: &Plan,
        body: Value,
        intent: &Intent,
    ) -> Result<Submitted, SubmitError> {
        self.inner().submit(cx, plan, body, intent).await
    }

    /// Around each job that is submitted or resumed.
    fn around_job(&self, job: Job) -> Job {
        job
    }
}

#[async_trait]
impl<L: Layer> Endpoint for L {
    fn spec(&self) -> &Arc<ModelSpec> {
        self.inner().spec()
    }
    fn kind(&self) -> ModelKind {
        self.inner().kind()
    }
    fn caps(&self) -> Caps {
        self.inner().caps()
    }
    fn fields(&self) -> Vec<Place> {
        self.inner().fields()
    }
    fn prompt_limit(&self) -> Option<u64> {
        self.inner().prompt_limit()
    }
    async fn prepare(&self, cx: &Context, request: &Request) -> Result<Plan> {
        self.around_prepare(cx, request).await
    }
    fn estimate(&self, plan: &Plan, prices: &[Price]) -> Estimate {
        self.inner().estimate(plan, prices)
    }
    async fn upload(&self, cx: &Context, plan: &Plan, inputs: &[MediaInput]) -> Result<Vec<Uploaded>> {
        self.around_upload(cx, plan, inputs).await
    }
    async fn submit(&self, cx: &Context, plan: &Plan, body: Value, intent: &Intent) -> Result<Submitted, SubmitError> {
        Ok(match self.around_submit(cx, plan, body, intent).await? {
            Submitted::Running(job) => Submitted::Running(self.around_job(job)),
            done @ Submitted::Done(_) => done,
        })
    }
    fn resume(&self, ticket: JobTicket) -> Result<Job> {
        self.inner().resume(ticket).map(|job| self.around_job(job))
    }
    async fn reconcile(&self, cx: &Context, plan: &Plan, intent: &Intent) -> Result<Reconciled> {
        self.inner().reconcile(cx, plan, intent).await
    }
}

//! A model with an owner.

use crate::{Draft, DryRun, Generation, Mediagen, Submission};
use mediagen_core::{Context, Endpoint, Kind, KindRequest as _, Model, ModelSpec, Request, Result};
use std::{fmt, sync::Arc, time::Duration};

/// A model of kind `K` whose jobs an engine owns: each is prepared once, checked against the cap, bought once, written
/// down, and can be taken up.
///
/// There is no way from here to the bare model but [`model`](Self::model): a call that slipped through would not be
/// written down.
pub struct Generator<K: Kind> {
    engine: Mediagen,
    model: Model<K>,
    requested: Option<String>,
}

impl<K: Kind> Generator<K> {
    pub(crate) fn new(engine: Mediagen, model: Model<K>, requested: Option<String>) -> Self {
        Self { engine, model, requested }
    }

    async fn draft(&self, request: Request, cx: &Context) -> Result<Draft> {
        let draft = Draft::prepare(self.model.endpoint(), cx, request).await?;
        let other = |name: &&String| **name != *self.model.spec().id.name;
        Ok(match self.requested.as_ref().filter(other) {
            Some(name) => draft.with_requested(name),
            None => draft,
        })
    }

    /// Prepares `request`, buys it once and waits for the result.
    ///
    /// # Errors
    /// Those of [`Mediagen::generate`].
    pub async fn run(&self, request: impl Into<K::Request>) -> Result<Generation> {
        let request = request.into().into_request();
        let (watch, cx) = self.engine.begin();
        let draft = Box::pin(self.draft(request, &cx)).await?;
        Box::pin(self.engine.run_in(draft, cx, watch)).await
    }

    /// Prepares `request` and buys it once; returns as soon as the provider has accepted it.
    ///
    /// # Errors
    /// Those of [`Mediagen::generate`].
    pub async fn submit(&self, request: impl Into<K::Request>) -> Result<Submission> {
        let request = request.into().into_request();
        self.engine.submit(self.model.endpoint(), &request).await
    }

    /// What `request` would send and what it would cost. Nothing is sent.
    ///
    /// # Errors
    /// Those of [`Mediagen::dry_run`].
    pub async fn dry_run(&self, request: impl Into<K::Request>) -> Result<DryRun> {
        let request = request.into().into_request();
        self.engine.dry_run(self.model.endpoint(), &request).await
    }

    fn with_engine(&self, engine: Mediagen) -> Self {
        let model = self.model.with_context(engine.context().clone());
        Self { engine, model, requested: self.requested.clone() }
    }

    /// The same model with another template of a context: a server makes one for each request that it serves.
    pub fn with_context(&self, cx: Context) -> Self {
        self.with_engine(self.engine.with_context(cx))
    }

    /// The same model, of which each call is waited for at most this long. What was bought by then goes on and can be
    /// taken up: the error names the job.
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        self.with_engine(self.engine.with_timeout(timeout))
    }

    /// The same model, of which one job may cost at most this many US dollars.
    pub fn with_max_cost(&self, usd: f64) -> Self {
        self.with_engine(self.engine.with_max_cost(usd))
    }

    /// What is known about the model.
    pub fn spec(&self) -> &Arc<ModelSpec> {
        self.model.spec()
    }

    /// The endpoint, for code that knows the kind at run time only.
    pub fn endpoint(&self) -> &Arc<dyn Endpoint> {
        self.model.endpoint()
    }

    /// The model without its owner: what it does is not written down.
    pub fn model(&self) -> &Model<K> {
        &self.model
    }
}

impl<K: Kind> Clone for Generator<K> {
    fn clone(&self) -> Self {
        self.with_engine(self.engine.clone())
    }
}

impl<K: Kind> fmt::Debug for Generator<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Generator").field(&self.model).finish()
    }
}

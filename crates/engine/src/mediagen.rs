//! The engine's handle.

use crate::{
    Draft, DryRun, Generation, JobId, Journal, Order, Row, Step, Submission, Terms,
    drive::{Flight, Until},
    inputs,
    journal::{Bound, ROW_VERSION},
    shared::Shared,
    watch::Watch,
};
use mediagen_core::{
    CancelOutcome, Context, Delivery, Endpoint, Error, ErrorKind, Job, MediaInput, Prepared, Registry, Request, Result,
    Uploaded,
};
use std::{fmt, sync::Arc, time::Duration};

/// One generation after the other, each from a request to files of one's own, each step written down.
///
/// Cheap to clone; clones share providers, journal and budget. What a call brings along (context, cap) belongs to the
/// clone: see [`with_context`](Self::with_context) and [`with_max_cost`](Self::with_max_cost).
#[derive(Clone)]
pub struct Mediagen {
    pub(crate) shared: Arc<Shared>,
    pub(crate) cx: Context,
    pub(crate) terms: Terms,
}

impl Mediagen {
    /// The registry.
    pub fn registry(&self) -> &Registry {
        &self.shared.registry
    }

    /// The journal.
    pub fn journal(&self) -> &Arc<dyn Journal> {
        &self.shared.journal
    }

    /// The template of each call's context.
    pub fn context(&self) -> &Context {
        &self.cx
    }

    /// The same engine with another template.
    pub fn with_context(&self, cx: Context) -> Self {
        Self { cx, ..self.clone() }
    }

    /// The same engine, which waits at most this long for each call.
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        self.with_context(self.cx.clone().with_timeout(timeout))
    }

    /// What a job may cost.
    pub fn terms(&self) -> Terms {
        self.terms
    }

    /// The same engine, under which one job may cost at most this many US dollars.
    pub fn with_max_cost(&self, usd: f64) -> Self {
        let terms = Terms { max_cost: Some(usd), ..self.terms };
        Self { terms, ..self.clone() }
    }

    /// The same engine, under which jobs may or may not run whose cost is not known in advance.
    pub fn with_unknown_cost_allowed(&self, allow: bool) -> Self {
        let terms = Terms { allow_unknown_cost: allow, ..self.terms };
        Self { terms, ..self.clone() }
    }

    /// Prepares `request`, buys it once and waits for the result.
    ///
    /// # Errors
    /// Those of preparing and uploading before anything is bought; `Budget`; `SubmitUnknown` when the paid call left and
    /// its answer was lost, which is never repeated on its own; those of the job. An error of a job that may still
    /// run names it (`job` in [`Error::context`]): [`Mediagen::resume`] takes it up.
    pub async fn generate(&self, endpoint: &Arc<dyn Endpoint>, request: &Request) -> Result<Generation> {
        let (watch, cx) = self.begin();
        let draft = Draft::prepare(endpoint, &cx, request.clone()).await?;
        self.run_in(draft, cx, watch).await
    }

    /// Buys a prepared request once and waits for the result.
    ///
    /// # Errors
    /// Those of [`Mediagen::generate`] after preparing.
    pub async fn run_prepared(&self, draft: Draft) -> Result<Generation> {
        let (watch, cx) = self.begin();
        self.run_in(draft, cx, watch).await
    }

    /// A call on the template, and what takes its times.
    pub(crate) fn begin(&self) -> (Watch, Context) {
        let watch = Watch::start();
        let cx = watch.watched(&self.cx.begin());
        (watch, cx)
    }

    pub(crate) async fn run_in(&self, draft: Draft, cx: Context, watch: Watch) -> Result<Generation> {
        let flight = self.start(draft, false).await?;
        Ok(Generation::new(self, self.drive(flight, cx, Until::Settled).await?, watch))
    }

    /// Prepares `request` and buys it once; returns as soon as the provider has accepted it.
    ///
    /// # Errors
    /// Those of [`Mediagen::generate`].
    pub async fn submit(&self, endpoint: &Arc<dyn Endpoint>, request: &Request) -> Result<Submission> {
        let cx = self.cx.begin();
        let draft = Draft::prepare(endpoint, &cx, request.clone()).await?;
        let flight = self.start(draft, true).await?;
        Ok(Submission::new(self, &self.drive(flight, cx, Until::Accepted).await?))
    }

    /// What `request` would send and what it would cost. Nothing is sent, though schemas and prices may be read.
    ///
    /// # Errors
    /// Those of preparing. A cost that cannot be found out is unknown, and says why.
    pub async fn dry_run(&self, endpoint: &Arc<dyn Endpoint>, request: &Request) -> Result<DryRun> {
        let draft = Draft::prepare(endpoint, &self.cx.begin(), request.clone()).await?;
        let estimate = self.estimate(&mut [draft.clone()]).await.remove(0);
        Ok(DryRun { plan: draft.prepared().shared_plan(), estimate })
    }

    /// Takes a job up at the step that its row names, in this process or another, with nothing but the journal.
    ///
    /// # Errors
    /// `NotFound`, `PlanTooNew`, and those of [`Mediagen::generate`].
    pub async fn resume(&self, id: JobId) -> Result<Generation> {
        let row = self.shared.journal.claim(id).await?;
        let flight = self.restore(row)?;
        let (watch, cx) = self.begin();
        Ok(Generation::new(self, self.drive(flight, cx, Until::Settled).await?, watch))
    }

    /// The jobs of the journal that are not at their end.
    ///
    /// # Errors
    /// Those of the journal.
    pub async fn unfinished(&self) -> Result<Vec<JobId>> {
        self.shared.journal.unfinished().await
    }

    /// Stops a job. One that is not bought yet ends; one that runs is asked to stop at its provider, and its terminal
    /// answer decides what becomes of it.
    ///
    /// # Errors
    /// `SubmitUnknown` while it is not known whether it was bought; those of the journal and of the provider.
    pub async fn cancel(&self, id: JobId) -> Result<CancelOutcome> {
        let row = self.shared.journal.read(id).await?;
        match row.step {
            Step::Running => {
                let cx = self.cx.begin();
                let job = self.restore(row)?.job_at_provider()?;
                cx.bounded(job.cancel(&cx)).await?
            }
            step if step.is_unpaid() => {
                let mut row = self.shared.journal.claim(id).await?;
                let error = Error::new(ErrorKind::Cancelled, "cancelled before anything was bought");
                self.end(&mut row, &error).await?;
                Ok(CancelOutcome::Cancelled)
            }
            Step::Submitting | Step::Unknown => {
                let message = format!("it is not known whether job {id} was bought, so it cannot be cancelled yet");
                Err(Error::new(ErrorKind::SubmitUnknown, message).with_hint("resume it first"))
            }
            _ => Ok(CancelOutcome::AlreadyFinished),
        }
    }

    /// The provider's job behind a row that runs, to watch it; `None` where there is none.
    ///
    /// # Errors
    /// Those of the journal and of binding the model.
    pub async fn job(&self, id: JobId) -> Result<Option<Job>> {
        let row = self.shared.journal.read(id).await?;
        if row.progress.ticket.is_none() {
            return Ok(None);
        }
        self.restore(row)?.job_at_provider().map(Some)
    }

    /// Moves media to the storage of a provider, apart from any request.
    ///
    /// # Errors
    /// Those of [`Provider::upload`](mediagen_core::Provider::upload).
    pub async fn upload(&self, provider: &str, media: &MediaInput, delivery: &Delivery) -> Result<Uploaded> {
        let provider = self.provider(provider)?;
        let cx = self.cx.begin();
        cx.bounded(provider.upload(&cx, media, delivery)).await?
    }

    /// Creates the row of a prepared request.
    pub(crate) async fn start(&self, draft: Draft, detached: bool) -> Result<Box<Flight>> {
        let Draft { request, prepared, requested, prices } = draft;
        let spec = prepared.endpoint().spec();
        let request = inputs::kept(&*self.shared.journal, request).await?;
        let name = spec.id.provider.clone();
        let provider = Bound::new(self.entry_of(&name), name);
        let mut order = Order::new(provider, spec.stub(), request, prepared.shared_plan());
        (order.requested, order.terms) = (requested, self.terms);
        let mut row = Row::new(order);
        if let Some(prices) = prices {
            row.progress.estimate = Some(prepared.estimate(&prices));
            row.progress.prices = prices.to_vec();
        }
        self.shared.journal.create(&row).await?;
        self.crash("planned")?;
        Ok(Box::new(Flight::new(row, prepared, detached)))
    }

    /// A job from its row alone.
    pub(crate) fn restore(&self, mut row: Row) -> Result<Box<Flight>> {
        let order = &row.order;
        if order.version > ROW_VERSION {
            let message = format!("job {} was written by a newer version", row.id);
            return Err(Error::new(ErrorKind::PlanTooNew, message).with_hint("use a newer mediagen"));
        }
        let provider = self.provider(order.provider.name.as_str()).or_else(|error| {
            // The name may have been a configuration of the process that is gone.
            if order.provider.entry == order.provider.name {
                Err(error)
            } else {
                self.provider(order.provider.entry.as_str())
            }
        })?;
        let endpoint = self.bind(&provider, Arc::new(order.spec.clone()), order.kind)?;
        let inputs = inputs::restored(&self.shared.journal, &order.request, &order.plan);
        let prepared = Prepared::restore(endpoint, order.plan.as_ref().clone(), inputs)?;
        if row.step == Step::Unknown {
            // Time has passed: what could not be found out then may be known now.
            row.step = Step::Submitting;
        }
        Ok(Box::new(Flight::new(row, prepared, true)))
    }

    /// Stops here when a test wants the process to end at this point.
    pub(crate) fn crash(&self, point: &'static str) -> Result<()> {
        match self.shared.crash {
            Some(at) if at == point => Err(Error::new(ErrorKind::Unexpected, format!("crashed at {point}"))),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Mediagen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mediagen")
            .field("registry", &self.shared.registry)
            .field("terms", &self.terms)
            .finish_non_exhaustive()
    }
}

//! Requests that were prepared and are not jobs yet.

use crate::{
    Mediagen,
    price::{PATIENCE, high},
};
use mediagen_core::{
    Context, Endpoint, Error, ErrorKind, Estimate, FieldProblem, Plan, Prepared, Price, Request, Result, prepare,
};
use std::sync::Arc;

/// A request that was prepared once: the dry run, the guard and the run read the same plan.
#[derive(Debug, Clone)]
pub struct Draft {
    pub(crate) request: Request,
    pub(crate) prepared: Prepared,
    pub(crate) requested: Option<String>,
    /// Prices that were read already.
    pub(crate) prices: Option<Arc<[Price]>>,
}

/// What a request would send, and what it would cost.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DryRun {
    /// What would be sent.
    pub plan: Arc<Plan>,
    /// What it would cost.
    pub estimate: Estimate,
}

impl Draft {
    /// Maps, validates and measures a request; nothing is sent.
    ///
    /// # Errors
    /// Those of [`prepare`].
    pub async fn prepare(endpoint: &Arc<dyn Endpoint>, cx: &Context, request: Request) -> Result<Self> {
        let prepared = prepare(endpoint, cx, &request).await?;
        Ok(Self { request, prepared, requested: None, prices: None })
    }

    /// The name that the model was requested by, for the record.
    pub fn with_requested(mut self, name: impl Into<String>) -> Self {
        self.requested = Some(name.into());
        self
    }

    /// The request.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The request as it was prepared.
    pub fn prepared(&self) -> &Prepared {
        &self.prepared
    }

    /// What will be sent.
    pub fn plan(&self) -> &Plan {
        self.prepared.plan()
    }
}

impl Mediagen {
    /// Prepares requests for one endpoint, in order, such as the parts of a text that is too long for one. All are
    /// prepared before the first is bought.
    ///
    /// # Errors
    /// Those of [`prepare`]; where there are several, the error names the part.
    pub async fn prepare(&self, endpoint: &Arc<dyn Endpoint>, requests: Vec<Request>) -> Result<Vec<Draft>> {
        let cx = self.cx.begin();
        let count = requests.len();
        let mut drafts = Vec::with_capacity(count);
        for (index, request) in requests.into_iter().enumerate() {
            let draft = Draft::prepare(endpoint, &cx, request).await;
            let part = |error: Error| error.with("part", format!("{} of {count}", index + 1));
            drafts.push(if count > 1 { draft.map_err(part) } else { draft }?);
        }
        Ok(drafts)
    }

    /// What each of `drafts` costs, in order. A price that does not come within seconds is unknown.
    pub async fn estimate(&self, drafts: &mut [Draft]) -> Vec<Estimate> {
        let cx = self.cx.begin();
        let mut estimates = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let late = || Err(Error::new(ErrorKind::Unavailable, "it did not come in time"));
            let prices = cx.within(PATIENCE, self.read_prices(draft, &cx)).await.unwrap_or_else(late);
            estimates.push(match prices {
                Ok(prices) => draft.prepared.estimate(&prices),
                Err(error) => Estimate::unknown(format!("the price could not be read: {error}")),
            });
        }
        estimates
    }

    /// Checks what `drafts` cost together against the cap of this engine; prices that were read are kept in them.
    /// Without a cap nothing is read.
    ///
    /// # Errors
    /// `Budget`, and those of reading the price.
    pub async fn guard(&self, drafts: &mut [Draft]) -> Result<()> {
        if self.terms.max_cost.is_none() {
            return Ok(());
        }
        let cx = self.cx.begin();
        let mut estimates = Vec::with_capacity(drafts.len());
        for draft in drafts {
            estimates.push(match self.read_prices(draft, &cx).await {
                Ok(prices) => draft.prepared.estimate(&prices),
                Err(error) if self.terms.allow_unknown_cost => Estimate::unknown(error.to_string()),
                Err(error) => return Err(error.with_field(FieldProblem::new("max_cost", "needs the price"))),
            });
        }
        self.terms.check(&Estimate::total(estimates))
    }

    /// The prices of a model, of which the first that applies to a body counts; empty where none are published.
    ///
    /// # Errors
    /// Those of the engine's [`PriceSource`](crate::PriceSource).
    pub async fn prices(&self, endpoint: &Arc<dyn Endpoint>) -> Result<Arc<[Price]>> {
        self.prices_of(endpoint, &self.cx.begin()).await
    }

    async fn read_prices(&self, draft: &mut Draft, cx: &Context) -> Result<Arc<[Price]>> {
        if let Some(prices) = &draft.prices {
            return Ok(Arc::clone(prices));
        }
        let prices = self.prices_of(draft.prepared.endpoint(), cx).await?;
        Ok(Arc::clone(draft.prices.insert(prices)))
    }

    pub(crate) async fn prices_of(&self, endpoint: &Arc<dyn Endpoint>, cx: &Context) -> Result<Arc<[Price]>> {
        let id = &endpoint.spec().id;
        let provider = self.provider(id.provider.as_str())?;
        cx.bounded(self.shared.prices.prices(cx, &provider, &id.name)).await?
    }

    /// Checks an estimate against the cap of one job and the budget of all.
    pub(crate) fn check_estimate(&self, terms: crate::Terms, estimate: &Estimate) -> Result<()> {
        terms.check(estimate)?;
        if self.shared.budget.is_some() && high(estimate).is_none() && !terms.allow_unknown_cost {
            let message = "cannot enforce the budget: the cost is not known in advance";
            return Err(Error::new(ErrorKind::Budget, message)
                .with_field(FieldProblem::new("budget", estimate.why()))
                .with_hint("allow an unknown cost to run it all the same"));
        }
        Ok(())
    }
}

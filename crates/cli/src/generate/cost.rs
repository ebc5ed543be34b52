//! What a generation will cost: the unit price, kept for a day, and the estimate for the very request.

use super::{Split, long_text::LongText, planned};
use mediagen::{
    assets::record,
    core::{
        Context, Error, ErrorKind, Estimate, FieldProblem, ModelKind, ModelSpec, Plan, Provider, Registry, Request,
        Result, UnitPrice,
    },
    discovery::{Discovery, DiscoveryPolicy, config},
};
use serde_json::{Value, json};
use std::{pin::pin, sync::Arc, time::Duration};

/// How long a finished job waits for a price that is still asked for.
const GRACE: Duration = Duration::from_millis(150);
/// How long a dry run waits for a price that nothing else depends on.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where prices come from.
pub(crate) struct Prices {
    provider: Arc<dyn Provider>,
    kept: Option<Discovery>,
}

impl Prices {
    /// What is kept on this machine and young enough, else one request.
    pub(crate) fn kept(provider: &Arc<dyn Provider>) -> Self {
        let kept = config::folder_from_env(&**provider)
            .map(|folder| Discovery::new(Arc::clone(provider), folder, DiscoveryPolicy::default()));
        // Without a place to keep prices they are asked for.
        Self { provider: Arc::clone(provider), kept: kept.ok() }
    }

    /// One request each time: for a service that is gone afterwards.
    #[cfg(feature = "emulate")]
    pub(crate) fn asked(provider: &Arc<dyn Provider>) -> Self {
        Self { provider: Arc::clone(provider), kept: None }
    }

    /// What one unit of `model` costs; `None` where the provider tells no price.
    pub(crate) async fn of(&self, cx: &Context, model: &str) -> Result<Option<UnitPrice>> {
        self.provider.check_credentials()?;
        let mut prices = match &self.kept {
            Some(kept) => kept.prices(cx, &[model]).await?.into_iter().filter_map(|(n, p)| Some((n, p?))).collect(),
            None => cx.until_cancelled(self.provider.prices(cx, &[model])).await??,
        };
        Ok(prices.remove(model))
    }
}

/// What a request costs, as far as it is known.
#[derive(Debug, Clone)]
pub(crate) struct Cost {
    pub(crate) price: Option<UnitPrice>,
    pub(crate) estimate: Estimate,
}

/// As a record has it.
pub(super) fn recorded(estimate: &Estimate) -> record::Estimate {
    let mut recorded = record::Estimate::default();
    estimate.kind().clone_into(&mut recorded.kind);
    (recorded.low, recorded.high) = (estimate.low(), estimate.high());
    recorded.currency = estimate.currency().map(str::to_owned);
    recorded
}

/// The contract's `cost.estimate`.
pub(crate) fn document(estimate: &Estimate) -> Value {
    json!({
        "kind": estimate.kind(), "low": estimate.low(), "high": estimate.high(), "currency": estimate.currency(),
        "why": estimate.why(),
    })
}

/// A price that could not be had, or that there is none.
pub(super) fn priced(told: Result<Option<UnitPrice>>) -> Result<UnitPrice, Estimate> {
    match told {
        Ok(Some(price)) => Ok(price),
        Ok(None) => Err(Estimate::unknown("the provider tells no price of this model")),
        Err(error) => Err(Estimate::unknown(format!("the price could not be had: {error}"))),
    }
}

/// One request of a model, as far as its cost goes.
#[derive(Clone, Copy)]
pub(super) struct Offer<'a> {
    pub(super) registry: &'a Registry,
    pub(super) provider: &'a Arc<dyn Provider>,
    pub(super) spec: &'a Arc<ModelSpec>,
    pub(super) kind: ModelKind,
    pub(super) prices: &'a Prices,
    pub(super) cx: &'a Context,
}

impl Offer<'_> {
    /// The unit price.
    pub(super) async fn price(&self) -> Result<Option<UnitPrice>> {
        self.prices.of(self.cx, &self.spec.id.name).await
    }

    /// What `request`, which would send `body`, costs at `price`.
    pub(super) async fn estimate(&self, request: &Request, body: &Value, price: &UnitPrice) -> Estimate {
        self.provider.estimate(self.cx, self.spec, self.kind, request, body, price).await
    }

    /// What `request` costs; nothing that fails here fails the generation.
    pub(super) async fn cost(&self, request: Request) -> Cost {
        let price = match priced(self.price().await) {
            Ok(price) => price,
            Err(estimate) => return Cost { price: None, estimate },
        };
        let plan = planned(self.registry, self.provider, self.spec, self.kind, request.clone(), self.cx).await;
        let estimate = match plan {
            Ok(plan) => self.estimate(&request, &plan.body, &price).await,
            Err(error) => Estimate::unknown(format!("what would be sent is not known: {error}")),
        };
        Cost { price: Some(price), estimate }
    }

    /// What requests cost whose bodies are known: each, in order. A price that does not come soon is unknown.
    pub(super) async fn costs(&self, requests: &[Request], plans: &[Plan]) -> Vec<Cost> {
        let told = self.cx.within(PATIENCE, self.price()).await;
        let price = told.map_or_else(|| Err(Estimate::unknown("the price did not come in time")), priced);
        let mut costs = Vec::with_capacity(plans.len());
        for (request, plan) in requests.iter().zip(plans) {
            costs.push(match &price {
                Ok(price) => {
                    Cost { price: Some(price.clone()), estimate: self.estimate(request, &plan.body, price).await }
                }
                Err(unknown) => Cost { price: None, estimate: unknown.clone() },
            });
        }
        costs
    }

    /// Refuses before anything is sent, when it may cost more than `most` USD or when that cannot be excluded.
    pub(super) async fn guard(&self, request: &Request, split: Option<&Split>, most: f64) -> Result<()> {
        let parts = split.map_or(std::slice::from_ref(request), |split| &split.parts);
        let mut plans = Vec::with_capacity(parts.len());
        for part in parts {
            plans.push(planned(self.registry, self.provider, self.spec, self.kind, part.clone(), self.cx).await?);
        }
        let needed = |error: Error| error.with_field(FieldProblem::new("max_cost", "needs the price"));
        let price = match priced(Ok(self.price().await.map_err(needed)?)) {
            Ok(price) => price,
            Err(unknown) => return within(&unknown, most),
        };
        let mut estimates = Vec::with_capacity(parts.len());
        for (part, plan) in parts.iter().zip(&plans) {
            estimates.push(self.estimate(part, &plan.body, &price).await);
        }
        within(&Estimate::total(estimates), most)
    }
}

/// Refuses what may cost more than `most` USD.
pub(super) fn within(estimate: &Estimate, most: f64) -> Result<()> {
    let (message, hint) = match (estimate.currency(), estimate.low(), estimate.high()) {
        (None, ..) | (_, None, _) => (
            format!("--max-cost {most} cannot be kept: what this costs is not known before"),
            "leave out --max-cost to run it all the same",
        ),
        (Some(currency), ..) if currency != "USD" => (
            format!("--max-cost {most} is in USD, and this model is paid for in {currency}"),
            "leave out --max-cost to run it all the same",
        ),
        (_, Some(low), None) => (
            format!("--max-cost {most} cannot be kept: this costs at least {low} USD, and no limit is known"),
            "leave out --max-cost to run it all the same",
        ),
        (_, _, Some(high)) if high <= most => return Ok(()),
        (_, _, Some(high)) => (
            format!(
                "this costs {}{high} USD, which is more than --max-cost {most}",
                if estimate.kind() == "exact" { "" } else { "up to " }
            ),
            "ask for less, or allow more with --max-cost",
        ),
    };
    Err(Error::new(ErrorKind::InvalidInput, message)
        .with_field(FieldProblem::new("max_cost", estimate.why()))
        .with_hint(hint))
}

/// `work` with what it costs. The price is asked for beside the work, which never waits for it longer than [`GRACE`].
pub(super) async fn beside<T>(
    cx: &Context,
    work: impl Future<Output = T>,
    cost: impl Future<Output = Cost>,
) -> (T, Cost) {
    let (mut work, mut cost) = (pin!(work), pin!(cost));
    tokio::select! {
        biased;
        done = &mut work => {
            let why = "the price did not come while the model worked";
            let late = || Cost { price: None, estimate: Estimate::unknown(why) };
            (done, cx.within(GRACE, cost).await.unwrap_or_else(late))
        }
        known = &mut cost => (work.await, known),
    }
}

impl LongText<'_> {
    /// The cost of its parts.
    pub(super) const fn offer(&self) -> Offer<'_> {
        let Self { registry, provider, spec, kind, cx, prices, .. } = self;
        Offer { registry, provider, spec, kind: *kind, prices, cx }
    }
}

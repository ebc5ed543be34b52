//! What a generation costs: the prices, kept for a day, and the estimate of a prepared request.

use mediagen::{
    core::{Context, Error, ErrorKind, Estimate, FieldProblem, Prepared, Price, ProblemCode, Provider, Result},
    discovery::{Discovery, DiscoveryPolicy, config},
};
use std::{pin::pin, sync::Arc, time::Duration};

/// How long a finished job waits for a price that has not arrived yet.
const GRACE: Duration = Duration::from_millis(150);

/// Where prices come from.
pub(crate) struct Prices {
    provider: Arc<dyn Provider>,
    kept: Option<Discovery>,
}

impl Prices {
    /// What is kept on this machine and young enough, otherwise one request.
    pub(crate) fn kept(provider: &Arc<dyn Provider>) -> Self {
        let kept = config::folder_from_env(&**provider)
            .map(|folder| Discovery::new(Arc::clone(provider), folder, DiscoveryPolicy::default()));
        // Without a place to keep prices they are read each time.
        Self { provider: Arc::clone(provider), kept: kept.ok() }
    }

    /// One request each time: for a service that is gone afterwards.
    #[cfg(feature = "emulate")]
    pub(crate) fn unkept(provider: &Arc<dyn Provider>) -> Self {
        Self { provider: Arc::clone(provider), kept: None }
    }

    /// What `model` costs; empty where the provider publishes no price.
    pub(crate) async fn of(&self, cx: &Context, model: &str) -> Result<Vec<Price>> {
        self.provider.check_credentials()?;
        let mut prices = match &self.kept {
            Some(kept) => kept.prices(cx, &[model]).await?,
            None => cx.bounded(self.provider.prices(cx, &[model])).await??,
        };
        Ok(prices.remove(model).unwrap_or_default())
    }
}

/// What a request costs, as far as it is known.
#[derive(Debug, Clone)]
pub(crate) struct Cost {
    pub(crate) prices: Vec<Price>,
    pub(crate) estimate: Estimate,
}

impl Cost {
    pub(crate) fn unknown(why: impl Into<String>) -> Self {
        Self { prices: Vec::new(), estimate: Estimate::unknown(why) }
    }
}

/// The cost of a prepared request at prices that may have failed to arrive.
pub(crate) fn of(prices: Result<Vec<Price>>, prepared: &Prepared) -> Cost {
    match prices {
        Ok(prices) => Cost { estimate: prepared.estimate(&prices), prices },
        Err(error) => Cost::unknown(format!("the price could not be read: {error}")),
    }
}

/// Refuses what may cost more than `most` USD.
pub(crate) fn within(estimate: &Estimate, most: f64) -> Result<()> {
    const RUN_ANYWAY: &str = "leave out --max-cost to run it anyway";
    let (message, hint) = match (estimate.currency(), estimate.low(), estimate.high()) {
        (None, ..) | (_, None, _) => {
            (format!("cannot enforce --max-cost {most}: the cost is not known in advance"), RUN_ANYWAY)
        }
        (Some(currency), ..) if currency != "USD" => {
            (format!("--max-cost {most} is in USD, and this model is paid for in {currency}"), RUN_ANYWAY)
        }
        (_, Some(low), None) => (
            format!("cannot enforce --max-cost {most}: this costs at least {low} USD, and no upper limit is known"),
            RUN_ANYWAY,
        ),
        (_, _, Some(high)) if high <= most => return Ok(()),
        (_, _, Some(high)) => {
            let up_to = if estimate.kind() == "exact" { "" } else { "up to " };
            (
                format!("this costs {up_to}{high} USD, more than --max-cost {most}"),
                "request less, or allow more with --max-cost",
            )
        }
    };
    Err(Error::new(ErrorKind::Budget, message)
        .with_field(FieldProblem::new("max_cost", estimate.why()).with_code(ProblemCode::Range))
        .with_hint(hint))
}

/// `work` with what it costs. The price is read next to the work, which never waits for it longer than [`GRACE`].
pub(crate) async fn beside<T>(
    cx: &Context,
    work: impl Future<Output = T>,
    cost: impl Future<Output = Cost>,
) -> (T, Cost) {
    let (mut work, mut cost) = (pin!(work), pin!(cost));
    tokio::select! {
        biased;
        done = &mut work => {
            let late = || Cost::unknown("the price did not arrive while the model ran");
            (done, cx.within(GRACE, cost).await.unwrap_or_else(late))
        }
        known = &mut cost => (work.await, known),
    }
}

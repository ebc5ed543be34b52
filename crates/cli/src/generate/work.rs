//! One model and the requests that are prepared for it, each once: what is shown, priced, guarded and sent is the same.

use super::cost::{self, Cost, Prices};
use mediagen::core::{
    Context, Endpoint, Error, Estimate, FieldProblem, ModelKind, ModelSpec, Prepared, ProblemCode, Provider, Request,
    Result,
};
use mediagen::core::{Price, prepare};
use std::{sync::Arc, time::Duration};

/// How long a dry run waits for a price that nothing else depends on.
const PATIENCE: Duration = Duration::from_secs(5);

/// A model, bound, and what every request to it has in common.
#[derive(Clone, Copy)]
pub(crate) struct Work<'a> {
    pub(crate) provider: &'a Arc<dyn Provider>,
    pub(crate) endpoint: &'a Arc<dyn Endpoint>,
    /// The name that was given, which may be an alias.
    pub(crate) name: &'a str,
    pub(crate) cx: &'a Context,
    pub(crate) prices: &'a Prices,
}

impl Work<'_> {
    pub(crate) fn spec(&self) -> &ModelSpec {
        self.endpoint.spec()
    }

    pub(crate) fn kind(&self) -> ModelKind {
        self.endpoint.kind()
    }

    /// Prepares every request before any of them is paid for.
    pub(crate) async fn prepare(&self, requests: &[Request]) -> Result<Vec<Prepared>> {
        let mut all = Vec::with_capacity(requests.len());
        for (index, request) in requests.iter().enumerate() {
            let prepared = prepare(self.endpoint, self.cx, request).await;
            all.push(match prepared {
                Err(error) if requests.len() > 1 => {
                    return Err(error.with("part", format!("{} of {}", index + 1, requests.len())));
                }
                outcome => outcome?,
            });
        }
        Ok(all)
    }

    /// The prices of the model.
    pub(crate) async fn prices(&self) -> Result<Vec<Price>> {
        self.prices.of(self.cx, &self.spec().id.name).await
    }

    /// What a prepared request costs; a failure here never fails the generation.
    pub(crate) async fn cost(&self, prepared: &Prepared) -> Cost {
        cost::of(self.prices().await, prepared)
    }

    /// What each of the requests costs. A price that does not come soon is unknown.
    pub(crate) async fn costs(&self, prepared: &[Prepared]) -> Vec<Cost> {
        let Some(prices) = self.cx.within(PATIENCE, self.prices()).await else {
            let late = Cost::unknown("the price did not arrive in time");
            return prepared.iter().map(|_| late.clone()).collect();
        };
        let prices = match prices {
            Ok(prices) => prices,
            Err(error) => {
                let unknown = Cost::unknown(format!("the price could not be read: {error}"));
                return prepared.iter().map(|_| unknown.clone()).collect();
            }
        };
        prepared.iter().map(|one| cost::of(Ok(prices.clone()), one)).collect()
    }

    /// Refuses before anything is sent, when all requests together may cost more than `most` USD or when that cannot be
    /// excluded.
    pub(crate) async fn guard(&self, prepared: &[Prepared], most: f64) -> Result<()> {
        let needed = |error: Error| {
            error.with_field(
                FieldProblem::new("max_cost", "needs the price")
                    .with_code(ProblemCode::Unsupported)
                    .with_drop("max_cost"),
            )
        };
        let prices = self.prices().await.map_err(needed)?;
        cost::within(&Estimate::total(prepared.iter().map(|one| one.estimate(&prices))), most)
    }
}

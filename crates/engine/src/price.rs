//! What a job may cost: prices, read next to the work, and the cap of the caller.

use crate::Terms;
use async_trait::async_trait;
use mediagen_core::{BoxFuture, Context, Error, ErrorKind, Estimate, FieldProblem, Money, Price, Provider, Result};
use std::{
    collections::HashMap,
    future::poll_fn,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
    time::Duration,
};

/// How long a finished job waits for a price that is still on its way.
const GRACE: Duration = Duration::from_millis(150);
/// How long a dry run waits for a price that nothing else depends on.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
/// How long [`FromProvider`] uses a price again.
const FRESH: Duration = Duration::from_hours(1);
/// Models whose prices [`FromProvider`] remembers.
const REMEMBERED: usize = 1024;

/// Where prices come from.
#[async_trait]
pub trait PriceSource: Send + Sync + 'static {
    /// The prices of a model, of which the first that applies to a body counts; empty where none are published.
    ///
    /// # Errors
    /// Those of the provider. A price that cannot be read stops nothing but a job with a cap.
    async fn prices(&self, cx: &Context, provider: &Arc<dyn Provider>, model: &str) -> Result<Arc<[Price]>>;
}

/// The default: the provider's own prices, each used for an hour.
#[derive(Debug, Default)]
pub struct FromProvider(Mutex<HashMap<String, Remembered>>);

#[derive(Debug)]
struct Remembered {
    prices: Arc<[Price]>,
    read_at: Duration,
}

impl FromProvider {
    /// Nothing read yet.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl PriceSource for FromProvider {
    async fn prices(&self, cx: &Context, provider: &Arc<dyn Provider>, model: &str) -> Result<Arc<[Price]>> {
        let key = format!("{}:{model}", provider.name());
        let now = cx.clock().elapsed();
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key)
            && now.saturating_sub(known.read_at) < FRESH
        {
            return Ok(Arc::clone(&known.prices));
        }
        provider.check_credentials()?;
        let mut prices = cx.until_cancelled(provider.prices(cx, &[model])).await??;
        let prices: Arc<[Price]> = prices.remove(model).unwrap_or_default().into();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(key, Remembered { prices: Arc::clone(&prices), read_at: now });
        Ok(prices)
    }
}

/// A price that is read next to the work. Nothing waits for it except [`Aside::done`], and that not for long.
pub(crate) enum Aside {
    Waiting(BoxFuture<'static, Result<Arc<[Price]>>>),
    Done(Result<Arc<[Price]>, String>),
}

impl Aside {
    /// Prices that are known, or known not to be there.
    pub(crate) fn none(why: &str) -> Self {
        Self::Done(Err(why.to_owned()))
    }

    fn poll(&mut self, task: &mut std::task::Context<'_>) -> Poll<()> {
        let Self::Waiting(prices) = self else { return Poll::Ready(()) };
        match prices.as_mut().poll(task) {
            Poll::Ready(outcome) => {
                *self = Self::Done(outcome.map_err(|error| format!("the price could not be read: {error}")));
                Poll::Ready(())
            }
            Poll::Pending => Poll::Pending,
        }
    }

    /// The output of `work`, while the price is read on the same task.
    pub(crate) async fn along<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|task| {
            let _ = self.poll(task);
            work.as_mut().poll(task)
        })
        .await
    }

    /// The prices, or why there are none; waits a moment for those that are still on their way.
    pub(crate) async fn done(&mut self, cx: &Context) -> Result<Arc<[Price]>, String> {
        if matches!(self, Self::Waiting(_)) {
            cx.within(GRACE, poll_fn(|task| self.poll(task))).await;
        }
        match std::mem::replace(self, Self::none("the price was used already")) {
            Self::Done(outcome) => outcome,
            Self::Waiting(_) => Err("the price did not come while the model worked".to_owned()),
        }
    }
}

impl Terms {
    /// Checks an estimate against the cap.
    ///
    /// # Errors
    /// `Budget` where it may cost more, and where that cannot be excluded.
    pub fn check(&self, estimate: &Estimate) -> Result<()> {
        let Some(most) = self.max_cost else { return Ok(()) };
        let unknown = "leave out max_cost, or allow an unknown cost, to run it all the same";
        let (message, hint) = match (estimate.currency(), estimate.low(), estimate.high()) {
            (Some("USD"), _, Some(high)) if high <= most => return Ok(()),
            (Some("USD"), _, Some(high)) => {
                let up_to = if estimate.kind() == "exact" { "" } else { "up to " };
                (
                    format!("this costs {up_to}{high} USD, which is more than max_cost {most} USD"),
                    "make less, or raise max_cost",
                )
            }
            _ if self.allow_unknown_cost => return Ok(()),
            (Some("USD"), Some(low), None) => (
                format!(
                    "cannot enforce max_cost {most} USD: this costs at least {low} USD, and no upper limit is known"
                ),
                unknown,
            ),
            (Some(other), Some(_), _) if other != "USD" => {
                (format!("cannot enforce max_cost {most} USD: this model is paid for in {other}"), unknown)
            }
            _ => (format!("cannot enforce max_cost {most} USD: the cost is not known in advance"), unknown),
        };
        Err(Error::new(ErrorKind::Budget, message)
            .with_field(FieldProblem::new("max_cost", estimate.why()))
            .with_hint(hint))
    }
}

/// The most that an estimate in US dollars allows for.
pub(crate) fn high(estimate: &Estimate) -> Option<Money> {
    let high = estimate.high().filter(|_| estimate.currency() == Some("USD"))?;
    Some(Money::usd(high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediagen_core::{PriceUnit, Quantity};

    fn costs(price: f64, currency: &str, quantity: &Quantity) -> Estimate {
        Price::new(price, PriceUnit::Image, currency).times(quantity)
    }

    #[test]
    fn a_cap_refuses_more_and_what_it_cannot_compare() {
        let terms = Terms { max_cost: Some(0.05), allow_unknown_cost: false };
        let open = Terms { allow_unknown_cost: true, ..terms };
        let two = Quantity::exact(2.0, "2 images");
        let unlimited = Quantity::between(1.0, None, "some images", "how many");
        assert!(terms.check(&costs(0.02, "USD", &two)).is_ok());
        for (estimate, words, allowed) in [
            (costs(0.04, "USD", &two), "costs 0.08 USD", false),
            (costs(0.01, "EUR", &two), "paid for in EUR", true),
            (costs(0.01, "USD", &unlimited), "at least 0.01 USD", true),
            (Estimate::unknown("no price"), "not known in advance", true),
        ] {
            let error = terms.check(&estimate).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Budget);
            assert!(error.message().contains(words), "{error}");
            assert_eq!(error.fields()[0].path, "max_cost");
            assert_eq!(open.check(&estimate).is_ok(), allowed, "{error}");
        }
        assert!(Terms::default().check(&Estimate::unknown("no price")).is_ok());
    }
}

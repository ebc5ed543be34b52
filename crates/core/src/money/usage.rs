//! What a provider says it billed.

use super::{Money, Price, PriceUnit};
use crate::JsonMap;
use serde::{Deserialize, Serialize};

/// A number of units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Count {
    /// The unit; `None` where the provider counts in whatever unit the model's price has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<PriceUnit>,
    /// How many, 0 or more.
    pub number: f64,
}

impl Count {
    /// A number of `unit`.
    pub fn of(unit: PriceUnit, number: f64) -> Self {
        Self { unit: Some(unit), number }
    }

    /// A number in the unit of the model's price, whatever that is.
    pub fn billed(number: f64) -> Self {
        Self { unit: None, number }
    }

    fn is_in(&self, unit: &PriceUnit) -> bool {
        self.unit.as_ref().is_none_or(|own| own == unit)
    }
}

/// What the provider says it bills: any number of counts, each with its unit, and money where it names any.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Usage {
    /// Counts; two of different units are never added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<Count>,
    /// Money, where the provider names it itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub money: Option<Money>,
}

impl Usage {
    /// Adds a count.
    pub fn with_count(mut self, count: Count) -> Self {
        self.counts.push(count);
        self
    }

    /// Sets the money that the provider names.
    pub fn with_money(mut self, money: Money) -> Self {
        self.money = Some(money);
        self
    }

    /// What was billed for a request with `body`: the provider's own amount, or the count whose unit is that of the
    /// first price that applies. `None` where neither is there: a wrong number is worse than none.
    pub fn cost(&self, prices: &[Price], body: &JsonMap) -> Option<Money> {
        if let Some(money) = &self.money {
            return Some(money.clone());
        }
        self.priced(prices, body)
            .map(|(count, price)| Money::new(count.number * price.per.amount, &*price.per.currency))
    }

    /// The count that is billed and the unit it is in, as far as that is known.
    pub fn billed(&self, prices: &[Price], body: &JsonMap) -> Option<Count> {
        match self.priced(prices, body) {
            Some((count, price)) => Some(Count::of(price.unit.clone(), count.number)),
            None => self.counts.first().cloned(),
        }
    }

    fn priced<'a>(&'a self, prices: &'a [Price], body: &JsonMap) -> Option<(&'a Count, &'a Price)> {
        let mut applying = prices.iter().filter(|price| price.applies(body));
        applying.find_map(|price| {
            let count = self.counts.iter().find(|count| count.is_in(&price.unit))?;
            Some((count, price))
        })
    }
}

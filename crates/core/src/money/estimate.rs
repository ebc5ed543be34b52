//! What a request will cost, as far as it can be known before.

use super::{Counted, Price, UnitCount, tidy};
use crate::JsonMap;
use serde::{Deserialize, Serialize};

/// What a request will cost, as far as it can be known before it is sent.
///
/// In JSON: `{"kind": "exact|range|unknown", "low", "high", "currency", "why"}`, with null for what is not known.
///
/// ```
/// use mediagen_core::{Estimate, Price, PriceUnit, Quantity};
///
/// let price = Price::new(0.04, PriceUnit::Image, "USD");
/// let estimate = price.times(&Quantity::exact(2.0, "2 images"));
/// assert_eq!((estimate.kind(), estimate.high()), ("exact", Some(0.08)));
/// assert_eq!(estimate.why(), "2 images x 0.04 USD");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Form", into = "Form")]
#[non_exhaustive]
pub enum Estimate {
    /// This much.
    Exact {
        /// Money.
        amount: f64,
        /// Currency, ISO 4217.
        currency: String,
        /// The arithmetic, such as `2 images x 0.04 USD`.
        why: String,
    },
    /// Between these.
    Range {
        /// At least.
        low: f64,
        /// At most; `None` is without a limit.
        high: Option<f64>,
        /// Currency, ISO 4217.
        currency: String,
        /// The arithmetic, and what is not known.
        why: String,
    },
    /// Nothing is known; never 0.
    Unknown {
        /// What is missing.
        why: String,
    },
}

/// The form in JSON; an older record has no `why`.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct Form {
    kind: String,
    low: Option<f64>,
    high: Option<f64>,
    currency: Option<String>,
    why: String,
}

impl From<Form> for Estimate {
    fn from(form: Form) -> Self {
        let Form { kind, low, high, currency, why } = form;
        match (low, currency) {
            (Some(low), Some(currency)) if kind == "exact" => Self::Exact { amount: low, currency, why },
            (Some(low), Some(currency)) => Self::Range { low, high, currency, why },
            _ => Self::Unknown { why },
        }
    }
}

impl From<Estimate> for Form {
    fn from(estimate: Estimate) -> Self {
        Self {
            kind: estimate.kind().to_owned(),
            low: estimate.low(),
            high: estimate.high(),
            currency: estimate.currency().map(str::to_owned),
            why: estimate.why().to_owned(),
        }
    }
}

impl Default for Estimate {
    fn default() -> Self {
        Self::unknown("no estimate was made")
    }
}

impl Estimate {
    /// Nothing is known, because of `why`.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown { why: why.into() }
    }

    /// What a request with `body` costs that takes `counts`: by the first of `prices` that applies to the body and whose
    /// unit was counted.
    pub fn of(counts: &[UnitCount], prices: &[Price], body: &JsonMap) -> Self {
        let mut missing = None;
        for price in prices.iter().filter(|price| price.applies(body)) {
            let found = counts.iter().find(|count| count.unit == price.unit);
            let why = match found.map(|count| &count.counted) {
                Some(Counted::Known(quantity)) => return price.times(quantity),
                Some(Counted::Missing(why)) => why.clone(),
                None => format!("how many of the unit `{}` it takes is not known in advance", price.unit),
            };
            missing.get_or_insert_with(|| format!("billed at {price}: {why}"));
        }
        Self::unknown(missing.unwrap_or_else(|| "no price is published for this model".to_owned()))
    }

    /// `exact`, `range` or `unknown`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Exact { .. } => "exact",
            Self::Range { .. } => "range",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// At least this much; `None` where nothing is known.
    pub const fn low(&self) -> Option<f64> {
        match self {
            Self::Exact { amount, .. } => Some(*amount),
            Self::Range { low, .. } => Some(*low),
            Self::Unknown { .. } => None,
        }
    }

    /// At most this much; `None` where nothing is known or there is no limit.
    pub const fn high(&self) -> Option<f64> {
        match self {
            Self::Exact { amount, .. } => Some(*amount),
            Self::Range { high, .. } => *high,
            Self::Unknown { .. } => None,
        }
    }

    /// The currency, ISO 4217; `None` where nothing is known.
    pub fn currency(&self) -> Option<&str> {
        match self {
            Self::Exact { currency, .. } | Self::Range { currency, .. } => Some(currency),
            Self::Unknown { .. } => None,
        }
    }

    /// The arithmetic, or what is missing.
    pub fn why(&self) -> &str {
        match self {
            Self::Exact { why, .. } | Self::Range { why, .. } | Self::Unknown { why } => why,
        }
    }

    /// All of them together. One that is unknown, and a second currency, leave the whole unknown.
    pub fn total(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut parts = parts.into_iter();
        let Some(mut sum) = parts.next() else { return Self::unknown("there is nothing to pay for") };
        for part in parts {
            sum = sum.plus(&part);
        }
        sum
    }

    fn plus(&self, other: &Self) -> Self {
        let (Some(low), Some(other_low)) = (self.low(), other.low()) else {
            let unknown = if self.low().is_none() { self } else { other };
            return unknown.clone();
        };
        if self.currency() != other.currency() {
            let currencies = [self.currency(), other.currency()].map(Option::unwrap_or_default);
            return Self::unknown(format!("the parts are paid for in {} and in {}", currencies[0], currencies[1]));
        }
        let low = tidy(low + other_low);
        let high = self.high().zip(other.high()).map(|(a, b)| tidy(a + b));
        let currency = self.currency().unwrap_or_default().to_owned();
        let why = format!("{} + {}", self.why(), other.why());
        if matches!((self, other), (Self::Exact { .. }, Self::Exact { .. })) {
            return Self::Exact { amount: low, currency, why };
        }
        Self::Range { low, high, currency, why }
    }
}

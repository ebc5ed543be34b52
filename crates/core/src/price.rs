//! What a model costs: prices by unit, and estimates before anything is bought.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What is paid for, one by one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PriceUnit {
    /// One picture.
    Image,
    /// A million pixels of a picture.
    Megapixel,
    /// One second of film or sound.
    Second,
    /// One minute of film or sound.
    Minute,
    /// One film.
    Video,
    /// One call, whatever it makes.
    Request,
    /// A thousand characters of text.
    ThousandCharacters,
    /// One second of a machine's time, known only afterwards.
    ComputeSecond,
    /// Anything else, in the provider's own words: nothing can be estimated from it.
    Other(String),
}

impl PriceUnit {
    /// In words, in the singular.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Image => "image",
            Self::Megapixel => "megapixel",
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Video => "video",
            Self::Request => "request",
            Self::ThousandCharacters => "1000 characters",
            Self::ComputeSecond => "compute second",
            Self::Other(text) => text,
        }
    }
}

impl fmt::Display for PriceUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A model's price for one unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnitPrice {
    /// Money for one unit, 0 or more.
    pub amount: f64,
    /// The unit.
    pub unit: PriceUnit,
    /// Currency, ISO 4217, such as `USD`.
    pub currency: String,
}

impl UnitPrice {
    /// A price.
    pub fn new(amount: f64, unit: PriceUnit, currency: impl Into<String>) -> Self {
        Self { amount, unit, currency: currency.into() }
    }

    /// The price of so many units, with the arithmetic: `2 images x 0.04 USD`.
    pub fn times(&self, quantity: &Quantity) -> Estimate {
        let counts = |number: f64| number.is_finite() && number >= 0.0;
        if !counts(self.amount) || !counts(quantity.low) || quantity.high.is_some_and(|high| !counts(high)) {
            return Estimate::unknown(format!("`{}` is no amount to pay for", quantity.how));
        }
        let mut why = format!("{} x {} {}", quantity.how, self.amount, self.currency);
        let (low, high) = (tidy(quantity.low * self.amount), quantity.high.map(|high| tidy(high * self.amount)));
        let currency = self.currency.clone();
        if high == Some(low) {
            return Estimate::Exact { amount: low, currency, why };
        }
        if !quantity.open.is_empty() {
            why.push_str("; open: ");
            why.push_str(&quantity.open.join(", "));
        }
        Estimate::Range { low, high, currency, why }
    }
}

/// Twelve digits are more than any bill has, and take the noise off `0.1 x 3`.
fn tidy(number: f64) -> f64 {
    format!("{number:.11e}").parse().unwrap_or(number)
}

/// How many units something takes: a number, or a span where the request leaves something open.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Quantity {
    /// At least, 0 or more.
    pub low: f64,
    /// At most; `None` is without a limit. Equal to `low` where nothing is open.
    pub high: Option<f64>,
    /// In words with their unit: `2 images`, `81 frames / 16 a second`.
    pub how: String,
    /// What is not known, each in words; empty where nothing is.
    pub open: Vec<String>,
}

impl Quantity {
    /// So many; `how` in words.
    pub fn exact(number: f64, how: impl Into<String>) -> Self {
        Self { low: number, high: Some(number), how: how.into(), open: Vec::new() }
    }

    /// From `low` to `high`, because `open` is not known.
    pub fn between(low: f64, high: Option<f64>, how: impl Into<String>, open: impl Into<String>) -> Self {
        Self { low, high, how: how.into(), open: vec![open.into()] }
    }

    /// Both numbers multiplied, and their words joined by `x`.
    pub fn times(mut self, other: Self) -> Self {
        self.low *= other.low;
        self.high = self.high.zip(other.high).map(|(a, b)| a * b);
        self.how = format!("{} x {}", self.how, other.how);
        self.open.extend(other.open);
        self
    }

    /// Divided by `by`, above 0; `words` say so, such as `/ 60`.
    pub fn divided(mut self, by: f64, words: &str) -> Self {
        self.low /= by;
        self.high = self.high.map(|high| high / by);
        self.how = format!("{} {words}", self.how);
        self
    }

    /// This one or `other`, which `open` decides; the same as this one where both are equal.
    pub fn or(mut self, other: Self, open: impl Into<String>) -> Self {
        if self.low.to_bits() == other.low.to_bits() && self.high == other.high {
            return self;
        }
        self.low = self.low.min(other.low);
        self.high = self.high.zip(other.high).map(|(a, b)| a.max(b));
        self.how = format!("({} or {})", self.how, other.how);
        self.open.extend(other.open);
        self.open.push(open.into());
        self
    }
}

/// What a request will cost, as far as it can be known before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
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
    /// Nothing can be said; never 0.
    Unknown {
        /// What is missing.
        why: String,
    },
}

impl Estimate {
    /// Nothing can be said, because of `why`.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown { why: why.into() }
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
        let all = (self.low().zip(other.low()), self.currency().zip(other.currency()));
        let (Some((a, b)), Some((currency, other_currency))) = all else {
            let missing = if self.low().is_none() { self } else { other };
            return missing.clone();
        };
        if currency != other_currency {
            return Self::unknown(format!("the parts are paid for in {currency} and in {other_currency}"));
        }
        let (low, high) = (tidy(a + b), self.high().zip(other.high()).map(|(a, b)| tidy(a + b)));
        let (currency, why) = (currency.to_owned(), format!("{} + {}", self.why(), other.why()));
        if matches!((self, other), (Self::Exact { .. }, Self::Exact { .. })) {
            return Self::Exact { amount: low, currency, why };
        }
        Self::Range { low, high, currency, why }
    }
}

#[cfg(test)]
mod tests;

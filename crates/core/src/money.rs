//! What a model costs: prices with conditions, quantities counted before a request leaves, usage reported after it.
//!
//! Money is multiplied and compared within one unit and one currency only. Where they differ there is no number rather
//! than a wrong one.

mod estimate;
mod quantity;
mod usage;

pub use estimate::Estimate;
pub use quantity::{Counted, Quantity, UnitCount};
pub use usage::{Count, Usage};

use crate::JsonMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// What is paid for, one by one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PriceUnit {
    /// One image.
    Image,
    /// A million pixels of an image, or of all frames of a video.
    Megapixel,
    /// One second of video or audio.
    Second,
    /// One minute of video or audio.
    Minute,
    /// One video.
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
    /// The units that a request can be counted in before it is sent.
    pub const COUNTABLE: [Self; 7] = [
        Self::Image,
        Self::Megapixel,
        Self::Second,
        Self::Minute,
        Self::Video,
        Self::Request,
        Self::ThousandCharacters,
    ];

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

/// An amount of money in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Money {
    /// How much, 0 or more.
    pub amount: f64,
    /// Currency, ISO 4217, such as `USD`.
    pub currency: String,
}

impl Money {
    /// An amount in `currency`; arithmetic noise beyond twelve digits is taken off.
    pub fn new(amount: f64, currency: impl Into<String>) -> Self {
        Self { amount: tidy(amount), currency: currency.into() }
    }

    /// An amount in US dollars.
    pub fn usd(amount: f64) -> Self {
        Self::new(amount, "USD")
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

/// Something that must hold of the body for a price to apply: data, not code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Condition {
    /// JSON pointer into the body as it is sent.
    pub pointer: String,
    /// The value that has to stand there; null where nothing may.
    pub is: Value,
}

impl Condition {
    /// The body has `value` at `pointer`.
    pub fn new(pointer: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { pointer: pointer.into(), is: value.into() }
    }

    fn holds(&self, body: &JsonMap) -> bool {
        crate::pointer::get(body, &self.pointer).unwrap_or(&Value::Null) == &self.is
    }
}

/// A model's price for one unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Price {
    /// Money for one unit.
    #[serde(flatten)]
    pub per: Money,
    /// The unit.
    pub unit: PriceUnit,
    /// When it applies; empty for always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Condition>,
}

impl Price {
    /// A price that always applies.
    pub fn new(amount: f64, unit: PriceUnit, currency: impl Into<String>) -> Self {
        Self { per: Money { amount, currency: currency.into() }, unit, when: Vec::new() }
    }

    /// Restricts the price to bodies for which `condition` holds.
    pub fn when(mut self, condition: Condition) -> Self {
        self.when.push(condition);
        self
    }

    /// Whether the price applies to `body`.
    pub fn applies(&self, body: &JsonMap) -> bool {
        self.when.iter().all(|condition| condition.holds(body))
    }

    /// The price of so many units, with the arithmetic: `2 images x 0.04 USD`.
    pub fn times(&self, quantity: &Quantity) -> Estimate {
        let Money { amount, currency } = &self.per;
        let countable = |number: f64| number.is_finite() && number >= 0.0;
        if !countable(*amount) || !countable(quantity.low) || quantity.high.is_some_and(|high| !countable(high)) {
            return Estimate::unknown(format!("`{}` is not an amount to pay for", quantity.how));
        }
        let mut why = format!("{} x {amount} {currency}", quantity.how);
        let low = tidy(quantity.low * amount);
        let high = quantity.high.map(|high| tidy(high * amount));
        let currency = currency.clone();
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

/// The price per unit, as in `0.04 USD/image`.
impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.per, self.unit)
    }
}

/// Twelve digits are more than any bill has, and take the noise off `0.1 x 3`.
fn tidy(number: f64) -> f64 {
    format!("{number:.11e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests;

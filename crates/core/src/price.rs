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

//! How many units a request takes, counted before it leaves.

use super::PriceUnit;
use serde::{Deserialize, Serialize};

/// How many units something takes: a number, or a span where the request leaves something open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Quantity {
    /// At least, 0 or more.
    pub low: f64,
    /// At most; `None` is without a limit. Equal to `low` where nothing is open.
    pub high: Option<f64>,
    /// In words with their unit: `2 images`, `81 frames / 16 a second`.
    pub how: String,
    /// What is not known, each in words; empty where everything is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<String>,
}

impl Quantity {
    /// Exactly `number`; `how` in words.
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

    /// This one or `other`, depending on `open`; the same as this one where both are equal.
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

/// A count, or what is missing to make it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    /// This many.
    Known(Quantity),
    /// It cannot be counted, because of this.
    Missing(String),
}

/// How many of one unit a planned request takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnitCount {
    /// The unit.
    pub unit: PriceUnit,
    /// The count.
    pub counted: Counted,
}

impl UnitCount {
    /// A count of `unit`, or the reason why there is none.
    pub fn new(unit: PriceUnit, counted: Result<Quantity, String>) -> Self {
        let counted = match counted {
            Ok(quantity) => Counted::Known(quantity),
            Err(missing) => Counted::Missing(missing),
        };
        Self { unit, counted }
    }
}

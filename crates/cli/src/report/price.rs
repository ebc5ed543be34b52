//! The report of `mediagen price`.

use super::{
    Head, dry_run,
    text::{amount, notes, rounded},
};
use crate::ui::{self, Report};
use mediagen::core::{Estimate, Note, Plan, Price};
use serde::Serialize;
use serde_json::Value;

/// `mediagen price`: the unit price, and the estimate for this very input.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PriceReport {
    #[serde(flatten)]
    pub(crate) head: Head,
    /// The price that applies to the body; null where none is published.
    pub(crate) unit_price: Option<UnitPriceReport>,
    pub(crate) notes: Vec<Note>,
    /// Null where the text is split into parts.
    pub(crate) body: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) parts: Vec<PricePart>,
    pub(crate) estimate: Estimate,
}

/// The price of one unit.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct UnitPriceReport {
    pub(crate) amount: f64,
    pub(crate) unit: String,
    pub(crate) currency: String,
}

impl From<&Price> for UnitPriceReport {
    fn from(price: &Price) -> Self {
        Self { amount: price.per.amount, unit: price.unit.to_string(), currency: price.per.currency.clone() }
    }
}

/// A part of a long text.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PricePart {
    pub(crate) body: Value,
    pub(crate) estimate: Estimate,
}

impl PricePart {
    /// What the plan would send, and what that would cost.
    pub(crate) fn new(plan: &Plan, estimate: Estimate) -> Self {
        Self { body: dry_run::shown(plan), estimate }
    }
}

impl Report for PriceReport {
    fn text(&self) -> String {
        let unit = match &self.unit_price {
            Some(price) => {
                format!("{} {} per {}", rounded(price.amount), ui::plain(&price.currency), ui::plain(&price.unit))
            }
            None => "not published".to_owned(),
        };
        let rows = [
            ("model", ui::plain(&self.head.model)),
            ("kind", self.head.kind.to_string()),
            ("unit price", unit),
            ("this input", amount(&self.estimate)),
            ("because", ui::plain(self.estimate.why())),
        ];
        let rows: Vec<Vec<String>> = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
        let mut lines = vec![ui::table(&rows).trim_end().to_owned()];
        lines.extend(notes(&self.notes));
        lines.join("\n")
    }
}

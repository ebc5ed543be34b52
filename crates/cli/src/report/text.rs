//! Pieces of text that several reports share.

use crate::ui;
use mediagen::core::{Estimate, Note};
use serde_json::Value;

/// An estimate for a person: the amount, and how it comes about.
pub(crate) fn money(estimate: &Estimate) -> String {
    format!("{} ({})", amount(estimate), ui::plain(estimate.why()))
}

/// The amount of an estimate alone.
pub(super) fn amount(estimate: &Estimate) -> String {
    let currency = ui::plain(estimate.currency().unwrap_or_default());
    match (estimate.low(), estimate.high()) {
        (Some(low), Some(high)) if low.to_bits() == high.to_bits() => format!("{low} {currency}"),
        (Some(low), Some(high)) => format!("{low} to {high} {currency}"),
        (Some(low), None) => format!("at least {low} {currency}"),
        (None, _) => "not known".to_owned(),
    }
}

/// A line for each note.
pub(crate) fn notes(notes: &[Note]) -> Vec<String> {
    notes.iter().map(note).collect()
}

fn note(note: &Note) -> String {
    let label = console::style("note:").yellow();
    let (option, why) = (ui::plain(&note.option), ui::plain(&note.why));
    match (&note.from, &note.to) {
        (Value::Null, Value::Null) => format!("{label} {option}: {why}"),
        (from, to) => format!("{label} {option}: {from} -> {to} ({why})"),
    }
}

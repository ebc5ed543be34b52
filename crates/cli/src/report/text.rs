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
        (Some(low), Some(high)) if low.to_bits() == high.to_bits() => format!("{} {currency}", rounded(low)),
        (Some(low), Some(high)) => format!("{} to {} {currency}", rounded(low), rounded(high)),
        (Some(low), None) => format!("at least {} {currency}", rounded(low)),
        (None, _) => "unknown".to_owned(),
    }
}

/// A number without the noise of its arithmetic: 0.705 for 0.7050000000000001.
pub(super) fn rounded(number: f64) -> f64 {
    const STEPS: f64 = 1e9;
    let scaled = number * STEPS;
    if scaled.abs() < 1e15 { scaled.round() / STEPS } else { number }
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
        (from, Value::Null) => format!("{label} {option} {}: left out, {why}", shown(from)),
        (Value::Null, to) => format!("{label} {option}: {} ({why})", shown(to)),
        (from, to) => format!("{label} {option} {}: changed to {} ({why})", shown(from), shown(to)),
    }
}

/// A value as a person writes it.
fn shown(value: &Value) -> String {
    ui::plain(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people_are_rounded_and_notes_are_sentences() {
        assert_eq!(rounded(0.705_000_000_000_000_1).to_string(), "0.705");
        assert_eq!((rounded(0.000_02), rounded(1e300)), (0.000_02, 1e300));
        let left_out = note(&Note::new("guidance", 3, Value::Null, "not supported by this model"));
        assert!(left_out.ends_with("guidance 3: left out, not supported by this model"), "{left_out}");
        let changed = note(&Note::new("duration", 5, "5s", "the model takes text"));
        assert!(changed.ends_with("duration 5: changed to 5s (the model takes text)"), "{changed}");
    }
}

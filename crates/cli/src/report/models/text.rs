//! What `models` shows to a person.

use super::{Model, ModelsReport, Refreshed};
use crate::ui;
use mediagen::core::{Method, ModelKind};
use std::collections::BTreeMap;

/// Widest title, in characters.
const TITLE: usize = 40;
/// Failures of a refresh that are shown.
const FAILURES: usize = 10;

/// A table, and lines about the catalogue.
pub(super) fn of(report: &ModelsReport) -> String {
    let mut lines = Vec::new();
    lines.extend(report.refreshed.as_ref().map(refresh));
    if report.models.is_empty() {
        lines.push("no models match".to_owned());
        if !report.did_you_mean.is_empty() {
            lines.push(format!("did you mean {}?", report.did_you_mean.join(", ")));
        }
    } else {
        let mut rows = vec![["id", "kind", "title", "capabilities", "price"].map(str::to_owned).to_vec()];
        rows.extend(report.models.iter().take(report.shown).map(row));
        lines.push(ui::heading(&ui::table(&rows)));
    }
    let shown = report.models.len().min(report.shown);
    lines.push(format!(
        "{shown} of {}{}; catalogue of {} ({}{})",
        report.total,
        if shown < report.total { ", --limit shows more" } else { "" },
        report.fetched_at,
        report.source,
        if report.stale { ", stale" } else { "" }
    ));
    lines.join("\n")
}

fn row(model: &Model) -> Vec<String> {
    let kind = model.kind.map(ModelKind::as_str).or(model.category.as_deref()).unwrap_or("-");
    let mut shown: Vec<&str> = Vec::new();
    for claim in model.capabilities.iter().filter(|claim| claim.method != Method::Category) {
        if !shown.contains(&claim.name.as_str()) {
            shown.push(claim.name.as_str());
        }
    }
    let mut title: String = ui::plain(&model.title).chars().take(TITLE).collect();
    if model.status.as_deref() == Some("deprecated") {
        title.push_str(" (deprecated)");
    }
    let price = model.price.as_ref().map_or_else(String::new, |price| ui::plain(&price.to_string()));
    vec![ui::plain(&model.id), kind.to_owned(), title, shown.join(" "), price]
}

/// What a refresh did.
fn refresh(refreshed: &Refreshed) -> String {
    let report = &refreshed.report;
    let mut lines = vec![
        format!("{} models in {:.1} s", report.models, seconds(report.took_ms)),
        format!("  kinds: {}", counts(&report.kinds)),
        format!("  known by: {}", counts(&report.methods)),
    ];
    if report.coarse > 0 {
        let how =
            if report.language_calls > 0 { "" } else { "; a language model can refine them (OPENROUTER_API_KEY)" };
        lines.push(format!("  {} known only by their category{how}", report.coarse));
    }
    if let Some(why) = &report.stopped {
        lines.push(format!("  the language model was not used further: {why}"));
    }
    lines.extend(report.sources.iter().map(|(source, why)| format!("  {source} failed: {}", ui::plain(why))));
    let failures = report.failures.iter().take(FAILURES);
    lines.extend(failures.map(|(id, why)| format!("  {id}: {}", ui::plain(why))));
    if report.failures.len() > FAILURES {
        lines.push(format!("  … and {} more failures; --json lists them all", report.failures.len() - FAILURES));
    }
    if let Some(diff) = &refreshed.diff {
        let (added, removed) = (diff.added.len(), diff.removed.len());
        let changed = diff.changed.len() + diff.schemas.len();
        lines.push(format!("  since the last refresh: {added} added, {removed} removed, {changed} changed"));
    }
    lines.join("\n") + "\n"
}

fn counts(counts: &BTreeMap<String, usize>) -> String {
    counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn seconds(millis: u64) -> f64 {
    millis as f64 / 1000.0
}

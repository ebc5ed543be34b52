//! What `models` tells a person.

use super::{Found, SHOWN, date, document::status};
use crate::{args::ModelsArgs, ui};
use mediagen::{
    core::Method,
    discovery::{Entry, Report},
};

/// Widest title, in characters.
const TITLE: usize = 40;

/// A table, and lines about the catalogue.
pub(super) fn of(found: &Found, arguments: &ModelsArgs) -> String {
    let mut lines = Vec::new();
    if arguments.refresh {
        lines.push(report(found, &found.listed.report));
    }
    let most = arguments.limit.map_or(SHOWN, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    if found.entries.is_empty() {
        lines.push("no model meets that".to_owned());
        if !found.near.is_empty() {
            lines.push(format!("did you mean {}?", found.near.join(", ")));
        }
    } else {
        let mut rows = vec![["id", "kind", "title", "purposes", "price"].map(str::to_owned).to_vec()];
        rows.extend(found.entries.iter().take(most).map(row));
        lines.push(ui::heading(&ui::table(&rows)));
    }
    let shown = found.entries.len().min(most);
    let age = if found.listed.stale { ", stale" } else { "" };
    lines.push(format!(
        "{shown} of {}{}; catalogue of {} ({}{age})",
        found.total,
        if shown < found.total { ", --limit shows more" } else { "" },
        date(found.listed.fetched_at),
        found.listed.source
    ));
    lines.join("\n")
}

fn row(entry: &Entry) -> Vec<String> {
    let spec = &entry.spec;
    let kind = spec.kinds.first().map(|kind| kind.as_str()).or(spec.category.as_deref()).unwrap_or("-");
    let mut shown: Vec<&str> = Vec::new();
    for claim in spec.capabilities.iter().filter(|claim| claim.method != Method::Category) {
        if !shown.contains(&claim.capability.as_str()) {
            shown.push(claim.capability.as_str());
        }
    }
    let mut title: String = ui::plain(&spec.title).chars().take(TITLE).collect();
    if status(entry) == Some("deprecated") {
        title.push_str(" (deprecated)");
    }
    let price = entry.price().map_or_else(String::new, |price| ui::plain(&price.to_string()));
    vec![ui::plain(&spec.id.name), kind.to_owned(), title, shown.join(" "), price]
}

/// What became of a refresh.
fn report(found: &Found, report: &Report) -> String {
    let counts = |counts: &std::collections::BTreeMap<String, usize>| {
        counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
    };
    let mut lines = vec![
        format!("{} models in {:.1} s", report.models, seconds(report.took_ms)),
        format!("  kinds: {}", counts(&report.kinds)),
        format!("  known by: {}", counts(&report.methods)),
    ];
    if report.coarse > 0 {
        let how = if report.language_calls > 0 { "" } else { "; a language model may tell more (OPENROUTER_API_KEY)" };
        lines.push(format!("  {} stay coarse: only their category tells what they are for{how}", report.coarse));
    }
    if let Some(why) = &report.stopped {
        lines.push(format!("  the language model was not asked on: {why}"));
    }
    lines.extend(report.sources.iter().map(|(source, why)| format!("  {source} failed: {}", ui::plain(why))));
    let told = report.failures.iter().take(10).map(|(id, why)| format!("  {id}: {}", ui::plain(why)));
    lines.extend(told);
    if report.failures.len() > 10 {
        lines.push(format!("  … and {} more failures; --json lists them all", report.failures.len() - 10));
    }
    if let Some(diff) = &found.diff {
        let (added, removed) = (diff.added.len(), diff.removed.len());
        let changed = diff.changed.len() + diff.schemas.len();
        lines.push(format!("  since the last time: {added} added, {removed} removed, {changed} changed"));
    }
    lines.join("\n") + "\n"
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn seconds(millis: u64) -> f64 {
    millis as f64 / 1000.0
}

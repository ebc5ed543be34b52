//! What is told about a generation: the contract's documents, and text for people.

use super::{
    Generation,
    cost::{self, Cost},
    head,
};
use crate::ui;
use mediagen::{
    assets::{SavedFile, record::TimingsMs},
    core::{Estimate, ModelKind, ModelSpec, Note, Output, Plan, Provider},
};
use serde_json::{Value, json};
use std::sync::Arc;

/// The document of a finished generation; `later` are the notes that came up after it.
#[expect(clippy::too_many_arguments, reason = "all that is told")]
pub(super) fn document(
    provider: &Arc<dyn Provider>,
    spec: &ModelSpec,
    kind: ModelKind,
    job: &str,
    output: &Output,
    cost: &Cost,
    assets: &[SavedFile],
    later: &[Note],
) -> Value {
    let mut document = head("completed", provider, spec, kind);
    let late = assets.iter().filter_map(|asset| asset.note.clone());
    let notes: Vec<Note> = output.notes.iter().cloned().chain(late).chain(later.iter().cloned()).collect();
    document["job"] = json!(job);
    document["request_id"] = json!(output.request_id);
    document["outputs"] = assets.iter().map(asset).collect();
    document["seed"] = json!(output.seed);
    document["body"] = output.body.clone();
    document["notes"] = json!(notes);
    document["cost"] = json!({
        "estimate": cost::document(&cost.estimate),
        "billed_units": output.usage.units,
        "amount": output.usage.amount,
    });
    if kind == ModelKind::Raw {
        document["raw"] = output.raw.clone();
    }
    document
}

/// The contract's `timings_ms` object; 0 for a part that did not happen.
pub(super) fn timings(took: &TimingsMs) -> Value {
    let part = |ms: Option<u64>| ms.unwrap_or(0);
    json!({
        "upload": part(took.upload), "queued": part(took.queued), "running": part(took.running),
        "fetch": part(took.fetch), "download": part(took.download), "total": part(took.total),
    })
}

/// A file in a document.
pub(super) fn asset(asset: &SavedFile) -> Value {
    json!({
        "path": asset.path.to_string_lossy(), "url": asset.url, "media_type": asset.media_type, "bytes": asset.bytes, "blake3": asset.blake3,
        "width": asset.width, "height": asset.height, "duration_s": asset.duration_s, "fps": asset.fps,
    })
}

/// The document of a dry run.
pub(super) fn dry_run(
    provider: &Arc<dyn Provider>,
    spec: &ModelSpec,
    kind: ModelKind,
    plan: &Plan,
    cost: Option<&Cost>,
) -> Value {
    let uploads = plan.uploads.iter().map(|upload| {
        json!({"option": upload.role.as_str(), "path": upload.path, "bytes": upload.bytes, "media_type": upload.media_type})
    });
    let mut document = head("dry-run", provider, spec, kind);
    document["body"] = plan.body.clone();
    document["notes"] = json!(plan.notes);
    document["uploads"] = uploads.collect();
    let estimate = cost.map_or_else(|| Estimate::unknown("it was not asked for"), |cost| cost.estimate.clone());
    document["cost"] = json!({"estimate": cost::document(&estimate)});
    document
}

/// A dry run for a person.
pub(super) fn dry_run_text(document: &Value) -> String {
    let word = |key: &str| document[key].as_str().unwrap_or_default();
    let body = serde_json::to_string_pretty(&document["body"]).unwrap_or_default();
    let mut lines = vec![format!("{} ({}): nothing was sent", word("model"), word("kind")), body];
    if let Some(parts) = document["parts"].as_array() {
        lines.truncate(1);
        for (index, part) in parts.iter().enumerate() {
            lines.push(format!("part {} of {}:", index + 1, parts.len()));
            lines.push(serde_json::to_string_pretty(&part["body"]).unwrap_or_default());
        }
    }
    let uploads = document["uploads"].as_array().into_iter().flatten();
    lines.extend(uploads.map(|upload| format!("would upload {} for {}", upload["path"], upload["option"])));
    lines.extend(notes(document));
    lines.push(format!("cost: {}", money(&document["cost"]["estimate"])));
    lines.join("\n")
}

/// An estimate for a person: the amount, and how it comes about.
pub(super) fn money(estimate: &Value) -> String {
    let amount = match estimate["kind"].as_str() {
        Some("exact") => format!("{} {}", estimate["low"], word(&estimate["currency"])),
        Some("range") if estimate["high"].is_null() => {
            format!("at least {} {}", estimate["low"], word(&estimate["currency"]))
        }
        Some("range") => format!("{} to {} {}", estimate["low"], estimate["high"], word(&estimate["currency"])),
        _ => "not known".to_owned(),
    };
    format!("{amount} ({})", word(&estimate["why"]))
}

fn word(value: &Value) -> String {
    ui::plain(value.as_str().unwrap_or_default())
}

pub(super) fn notes(document: &Value) -> Vec<String> {
    let line = |note: &Value| {
        let word = |key: &str| note[key].as_str().unwrap_or_default().to_owned();
        if note["from"].is_null() && note["to"].is_null() {
            return format!("{} {}: {}", console::style("note:").yellow(), word("option"), ui::plain(&word("why")));
        }
        format!(
            "{} {}: {} -> {} ({})",
            console::style("note:").yellow(),
            word("option"),
            note["from"],
            note["to"],
            word("why")
        )
    };
    document["notes"].as_array().into_iter().flatten().map(line).collect()
}

/// A finished generation for a person.
pub(super) fn text(generation: &Generation) -> String {
    let document = &generation.document;
    let rows: Vec<Vec<String>> = generation.assets.iter().map(row).collect();
    let mut lines = vec![ui::table(&rows).trim_end().to_owned()];
    if rows.is_empty() {
        lines = vec![serde_json::to_string_pretty(&document["raw"]).unwrap_or_default()];
    }
    lines.extend(notes(document));
    if let Some(parts) = document["parts"].as_array() {
        let path = parts.first().and_then(|part| part["outputs"][0]["path"].as_str()).map(std::path::Path::new);
        let folder = path.and_then(std::path::Path::parent).map(|folder| folder.display().to_string());
        lines.push(format!("{} parts are kept in {}", parts.len(), ui::plain(&folder.unwrap_or_default())));
    }
    let mut facts = Vec::new();
    for (name, value) in [("seed", &document["seed"]), ("billed units", &document["cost"]["billed_units"])] {
        if !value.is_null() {
            facts.push(format!("{name} {value}"));
        }
    }
    if let Some(currency) =
        document["cost"]["estimate"]["currency"].as_str().filter(|_| document["cost"]["amount"].is_number())
    {
        facts.push(format!("cost {} {}", document["cost"]["amount"], ui::plain(currency)));
    }
    facts.push(format!("{} ms", document["timings_ms"]["total"]));
    if let Some(id) = document["request_id"].as_str() {
        facts.push(format!("request {id}"));
    }
    lines.push(facts.join(", "));
    lines.join("\n")
}

/// A file in a table: path, type, size in pixels or seconds, bytes.
pub(crate) fn row(asset: &SavedFile) -> Vec<String> {
    let mut shape = Vec::new();
    if let (Some(width), Some(height)) = (asset.width, asset.height) {
        shape.push(format!("{width}x{height}"));
    }
    if let Some(seconds) = asset.duration_s {
        shape.push(format!("{seconds:.2} s"));
    }
    if let Some(fps) = asset.fps {
        shape.push(format!("{fps:.4} fps").replace(".0000", ""));
    }
    vec![
        ui::plain(&asset.path.display().to_string()),
        asset.media_type.clone(),
        shape.join(", "),
        ui::size(asset.bytes),
    ]
}

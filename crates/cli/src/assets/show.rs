//! `mediagen assets show`.

use super::{cut, shape};
use crate::{args::Global, ui};
use mediagen::{
    assets::{
        Asset, Store,
        record::{Ancestor, Record},
    },
    core::{Error, ErrorKind, FieldProblem, Result},
};
use serde_json::{Value, json};
use std::{path::Path, process::ExitCode};

/// An asset by the beginning of its hash, or by a file.
pub(super) async fn run(global: &Global, store: &Store, id: &str) -> Result<ExitCode> {
    let found = if Path::new(id).is_file() { of_file(store, id).await? } else { of_id(store, id).await? };
    let chain: Vec<Value> = found.record.chain().map(|ancestor| link(&ancestor)).collect();
    let document = json!({
        "id": found.id, "path": found.path, "changed": found.changed, "record": found.record, "chain": chain,
    });
    ui::result(global, &document, &text(&found))?;
    Ok(ExitCode::SUCCESS)
}

struct Found {
    /// BLAKE3 of the content.
    id: String,
    path: Option<String>,
    /// The file is no longer what its record says.
    changed: bool,
    record: Record,
}

async fn of_file(store: &Store, path: &str) -> Result<Found> {
    let asset = Asset::from_file(path).await?;
    let id = asset.blake3().await?;
    let known = store.find(&id).await?.map(|found| found.record);
    let Some(record) = known.or_else(|| asset.record().cloned()) else {
        return Err(unknown(path, "the file has no record: it is not beside it, not in it, and not in the store"));
    };
    // A record inside a file does not know the file's hash.
    let changed = record.asset.blake3.as_ref().is_some_and(|recorded| *recorded != id);
    Ok(Found { id, path: Some(path.to_owned()), changed, record })
}

async fn of_id(store: &Store, id: &str) -> Result<Found> {
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(unknown(id, "neither a file nor the beginning of an asset's id"));
    }
    let Some(found) = store.find(id).await? else { return Err(unknown(id, "no asset begins so")) };
    let path = store.local_path(&found.blake3).map(|path| path.to_string_lossy().into_owned());
    Ok(Found { id: found.blake3, path, changed: false, record: found.record })
}

fn unknown(id: &str, why: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("`{id}` is not known"))
        .with_field(FieldProblem::new("id", why))
        .with_hint("`mediagen assets list` shows what there is")
}

fn link(ancestor: &Ancestor<'_>) -> Value {
    let made = ancestor.record.and_then(|record| record.made.as_ref());
    json!({
        "depth": ancestor.depth, "role": ancestor.input.map(|input| &input.role), "blake3": ancestor.blake3(),
        "name": name(ancestor), "provider": made.map(|made| &made.provider), "model": made.map(|made| &made.model),
        "kind": made.map(|made| &made.kind), "prompt": ancestor.prompt(),
        "request_id": made.and_then(|made| made.request_id.as_ref()),
    })
}

fn name(ancestor: &Ancestor<'_>) -> String {
    let of_record = ancestor.record.map(|record| record.asset.file.as_str()).filter(|name| !name.is_empty());
    of_record.or_else(|| ancestor.input.map(|input| input.name.as_str())).unwrap_or_default().to_owned()
}

fn text(found: &Found) -> String {
    let (facts, made) = (&found.record.asset, found.record.made.as_ref());
    let mut rows = Vec::new();
    let mut say = |what: &str, text: Option<String>| {
        rows.extend(text.filter(|text| !text.is_empty()).map(|text| vec![what.to_owned(), ui::plain(&text)]));
    };
    say("file", Some(facts.file.clone()));
    say("id", Some(found.id.clone()));
    say("path", found.path.clone());
    say("type", facts.facts.media_type.clone());
    say("shape", Some(shape(&found.record)));
    say("size", facts.facts.bytes.map(ui::size));
    say("url", facts.url.clone());
    if found.changed {
        say("changed", Some("the file was changed since its record was written".to_owned()));
    }
    if let Some(made) = made {
        let asked = if made.asked == made.model { String::new() } else { format!(" (asked for as {})", made.asked) };
        say("model", Some(format!("{}: {}{asked}", made.provider, made.model)));
        say("kind", Some(made.kind.clone()));
        say("made", made.created_at.clone());
        say("prompt", made.prompt.clone());
        say("seed", made.seed.map(|seed| seed.to_string()));
        say("job", made.job.clone());
        say("request", made.request_id.clone());
        say("time", made.timings_ms.total.map(|total| format!("{total} ms")));
        say("cost", cost(&found.record));
        say("tool", Some(made.tool.clone()));
    }
    let mut lines = vec![ui::table(&rows).trim_end().to_owned()];
    if let Some(made) = made {
        lines.extend(made.notes.iter().map(|note| format!("note: {}", ui::plain(&note.to_string()))));
        let body = serde_json::to_string_pretty(&made.body).unwrap_or_default();
        lines.push(format!("\n{}\n{}", console::style("body").bold(), ui::plain(&body)));
    }
    lines.push(format!("\n{}", console::style("made of").bold()));
    lines.extend(found.record.chain().map(|ancestor| drawn(&ancestor)));
    lines.join("\n")
}

fn cost(record: &Record) -> Option<String> {
    let cost = &record.made.as_ref()?.cost;
    let amount = cost.amount.map(|amount| format!("{amount} {}", cost.currency.as_deref().unwrap_or_default()));
    let units = cost.billed_units.map(|units| format!("{units} {}", cost.unit.as_deref().unwrap_or("billed units")));
    let told: Vec<String> = amount.into_iter().chain(units).map(|text| text.trim_end().to_owned()).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// One member of the chain, as a branch.
fn drawn(ancestor: &Ancestor<'_>) -> String {
    let branch = if ancestor.depth == 0 { String::new() } else { "   ".repeat(ancestor.depth - 1) + "└─ " };
    let role = ancestor.input.map(|input| format!("{}: ", input.role)).unwrap_or_default();
    let how = match ancestor.record.and_then(|record| record.made.as_ref()) {
        Some(made) => format!("  {} by {}", made.kind, made.model),
        None => "  from outside".to_owned(),
    };
    let prompt = ancestor.prompt().map(|prompt| format!("  \"{}\"", cut(prompt, 60))).unwrap_or_default();
    ui::plain(&format!("{branch}{role}{}{how}{prompt}", name(ancestor)))
}

//! `mediagen assets list`.

use super::{cut, shape};
use crate::{args::Global, ui};
use futures_util::StreamExt as _;
use mediagen::{
    assets::{Store, store::StoredRecord},
    core::{Error, Result},
};
use serde_json::{Value, json};
use std::{io::Write as _, process::ExitCode};

/// Digits of an id in the table.
const DIGITS: usize = 12;

fn warn(error: &Error) {
    drop(writeln!(std::io::stderr(), "warning: {}", ui::plain(&error.to_string())));
}

/// Every record, the newest first.
pub(super) async fn run(global: &Global, store: &Store) -> Result<ExitCode> {
    let (mut entries, mut broken) = (Vec::new(), None);
    let mut records = store.records(None);
    while let Some(found) = records.next().await {
        match found {
            // Only what is shown is held: a record may bring a long lineage.
            Ok(found) => entries.push((entry(store, &found), row(&found))),
            // One broken record hides no other.
            Err(error) if broken.is_some() || !entries.is_empty() => warn(&error),
            Err(error) => broken = Some(error),
        }
    }
    // Where nothing at all can be read, the store is not empty: it does not work.
    match broken {
        Some(error) if entries.is_empty() => return Err(error),
        Some(error) => warn(&error),
        None => {}
    }
    let when = |entry: &Value| entry["created_at"].as_str().unwrap_or_default().to_owned();
    let name = |entry: &Value| entry["file"].as_str().unwrap_or_default().to_owned();
    entries.sort_by(|(a, _), (b, _)| (when(b), name(a)).cmp(&(when(a), name(b))));
    let (documents, rows): (Vec<Value>, Vec<Vec<String>>) = entries.into_iter().unzip();
    let text = if rows.is_empty() {
        format!("nothing is in the store {} yet", store.url())
    } else {
        let heading = ["id", "made", "kind", "model", "what", "type", "shape", "size"].map(str::to_owned).to_vec();
        let table = ui::table(&[vec![heading], rows].concat());
        ui::heading(&table)
    };
    ui::result(global, &Value::Array(documents), &text)?;
    Ok(ExitCode::SUCCESS)
}

fn entry(store: &Store, found: &StoredRecord) -> Value {
    let (asset, made) = (&found.record.asset, found.record.made.as_ref());
    let facts = &asset.facts;
    json!({
        "id": found.blake3, "file": asset.file, "path": store.local_path(&found.blake3), "media_type": facts.media_type,
        "bytes": facts.bytes, "width": facts.width, "height": facts.height, "duration_s": facts.duration_s,
        "fps": facts.fps, "url": asset.url, "created_at": found.record.created_at(),
        "provider": made.map(|made| &made.provider), "model": made.map(|made| &made.model),
        "kind": made.map(|made| &made.kind), "prompt": made.and_then(|made| made.prompt.as_ref()),
        "seed": made.and_then(|made| made.seed), "job": made.and_then(|made| made.job.as_ref()),
        "request_id": made.and_then(|made| made.request_id.as_ref()),
    })
}

fn row(found: &StoredRecord) -> Vec<String> {
    let (facts, made) = (&found.record.asset, found.record.made.as_ref());
    let word = |text: Option<&str>| cut(text.unwrap_or("-"), 36);
    let what = made.and_then(|made| made.prompt.as_deref()).unwrap_or(&facts.file);
    vec![
        found.blake3.chars().take(DIGITS).collect(),
        // Seconds are enough for people.
        word(found.record.created_at()).chars().take(19).collect::<String>().replace('T', " "),
        word(made.map(|made| made.kind.as_str())),
        word(made.map(|made| made.model.as_str())),
        cut(what, 36),
        word(facts.facts.media_type.as_deref()),
        shape(&found.record),
        facts.facts.bytes.map(ui::size).unwrap_or_default(),
    ]
}

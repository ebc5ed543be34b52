//! The report of `mediagen assets list`.

use super::{cut, shape};
use crate::ui::{self, Report};
use mediagen::assets::{Store, store::StoredRecord};
use serde::Serialize;
use std::{cmp::Reverse, path::PathBuf};

/// Digits of an id in the table.
const DIGITS: usize = 12;
/// Widest cell of text in the table, in characters.
const WIDEST: usize = 36;

/// Every record of a store, the newest first.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct AssetsReport {
    assets: Vec<Asset>,
    #[serde(skip)]
    store: String,
}

/// What a record says about its file; its lineage is left out, which may be long.
#[derive(Debug, Serialize)]
struct Asset {
    id: String,
    file: String,
    path: Option<PathBuf>,
    media_type: Option<String>,
    bytes: Option<u64>,
    width: Option<u32>,
    height: Option<u32>,
    duration_s: Option<f64>,
    fps: Option<f64>,
    url: Option<String>,
    created_at: Option<String>,
    provider: Option<String>,
    model: Option<String>,
    kind: Option<String>,
    prompt: Option<String>,
    seed: Option<u64>,
    job: Option<String>,
    request_id: Option<String>,
}

impl AssetsReport {
    /// Of a store that is still to be read.
    pub(crate) fn new(store: &Store) -> Self {
        Self { assets: Vec::new(), store: store.url().to_string() }
    }

    /// Whether nothing was added.
    pub(crate) fn is_empty(&self) -> bool {
        self.assets.is_empty()
    }

    /// Adds what was found in `store`.
    pub(crate) fn add(&mut self, store: &Store, found: StoredRecord) {
        let path = store.local_path(&found.blake3);
        let created_at = found.record.created_at().map(str::to_owned);
        let (asset, made) = (found.record.asset, found.record.made.unwrap_or_default());
        let facts = asset.facts;
        self.assets.push(Asset {
            id: found.blake3,
            file: asset.file,
            path,
            media_type: facts.media_type,
            bytes: facts.bytes,
            width: facts.width,
            height: facts.height,
            duration_s: facts.duration_s,
            fps: facts.fps,
            url: asset.url,
            created_at,
            provider: stated(made.provider),
            model: stated(made.model),
            kind: stated(made.kind),
            prompt: made.prompt,
            seed: made.seed,
            job: made.job,
            request_id: made.request_id,
        });
    }

    /// Puts the newest first.
    pub(crate) fn sort(&mut self) {
        self.assets.sort_by(|a, b| (Reverse(&a.created_at), &a.file).cmp(&(Reverse(&b.created_at), &b.file)));
    }
}

/// A file from outside has no model.
fn stated(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

impl Report for AssetsReport {
    fn text(&self) -> String {
        if self.is_empty() {
            return format!("the store {} is empty", self.store);
        }
        let mut rows =
            vec![["id", "made", "kind", "model", "what", "type", "shape", "size"].map(str::to_owned).to_vec()];
        rows.extend(self.assets.iter().map(Asset::row));
        ui::heading(&ui::table(&rows))
    }
}

impl Asset {
    fn row(&self) -> Vec<String> {
        vec![
            self.id.chars().take(DIGITS).collect(),
            // Seconds are enough for people.
            word(self.created_at.as_deref()).chars().take(19).collect::<String>().replace('T', " "),
            word(self.kind.as_deref()),
            word(self.model.as_deref()),
            cut(self.prompt.as_deref().unwrap_or(&self.file), WIDEST),
            word(self.media_type.as_deref()),
            shape(self.width, self.height, self.duration_s),
            self.bytes.map(ui::size).unwrap_or_default(),
        ]
    }
}

fn word(text: Option<&str>) -> String {
    cut(text.unwrap_or("-"), WIDEST)
}

//! The page that shows what the demo made.

use super::Scene;
use crate::generate::Generation;
use mediagen::{
    assets::{
        Record, SavedFile,
        gallery::{Entry, Gallery, Order},
    },
    core::{Error, ErrorKind, Result},
};
use serde_json::{Value, json};
use std::path::Path;

/// Writes the page beside the files.
pub(super) fn write(page: &Path, scenes: &[Scene], made: &[Generation]) -> Result<()> {
    let mut records: Vec<Vec<Record>> = Vec::new();
    for (scene, generation) in scenes.iter().zip(made) {
        let inputs = inputs(scene, &records);
        let of_asset = generation.assets.iter().enumerate();
        records.push(
            of_asset.map(|(index, asset)| record(scene, generation, asset, index, &inputs)).collect::<Result<_>>()?,
        );
    }
    let paths = made.iter().flat_map(|generation| &generation.assets).map(|asset| asset.path.clone());
    let entries = records.into_iter().flatten().zip(paths).map(|(record, path)| Entry::new(record).at(path));
    Gallery::new("Demo").with_order(Order::Oldest).with_entries(entries).write(page).map(drop)
}

/// What went into `scene`: the first file of each scene that it names.
fn inputs(scene: &Scene, records: &[Vec<Record>]) -> Vec<Value> {
    let named = scene.inputs.iter().filter_map(|(role, index)| Some((role, records.get(*index)?.first()?)));
    let input = named.map(|(role, record)| {
        let asset = &record.asset;
        json!({"role": role.as_str(), "name": asset.file, "blake3": asset.blake3, "bytes": asset.bytes,
               "media_type": asset.media_type, "record": record})
    });
    input.collect()
}

fn record(scene: &Scene, generation: &Generation, asset: &SavedFile, index: usize, inputs: &[Value]) -> Result<Record> {
    // A record that is kept beside the file knows more.
    if let Ok(Some(kept)) = Record::beside(&asset.path) {
        return Ok(kept);
    }
    let document = &generation.document;
    let file = asset.path.file_name().unwrap_or_default().to_string_lossy();
    let record = json!({
        "version": 1,
        "asset": {"file": file, "blake3": asset.blake3, "bytes": asset.bytes, "media_type": asset.media_type, "width": asset.width,
                  "height": asset.height, "duration_s": asset.duration_s, "fps": asset.fps, "url": asset.url},
        "made": {"provider": document["provider"], "asked": scene.model, "model": document["model"], "kind": document["kind"],
                 "job": document["job"], "request_id": document["request_id"], "prompt": scene.prompt, "body": document["body"],
                 "notes": document["notes"], "seed": document["seed"], "output_index": index,
                 "timings_ms": document["timings_ms"], "cost": document["cost"]},
        "inputs": inputs,
    });
    serde_json::from_value(record)
        .map_err(|e| Error::new(ErrorKind::Unexpected, "the demo's own record cannot be read").with_source(e))
}

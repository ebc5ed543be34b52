//! The files of one output.

use super::{Keep, Kept, Provenance, Stopwatch};
use crate::{
    asset::Asset,
    embed::{self, Embedded},
    record::{Received, Record},
};
use mediagen_core::{Context, Dispatch, Error, ErrorKind, FieldProblem, Output, Result};
use mediagen_disk::{blocking, sync_folder};
use std::{path::Path, sync::Arc};

impl Keep {
    /// Saves every part of `output`, then writes the record of each: into the file, beside it, and to the store.
    ///
    /// Everything is tried before the first failed download is told, so that nothing else is lost.
    ///
    /// # Errors
    /// `Transfer` (or `Cancelled`) when a part could not be saved, with the fate of each part as a field: where it is,
    /// or the address to get it from. It carries the request id; the generation itself is done and paid for.
    pub async fn save(&self, cx: &Context, output: &Output, made: &Provenance, watch: &Stopwatch) -> Result<Kept> {
        let (mut files, mut failed, mut fates) = (Vec::new(), None, Vec::new());
        for (index, part) in output.parts.iter().enumerate() {
            let fields = ["model", "job", "seed"].iter().filter_map(|name| Some((*name, made.field(name)?)));
            let target = fields.fold(self.target.clone(), |target, (name, value)| target.with_field(name, value));
            match self.downloader.arrive(cx, part, &target.with_field("index", index)).await {
                Ok(file) => {
                    let path = file.path().unwrap_or(Path::new("")).display();
                    tracing::info!(%path, "saved");
                    fates.push(FieldProblem::new(format!("outputs[{index}]"), format!("saved as {path}")));
                    files.push((index, file));
                }
                Err(error) => {
                    let from = part.url().filter(|url| url.scheme() != "data").map(|url| format!(", get it at {url}"));
                    let fate = format!("not saved{}", from.unwrap_or_default());
                    fates.push(FieldProblem::new(format!("outputs[{index}]"), fate));
                    failed = failed.or(Some(error));
                }
            }
        }
        let saved = self.record_all(files, made, watch).await;
        let Some(error) = failed else { return Ok(saved) };
        let kind = if error.kind() == ErrorKind::Cancelled { ErrorKind::Cancelled } else { ErrorKind::Transfer };
        let mut error =
            error.with_kind(kind).with("saved", format!("{} of {}", saved.assets.len(), output.parts.len()));
        if let Some(id) = &output.request_id {
            error = error.with_request_id(id.clone());
        }
        let error = error.with_fields(fates).with_dispatch(Dispatch::Answered);
        let kept = error.context().iter().find(|(key, _)| *key == "part").map(|(_, path)| path.clone());
        let hint = "the generation is paid for and done: download its URL again instead of running it again";
        Err(match kept {
            Some(part) => error.with_hint(format!("{hint}; what came of it is kept in `{part}`")),
            None => error.with_hint(hint),
        })
    }

    async fn record_all(&self, files: Vec<(usize, Asset)>, made: &Provenance, watch: &Stopwatch) -> Kept {
        let timings = watch.timings();
        let mut made = made.clone();
        let mut kept = Kept::default();
        if let Some(store) = &self.store {
            kept.problems.extend(made.inputs.complete(store).await.err().map(Arc::new));
        }
        for (index, file) in files {
            let record = made.record(index, &file, timings);
            let asset = self.record_one(file, record, &mut kept.problems).await;
            kept.assets.push(asset);
        }
        kept
    }

    /// Everything that is written about one file. Its folder is forced to disk once, with the record next to the file; the
    /// store is written at the same time, since each force waits for the disk.
    async fn record_one(&self, file: Asset, record: Record, problems: &mut Vec<Arc<Error>>) -> Asset {
        let Some(path) = file.path().map(Path::to_owned) else { return file.with_record(record) };
        let (embed, own, inside) = (self.embed, record.clone(), path.clone());
        let embedded = blocking(move || Ok(write_inside(&inside, own, embed)));
        let (record, failed) = embedded.await.unwrap_or_else(|error| (record, Some(error)));
        let mut asset = file;
        if let (Some(blake3), Some(bytes)) = (&record.asset.blake3, record.asset.facts.bytes) {
            asset = asset.with_content(blake3.clone(), bytes);
        }
        let own = record.clone();
        let beside = blocking(move || {
            let written = own.write_beside(&path);
            if written.is_err() {
                sync_folder(path.parent().unwrap_or(Path::new("")));
            }
            written
        });
        let stored = async {
            match (&self.store, asset.path()) {
                (Some(store), Some(path)) => store.keep(path, &record).await,
                _ => Ok(()),
            }
        };
        let (beside, stored) = futures_util::future::join(beside, stored).await;
        let failed = failed.into_iter().chain(beside.err()).chain(stored.err());
        problems.extend(failed.map(|error| Arc::new(error.with("file", asset.name()))));
        asset.with_record(record)
    }
}

/// Writes `record` into the file at `path` where that is wanted and the format has a place; returns it as it was written,
/// and what failed. Blocking.
fn write_inside(path: &Path, mut record: Record, embed: bool) -> (Record, Option<Error>) {
    if !embed {
        return (record, None);
    }
    let received = record.asset.blake3.clone().zip(record.asset.facts.bytes);
    match embed::place(path, &record) {
        Ok(Embedded::Written { blake3, bytes }) => {
            record.asset.received = received.map(|(blake3, bytes)| Received::new(blake3, bytes));
            (record.asset.blake3, record.asset.facts.bytes) = (Some(blake3), Some(bytes));
            (record, None)
        }
        Ok(Embedded::Skipped(why)) => {
            tracing::debug!(path = %path.display(), why, "the record is beside the file only");
            (record, None)
        }
        Err(error) => (record, Some(error)),
    }
}

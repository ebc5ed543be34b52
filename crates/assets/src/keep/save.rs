//! The files of one output.

use super::{Keep, Provenance, Stopwatch};
use crate::{
    asset::{Asset, SavedFile},
    embed::{self, Embedded},
    record::{Received, Record},
};
use mediagen_core::{Context, Dispatch, Error, ErrorKind, FieldProblem, Output, Result};
use mediagen_disk::blocking;
use std::sync::Arc;

/// A file that was kept.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Saved {
    /// The file as it is now, for tables and documents.
    pub file: SavedFile,
    /// The file as an asset, with its record and the address that it came from.
    pub asset: Asset,
    /// Why the record is not inside the file; `None` where it is, and where that was not wanted.
    pub not_embedded: Option<&'static str>,
    /// What went wrong after it was saved: with its record, or the store. The file is whole all the same.
    pub problems: Vec<Arc<Error>>,
}

impl Keep {
    /// Saves every part of `output`, then writes the record of each: into the file, beside it, and to the store.
    ///
    /// Everything is tried before the first failed download is told, so that nothing else is lost.
    ///
    /// # Errors
    /// `Transfer` (or `Cancelled`) when a part could not be saved, with the fate of each part as a field: where it is,
    /// or the address to get it from. It carries the request id; the generation itself is done and paid for.
    pub async fn save(
        &self,
        cx: &Context,
        output: &Output,
        made: &Provenance,
        watch: &Stopwatch,
    ) -> Result<Vec<Saved>> {
        let (mut files, mut failed, mut fates) = (Vec::new(), None, Vec::new());
        for (index, part) in output.parts.iter().enumerate() {
            let fields = ["model", "job", "seed"].iter().filter_map(|name| Some((*name, made.field(name)?)));
            let target = fields.fold(self.target.clone(), |target, (name, value)| target.with_field(name, value));
            match self.downloader.save(cx, part, &target.with_field("index", index)).await {
                Ok(file) => {
                    let path = file.path.display();
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
        let mut error = error.with_kind(kind).with("saved", format!("{} of {}", saved.len(), output.parts.len()));
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

    async fn record_all(&self, files: Vec<(usize, SavedFile)>, made: &Provenance, watch: &Stopwatch) -> Vec<Saved> {
        let timings = watch.timings();
        let mut made = made.clone();
        let mut unread = None;
        if let Some(store) = &self.store {
            unread = made.inputs.complete(store).await.err().map(Arc::new);
        }
        let mut saved = Vec::new();
        for (index, file) in files {
            let record = made.record(index, &file, timings);
            let mut kept = self.record_one(file, record).await;
            kept.problems.extend(unread.take());
            saved.push(kept);
        }
        saved
    }

    async fn record_one(&self, file: SavedFile, record: Record) -> Saved {
        let embed = self.embed;
        let (path, received) = (file.path.clone(), Received::new(file.blake3.clone(), file.bytes));
        let mut own = record.clone();
        let written = blocking(move || {
            let (mut not_embedded, mut problems) = (None, Vec::new());
            match embed.then(|| embed::write(&path, &own)) {
                Some(Ok(Embedded::Written { blake3, bytes })) => {
                    (own.asset.blake3, own.asset.bytes) = (Some(blake3), Some(bytes));
                    own.asset.received = Some(received);
                }
                Some(Ok(Embedded::Skipped(why))) => not_embedded = Some(why),
                Some(Err(error)) => problems.push(Arc::new(error)),
                None => {}
            }
            if let Err(error) = own.write_beside(&path) {
                problems.push(Arc::new(error));
            }
            // With what the download did not keep, such as the exact frame rate.
            let asset = Asset::measured(&path).ok();
            Ok((own, not_embedded, problems, asset))
        });
        let (record, not_embedded, mut problems, measured) = match written.await {
            Ok(done) => done,
            Err(error) => (record, None, vec![Arc::new(error)], None),
        };
        let mut file = file;
        if let (Some(blake3), Some(bytes)) = (&record.asset.blake3, record.asset.bytes) {
            (file.blake3, file.bytes) = (blake3.clone(), bytes);
        }
        if let Some(store) = &self.store {
            let stored = async {
                store.put_file(&file.path, &file.blake3).await?;
                store.put_record(&record).await
            };
            problems.extend(stored.await.err().map(Arc::new));
        }
        self.remember(file.url.as_ref(), &record);
        let asset = match measured {
            Some(asset) => asset.with_saved(&file),
            None => Asset::from(file.clone()),
        };
        Saved { asset: asset.with_record(record), file, not_embedded, problems }
    }
}

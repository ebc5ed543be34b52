//! What went in, as it was measured when the request was prepared: nothing is read a second time.

use crate::{
    embed,
    record::{InputRecord, Record, redact_text},
    store::Store,
};
use futures_util::TryStreamExt as _;
use mediagen_core::{Input, Measured, MediaInput, Request, Result};
use mediagen_disk::blocking;
use std::path::Path;

/// The inputs of a request, as they were measured.
#[derive(Debug, Clone, Default)]
pub struct Inputs(pub(super) Vec<InputRecord>);

impl Inputs {
    /// The inputs of `request`, as `measured` has them, each with the record that it brings along
    /// ([`Input::origin`]); for a file without one, the record beside it or inside it, where that is about this content.
    pub async fn of(request: &Request, measured: &[Measured]) -> Self {
        let mut inputs = Vec::with_capacity(measured.len());
        for (index, measured) in measured.iter().enumerate() {
            inputs.push(record_of(request.inputs.get(index), measured).await);
        }
        Self(inputs)
    }

    /// Asks `store` for the records that are still unknown, by the hash of the content.
    ///
    /// # Errors
    /// Those of reading the store.
    pub(super) async fn complete(&mut self, store: &Store) -> Result<()> {
        for input in self.0.iter_mut().filter(|input| input.record.is_none()) {
            let Some(blake3) = input.blake3.as_deref() else { continue };
            let records: Vec<_> = store.records(Some(blake3)).try_collect().await?;
            let newest =
                records.into_iter().map(|found| found.record).max_by(|a, b| a.created_at().cmp(&b.created_at()));
            input.record = newest.map(Box::new);
        }
        Ok(())
    }
}

async fn record_of(input: Option<&Input>, measured: &Measured) -> InputRecord {
    let mut found = InputRecord::new(measured.role.as_str(), &*measured.name);
    found.blake3.clone_from(&measured.blake3);
    found.bytes = measured.facts.bytes;
    found.media_type.clone_from(&measured.facts.media_type);
    if let Some(origin) = &measured.origin {
        // A record that this version cannot read is none.
        found.record = serde_json::from_value(origin.record().clone()).ok().map(Box::new);
    }
    match input.map(|input| &input.media) {
        Some(MediaInput::Url(url)) if url.scheme() != "data" => {
            found.url = Some(redact_text(url.as_str()));
            if let Some(record) = &found.record {
                // What is at the address is the file as it was received.
                let received = record.asset.received.as_ref();
                found.blake3 = received.map(|file| file.blake3.clone()).or_else(|| record.asset.blake3.clone());
                found.bytes = received.map(|file| file.bytes).or(record.asset.facts.bytes);
                found.media_type.clone_from(&record.asset.facts.media_type);
            }
        }
        Some(MediaInput::Path(path)) if found.record.is_none() => {
            let (path, of) = (path.clone(), measured.clone());
            let record = blocking(move || Ok(beside_or_inside(&path, &of))).await;
            found.record = record.ok().flatten().map(Box::new);
        }
        _ => {}
    }
    found
}

/// The record of the file at `path`, unless the file was changed since it was written.
fn beside_or_inside(path: &Path, measured: &Measured) -> Option<Record> {
    let is_of = |record: &Record| match &measured.blake3 {
        Some(hash) => record.asset.blake3.as_ref() == Some(hash),
        None => record.asset.facts.bytes.is_some() && record.asset.facts.bytes == measured.facts.bytes,
    };
    match Record::beside(path).ok().flatten() {
        Some(record) => Some(record).filter(is_of),
        None => embed::read(path).ok().flatten(),
    }
}

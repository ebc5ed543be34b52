//! What goes in: hashed before it is sent, with the record that it has.

use super::Keep;
use crate::{
    asset::hash_file,
    embed,
    record::{InputRecord, Record, redact_text},
    store::Store,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::TryStreamExt as _;
use mediagen_core::{Input, Measured, MediaInput, Request, Result};
use mediagen_disk::blocking;
use mediagen_probe::{probe, sniff};
use std::path::Path;

/// The inputs of a request, as they were when [`Keep::look_at`] read them.
#[derive(Debug, Clone, Default)]
pub struct Inputs(pub(super) Vec<InputRecord>);

impl Keep {
    /// Reads the inputs of `request` for their hash, type and length, and their records. Files are read in chunks, off
    /// the async threads; addresses are not asked. Do it before the request is sent: a file may change later.
    ///
    /// # Errors
    /// `Io` for a file that cannot be read.
    pub async fn look_at(&self, request: &Request) -> Result<Inputs> {
        let mut inputs = Vec::new();
        for input in &request.inputs {
            inputs.push(self.look_at_one(input).await?);
        }
        Ok(Inputs(inputs))
    }

    async fn look_at_one(&self, input: &Input) -> Result<InputRecord> {
        let mut found = InputRecord::new(input.role.as_str(), Measured::from(input).name);
        match &input.media {
            MediaInput::Path(path) => {
                let path = path.clone();
                return blocking(move || look_at_file(&path, found)).await;
            }
            MediaInput::Bytes { data, .. } => look_at_bytes(data, &mut found),
            MediaInput::Url(url) if url.scheme() == "data" => {
                let (head, content) = url.as_str().split_once(',').unwrap_or_default();
                found.media_type = head.get(5..).and_then(|rest| rest.split(';').next()).map(str::to_owned);
                if let Some(content) = head.ends_with(";base64").then(|| STANDARD.decode(content).ok()).flatten() {
                    look_at_bytes(&content, &mut found);
                }
            }
            MediaInput::Url(url) => {
                found.url = Some(redact_text(url.as_str()));
                if let Some(record) = self.recall(url) {
                    // What is at the address is the file as it was received.
                    let facts = &record.asset;
                    let received = facts.received.as_ref();
                    found.blake3 = received.map(|file| file.blake3.clone()).or_else(|| facts.blake3.clone());
                    found.bytes = received.map(|file| file.bytes).or(facts.facts.bytes);
                    found.media_type.clone_from(&facts.facts.media_type);
                    found.record = Some(Box::new(Record::clone(&record)));
                }
            }
            _ => {}
        }
        Ok(found)
    }
}

impl Inputs {
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

fn look_at_bytes(data: &[u8], found: &mut InputRecord) {
    found.bytes = Some(data.len() as u64);
    found.blake3 = Some(blake3::hash(data).to_hex().to_string());
    let sniffed = sniff::sniff(&data[..data.len().min(sniff::HEAD_BYTES)]);
    found.media_type = sniffed.map(|kind| kind.media_type.to_owned()).or_else(|| found.media_type.take());
}

fn look_at_file(path: &Path, mut found: InputRecord) -> Result<InputRecord> {
    let facts = probe(path)?;
    let hash = hash_file(path)?;
    // A record that is broken or of other content is none: the file was changed since.
    let beside = Record::beside(path).ok().flatten();
    let inside = if beside.is_none() { embed::read(path).ok().flatten() } else { None };
    let record = beside.filter(|record| record.asset.blake3.as_deref() == Some(&*hash)).or(inside);
    found.record = record.map(Box::new);
    found.bytes = facts.bytes;
    found.media_type = facts.media_type;
    found.blake3 = Some(hash);
    Ok(found)
}

//! The record of a file that was put together from others.

use super::{AssetFacts, InputRecord, Record, redact_text};
use crate::Asset;
use serde_json::Value;

impl AssetFacts {
    /// What is known of `asset`.
    pub fn of(asset: &Asset) -> Self {
        Self {
            file: asset.name().to_owned(),
            blake3: asset.known_blake3().map(str::to_owned),
            facts: asset.facts().clone(),
            received: None,
            url: asset.url().map(|url| redact_text(url.as_str())),
        }
    }
}

impl Record {
    /// The record of `joined`, which `parts` were joined to, in their order; `job` is ours, for all of them together.
    ///
    /// It says what the parts have in common, the words of all of them, and what they cost together. The parts with
    /// their own records are its inputs, in the role `part`.
    pub fn joined(joined: &Asset, parts: Vec<Self>, job: impl Into<String>) -> Self {
        let mut record = Self::new(AssetFacts::of(joined));
        if let Some(mut made) = parts.first().and_then(|part| part.made.clone()) {
            let all = || parts.iter().filter_map(|part| part.made.as_ref());
            let words: String = all().filter_map(|made| made.prompt.as_deref()).collect();
            made.prompt = Some(words).filter(|words| !words.is_empty());
            made.seed = made.seed.filter(|seed| all().all(|other| other.seed == Some(*seed)));
            (made.job, made.request_id, made.body) = (Some(job.into()), None, Value::Null);
            made.output_index = 0;
            made.created_at = parts.last().and_then(|part| part.created_at()).map(str::to_owned);
            made.cost.amount = all().map(|made| made.cost.amount).sum();
            made.cost.billed_units = all().map(|made| made.cost.billed_units).sum();
            record = record.with_made(made);
        }
        parts.into_iter().fold(record, |record, part| {
            let mut input = InputRecord::new("part", part.asset.file.clone());
            input.blake3.clone_from(&part.asset.blake3);
            input.bytes = part.asset.facts.bytes;
            input.media_type.clone_from(&part.asset.facts.media_type);
            input.record = Some(Box::new(part));
            record.with_input(input)
        })
    }
}

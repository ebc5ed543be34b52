//! What is known about a generation, on its way into the records of its files.

use super::Inputs;
use crate::{
    asset::Asset,
    record::{AssetFacts, Made, Record, TimingsMs, redact_text, redact_value},
};
use mediagen_core::{Estimate, ModelId, ModelKind, Note, Output, Request};
use serde_json::Value;

/// The maker of the records of one generation's files.
#[derive(Debug, Clone)]
pub struct Provenance {
    made: Made,
    pub(super) inputs: Inputs,
    /// The seed that was sent, where the answer names none.
    seed: Option<u64>,
}

impl Provenance {
    /// A generation by the model `id`, asked for with `request`; `inputs` are what went in.
    pub fn new(id: &ModelId, kind: ModelKind, request: &Request, inputs: Inputs) -> Self {
        let mut made = Made::new(id.provider.as_str(), &*id.name, kind.as_str());
        made.prompt = request.prompt.as_deref().map(redact_text);
        if let Ok(Value::Object(options)) = serde_json::to_value(&request.options) {
            made.options = options.into_iter().filter(|(_, value)| !value.is_null()).collect();
        }
        Self { made, inputs, seed: request.options.seed }
    }

    /// The name that was asked for, where the model is an alias of another.
    pub fn with_asked(mut self, model: impl Into<String>) -> Self {
        self.made.asked = model.into();
        self
    }

    /// Our job id.
    pub fn with_job(mut self, job: impl Into<String>) -> Self {
        self.made.job = Some(job.into());
        self
    }

    /// What was expected to be paid.
    pub fn with_estimate(mut self, estimate: Estimate) -> Self {
        self.made.cost.estimate = estimate;
        self
    }

    /// What the answer says: request id, revision, effective body (redacted), notes, seed and usage.
    pub fn with_output(mut self, output: &Output) -> Self {
        self.made.request_id.clone_from(&output.request_id);
        self.made.revision.clone_from(&output.revision);
        self.made.body = redact_value(&output.body);
        self.made.notes.clone_from(&output.notes);
        self.made.seed = output.seed.or(self.seed);
        let (cost, usage) = (&mut self.made.cost, &output.usage);
        if let Some(count) = usage.counts.first() {
            cost.billed_units = Some(count.number);
            cost.unit = count.unit.as_ref().map(ToString::to_string);
        }
        if let Some(money) = &usage.money {
            cost.amount = Some(money.amount);
            cost.currency = Some(money.currency.clone());
        }
        self
    }

    pub(super) fn field(&self, name: &str) -> Option<String> {
        match name {
            "model" => Some(self.made.model.clone()),
            "job" => Some(self.made.job.clone().unwrap_or_else(|| "none".to_owned())),
            "seed" => Some(self.made.seed.map_or_else(|| "none".to_owned(), |seed| seed.to_string())),
            _ => None,
        }
    }

    /// The record of `asset`, which is output number `index` (from 0) of the generation, made now.
    pub fn record(&self, index: usize, asset: &Asset, timings: TimingsMs) -> Record {
        let mut made = self.made.clone();
        made.output_index = index;
        made.timings_ms = timings;
        made.notes.extend_from_slice(asset.notes());
        made.notes.iter_mut().for_each(redact_note);
        // One width, so that the text sorts as the times do.
        made.created_at = Some(jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string());
        let mut record = Record::new(AssetFacts::of(asset)).with_made(made);
        record.inputs.clone_from(&self.inputs.0);
        record
    }
}

fn redact_note(note: &mut Note) {
    note.from = redact_value(&note.from);
    note.to = redact_value(&note.to);
}

//! How a file was made.

use super::tolerant::or_default;
use mediagen_core::{Estimate, JsonMap, Note};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One generation, as far as it is known.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Made {
    /// The provider's id.
    #[serde(deserialize_with = "or_default")]
    pub provider: String,
    /// The requested model.
    #[serde(deserialize_with = "or_default")]
    pub asked: String,
    /// The model that did it: another name where the requested one is an alias.
    #[serde(deserialize_with = "or_default")]
    pub model: String,
    /// The kind, such as `text-to-image`.
    #[serde(deserialize_with = "or_default")]
    pub kind: String,
    /// Our job id.
    pub job: Option<String>,
    /// The provider's request id.
    pub request_id: Option<String>,
    /// The version of the model, where the provider names versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// What was to be made.
    pub prompt: Option<String>,
    /// The requested canonical options, by name.
    #[serde(deserialize_with = "or_default")]
    pub options: JsonMap,
    /// What the provider got, redacted.
    pub body: Value,
    /// What was changed on the way, and why.
    #[serde(deserialize_with = "or_default")]
    pub notes: Vec<Note>,
    /// The seed that the server used, otherwise the one that was sent.
    pub seed: Option<u64>,
    /// Which output of the generation the file is, from 0.
    #[serde(deserialize_with = "or_default")]
    pub output_index: usize,
    /// When it was finished, RFC 3339 in UTC.
    pub created_at: Option<String>,
    /// How long it took.
    #[serde(deserialize_with = "or_default")]
    pub timings_ms: TimingsMs,
    /// What it cost.
    #[serde(deserialize_with = "or_default")]
    pub cost: Cost,
    /// Name and version of the program or library that wrote the record.
    #[serde(deserialize_with = "or_default")]
    pub tool: String,
}

impl Made {
    /// A generation by `model` of `provider`, which was asked for by that name.
    pub fn new(provider: impl Into<String>, model: impl Into<String>, kind: impl Into<String>) -> Self {
        let model = model.into();
        Self {
            provider: provider.into(),
            asked: model.clone(),
            model,
            kind: kind.into(),
            tool: concat!("mediagen ", env!("CARGO_PKG_VERSION")).to_owned(),
            ..Self::default()
        }
    }
}

/// Milliseconds of each part of a generation; `None` where it was not measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TimingsMs {
    /// Sending the inputs.
    pub upload: Option<u64>,
    /// From the submit to the start.
    pub queued: Option<u64>,
    /// From the start to the end.
    pub running: Option<u64>,
    /// Getting the answer.
    pub fetch: Option<u64>,
    /// Getting the files.
    pub download: Option<u64>,
    /// All of it.
    pub total: Option<u64>,
}

/// What a generation cost.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Cost {
    /// What was expected before.
    #[serde(deserialize_with = "or_default")]
    pub estimate: Estimate,
    /// The units that were billed.
    pub billed_units: Option<f64>,
    /// What a unit is.
    pub unit: Option<String>,
    /// The amount that was billed.
    pub amount: Option<f64>,
    /// The currency of `amount`, such as `USD`.
    pub currency: Option<String>,
}

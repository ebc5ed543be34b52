//! What comes out: parts, optional facts, and the provider's own answer.

mod composition;
mod extract;
mod part;

pub use composition::{CompositionInput, CompositionMetadata, VideoComposition};
pub use extract::{ExtractRules, FileKeys, parts_from_json};
pub use part::{Part, PartSource, PartStream};

use crate::{Measured, Note, Usage};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The neutral output of any kind.
///
/// It can be written down once no part holds content: see [`PartSource`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Output {
    /// The files, in the provider's order. Never empty for a kind of media.
    pub parts: Vec<Part>,
    /// The provider's own answer; null where that was content.
    pub raw: Value,
    /// The body that was sent, with uploaded inputs as addresses; null where it is not known any more, as after a resume.
    pub body: Value,
    /// The provider's id of the job or call.
    pub request_id: Option<String>,
    /// The version of the model that made it, where the provider names versions.
    pub revision: Option<String>,
    /// The seed that was used, as the provider says or as it was sent.
    pub seed: Option<u64>,
    /// What was adjusted on the way in, and what is missing on the way out.
    pub notes: Vec<Note>,
    /// What it cost, as far as the provider says.
    pub usage: Usage,
    /// The inputs and their roles, in order, for provenance.
    pub inputs: Vec<Measured>,
}

#[cfg(test)]
mod tests;

//! What comes out: parts, optional facts, and the provider's own answer.

mod composition;
mod extract;
mod part;

pub use composition::{CompositionInput, CompositionMetadata, VideoComposition};
pub use extract::{ExtractRules, parts_from_json};
pub use part::{Part, PartSource, PartStream};

use crate::{Input, MediaInput, Note, Role};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The neutral output of any kind.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Output {
    /// The files, in the provider's order. Never empty for a kind of media.
    pub parts: Vec<Part>,
    /// The provider's own answer; null where it answered bytes.
    pub raw: Value,
    /// The body that was sent, with uploaded inputs as URLs; null where it is not known any more, as after a resume.
    pub body: Value,
    /// The provider's id of the job or call.
    pub request_id: Option<String>,
    /// The seed that was used, as the provider says or as it was sent.
    pub seed: Option<u64>,
    /// What was adjusted on the way in, and what came short on the way out.
    pub notes: Vec<Note>,
    /// What it cost, as far as the provider says.
    pub usage: Usage,
    /// The inputs and their roles, in order, for provenance.
    pub inputs: Vec<InputFact>,
}

/// An input as remembered beside an output: its role and name, not its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InputFact {
    /// What it was for.
    pub role: Role,
    /// File name, or URL without its query.
    pub name: String,
}

impl From<&Input> for InputFact {
    fn from(input: &Input) -> Self {
        let name = match &input.media {
            MediaInput::Url(url) if url.scheme() == "data" => "data".to_owned(),
            MediaInput::Url(url) => {
                let mut url = url.clone();
                url.set_query(None);
                url.set_fragment(None);
                url.into()
            }
            MediaInput::Path(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            MediaInput::Bytes { name, .. } => name.clone(),
            MediaInput::Stream(stream) => stream.name().to_owned(),
        };
        Self { role: input.role, name }
    }
}

/// What the provider says it will bill.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Usage {
    /// Billed units.
    pub units: Option<f64>,
    /// What a unit is, as the provider writes it.
    pub unit: Option<String>,
    /// Money.
    pub amount: Option<f64>,
    /// ISO code of the money.
    pub currency: Option<String>,
}

#[cfg(test)]
mod tests;

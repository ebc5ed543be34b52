//! What a language model is told about one model.

use mediagen_core::ModelSpec;
use serde::Serialize;

/// Longest description, in characters.
const DESCRIPTION: usize = 300;
/// Longest title or tag, in characters.
const WORD: usize = 80;
/// Most tags, and most names of fields.
const TAGS: usize = 10;
const FIELDS: usize = 25;

/// One model: its name and words of its catalogue, cut to a size. Never a page, never a URL's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Question {
    /// The provider's name for it; the answer has to give it back.
    pub id: String,
    /// For a person.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// At most 300 characters of the description.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// At most 10 tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// At most 25 names of input fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<String>,
    /// At most 25 names of output fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<String>,
}

impl Question {
    /// What may be told of `spec`.
    pub fn of(spec: &ModelSpec) -> Self {
        let names = |fields: &[mediagen_core::Field]| fields.iter().take(FIELDS).map(|f| cut(&f.name, WORD)).collect();
        let title = if *spec.title == *spec.id.name { String::new() } else { cut(&spec.title, WORD) };
        Self {
            id: spec.id.name.to_string(),
            title,
            description: cut(spec.listing.description.as_deref().unwrap_or_default(), DESCRIPTION),
            tags: spec.listing.tags.iter().take(TAGS).map(|tag| cut(tag, WORD)).collect(),
            inputs: names(&spec.schema.inputs),
            outputs: names(spec.schema.outputs()),
        }
    }

    /// About how long it is in a call.
    pub(super) fn characters(&self) -> usize {
        let lists = self.tags.iter().chain(&self.inputs).chain(&self.outputs).map(|text| text.len() + 3);
        self.id.len() + self.title.len() + self.description.len() + lists.sum::<usize>() + 60
    }
}

/// At most `most` characters of `text`, on one line.
fn cut(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(most).collect()
}

//! The third rung: words in ids, tags and titles, and names of fields. All rows are data.

use mediagen_core::{CapabilityEvidence, Error, ErrorKind, MediaCapability, Method, ModelKind, ModelSpec, Result};
use serde::Deserialize;

/// The rows that come with this crate.
const KINDS: &str = include_str!("../../data/kinds.toml");
const PURPOSES: &str = include_str!("../../data/purposes.toml");

/// One row that names a kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct KindRow {
    kind: ModelKind,
    id: Vec<String>,
    why: String,
}

/// One row that shows a purpose.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PurposeRow {
    capability: MediaCapability,
    #[serde(default)]
    kinds: Vec<ModelKind>,
    #[serde(default)]
    id: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    title: Vec<String>,
    #[serde(default)]
    fields: Vec<String>,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindFile {
    kind: Vec<KindRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PurposeFile {
    purpose: Vec<PurposeRow>,
}

/// The rows of the third rung.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    kinds: Vec<KindRow>,
    purposes: Vec<PurposeRow>,
}

impl Rules {
    /// The rows that come with this crate.
    ///
    /// # Errors
    /// `Config` when a file does not parse, which a test rules out.
    pub(super) fn bundled() -> Result<Self> {
        let bad = |file: &str| {
            let message = format!("the rules in `{file}` cannot be read");
            move |e: toml::de::Error| Error::new(ErrorKind::Config, message).with_source(e)
        };
        let KindFile { kind } = toml::from_str(KINDS).map_err(bad("kinds.toml"))?;
        let PurposeFile { purpose } = toml::from_str(PURPOSES).map_err(bad("purposes.toml"))?;
        Ok(Self { kinds: kind, purposes: purpose })
    }

    /// The kind that the words of `id` name, among `open` where that is not empty.
    pub(super) fn kind(&self, id: &str, open: &[ModelKind]) -> Option<(ModelKind, String)> {
        let id = &words(id);
        let rows = self.kinds.iter().filter(|row| open.is_empty() || open.contains(&row.kind));
        // The word that stands last says most: `a-video-model/image-to-video`.
        let found = rows.flat_map(|row| row.id.iter().filter_map(move |word| Some((find(id, word)?, word, row))));
        let (_, word, row) = found.max_by_key(|(place, word, _)| (*place, word.len()))?;
        Some((row.kind, format!("the id has `{word}`: {}", row.why)))
    }

    /// The purposes that something about `spec` shows, each with what does; `kinds` are those of the model.
    pub(super) fn purposes(&self, spec: &ModelSpec, kinds: &[ModelKind]) -> Vec<CapabilityEvidence> {
        let listing = Listing::of(spec);
        let counts = |row: &&PurposeRow| row.kinds.is_empty() || row.kinds.iter().any(|kind| kinds.contains(kind));
        self.purposes.iter().filter(counts).filter_map(|row| listing.shows(row)).collect()
    }
}

/// The words of a model that rows are compared with.
struct Listing<'a> {
    spec: &'a ModelSpec,
    id: String,
    title: String,
    tags: Vec<String>,
}

impl<'a> Listing<'a> {
    fn of(spec: &'a ModelSpec) -> Self {
        let tags = spec.listing.tags.iter().map(|tag| words(tag)).collect();
        Self { spec, id: words(&spec.id.name), title: words(&spec.title), tags }
    }

    /// The claim of `row`, where the id, a tag, the title or an input field has one of its words, in this order.
    fn shows(&self, row: &PurposeRow) -> Option<CapabilityEvidence> {
        let claim = |method: Method, place: &str, word: &String| {
            CapabilityEvidence::new(row.capability, method, format!("{place} has `{word}`: {}", row.why))
        };
        if let Some(word) = row.id.iter().find(|word| find(&self.id, word).is_some()) {
            return Some(claim(Method::Rule, "the id", word));
        }
        if let Some(word) = row.tags.iter().find(|word| self.tags.iter().any(|tag| tag.trim() == word.as_str())) {
            return Some(claim(Method::Rule, "a tag", word));
        }
        if let Some(word) = row.title.iter().find(|word| find(&self.title, word).is_some()) {
            return Some(claim(Method::Rule, "the title", word));
        }
        let name = row.fields.iter().find(|name| self.spec.schema.input(name).is_some())?;
        Some(claim(Method::Schema, "the input", name))
    }
}

/// `text` in lower case as words between single spaces, with one at either end.
fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 2);
    words.push(' ');
    for character in text.chars().flat_map(char::to_lowercase) {
        if character.is_alphanumeric() {
            words.push(character);
        } else if !words.ends_with(' ') {
            words.push(' ');
        }
    }
    if !words.ends_with(' ') {
        words.push(' ');
    }
    words
}

/// Where the whole words of `phrase` end in `words`, the last time they come.
fn find(words: &str, phrase: &str) -> Option<usize> {
    let ends = |(start, found): (usize, &str)| {
        let end = start + found.len();
        (words[..start].ends_with(' ') && words[end..].starts_with(' ')).then_some(end)
    };
    words.rmatch_indices(phrase).find_map(ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_rows_parse_and_are_written_as_they_are_compared() {
        let rules = Rules::bundled().unwrap();
        let phrases = rules.kinds.iter().flat_map(|row| row.id.iter());
        let purposes = rules.purposes.iter().flat_map(|row| row.id.iter().chain(&row.tags).chain(&row.title));
        for phrase in phrases.chain(purposes) {
            assert_eq!(words(phrase).trim(), phrase, "a phrase is lower-case words between single spaces");
        }
        assert!(rules.kinds.iter().all(|row| !row.why.is_empty()));
        assert!(rules.purposes.iter().all(|row| !row.why.is_empty()));
    }

    #[test]
    fn words_are_whole_and_the_last_one_counts() {
        let id = words("Owner/video-to-video_thing/v2.0/image-to-video");
        assert_eq!(id, " owner video to video thing v2 0 image to video ");
        assert!(find(&id, "image to video") > find(&id, "video to video"));
        assert_eq!(find(&id, "video t"), None);
        assert_eq!(find(&words("synced"), "sync"), None);
    }
}

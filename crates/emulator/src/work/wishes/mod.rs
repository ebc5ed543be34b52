//! What the caller wants, whatever the fields are called: the table of spellings is data.

mod size;

pub(super) use size::Target;

use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::LazyLock};

/// Meaning to the field names that carry it, best first; a dot goes into a nested object.
static SYNONYMS: LazyLock<BTreeMap<String, Vec<String>>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../data/work/synonyms.json")).unwrap_or_default());

/// The input of one run with the schema's defaults in it.
#[derive(Debug, Clone)]
pub(super) struct Wishes {
    input: Map<String, Value>,
    /// The seed as the caller gave it (up to `u64`), or one drawn from the input.
    pub(super) seed: u64,
}

impl Wishes {
    /// Reads the input; without a seed one is drawn that depends on nothing but the input.
    pub(super) fn new(input: Map<String, Value>) -> Self {
        let mut wishes = Self { input, seed: 0 };
        wishes.seed = wishes.given_seed().unwrap_or_else(|| wishes.drawn_seed());
        wishes
    }

    /// The field names that carry `meaning`.
    pub(super) fn names(meaning: &str) -> &'static [String] {
        SYNONYMS.get(meaning).map(Vec::as_slice).unwrap_or_default()
    }

    /// The first value given under a name that carries `meaning`.
    pub(super) fn value(&self, meaning: &str) -> Option<&Value> {
        Self::names(meaning).iter().find_map(|name| self.field(name))
    }

    /// The value of one field; a dot goes into a nested object, null counts as absent.
    pub(super) fn field(&self, name: &str) -> Option<&Value> {
        let mut parts = name.split('.');
        let first = self.input.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part)).filter(|value| !value.is_null())
    }

    /// A number, also out of text such as `5`, `5s` or `8 seconds`.
    pub(super) fn number(&self, meaning: &str) -> Option<f64> {
        Self::names(meaning).iter().filter_map(|name| self.field(name)).find_map(number)
    }

    /// The words to show or to speak; the list of scenes of a conversation is joined.
    pub(super) fn text(&self, meaning: &str) -> String {
        let filled = |value: &&Value| words(value).is_some_and(|text| !text.trim().is_empty());
        let found = Self::names(meaning).iter().filter_map(|name| self.field(name)).find(filled);
        found.and_then(words).unwrap_or_default()
    }

    /// A word, such as a file format.
    pub(super) fn word(&self, meaning: &str) -> Option<&str> {
        self.value(meaning).and_then(Value::as_str)
    }

    /// How many results are wanted, 1 to 16.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1 to 16")]
    pub(super) fn count(&self) -> usize {
        self.number("count").unwrap_or(1.0).clamp(1.0, 16.0) as usize
    }

    /// Seconds of the result, if the caller or a default says so; `auto` says nothing.
    pub(super) fn seconds(&self) -> Option<f64> {
        let milliseconds = || self.number("milliseconds").map(|given| given / 1000.0);
        self.number("seconds").or_else(milliseconds).filter(|seconds| *seconds > 0.0)
    }

    /// Whether the answer contains the files: `sync_mode` as a boolean; as text it has another meaning.
    pub(super) fn inline(&self) -> bool {
        self.field("sync_mode") == Some(&json!(true))
    }

    /// Whether any text of the input contains the word.
    pub(super) fn mentions(&self, word: &str) -> bool {
        self.input.values().filter_map(words).any(|text| text.contains(word))
    }

    fn given_seed(&self) -> Option<u64> {
        let value = self.value("seed")?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        // Some endpoints take -1 for "draw one".
        text.parse::<u64>().ok()
    }

    /// A 31-bit FNV-1a hash of the input.
    fn drawn_seed(&self) -> u64 {
        let text = Value::Object(self.input.clone()).to_string();
        let hash = text
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        hash >> 33
    }
}

/// A number, or the number that a text begins with.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => {
            let text = text.trim();
            let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
            text[..end].parse().ok()
        }
        _ => None,
    }
}

/// A text, or all texts inside a list or object.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => Some(list.iter().filter_map(words).collect::<Vec<_>>().join(" ")),
        Value::Object(map) => map.get("text").or_else(|| map.get("prompt")).and_then(words),
        _ => None,
    }
}

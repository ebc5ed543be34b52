//! Files found wherever a model put them in its JSON.

use super::{Part, PartSource};
use serde_json::{Map, Value};
use std::sync::Arc;
use url::Url;

/// Which strings are files. An object with a string `url` (or one of `url_keys`) always is one.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ExtractRules {
    /// Keys of a file object that hold its address.
    pub url_keys: &'static [&'static str],
    /// A string under a key with one of these endings is a file, when it is an address.
    pub key_endings: &'static [&'static str],
    /// Whether any other string that is an address is a file: only for models whose output is declared as addresses.
    pub bare_strings: bool,
}

impl Default for ExtractRules {
    fn default() -> Self {
        Self { url_keys: &["url"], key_endings: &["url", "_url", "_urls", "urls"], bare_strings: false }
    }
}

impl ExtractRules {
    /// Rules under which any address in the answer is a file.
    pub fn with_bare_strings(mut self) -> Self {
        self.bare_strings = true;
        self
    }
}

/// Every file in `value`, in document order, each with its JSON pointer and the facts given beside it.
///
/// Text that merely looks like an address is left alone, unless `rules` says otherwise.
pub fn parts_from_json(value: &Value, rules: &ExtractRules) -> Vec<Part> {
    let mut parts = Vec::new();
    walk(value, &mut String::new(), rules.bare_strings, rules, &mut parts);
    parts
}

fn walk(value: &Value, pointer: &mut String, strings: bool, rules: &ExtractRules, parts: &mut Vec<Part>) {
    match value {
        Value::String(text) if strings => {
            if let Some(source) = source(text) {
                parts.push(Part::new(pointer.clone(), source));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                descend(pointer, &index.to_string(), |pointer| walk(item, pointer, strings, rules, parts));
            }
        }
        Value::Object(map) => {
            if let Some(part) = file_object(map, pointer, rules) {
                parts.push(part);
            }
            for (key, item) in map {
                if rules.url_keys.contains(&key.as_str()) && item.is_string() {
                    continue;
                }
                let strings = rules.bare_strings || is_url_key(key, rules);
                descend(pointer, key, |pointer| walk(item, pointer, strings, rules, parts));
            }
        }
        _ => {}
    }
}

fn descend(pointer: &mut String, key: &str, visit: impl FnOnce(&mut String)) {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
    visit(pointer);
    pointer.truncate(length);
}

fn is_url_key(key: &str, rules: &ExtractRules) -> bool {
    rules.key_endings.iter().any(|ending| key.ends_with(ending))
}

fn source(text: &str) -> Option<PartSource> {
    if text.starts_with("data:") {
        return text.contains(',').then(|| PartSource::DataUri(Arc::from(text)));
    }
    let url = (text.starts_with("http://") || text.starts_with("https://")).then(|| Url::parse(text).ok()).flatten()?;
    Some(PartSource::Url(url))
}

fn file_object(map: &Map<String, Value>, pointer: &str, rules: &ExtractRules) -> Option<Part> {
    let address = rules.url_keys.iter().find_map(|key| map.get(*key)?.as_str())?;
    let mut part = Part::new(pointer, source(address)?);
    let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
    // Numbers come as numbers or as text, and as floats where whole ones are due.
    let number = |key: &str| {
        let value = map.get(key)?;
        value.as_f64().or_else(|| value.as_str()?.parse().ok()).filter(|n| n.is_finite() && *n >= 0.0)
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be finite and not negative"
    )]
    let whole = |key: &str| number(key).map(|n| n as u64);
    part.media_type = text("content_type");
    part.file_name = text("file_name");
    part.bytes = whole("file_size");
    part.width = whole("width").and_then(|n| n.try_into().ok());
    part.height = whole("height").and_then(|n| n.try_into().ok());
    part.duration_s = number("duration");
    part.fps = number("fps");
    Some(part)
}

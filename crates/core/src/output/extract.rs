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
    /// Keys of what is said about the file beside its address.
    pub file_keys: FileKeys,
    /// Whether any other string that is an address is a file: only for models whose output is declared as addresses.
    pub bare_strings: bool,
}

/// Keys of a file object, beside its address and its dimensions.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct FileKeys {
    /// The media type.
    pub media_type: &'static str,
    /// The file name.
    pub file_name: &'static str,
    /// The size in bytes.
    pub bytes: &'static str,
}

impl Default for FileKeys {
    fn default() -> Self {
        Self { media_type: "content_type", file_name: "file_name", bytes: "file_size" }
    }
}

impl FileKeys {
    /// Other names than the usual.
    pub const fn new(media_type: &'static str, file_name: &'static str, bytes: &'static str) -> Self {
        Self { media_type, file_name, bytes }
    }
}

impl Default for ExtractRules {
    fn default() -> Self {
        Self {
            url_keys: &["url"],
            key_endings: &["url", "_url", "_urls", "urls"],
            file_keys: FileKeys::default(),
            bare_strings: false,
        }
    }
}

impl ExtractRules {
    /// Rules for file objects with other keys.
    pub fn with_file_keys(mut self, keys: FileKeys) -> Self {
        self.file_keys = keys;
        self
    }

    /// Rules under which any address in the answer is a file.
    pub fn with_bare_strings(mut self) -> Self {
        self.bare_strings = true;
        self
    }
}

/// Every file in `value`, in document order, each with its JSON pointer and what is said about it.
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
                if !matches!(item, Value::String(_) | Value::Array(_) | Value::Object(_)) {
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
    if key.contains(['~', '/']) {
        pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
    } else {
        pointer.push_str(key);
    }
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
    // Numbers come as numbers or as text, and as floats where whole ones are expected.
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
    let names = rules.file_keys;
    part.media_type = text(names.media_type);
    part.file_name = text(names.file_name);
    part.facts.bytes = whole(names.bytes);
    part.facts.width = whole("width").and_then(|n| n.try_into().ok());
    part.facts.height = whole("height").and_then(|n| n.try_into().ok());
    part.facts.duration_s = number("duration");
    part.facts.fps = number("fps");
    Some(part)
}

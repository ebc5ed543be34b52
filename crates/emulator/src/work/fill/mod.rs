//! Fills the output schema: files where it has files, echoes and facts where it has fields.

mod answer;
mod sample;

use super::{
    behaviour::Behaviour,
    kind::{FileSchema, Kind},
    maker::{Made, Maker},
    schema::{Document, required, takes_null, type_of, union},
    wishes::Wishes,
};
use crate::media::MediaError;
use serde_json::{Map, Value, json};

/// Where a file's address goes until it is stored: this text and the file's number.
const PLACE: &str = "emulator-file:";

/// The body of an answer whose files are not stored yet.
#[derive(Debug)]
pub(super) struct Draft {
    /// The answer with placeholders for addresses.
    pub(super) body: Value,
    /// The files, by number.
    pub(super) files: Vec<Made>,
}

/// Fills the output schema of `document`.
///
/// # Errors
/// [`MediaError`] when a file cannot be made.
pub(super) fn fill(document: Document<'_>, maker: &Maker, category: &str, nameless: bool) -> Result<Draft, MediaError> {
    let mut fill = Fill { document, maker, category, nameless, files: Vec::new() };
    let Some(schema) = document.output() else {
        return Ok(Draft { body: json!({}), files: Vec::new() });
    };
    let body = match document.object(schema) {
        Some(object) => fill.object(object)?,
        None => sample::of(document, schema, 0),
    };
    Ok(Draft { body, files: fill.files })
}

/// The number of the file that a text stands for.
pub(super) fn placed(text: &str) -> Option<usize> {
    text.strip_prefix(PLACE)?.parse().ok()
}

/// A valid value of a schema, for tests that need an input.
#[cfg(test)]
pub(super) fn sample_value<'a>(document: Document<'a>, schema: &'a Value) -> Value {
    sample::of(document, schema, 0)
}

struct Fill<'a> {
    document: Document<'a>,
    maker: &'a Maker,
    category: &'a str,
    nameless: bool,
    files: Vec<Made>,
}

impl<'a> Fill<'a> {
    /// Files first: facts such as the duration are taken from them.
    fn object(&mut self, schema: &'a Value) -> Result<Value, MediaError> {
        let needed: Vec<&str> = required(schema).collect();
        let properties = self.document.properties(schema);
        let mut body = Map::new();
        let mut rest = Vec::new();
        let files: Vec<_> = properties
            .iter()
            .filter_map(|(name, inner)| Some((*name, *inner, FileSchema::of(self.document, name, inner)?)))
            .collect();
        let any_needed = files.iter().any(|(name, ..)| needed.contains(name));
        for (name, inner, file) in &files {
            if needed.contains(name) || self.wanted(name, file, any_needed) {
                let value = self.file(name, file)?;
                body.insert((*name).to_owned(), value);
            } else if nullable(self.document, inner) {
                body.insert((*name).to_owned(), Value::Null);
            }
        }
        for (name, inner) in properties {
            if !files.iter().any(|(file, ..)| *file == name) {
                rest.push((name, inner, needed.contains(&name)));
            }
        }
        for (name, inner, needed) in rest {
            if let Some(value) = self.field(name, inner, needed)? {
                body.insert(name.to_owned(), value);
            }
        }
        Ok(Value::Object(body))
    }

    /// Whether an optional file is made.
    fn wanted(&self, name: &str, file: &FileSchema<'_>, any_needed: bool) -> bool {
        let kind = file.kind(name, self.category);
        if name.contains("mask") {
            return self.maker.wishes.field("output_mask") == Some(&json!(true));
        }
        if self.maker.behaviour == Behaviour::Stems {
            let listed = self.maker.wishes.value("stems").and_then(Value::as_array);
            return listed.is_none_or(|stems| stems.iter().any(|stem| stem == name));
        }
        // An endpoint that gives stills or a video lets the caller choose.
        match self.maker.wishes.field("output_type").and_then(Value::as_str) {
            Some(word) if Kind::of_name(word).is_some() => Kind::of_name(word) == Some(kind),
            _ => !any_needed && (kind != Kind::Mesh || name.contains("glb") || name.contains("mesh")),
        }
    }

    fn file(&mut self, name: &str, file: &FileSchema<'a>) -> Result<Value, MediaError> {
        let kind = file.kind(name, self.category);
        let count = if file.listed { self.count(kind) } else { 1 };
        let mut values = Vec::new();
        for index in 0..count {
            let made = self.maker.make(kind, name, index)?;
            let number = self.files.len();
            values.push(match file.object {
                Some(object) => self.describe(object, &made, number),
                None => json!(format!("{PLACE}{number}")),
            });
            self.files.push(made);
        }
        Ok(if file.listed { Value::Array(values) } else { values.pop().unwrap_or_default() })
    }

    fn count(&self, kind: Kind) -> usize {
        match kind {
            Kind::Image | Kind::Audio => self.maker.wishes.count(),
            _ => 1,
        }
    }

    /// A file object with the members that its schema has (protocol 9.1).
    fn describe(&self, schema: &'a Value, made: &Made, number: usize) -> Value {
        let needed: Vec<&str> = required(schema).collect();
        let mut object = Map::new();
        for (name, inner) in self.document.properties(schema) {
            let value = match name {
                "url" => Some(json!(format!("{PLACE}{number}"))),
                "file_name" | "file_size" if self.nameless && nullable(self.document, inner) => Some(Value::Null),
                "content_type" => Some(json!(made.media_type)),
                "file_name" => Some(json!(file_name(number, made))),
                "file_size" => Some(json!(made.bytes.len())),
                _ => made.facts.get(name).map(|fact| fitting(self.document, inner, fact)),
            };
            let value = value.or_else(|| needed.contains(&name).then(|| sample::of(self.document, inner, 0)));
            if let Some(value) = value {
                object.insert(name.to_owned(), value);
            }
        }
        Value::Object(object)
    }

    /// A field without a file; `None` leaves it out.
    fn field(&mut self, name: &str, schema: &'a Value, needed: bool) -> Result<Option<Value>, MediaError> {
        let Some(resolved) = self.document.resolve(schema) else { return Ok(needed.then(|| json!({}))) };
        if let Some(value) = self.known(name, resolved) {
            return Ok(Some(value));
        }
        // Formats of one 3D model, each in a member of its own.
        let holds_files = |(inner, schema): &(&str, &'a Value)| FileSchema::of(self.document, inner, schema).is_some();
        if let Some(object) = self.document.object(schema)
            && self.document.properties(object).iter().any(holds_files)
        {
            return self.object(object).map(Some);
        }
        let words = || answer::value(self.document, self.maker, name, resolved);
        Ok(if needed { Some(words().unwrap_or_else(|| sample::of(self.document, schema, 0))) } else { words() })
    }

    /// Echoes of the input and facts about the run.
    fn known(&self, name: &str, schema: &'a Value) -> Option<Value> {
        let wishes = &self.maker.wishes;
        let numeric =
            self.document.alternatives(schema).iter().any(|one| matches!(type_of(one), Some("integer" | "number")));
        let textual = self.document.alternatives(schema).iter().any(|one| type_of(one) == Some("string"));
        match name {
            "seed" if numeric => Some(json!(wishes.seed)),
            "seed" if textual => Some(json!(wishes.seed.to_string())),
            "timings" if self.document.properties(schema).is_empty() => Some(json!({"inference": inference(wishes)})),
            "inference" if numeric => Some(json!(inference(wishes))),
            "has_nsfw_concepts" if type_of(schema) == Some("array") => {
                let images = self.files.iter().filter(|made| made.kind == Kind::Image).count();
                Some(json!(vec![self.maker.flagged; images]))
            }
            "has_nsfw_concepts" => Some(json!(self.maker.flagged)),
            "prompt" | "actual_prompt" | "revised_prompt" if textual => Some(json!(wishes.text("prompt"))),
            "duration" if numeric => Some(fitting(self.document, schema, self.files.first()?.facts.get("duration")?)),
            "duration_ms" if numeric => {
                let milliseconds = json!(self.files.first()?.fact("duration") * 1000.0);
                Some(fitting(self.document, schema, &milliseconds))
            }
            _ if textual && name != "output" => wishes.field(name).filter(|value| value.is_string()).cloned(),
            _ => None,
        }
    }
}

/// Seconds that the model says it worked: made up, but the same for the same seed.
#[expect(clippy::cast_precision_loss, reason = "below 1000")]
pub(super) fn inference(wishes: &Wishes) -> f64 {
    0.25 + (wishes.seed % 1000) as f64 / 1000.0
}

/// Name of the `number`-th file of a result.
pub(super) fn file_name(number: usize, made: &Made) -> String {
    format!("result-{}.{}", number + 1, made.extension)
}

fn nullable(document: Document<'_>, schema: &Value) -> bool {
    let Some(schema) = document.resolve(schema) else { return true };
    takes_null(schema) || union(schema).is_some_and(|members| members.iter().any(takes_null))
}

/// A fact in the type that the schema wants: whole numbers for `integer`, text for `string`.
#[expect(clippy::cast_possible_truncation, reason = "facts of media are far below 2^53")]
fn fitting(document: Document<'_>, schema: &Value, fact: &Value) -> Value {
    let types: Vec<&str> = document.alternatives(schema).into_iter().filter_map(type_of).collect();
    match fact {
        Value::Number(number) if !types.contains(&"number") && types.contains(&"integer") => {
            json!(number.as_f64().unwrap_or_default().round() as i64)
        }
        Value::Number(number) if types == ["string"] => json!(number.to_string()),
        Value::String(text) if !types.is_empty() && !types.contains(&"string") => {
            json!(super::wishes::number(&json!(text)).unwrap_or_default() as i64)
        }
        _ => fact.clone(),
    }
}

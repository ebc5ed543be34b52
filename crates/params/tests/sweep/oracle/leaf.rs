//! The places of a schema that a wish could go to.

use super::sense::{self, Sense};
use crate::{catalogue::resolve, judge::shapes};
use mediagen_core::ModelKind;
use serde_json::Value;

/// What a place takes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Form {
    Text,
    Flag,
    Number {
        min: Option<f64>,
        max: Option<f64>,
    },
    Words(Vec<Value>),
    /// Width and height.
    Sides,
    /// A list, of texts or of objects with a URL.
    List {
        room: u64,
    },
    /// An object with a URL.
    Holder,
}

/// A field, or a part of a nested one.
#[derive(Debug)]
pub(crate) struct Leaf<'a> {
    /// Dotted; a list's first item is `0`.
    pub(crate) path: String,
    pub(crate) words: Vec<&'a str>,
    pub(crate) forms: Vec<Form>,
    pub(crate) default: Option<&'a Value>,
    pub(crate) required: bool,
    /// Whether it is no part of another field.
    pub(crate) top: bool,
}

impl Leaf<'_> {
    pub(crate) fn sense(&self, kind: ModelKind) -> Option<Sense> {
        sense::sense(self, kind)
    }

    pub(crate) fn means(&self, sense: Sense) -> bool {
        self.sense(ModelKind::TextToAudio) == Some(sense)
    }

    pub(crate) fn words(&self) -> &[Value] {
        self.forms
            .iter()
            .find_map(|form| if let Form::Words(words) = form { Some(&words[..]) } else { None })
            .unwrap_or(&[])
    }

    pub(crate) fn has(&self, test: impl Fn(&Form) -> bool) -> bool {
        self.forms.iter().any(test)
    }

    pub(crate) fn text(&self) -> bool {
        self.has(|form| *form == Form::Text)
    }

    pub(crate) fn range(&self) -> Option<(Option<f64>, Option<f64>)> {
        self.forms.iter().find_map(|form| if let Form::Number { min, max } = form { Some((*min, *max)) } else { None })
    }

    pub(crate) fn value<'b>(&self, body: &'b Value) -> Option<&'b Value> {
        body.pointer(&format!("/{}", self.path.replace('.', "/")))
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.words.join("_") == name
    }

    /// Whether one of the name's words is one of these, which are written with spaces between.
    pub(crate) fn any(&self, words: &str) -> bool {
        self.words.iter().any(|word| words.split(' ').any(|other| other == *word))
    }

    /// Whether all of the name's words are among these.
    pub(crate) fn only(&self, words: &str) -> bool {
        self.words.iter().all(|word| words.split(' ').any(|other| other == *word))
    }
}

/// Every place of the endpoint's input: fields, the parts of objects, and of lists of objects that have to be there.
pub(crate) fn leaves<'a>(document: &'a Value, input: &'a Value) -> Vec<Leaf<'a>> {
    let mut found = Vec::new();
    collect(document, input, "", true, &mut found);
    found
}

fn collect<'a>(document: &'a Value, object: &'a Value, at: &str, needed: bool, found: &mut Vec<Leaf<'a>>) {
    let required: Vec<&str> = object["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, property) in object["properties"].as_object().into_iter().flatten() {
        let (path, required) = (format!("{at}{name}"), needed && required.contains(&name.as_str()));
        let kinds = shapes(document, property);
        let default = property.get("default").or_else(|| resolve(document, property).get("default"));
        found.push(Leaf {
            words: name.split(['_', '-']).filter(|word| !word.is_empty()).collect(),
            forms: kinds.iter().filter_map(|kind| form(document, kind)).collect(),
            default,
            required,
            top: at.is_empty(),
            path: path.clone(),
        });
        if at.len() > 40 {
            continue;
        }
        for kind in kinds {
            if kind["properties"].is_object() && kind["properties"].get("width").is_none() {
                collect(document, kind, &format!("{path}."), required, found);
            }
            for item in
                shapes(document, &kind["items"]).iter().filter(|item| required && item["properties"].is_object())
            {
                collect(document, item, &format!("{path}.0."), required, found);
            }
        }
    }
}

fn form(document: &Value, schema: &Value) -> Option<Form> {
    if let Some(value) = schema.get("const") {
        return Some(Form::Words(vec![value.clone()]));
    }
    if let Some(values) = schema["enum"].as_array() {
        return Some(Form::Words(values.clone()));
    }
    Some(match schema["type"].as_str()? {
        "string" => Form::Text,
        "boolean" => Form::Flag,
        "integer" | "number" => Form::Number {
            min: schema["minimum"].as_f64().or(schema["exclusiveMinimum"].as_f64()),
            max: schema["maximum"].as_f64().or(schema["exclusiveMaximum"].as_f64()),
        },
        "array" => {
            let text = |item: &&&Value| item["type"] == "string" || holds_url(item);
            shapes(document, &schema["items"]).iter().find(text)?;
            Form::List { room: schema["maxItems"].as_u64().unwrap_or(u64::MAX) }
        }
        "object" if schema["properties"].get("width").is_some() && schema["properties"].get("height").is_some() => {
            Form::Sides
        }
        "object" if holds_url(schema) => Form::Holder,
        _ => return None,
    })
}

/// Whether an object is little more than a URL: no other part of it has to be given.
fn holds_url(schema: &Value) -> bool {
    let urls: Vec<&String> = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name)
        .filter(|n| n.ends_with("url"))
        .collect();
    let mut required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    !urls.is_empty() && required.all(|name| name.ends_with("url"))
}

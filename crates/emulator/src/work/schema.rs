//! Follows the schemas of an `OpenAPI` document (protocol 7.5).

use serde_json::{Map, Value};

/// References are followed at most so often; a longer chain is a circle.
const MAX_HOPS: usize = 16;

/// The schemas of one endpoint, whose references can be followed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Document<'a> {
    root: &'a Value,
    input: Option<&'a Value>,
    output: Option<&'a Value>,
}

impl<'a> Document<'a> {
    /// References lead into `root`.
    pub(super) const fn new(root: &'a Value, input: Option<&'a Value>, output: Option<&'a Value>) -> Self {
        Self { root, input, output }
    }

    /// Schema of the input.
    pub(super) const fn input(self) -> Option<&'a Value> {
        self.input
    }

    /// Schema of the result.
    pub(super) const fn output(self) -> Option<&'a Value> {
        self.output
    }

    /// The schema behind references and one-member `allOf` wrappers; `None` where a reference leads nowhere.
    pub(super) fn resolve(self, schema: &'a Value) -> Option<&'a Value> {
        self.named(schema).map(|(schema, _)| schema)
    }

    /// As [`Self::resolve`], with the name of the last component passed.
    pub(super) fn named(self, mut schema: &'a Value) -> Option<(&'a Value, Option<&'a str>)> {
        let mut name = None;
        for _ in 0..MAX_HOPS {
            if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
                schema = self.root.pointer(reference.strip_prefix('#')?)?;
                name = reference.rsplit('/').next();
            } else if let Some([only]) = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
                schema = only;
            } else {
                return Some((schema, name));
            }
        }
        None
    }

    /// The alternatives of `anyOf` or `oneOf`, all levels flattened and resolved; the schema itself where it has none.
    pub(super) fn alternatives(self, schema: &'a Value) -> Vec<&'a Value> {
        let mut found = Vec::new();
        self.collect(schema, &mut found, 0);
        found
    }

    fn collect(self, schema: &'a Value, found: &mut Vec<&'a Value>, depth: usize) {
        let Some(schema) = self.resolve(schema) else { return };
        match union(schema) {
            Some(members) if depth < MAX_HOPS => members.iter().for_each(|one| self.collect(one, found, depth + 1)),
            _ => found.push(schema),
        }
    }

    /// Name and schema of every property, those of `allOf` members included.
    pub(super) fn properties(self, schema: &'a Value) -> Vec<(&'a str, &'a Value)> {
        let Some(schema) = self.resolve(schema) else { return Vec::new() };
        let own = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let mut found: Vec<_> = own.map(|(name, inner)| (name.as_str(), inner)).collect();
        for member in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            found.extend(self.properties(member));
        }
        found
    }

    /// The first alternative that is an object with properties.
    pub(super) fn object(self, schema: &'a Value) -> Option<&'a Value> {
        self.alternatives(schema).into_iter().find(|one| !self.properties(one).is_empty())
    }

    /// The value the server puts in for an absent field; the text `null` counts as none (protocol 7.5).
    pub(super) fn default(self, schema: &'a Value) -> Option<&'a Value> {
        let own = schema.get("default");
        let behind = || self.resolve(schema).and_then(|inner| inner.get("default"));
        own.or_else(behind).filter(|value| !value.is_null() && value.as_str() != Some("null"))
    }
}

/// The members of `anyOf` or `oneOf`.
pub(super) fn union(schema: &Value) -> Option<&Vec<Value>> {
    schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array)
}

/// The `type` word; for the 3.1 list form the first that is not `null`.
pub(super) fn type_of(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(word) => Some(word),
        Value::Array(words) => words.iter().filter_map(Value::as_str).find(|word| *word != "null"),
        _ => None,
    }
}

/// Whether null is among the values.
pub(super) fn takes_null(schema: &Value) -> bool {
    let listed = |words: &Vec<Value>| words.iter().any(|word| word == "null");
    match schema.get("type") {
        Some(Value::String(word)) => word == "null" || schema.get("nullable") == Some(&Value::Bool(true)),
        Some(Value::Array(words)) => listed(words),
        _ => false,
    }
}

/// The names in `required`.
pub(super) fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The input with every default of the schema put in, as the model sees it.
pub(super) fn with_defaults<'a>(document: Document<'a>, schema: &'a Value, input: &Value) -> Map<String, Value> {
    let mut full = input.as_object().cloned().unwrap_or_default();
    for (name, property) in document.properties(schema) {
        let absent = full.get(name).is_none_or(Value::is_null);
        if let Some(default) = document.default(property).filter(|_| absent) {
            full.insert(name.to_owned(), default.clone());
        }
    }
    full
}

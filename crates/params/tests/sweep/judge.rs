//! The body against the schema, by somebody else's validator, and against the names that the schema knows.

use crate::catalogue::{Endpoint, resolve};
use serde_json::Value;

/// What an independent validator has against `body`.
pub(crate) fn violations(endpoint: &Endpoint, body: &Value) -> Vec<String> {
    let Some(schema) = endpoint.standalone() else { return Vec::new() };
    match jsonschema::draft202012::new(&schema) {
        Ok(validator) => {
            validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect()
        }
        Err(error) => vec![format!("the schema itself is wrong: {error}")],
    }
}

/// Fields of `body`, at any depth, that the schema does not name.
pub(crate) fn unknown(endpoint: &Endpoint, body: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(schema) = endpoint.input() {
        strangers(&endpoint.document, schema, body, "", &mut found);
    }
    found
}

fn strangers(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let shapes = shapes(document, schema);
    match value {
        Value::Object(map) => {
            let objects: Vec<&Value> = shapes.into_iter().filter(|shape| shape["properties"].is_object()).collect();
            for (name, part) in map {
                let homes: Vec<&&Value> =
                    objects.iter().filter(|shape| shape["properties"].get(name).is_some()).collect();
                if homes.is_empty() && !objects.is_empty() {
                    found.push(format!("{at}{name}"));
                }
                if let Some(home) = homes.first() {
                    strangers(document, &home["properties"][name], part, &format!("{at}{name}."), found);
                }
            }
        }
        Value::Array(list) => {
            for shape in shapes.iter().filter(|shape| shape["items"].is_object()).take(1) {
                for part in list {
                    strangers(document, &shape["items"], part, &format!("{at}[]."), found);
                }
            }
        }
        _ => {}
    }
}

/// The schema, or every variant that it may be.
pub(crate) fn shapes<'a>(document: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let schema = resolve(document, schema);
    // A list of choices says more than the types beside it.
    if schema["enum"].is_array() {
        return vec![schema];
    }
    let parts = ["anyOf", "oneOf", "allOf"].iter().filter_map(|key| schema[*key].as_array()).flatten();
    let parts: Vec<&Value> = parts.flat_map(|part| shapes(document, part)).collect();
    if parts.is_empty() { vec![schema] } else { parts }
}

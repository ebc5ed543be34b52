//! A valid value for a schema when nothing more is known.

use super::super::schema::{Document, required, takes_null, type_of, union};
use serde_json::{Map, Value, json};

/// Below this depth nothing is filled: a schema may contain itself.
const MAX_DEPTH: usize = 8;

/// The default, the first of a closed list, or the smallest value of the type.
pub(super) fn of<'a>(document: Document<'a>, schema: &'a Value, depth: usize) -> Value {
    let Some(resolved) = document.resolve(schema) else { return json!({}) };
    let listed = resolved.get("enum").and_then(Value::as_array);
    // A default may lie outside its own list (protocol 7.5).
    if let Some(default) = document.default(schema)
        && listed.is_none_or(|list| list.contains(default))
    {
        return default.clone();
    }
    if let Some(first) = listed.and_then(|list| list.first()).or_else(|| resolved.get("const")) {
        return first.clone();
    }
    if let Some(members) = union(resolved) {
        let null = members.iter().any(takes_null) && depth > 0;
        let first = members.iter().find(|member| !takes_null(member));
        return first.filter(|_| !null).map_or(Value::Null, |member| of(document, member, depth + 1));
    }
    match type_of(resolved) {
        Some("string") => text(resolved),
        Some("integer") => json!(least(resolved).ceil()).as_f64().map_or(Value::Null, whole),
        Some("number") => json!(least(resolved)),
        Some("boolean") => json!(false),
        Some("array") => list(document, resolved, depth),
        Some("null") => Value::Null,
        _ => object(document, resolved, depth),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "limits in schemas are far below 2^53")]
fn whole(number: f64) -> Value {
    json!(number as i64)
}

fn text(schema: &Value) -> Value {
    let least = schema.get("minLength").and_then(Value::as_u64).unwrap_or(0);
    json!("sample".repeat(usize::try_from(least / 6 + 1).unwrap_or(1)))
}

fn least(schema: &Value) -> f64 {
    let limit = |name: &str| schema.get(name).and_then(Value::as_f64);
    limit("minimum").or_else(|| limit("exclusiveMinimum").map(|edge| edge + 1.0)).unwrap_or(0.0)
}

fn list<'a>(document: Document<'a>, schema: &'a Value, depth: usize) -> Value {
    if let Some(fixed) = schema.get("prefixItems").and_then(Value::as_array) {
        return fixed.iter().map(|item| of(document, item, depth + 1)).collect();
    }
    let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0).min(16);
    let item = || schema.get("items").map_or(Value::Null, |item| of(document, item, depth + 1));
    (0..least).map(|_| item()).collect()
}

fn object<'a>(document: Document<'a>, schema: &'a Value, depth: usize) -> Value {
    let mut object = Map::new();
    let properties = document.properties(schema);
    for name in required(schema).filter(|_| depth < MAX_DEPTH) {
        let inner = properties.iter().find(|(known, _)| *known == name).map(|(_, inner)| *inner);
        object.insert(name.to_owned(), inner.map_or(Value::Null, |inner| of(document, inner, depth + 1)));
    }
    Value::Object(object)
}

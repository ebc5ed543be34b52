//! The document of `schema`: see the crate's README, which is its contract.

use super::Asked;
use mediagen::core::{Field, FieldType, Place, SchemaSource, schema::Range};
use serde_json::{Map, Value, json};

/// Deepest types that are spelled out.
const MAX_DEPTH: usize = 6;

/// What `asked` takes and gives.
pub(super) fn of(asked: &Asked<'_>) -> Value {
    let spec = asked.spec;
    let (source, as_of) = match &spec.schema.source {
        SchemaSource::Live => ("live", None),
        SchemaSource::Bundled(date) => ("bundled", Some(date.as_str())),
        _ => ("none", None),
    };
    json!({
        "provider": spec.id.provider.as_str(),
        "model": &*spec.id.name,
        "title": spec.title,
        "kind": asked.kind.as_str(),
        "kinds": spec.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>(),
        "category": spec.category,
        "deprecated": spec.deprecated,
        "source": source,
        "as_of": as_of,
        "prompt_limit": asked.endpoint.prompt_limit(),
        "inputs": asked.places.iter().map(input).collect::<Vec<_>>(),
        "outputs": spec.schema.outputs().iter().map(|field| part(field, 1)).collect::<Vec<_>>(),
        "output": spec.schema.output.as_ref().filter(|_| spec.schema.outputs().is_empty()).map(root),
    })
}

fn input(place: &Place) -> Value {
    let mut row = shape(&place.ty, 1);
    row.insert("field".into(), json!(place.field));
    row.insert("options".into(), json!(place.options));
    row.insert("takes".into(), json!(place.ty.to_string()));
    row.insert("default".into(), json!(place.default));
    row.insert("required".into(), json!(place.required));
    row.insert("description".into(), json!(place.description));
    if let Some(limits) = &place.limits {
        row.insert("limits".into(), set(&json!(limits)));
    }
    Value::Object(row)
}

/// What comes back where it is not an object: a bare address, or a list of them.
fn root(ty: &FieldType) -> Value {
    let mut row = shape(ty, 1);
    row.insert("takes".into(), json!(ty.to_string()));
    Value::Object(row)
}

/// A field of an output, or of an object.
fn part(field: &Field, depth: usize) -> Value {
    let mut row = shape(&field.ty, depth);
    row.insert("field".into(), json!(field.name));
    row.insert("takes".into(), json!(field.ty.to_string()));
    row.insert("required".into(), json!(field.required));
    row.insert("description".into(), json!(field.description));
    Value::Object(row)
}

/// The type and what bounds it; what the provider does not say is absent.
fn shape(ty: &FieldType, depth: usize) -> Map<String, Value> {
    let mut shape = Map::new();
    let mut put = |name: &str, value: Value| drop(shape.insert(name.to_owned(), value));
    let deeper = |ty: &FieldType| Value::Object(self::shape(ty, depth + 1));
    let name = match ty {
        FieldType::Text { min_length, max_length, format } => {
            put("length", json!({"min": min_length, "max": max_length}));
            put("format", json!(format));
            "text"
        }
        FieldType::Integer(range) => {
            put("range", bounds(range));
            "integer"
        }
        FieldType::Number(range) => {
            put("range", bounds(range));
            "number"
        }
        FieldType::Boolean => "boolean",
        FieldType::Enum(values) => {
            put("enum", json!(values));
            "enum"
        }
        FieldType::List { items, min_items, max_items } => {
            put("count", json!({"min": min_items, "max": max_items}));
            if depth < MAX_DEPTH {
                put("items", deeper(items));
            }
            "list"
        }
        FieldType::Object(fields) => {
            if depth < MAX_DEPTH {
                put("fields", fields.iter().map(|field| part(field, depth + 1)).collect());
            }
            "object"
        }
        FieldType::Union(variants) => {
            if depth < MAX_DEPTH {
                put("any_of", variants.iter().map(deeper).collect());
            }
            "union"
        }
        _ => "any",
    };
    for bound in ["length", "range", "count", "format"] {
        if let Some(value) = shape.remove(bound).map(|value| set(&value)).filter(|v| !v.is_null() && *v != json!({})) {
            shape.insert(bound.to_owned(), value);
        }
    }
    shape.insert("type".to_owned(), json!(name));
    shape
}

fn bounds(range: &Range) -> Value {
    let Range { min, max, above, below, multiple_of, .. } = *range;
    let number = |value: Option<f64>| value.map(whole);
    json!({"min": number(min), "max": number(max), "above": number(above), "below": number(below), "multiple_of": number(multiple_of)})
}

/// `4` and not `4.0`.
fn whole(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53 is exact as i64")]
    if value.fract() == 0.0 && value.abs() < 9.0e15 { json!(value as i64) } else { json!(value) }
}

/// An object without its nulls; anything else as it is.
fn set(value: &Value) -> Value {
    match value {
        Value::Object(map) => map.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), v.clone())).collect(),
        other => other.clone(),
    }
}

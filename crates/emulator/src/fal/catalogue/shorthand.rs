//! Expands the shorthand of the embedded data to JSON Schema.
//!
//! A shape is a word or an object. Words: `"string"` is a type, `"@Image"` a reference, `"[x]"` a list of `x`,
//! `"x?"` `x` or null, `"any"` anything. An object names its shape under `of` and adds schema keywords, or spells
//! `anyOf`, `allOf`, `prefixItems` or `items` out with shapes inside. A list of `[name, shape]` rows is an object
//! type; a name that ends in `!` is required.

use super::glossary;
use serde_json::{Map, Value, json};

/// Keywords that stay outside the `anyOf` of a nullable shape, as pydantic writes them.
const OUTER: [&str; 3] = ["default", "ui", "x-fal"];

/// The JSON Schema of one shape.
pub(super) fn shape(value: &Value) -> Value {
    match value {
        Value::String(word) => word_shape(word),
        Value::Object(keywords) => keyword_shape(keywords),
        Value::Array(rows) => object_type(rows),
        other => other.clone(),
    }
}

fn word_shape(word: &str) -> Value {
    if let Some(inner) = word.strip_suffix('?') {
        return json!({"anyOf": [word_shape(inner), {"type": "null"}]});
    }
    if let Some(inner) = word.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return json!({"type": "array", "items": word_shape(inner)});
    }
    match word.strip_prefix('@') {
        Some(name) => json!({"$ref": format!("#/components/schemas/{name}")}),
        None if word == "any" => json!({}),
        None if word == "object" => json!({"type": "object", "additionalProperties": true}),
        None => json!({ "type": word }),
    }
}

fn keyword_shape(keywords: &Map<String, Value>) -> Value {
    let word = keywords.get("of").and_then(Value::as_str).unwrap_or("any");
    let (word, nullable) = word.strip_suffix('?').map_or((word, false), |inner| (inner, true));
    let mut inner = as_map(word_shape(word));
    // A reference takes no siblings in this dialect; fal wraps it.
    if inner.contains_key("$ref") && !nullable {
        inner = as_map(json!({"allOf": [inner]}));
    }
    let mut outer = Map::new();
    for (key, value) in keywords.iter().filter(|(key, _)| *key != "of") {
        let value = match key.as_str() {
            "anyOf" | "allOf" | "prefixItems" => {
                Value::Array(value.as_array().into_iter().flatten().map(shape).collect())
            }
            "items" => shape(value),
            _ => value.clone(),
        };
        if nullable && OUTER.contains(&key.as_str()) { &mut outer } else { &mut inner }.insert(key.clone(), value);
    }
    if !nullable {
        return Value::Object(inner);
    }
    outer.insert("anyOf".to_owned(), json!([inner, {"type": "null"}]));
    Value::Object(outer)
}

/// An object type out of `[name, shape]` rows, with fal's order extension (protocol 7.5).
pub(super) fn object_type(rows: &[Value]) -> Value {
    let (mut properties, mut required, mut order) = (Map::new(), Vec::new(), Vec::new());
    for row in rows {
        let name = row.get(0).and_then(Value::as_str).unwrap_or_default();
        let bare = name.strip_suffix('!').unwrap_or(name);
        if bare.len() < name.len() {
            required.push(json!(bare));
        }
        let mut property = as_map(row.get(1).map(shape).unwrap_or_default());
        // A bare reference stays bare: siblings of `$ref` are ignored by most readers.
        if !property.contains_key("$ref") {
            property.insert("title".to_owned(), json!(title(bare)));
            if let Some(words) = glossary().get(bare) {
                property.insert("description".to_owned(), words.clone());
            }
        }
        properties.insert(bare.to_owned(), Value::Object(property));
        order.push(json!(bare));
    }
    let mut object = as_map(json!({"type": "object", "properties": properties, "x-fal-order-properties": order}));
    if !required.is_empty() {
        object.insert("required".to_owned(), Value::Array(required));
    }
    Value::Object(object)
}

/// `num_images` becomes `Num Images`, as pydantic titles a field.
pub(super) fn title(name: &str) -> String {
    let words = name.split(['_', '-', '/', '.']).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    words.map(capital).collect::<Vec<_>>().join(" ")
}

fn as_map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_expand_to_schemas() {
        assert_eq!(shape(&json!("integer?")), json!({"anyOf": [{"type": "integer"}, {"type": "null"}]}));
        assert_eq!(
            shape(&json!("[@Image]")),
            json!({"type": "array", "items": {"$ref": "#/components/schemas/Image"}})
        );
    }

    #[test]
    fn keywords_of_a_nullable_stay_inside_but_its_default_outside() {
        let given = json!({"of": "integer?", "minimum": 1, "default": 4});
        let wanted = json!({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "default": 4});
        assert_eq!(shape(&given), wanted);
    }

    #[test]
    fn a_reference_with_a_default_is_wrapped() {
        let given = json!({"of": "@ImageSize", "default": {"width": 1}});
        let wanted = json!({"allOf": [{"$ref": "#/components/schemas/ImageSize"}], "default": {"width": 1}});
        assert_eq!(shape(&given), wanted);
    }

    #[test]
    fn rows_become_an_object_in_their_order() {
        let object = object_type(&[json!(["seed", "integer?"]), json!(["prompt!", "string"])]);
        assert_eq!(object["required"], json!(["prompt"]));
        assert_eq!(object["x-fal-order-properties"], json!(["seed", "prompt"]));
        assert_eq!(object["properties"]["prompt"]["title"], "Prompt");
    }
}

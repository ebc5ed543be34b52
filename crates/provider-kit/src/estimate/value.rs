//! Numbers and lengths of text in what is sent.

use mediagen_core::FieldType;
use serde_json::Value;

/// A number from 0, also as text, with or without a unit behind it: `5`, `"5"`, `"5s"`, `"8 seconds"`.
pub(super) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => {
            let text = text.trim();
            let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
            let unit = text[end..].trim().to_ascii_lowercase();
            let plain = matches!(unit.as_str(), "" | "s" | "sec" | "secs" | "second" | "seconds" | "fps" | "x");
            text[..end].parse().ok().filter(|_| plain)?
        }
        _ => return None,
    };
    (number.is_finite() && number >= 0.0).then_some(number)
}

/// The least and the most that a field can hold: of an enum its numbers, of a number its bounds.
pub(super) fn bounds(ty: &FieldType) -> Option<(f64, f64)> {
    match ty {
        FieldType::Enum(values) => {
            let numbers: Vec<f64> = values.iter().filter_map(number).collect();
            let least = numbers.iter().copied().reduce(f64::min)?;
            Some((least, numbers.iter().copied().reduce(f64::max)?))
        }
        FieldType::Integer(range) | FieldType::Number(range) => range.min.zip(range.max),
        FieldType::Union(variants) => variants.iter().find_map(bounds),
        _ => None,
    }
}

/// The words that a field offers.
pub(super) fn words(ty: &FieldType) -> Vec<&Value> {
    match ty {
        FieldType::Enum(values) => values.iter().collect(),
        FieldType::Union(variants) => variants.iter().flat_map(words).collect(),
        _ => Vec::new(),
    }
}

/// Characters of a text, or of all texts of a list; of an object the first member of `names`.
pub(super) fn characters(value: &Value, names: &[String]) -> usize {
    match value {
        Value::String(text) => text.chars().count(),
        Value::Array(list) => list.iter().map(|part| characters(part, names)).sum(),
        Value::Object(map) => names.iter().find_map(|name| map.get(name)).map_or(0, |text| characters(text, names)),
        _ => 0,
    }
}

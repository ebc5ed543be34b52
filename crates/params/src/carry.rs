//! Whether a field can carry what an alias is about.

use crate::{alias::Carries, coerce, media};
use mediagen_core::FieldType;
use serde_json::Value;

/// Whether a field of type `ty` can carry what the alias is about: the same word means other things elsewhere.
pub(crate) fn fits(carries: Carries, ty: &FieldType, default: Option<&Value>) -> bool {
    let is_numeric = |value: &Value| coerce::number(value).is_some();
    match (carries, ty) {
        (Carries::Special, _)
        | (_, FieldType::Any)
        | (Carries::Text, FieldType::Text { .. })
        | (Carries::Flag, FieldType::Boolean)
        | (Carries::Number, FieldType::Number(_) | FieldType::Integer(_)) => true,
        (Carries::Media, ty) => media::shape(ty).is_some(),
        (_, FieldType::Union(variants)) => variants.iter().any(|variant| fits(carries, variant, default)),
        (Carries::Text, FieldType::List { items, .. }) => fits(Carries::Text, items, None),
        (Carries::Flag, FieldType::Enum(values)) => values.iter().any(Value::is_boolean),
        (Carries::Share, FieldType::Number(range)) => range.max.is_none_or(|max| max <= 1.0),
        (Carries::Factor, FieldType::Number(range) | FieldType::Integer(range)) => {
            range.max.is_none_or(|max| max > 1.0)
        }
        (Carries::Growth, FieldType::Number(range) | FieldType::Integer(range)) => {
            range.min.or(range.above).is_some_and(|min| min >= 1.0) && range.max.is_none_or(|max| max > 1.0)
        }
        (Carries::Number | Carries::Factor | Carries::Growth, FieldType::Enum(values)) => values.iter().any(is_numeric),
        (Carries::Number | Carries::Factor, FieldType::Text { .. }) => default.is_none_or(is_numeric),
        _ => false,
    }
}

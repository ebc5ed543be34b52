//! What a model takes, for people and programs to read: each field, and the canonical options that go there.

use crate::{Field, FieldType, MediaLimits, Schema};
use serde::Serialize;
use serde_json::Value;

/// Deepest objects whose parts are listed one by one.
const MAX_DEPTH: usize = 3;

/// One field of a model's input.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// The field by its path in the body, such as `seed` or `voice_setting.speed`.
    pub field: String,
    /// The canonical options, roles or `prompt` that go there; empty for a field that only the model itself knows.
    pub options: Vec<&'static str>,
    /// What it holds; as text it says what may be given.
    pub ty: FieldType,
    /// What the provider takes when it is left out.
    pub default: Option<Value>,
    /// Whether the provider refuses a request without it.
    pub required: bool,
    /// The provider's own words for a person.
    pub description: Option<String>,
    /// Limits on the file behind a URL field.
    pub limits: Option<MediaLimits>,
}

impl Place {
    /// Every field of `schema`'s input in the provider's own order, without options. The parts of an object are listed
    /// in its place, down to the third level.
    pub fn of(schema: &Schema) -> Vec<Self> {
        let mut places = Vec::new();
        for field in &schema.inputs {
            list(field, &field.name, field.required, 1, &mut places);
        }
        places
    }
}

fn list(field: &Field, path: &str, required: bool, depth: usize, places: &mut Vec<Place>) {
    match &field.ty {
        FieldType::Object(parts) if !parts.is_empty() && depth < MAX_DEPTH => {
            for part in parts {
                list(part, &format!("{path}.{}", part.name), required && part.required, depth + 1, places);
            }
        }
        ty => places.push(Place {
            field: path.to_owned(),
            options: Vec::new(),
            ty: ty.clone(),
            default: field.default.clone(),
            required,
            description: field.description.clone(),
            limits: field.limits.as_deref().copied(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SchemaSource;

    #[test]
    fn the_parts_of_an_object_are_listed_and_needed_only_when_all_above_them_are() {
        let voice = vec![Field::new("id", FieldType::text()).required(), Field::new("speed", FieldType::Any)];
        let inputs = vec![
            Field::new("text", FieldType::text()).required(),
            Field::new("voice", FieldType::Object(voice.clone())),
            Field::new("speaker", FieldType::Object(voice)).required(),
        ];
        let places = Place::of(&Schema::new(SchemaSource::Live, inputs));
        let lines: Vec<_> = places.iter().map(|place| (place.field.as_str(), place.required)).collect();
        let expected = [
            ("text", true),
            ("voice.id", false),
            ("voice.speed", false),
            ("speaker.id", true),
            ("speaker.speed", false),
        ];
        assert_eq!(lines, expected);
        assert!(Place::of(&Schema::default()).is_empty());
    }
}

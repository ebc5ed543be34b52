//! What a model takes, for a person to read: each field, and the canonical option that goes there.

use crate::{
    Rule,
    alias::{self, ALIASES, Carries},
    coerce,
    draft::Draft,
    index, options,
    path::{self, Path},
};
use mediagen_core::{
    AspectRatio, Field, FieldType, Modality, ModelKind, Options, OutputFormat, Quality, Request, Schema, Size,
};
use serde_json::Value;

/// Deepest objects whose parts are listed one by one.
const MAX_DEPTH: usize = 3;

/// One field of a model's input.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Place {
    /// The field, as `-P` takes it: a dotted path.
    pub field: String,
    /// The canonical options, roles or `prompt` that go there; empty for a field that only the model itself knows.
    pub options: Vec<&'static str>,
    /// What it takes in words, such as `a whole number from 1 up to 4`.
    pub takes: String,
    /// What the provider takes when it is left out.
    pub default: Option<Value>,
    /// Whether the provider refuses a request without it.
    pub required: bool,
}

/// Every field of the model's input in the provider's own order, with the canonical options that [`map`](crate::map)
/// would send there; the mapping itself is asked, so the two cannot disagree.
///
/// Empty when nothing is known of what the model takes.
pub fn places(kind: ModelKind, schema: &Schema, rules: &[&Rule]) -> Vec<Place> {
    let mut places = Vec::new();
    for field in &schema.inputs {
        list(field, &field.name, field.required, 1, &mut places);
    }
    for option in canonical(kind) {
        for path in targets(option, kind, schema, rules) {
            let path = path.to_string();
            let holds = |place: &&mut Place| {
                path == place.field || path.strip_prefix(&place.field).is_some_and(|rest| rest.starts_with('.'))
            };
            let place = places.iter_mut().filter(holds).max_by_key(|place| place.field.len());
            if let Some(place) = place.filter(|place| !place.options.contains(&option)) {
                place.options.push(option);
            }
        }
    }
    places
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
            takes: coerce::allowed(ty),
            default: field.default.clone(),
            required,
        }),
    }
}

fn canonical(kind: ModelKind) -> impl Iterator<Item = &'static str> {
    let counts = move |row: &&alias::Alias| {
        alias::is_canonical(row.option) && index::alias(row.option, kind).is_some_and(|other| std::ptr::eq(other, *row))
    };
    ALIASES.iter().filter(counts).map(|row| row.option)
}

/// Where `option` alone would go.
fn targets(option: &str, kind: ModelKind, schema: &Schema, rules: &[&Rule]) -> Vec<Path> {
    let special = index::alias(option, kind).is_some_and(|row| row.carries == Carries::Special);
    let request = probe(option, kind);
    let mut draft = Draft::new(&request, kind, schema, rules);
    if special {
        options::map(&mut draft);
        if !draft.filled().is_empty() || !matches!(option, "voice" | "language" | "format") {
            return draft.filled().to_vec();
        }
    }
    let spot = draft.places(option).into_iter().find(|spot| !special || path::find(schema, &spot.path).is_some());
    spot.map(|spot| spot.path).into_iter().collect()
}

/// A request with a usual value of one option.
fn probe(option: &str, kind: ModelKind) -> Request {
    let mut request = Request::new();
    let mut options = Options::default();
    match option {
        "size" => options.size = Some(Size::new(1024, 768)),
        "aspect_ratio" => options.aspect_ratio = Some(AspectRatio::new(16, 9)),
        "resolution" => options.resolution = Some("720p".into()),
        "duration" => options.duration = Some(5.0),
        "quality" => options.quality = Some(Quality::High),
        "language" => options.language = Some("en".into()),
        "format" => {
            options.format = Some(match kind.output() {
                Modality::Video => OutputFormat::Mp4,
                Modality::Audio => OutputFormat::Mp3,
                _ => OutputFormat::Png,
            });
        }
        _ => {}
    }
    request.options = options;
    request
}

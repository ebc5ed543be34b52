//! What a model takes, for a person to read: each field, and the canonical option that goes there.

use crate::{
    Dialect,
    alias::Carries,
    draft::Draft,
    map, options,
    path::{self, Path},
};
use mediagen_core::{
    AspectRatio, FieldType, Modality, ModelKind, Options, OutputFormat, Place, Quality, Request, Schema, Size,
};

/// Every field of the model's input in the provider's own order, with the canonical options that [`map`](crate::map)
/// would send there; the mapping itself is asked, so the two cannot disagree.
///
/// Empty when nothing is known of what the model takes.
pub fn places(kind: ModelKind, schema: &Schema, dialect: &Dialect<'_>) -> Vec<Place> {
    let mut places = Place::of(schema);
    for option in dialect.aliases.canonical(kind).map(|row| row.option) {
        for path in targets(option, kind, schema, dialect) {
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

/// The most characters of a prompt that the model takes: the limit of the field where [`map`](crate::map) puts it;
/// `None` where the model does not say.
pub fn prompt_limit(kind: ModelKind, schema: &Schema, dialect: &Dialect<'_>) -> Option<u64> {
    let path = targets("prompt", kind, schema, dialect).into_iter().next()?;
    longest(path::find(schema, &path)?.ty)
}

fn longest(ty: &FieldType) -> Option<u64> {
    match ty {
        FieldType::Text { max_length, .. } => *max_length,
        FieldType::List { items, .. } => longest(items),
        FieldType::Union(variants) => {
            // One variant without a limit takes everything.
            let texts = variants.iter().filter(|v| matches!(v, FieldType::Text { .. } | FieldType::List { .. }));
            texts.map(longest).collect::<Option<Vec<u64>>>()?.into_iter().max()
        }
        _ => None,
    }
}

/// Where `option` alone would go.
pub(crate) fn targets(option: &str, kind: ModelKind, schema: &Schema, dialect: &Dialect<'_>) -> Vec<Path> {
    let special = dialect.aliases.row(option, kind).is_some_and(|row| row.carries == Carries::Special);
    let request = probe(option, kind);
    let mut draft = Draft::new(&request, kind, schema, dialect);
    if option == "prompt" {
        map::prompt(&mut draft);
        return filled(&draft);
    }
    if special {
        options::map(&mut draft);
        if !draft.filled().is_empty() || !matches!(option, "voice" | "language" | "format") {
            return filled(&draft);
        }
    }
    let spot = draft.places(option).into_iter().find(|spot| !special || path::find(schema, &spot.path).is_some());
    spot.map(|spot| spot.path).into_iter().collect()
}

fn filled(draft: &Draft<'_>) -> Vec<Path> {
    draft.filled().iter().map(|(path, _)| path.clone()).collect()
}

/// A request with a usual value of one option.
fn probe(option: &str, kind: ModelKind) -> Request {
    let mut request = Request::new();
    request.prompt = (option == "prompt").then(|| "words".to_owned());
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

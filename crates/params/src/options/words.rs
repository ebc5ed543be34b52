//! Options that are words: file format, language, voice.

use crate::{coerce::list, draft::Draft, path::Spot};
use mediagen_core::FieldType;
use serde_json::{Value, json};

/// Words for file formats; a field is about the format only if it knows one of them.
const FORMATS: &[&[&str]] = &[
    &["png"],
    &["jpeg", "jpg"],
    &["webp"],
    &["mp4", "x264", "h264"],
    &["webm", "vp9"],
    &["mp3"],
    &["wav", "pcm_wav"],
    &["flac"],
    &["ogg", "opus", "ogg_opus"],
    &["gif"],
    &["mov"],
    &["m4a", "aac"],
];

/// Language codes and names.
#[rustfmt::skip]
const LANGUAGES: &[(&str, &str)] = &[
    ("ar", "Arabic"), ("bg", "Bulgarian"), ("cs", "Czech"), ("da", "Danish"), ("de", "German"), ("el", "Greek"),
    ("en", "English"), ("es", "Spanish"), ("fa", "Persian"), ("fi", "Finnish"), ("fil", "Filipino"), ("fr", "French"),
    ("he", "Hebrew"), ("hi", "Hindi"), ("hr", "Croatian"), ("hu", "Hungarian"), ("id", "Indonesian"), ("it", "Italian"),
    ("ja", "Japanese"), ("ko", "Korean"), ("ms", "Malay"), ("nl", "Dutch"), ("no", "Norwegian"), ("pl", "Polish"),
    ("pt", "Portuguese"), ("ro", "Romanian"), ("ru", "Russian"), ("sk", "Slovak"), ("sv", "Swedish"), ("sw", "Swahili"),
    ("ta", "Tamil"), ("th", "Thai"), ("tr", "Turkish"), ("uk", "Ukrainian"), ("vi", "Vietnamese"), ("zh", "Chinese"),
];

/// Maps `format`.
pub(super) fn format(draft: &mut Draft<'_>) {
    let Some(format) = draft.request.options.format else { return };
    let asked = json!(format);
    let wanted: &[&str] = FORMATS.iter().find(|words| words.contains(&format.as_str())).copied().unwrap_or_default();
    let names_one = |value: &Value| FORMATS.iter().any(|words| mentions(value, words));
    let about = |spot: &Spot<'_>| match choices(spot.ty) {
        Some(values) => values.iter().any(names_one),
        None => free_text(spot.ty) && spot.default().is_none_or(names_one),
    };
    let Some(spot) = draft.places("format").into_iter().filter(|spot| draft.free(&spot.path)).find(about) else {
        return draft.unsupported("format", asked, "the model has no field for it");
    };
    let Some(values) = choices(spot.ty) else { return draft.put("format", &asked, &spot.path, asked.clone()) };
    let usual = spot.default().filter(|default| mentions(default, wanted));
    match pick(values, wanted).or(usual).or_else(|| values.iter().find(|value| mentions(value, wanted))) {
        Some(value) => draft.put("format", &asked, &spot.path, value.clone()),
        None => draft.unsupported("format", asked, format!("`{}` takes one of {}", spot.path, list(values))),
    }
}

/// Maps `language`: a code or a name, as the model writes it.
pub(super) fn language(draft: &mut Draft<'_>) {
    let Some(given) = draft.request.options.language.clone() else { return };
    let asked = json!(given);
    let primary = given.split(['-', '_']).next().unwrap_or(&given);
    let row =
        LANGUAGES.iter().find(|(code, name)| code.eq_ignore_ascii_case(primary) || name.eq_ignore_ascii_case(&given));
    let wanted: Vec<&str> =
        [given.as_str(), primary].into_iter().chain(row.iter().flat_map(|(c, n)| [*c, *n])).collect();
    let speaks = |spot: &Spot<'_>| draft.free(&spot.path) && (choices(spot.ty).is_some() || free_text(spot.ty));
    let Some(spot) = draft.places("language").into_iter().find(speaks) else {
        return draft.unsupported("language", asked, "the model has no field for it");
    };
    let Some(values) = choices(spot.ty) else {
        // A default such as "English" says that names are meant, one such as "en" that codes are.
        let default = spot.default().and_then(Value::as_str).unwrap_or_default();
        let value = match row {
            Some((_, name)) if default.len() > 3 && !default.contains(['-', '_']) => json!(name),
            Some((code, name)) if given.eq_ignore_ascii_case(name) => json!(code),
            _ => asked.clone(),
        };
        return draft.put("language", &asked, &spot.path, value);
    };
    let region = || {
        let usual = spot.default().filter(|default| values.contains(default) && begins(default, &wanted));
        let regions: Vec<String> = row.iter().flat_map(|(code, _)| usual_regions(code)).collect();
        let regions: Vec<&str> = regions.iter().map(String::as_str).collect();
        usual.or_else(|| pick(values, &regions))
    };
    let other = || values.iter().find(|value| begins(value, &wanted));
    match pick(values, &wanted).or_else(region).or_else(other) {
        Some(value) => draft.put("language", &asked, &spot.path, value.clone()),
        None => draft.unsupported("language", asked, format!("`{}` takes one of {}", spot.path, list(values))),
    }
}

/// Where a language is spoken that names no place: `en` is `en-US` first, `de` is `de-DE`.
fn usual_regions(code: &str) -> Vec<String> {
    let own = code.to_ascii_uppercase();
    let places = ["US", "CN", "BR", "JP", "KR", "IN", "SA", "SE", "DK", "GR", "UA", "IL", "IR", "CZ", "VN", "MY"];
    std::iter::once(own.as_str()).chain(places).map(|place| format!("{code}-{place}")).collect()
}

/// Maps `voice`; a list of names is checked, free text passes.
pub(super) fn voice(draft: &mut Draft<'_>) {
    let Some(given) = draft.request.options.voice.clone() else { return };
    let asked = json!(given);
    let speaks = |spot: &Spot<'_>| draft.free(&spot.path) && (choices(spot.ty).is_some() || free_text(spot.ty));
    let spots: Vec<Spot<'_>> = draft.places("voice").into_iter().filter(speaks).collect();
    let wanted = [given.as_str()];
    for spot in &spots {
        let known =
            choices(spot.ty).map(|values| pick(values, &wanted).or_else(|| values.iter().find(|v| begins(v, &wanted))));
        match known {
            Some(Some(value)) => return draft.put("voice", &asked, &spot.path, value.clone()),
            None => return draft.put("voice", &asked, &spot.path, asked.clone()),
            Some(None) if free_text(spot.ty) => return draft.put("voice", &asked, &spot.path, asked.clone()),
            Some(None) => {}
        }
    }
    match spots.first().and_then(|spot| Some((spot, choices(spot.ty)?))) {
        Some((spot, values)) => {
            draft.unsupported("voice", asked, format!("`{}` takes one of {}", spot.path, list(values)));
        }
        None => draft.unsupported("voice", asked, "the model has no field for it"),
    }
}

pub(super) fn choices(ty: &FieldType) -> Option<&[Value]> {
    match ty {
        FieldType::Enum(values) if values.iter().any(Value::is_string) => Some(values),
        FieldType::Union(variants) => variants.iter().find_map(choices),
        _ => None,
    }
}

fn free_text(ty: &FieldType) -> bool {
    match ty {
        FieldType::Text { .. } | FieldType::Any => true,
        FieldType::Union(variants) => variants.iter().any(free_text),
        _ => false,
    }
}

/// The value that equals one of `wanted`, the first wish first; case does not count.
pub(super) fn pick<'a>(values: &'a [Value], wanted: &[&str]) -> Option<&'a Value> {
    let is = |value: &Value, word: &str| value.as_str().is_some_and(|value| value.eq_ignore_ascii_case(word));
    wanted.iter().find_map(|word| values.iter().find(|value| is(value, word)))
}

/// Whether one of the value's words is one of `wanted`: `X264 (.mp4)` mentions mp4.
fn mentions(value: &Value, wanted: &[&str]) -> bool {
    let Some(text) = value.as_str() else { return false };
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|part| wanted.iter().any(|word| part.eq_ignore_ascii_case(word)))
}

/// Whether the value's first word is one of `wanted`: `English (US)` begins with English.
fn begins(value: &Value, wanted: &[&str]) -> bool {
    let first = value.as_str().and_then(|text| text.split(|c: char| !c.is_alphanumeric()).next());
    first.is_some_and(|first| wanted.iter().any(|word| first.eq_ignore_ascii_case(word)))
}

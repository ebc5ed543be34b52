//! What kind of file a field takes or gives.

use super::schema::{Document, type_of};
use serde_json::Value;
use std::{collections::BTreeMap, sync::LazyLock};

/// Kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// Archives, weights, settings: bytes without a preview.
    Archive,
    /// A video.
    Video,
    /// A 3D model.
    Mesh,
    /// Audio.
    Audio,
    /// An image.
    Image,
}

/// Words of field and type names; the kinds are tried in their order.
static WORDS: LazyLock<BTreeMap<Kind, Vec<String>>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/work/file-words.json")).unwrap_or_default());

impl Kind {
    /// The kind that a name such as `reference_image_urls` or `VideoFile` speaks of.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        let words = words(name);
        WORDS.iter().find(|(_, known)| words.iter().any(|word| known.contains(word))).map(|(kind, _)| *kind)
    }

    /// The kind that a category such as `text-to-video` ends in.
    pub(super) fn of_category(category: &str) -> Option<Self> {
        match category.rsplit("-to-").next()? {
            "image" => Some(Self::Image),
            "video" => Some(Self::Video),
            "audio" | "speech" => Some(Self::Audio),
            "3d" => Some(Self::Mesh),
            "training" => Some(Self::Archive),
            _ => None,
        }
    }

    /// The kind of input files that a field takes; `None` for a field that takes no address.
    pub(super) fn of_input(name: &str, schema: &Value) -> Option<Self> {
        let shown = match schema.pointer("/ui/field").and_then(Value::as_str) {
            Some("image" | "mask") => return Some(Self::Image),
            Some("video") => return Some(Self::Video),
            Some("audio") => return Some(Self::Audio),
            Some(other) => other == "file",
            None => false,
        };
        let addressed = ["url", "urls"].contains(&words(name).last().map_or("", String::as_str));
        (shown || addressed).then(|| Self::of_name(name).unwrap_or(Self::Archive))
    }
}

/// Lower-case words of a snake-case or camel-case name.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        let starts = letter.is_uppercase() || !letter.is_alphanumeric();
        if starts {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The object schema of a file (one with `url`), its name, and whether it stands in a list.
pub(super) struct FileSchema<'a> {
    /// The object with `url`; `None` where the address is a plain text.
    pub(super) object: Option<&'a Value>,
    /// Name of the component.
    pub(super) name: Option<&'a str>,
    /// Whether the property is a list of such files.
    pub(super) listed: bool,
}

impl<'a> FileSchema<'a> {
    /// Reads a property of an output; `None` when it holds no file.
    pub(super) fn of(document: Document<'a>, name: &str, schema: &'a Value) -> Option<Self> {
        let (resolved, component) = document.named(schema)?;
        let mut members: Vec<&Value> = match super::schema::union(resolved) {
            Some(members) => members.iter().collect(),
            None => vec![schema],
        };
        members.retain(|member| document.resolve(member).is_some());
        members.into_iter().find_map(|member| Self::of_member(document, name, member, component))
    }

    fn of_member(document: Document<'a>, name: &str, member: &'a Value, outer: Option<&'a str>) -> Option<Self> {
        let (schema, component) = document.named(member)?;
        match type_of(schema) {
            Some("array") => {
                let inner = Self::of(document, name, schema.get("items")?)?;
                (!inner.listed).then_some(Self { listed: true, ..inner })
            }
            Some("string") if name.ends_with("_url") || name.ends_with("_urls") => {
                Some(Self { object: None, name: None, listed: false })
            }
            _ => document.properties(schema).iter().any(|(property, _)| *property == "url").then_some(Self {
                object: Some(schema),
                name: component.or(outer),
                listed: false,
            }),
        }
    }

    /// What to put there: by the property's name, then the type's name, then the endpoint's category.
    pub(super) fn kind(&self, property: &str, category: &str) -> Kind {
        let of_type = || self.name.and_then(Kind::of_name);
        let named = Kind::of_name(property).filter(|kind| *kind != Kind::Mesh || of_type().is_none());
        named.or_else(of_type).or_else(|| Kind::of_category(category)).unwrap_or(Kind::Archive)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_tell_the_kind() {
        for (name, kind) in [
            ("image_url", Kind::Image),
            ("tail_image_url", Kind::Image),
            ("mask_video_url", Kind::Video),
            ("reference_audio_url", Kind::Audio),
            ("images_data_url", Kind::Archive),
            ("VideoFile", Kind::Video),
            ("model_glb", Kind::Mesh),
        ] {
            assert_eq!(Kind::of_name(name), Some(kind), "{name}");
        }
    }

    #[test]
    fn only_addresses_are_input_files() {
        assert_eq!(Kind::of_input("image_size", &json!({})), None);
        assert_eq!(Kind::of_input("image_urls", &json!({})), Some(Kind::Image));
        assert_eq!(Kind::of_input("source", &json!({"ui": {"field": "video"}})), Some(Kind::Video));
    }
}

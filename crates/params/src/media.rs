//! The shapes in which a field takes media.

use mediagen_core::{Field, FieldType};

/// How a field takes the URL of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The URL itself.
    Url,
    /// An object with the URL under this name.
    Object(String),
    /// A list of URLs; at most so many.
    Urls(Option<u64>),
    /// A list of objects, each with the URL under this name; at most so many.
    Objects(String, Option<u64>),
}

impl Shape {
    /// Whether it is a list.
    pub(crate) fn list(&self) -> bool {
        matches!(self, Self::Urls(_) | Self::Objects(..))
    }

    /// How many files fit.
    pub(crate) fn room(&self) -> usize {
        match self {
            Self::Url | Self::Object(_) => 1,
            Self::Urls(most) | Self::Objects(_, most) => {
                most.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX))
            }
        }
    }
}

/// The shape of a media field; `None` where the type cannot hold a URL.
pub(crate) fn shape(ty: &FieldType) -> Option<Shape> {
    match ty {
        FieldType::Text { .. } | FieldType::Any => Some(Shape::Url),
        FieldType::Object(fields) => url_key(fields).map(Shape::Object),
        FieldType::List { items, max_items, .. } => match shape(items)? {
            Shape::Url => Some(Shape::Urls(*max_items)),
            Shape::Object(key) => Some(Shape::Objects(key, *max_items)),
            _ => None,
        },
        FieldType::Union(variants) => variants.iter().find_map(shape),
        _ => None,
    }
}

/// The name under which an object holds a file's URL: `url` itself, or the only required text field that ends in `_url`.
fn url_key(fields: &[Field]) -> Option<String> {
    let is_text = |field: &&Field| matches!(field.ty, FieldType::Text { .. } | FieldType::Any);
    let mut texts = fields.iter().filter(is_text);
    let url = texts.clone().find(|field| field.name == "url");
    let mut named = texts.clone().filter(|field| field.name.ends_with("_url"));
    let found = url.or_else(|| named.clone().find(|field| field.required)).or_else(|| named.next());
    let others = texts.any(|field| field.required && Some(field.name.as_str()) != found.map(|f| f.name.as_str()));
    found.filter(|_| !others).map(|field| field.name.clone())
}

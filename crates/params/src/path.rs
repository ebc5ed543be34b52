//! Dotted paths into a body, and what the schema says stands there.

use mediagen_core::{Field, FieldType, JsonMap, Schema};
use serde_json::Value;
use std::{borrow::Cow, fmt};

/// Longest list that a path may reach into: `-P loras.999999999.path=…` must not allocate.
const MAX_INDEX: usize = 255;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

/// A path such as `voice_setting.voice_id` or `loras.0.path`; `images[].url` is `images.0.url`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Path(pub(crate) Vec<Step>);

impl Path {
    /// Reads a path. A number after the first step is an item of a list, unless it stands in quotes; so does a name with a
    /// dot: `prompt."6".inputs."a.b"`.
    pub(crate) fn parse(text: &str) -> Self {
        let mut steps = Vec::new();
        let mut rest = Some(text);
        while let Some(from) = rest {
            if let Some((name, after)) = quoted(from) {
                steps.push(Step::Key(name.to_owned()));
                rest = after;
                continue;
            }
            let (part, after) = from.split_once('.').map_or((from, None), |(part, after)| (part, Some(after)));
            let name = part.strip_suffix("[]");
            match part.parse::<usize>() {
                Ok(index) if !steps.is_empty() && index <= MAX_INDEX => steps.push(Step::Index(index)),
                _ => steps.push(Step::Key(name.unwrap_or(part).to_owned())),
            }
            if name.is_some() {
                steps.push(Step::Index(0));
            }
            rest = after;
        }
        Self(steps)
    }

    pub(crate) fn key(name: &str) -> Self {
        Self(vec![Step::Key(name.to_owned())])
    }

    pub(crate) fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// Whether one of the two leads to or through the other.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a == b)
    }

    /// Whether `other` is this place or one inside it.
    pub(crate) fn leads_to(&self, other: &Self) -> bool {
        self.0.len() <= other.0.len() && self.overlaps(other)
    }

    /// The name of the field at the top.
    pub(crate) fn root(&self) -> &str {
        if let Some(Step::Key(name)) = self.0.first() { name } else { "" }
    }

    /// The JSON pointer (RFC 6901).
    pub(crate) fn pointer(&self) -> String {
        let escape = |step: &Step| match step {
            Step::Key(name) => name.replace('~', "~0").replace('/', "~1"),
            Step::Index(index) => index.to_string(),
        };
        self.0.iter().fold(String::new(), |text, step| text + "/" + &escape(step))
    }
}

/// The name in quotes at the start of `text`, and what comes after the dot behind it.
fn quoted(text: &str) -> Option<(&str, Option<&str>)> {
    let (name, after) = text.strip_prefix('"')?.split_once('"')?;
    match after.strip_prefix('.') {
        Some(after) => Some((name, Some(after))),
        None => after.is_empty().then_some((name, None)),
    }
}

/// A name as a step of a path in text: in quotes where it would be read as something else.
pub(crate) fn shown(name: &str, inner: bool) -> Cow<'_, str> {
    let number = inner && name.parse::<usize>().is_ok();
    if number || (inner && name.contains('.')) { Cow::Owned(format!("\"{name}\"")) } else { Cow::Borrowed(name) }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            f.write_str(if place > 0 { "." } else { "" })?;
            match step {
                Step::Key(name) => f.write_str(&shown(name, place > 0))?,
                Step::Index(index) => write!(f, "{index}")?,
            }
        }
        Ok(())
    }
}

/// A place in the body that the schema knows.
#[derive(Debug, Clone)]
pub(crate) struct Spot<'a> {
    pub(crate) path: Path,
    pub(crate) ty: &'a FieldType,
    /// The field at the end of the path; `None` where the path ends in a list item.
    pub(crate) field: Option<&'a Field>,
    /// Whether the field and everything above it is required.
    pub(crate) required: bool,
}

impl<'a> Spot<'a> {
    /// A field at the top.
    pub(crate) fn of(field: &'a Field) -> Self {
        Self { path: Path::key(&field.name), ty: &field.ty, field: Some(field), required: field.required }
    }

    pub(crate) fn default(&self) -> Option<&'a Value> {
        self.field.and_then(|field| field.default.as_ref())
    }
}

/// What the schema says of `path`; `None` where it has no such place.
pub(crate) fn find<'a>(schema: &'a Schema, path: &Path) -> Option<Spot<'a>> {
    let (Step::Key(name), rest) = path.0.split_first()? else { return None };
    let field = schema.input(name)?;
    let mut spot = Spot { path: path.clone(), ty: &field.ty, field: Some(field), required: field.required };
    for step in rest {
        match step {
            Step::Key(name) => {
                (spot.ty, spot.field) = object_part(spot.ty, name)?;
                spot.required &= spot.field.is_none_or(|field| field.required);
            }
            Step::Index(_) => (spot.ty, spot.field) = (list_items(spot.ty)?, None),
        }
    }
    Some(spot)
}

/// The part `name` of an object; without a field where the object (or anything) does not say which parts it has.
fn object_part<'a>(ty: &'a FieldType, name: &str) -> Option<(&'a FieldType, Option<&'a Field>)> {
    match ty {
        FieldType::Object(fields) if !fields.is_empty() => {
            fields.iter().find(|field| field.name == name).map(|field| (&field.ty, Some(field)))
        }
        FieldType::Object(_) | FieldType::Any => Some((&FieldType::Any, None)),
        FieldType::Union(variants) => variants.iter().find_map(|variant| object_part(variant, name)),
        _ => None,
    }
}

fn list_items(ty: &FieldType) -> Option<&FieldType> {
    match ty {
        FieldType::List { items, .. } => Some(items),
        FieldType::Union(variants) => variants.iter().find_map(list_items),
        FieldType::Any => Some(&FieldType::Any),
        _ => None,
    }
}

/// Writes `value` at `path`, making objects and lists on the way; false where something else is in the way.
pub(crate) fn put(body: &mut JsonMap, path: &Path, value: Value) -> bool {
    let Some((Step::Key(name), rest)) = path.0.split_first() else { return false };
    let mut place = body.entry(name.clone()).or_insert(Value::Null);
    for step in rest {
        if place.is_null() {
            *place =
                if matches!(step, Step::Key(_)) { Value::Object(JsonMap::new()) } else { Value::Array(Vec::new()) };
        }
        place = match (step, place) {
            (Step::Key(name), Value::Object(map)) => map.entry(name.clone()).or_insert(Value::Null),
            (Step::Index(index), Value::Array(list)) => {
                if *index > MAX_INDEX {
                    return false;
                }
                if list.len() <= *index {
                    list.resize(index + 1, Value::Null);
                }
                &mut list[*index]
            }
            _ => return false,
        };
    }
    *place = value;
    true
}

/// What the body holds at `path`.
pub(crate) fn get<'a>(body: &'a JsonMap, path: &Path) -> Option<&'a Value> {
    let (Step::Key(name), rest) = path.0.split_first()? else { return None };
    rest.iter().try_fold(body.get(name)?, |place, step| match step {
        Step::Key(name) => place.get(name),
        Step::Index(index) => place.get(index),
    })
}

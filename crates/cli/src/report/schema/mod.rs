//! The report of `mediagen schema`: what a model takes and returns. The crate's README is the contract of its JSON.

mod help;
mod table;

use crate::ui::Report;
use mediagen::core::{Endpoint, Field, FieldType, MediaLimits, ModelKind, Place, SchemaSource, schema::Range};
use serde::Serialize;
use serde_json::{Map, Number, Value};

/// Deepest types that are spelled out.
const MAX_DEPTH: usize = 6;

/// What a model takes and returns, for one of its kinds.
#[derive(Debug, Serialize)]
pub(crate) struct SchemaReport {
    provider: String,
    model: String,
    title: String,
    kind: ModelKind,
    kinds: Vec<ModelKind>,
    category: Option<String>,
    deprecated: bool,
    source: &'static str,
    as_of: Option<String>,
    prompt_limit: Option<u64>,
    inputs: Vec<Input>,
    outputs: Vec<Part>,
    /// What comes back where it is not an object: a bare address, or a list of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Root>,
}

#[derive(Debug, Serialize)]
struct Root {
    takes: String,
    #[serde(flatten)]
    shape: Shape,
}

/// A field that a model takes.
#[derive(Debug, Serialize)]
struct Input {
    field: String,
    options: Vec<&'static str>,
    takes: String,
    #[serde(flatten)]
    shape: Shape,
    default: Option<Value>,
    required: bool,
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limits: Option<Map<String, Value>>,
}

/// A field of an output or of an object.
#[derive(Debug, Serialize)]
struct Part {
    field: String,
    takes: String,
    #[serde(flatten)]
    shape: Shape,
    required: bool,
    description: Option<String>,
}

/// A type and what bounds it; what the provider does not say is absent.
#[derive(Debug, Default, Serialize)]
struct Shape {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<Bounds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Bounds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#enum: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<Bounds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Box<Shape>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<Part>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    any_of: Option<Vec<Shape>>,
}

/// The bounds of a number, a length or a count.
#[derive(Debug, Default, PartialEq, Serialize)]
struct Bounds {
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    above: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    below: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    multiple_of: Option<Number>,
}

impl Bounds {
    /// Of characters or items; `None` where nothing is said.
    fn between(min: Option<u64>, max: Option<u64>) -> Option<Self> {
        Self { min: min.map(Number::from), max: max.map(Number::from), ..Self::default() }.if_any()
    }

    fn of(range: &Range) -> Option<Self> {
        Self {
            min: range.min.and_then(whole),
            max: range.max.and_then(whole),
            above: range.above.and_then(whole),
            below: range.below.and_then(whole),
            multiple_of: range.multiple_of.and_then(whole),
        }
        .if_any()
    }

    fn if_any(self) -> Option<Self> {
        (self != Self::default()).then_some(self)
    }
}

impl SchemaReport {
    pub(crate) fn new(endpoint: &dyn Endpoint) -> Self {
        let spec = endpoint.spec();
        let (source, as_of) = match &spec.schema.source {
            SchemaSource::Live => ("live", None),
            SchemaSource::Bundled(date) => ("bundled", Some(date.clone())),
            _ => ("none", None),
        };
        Self {
            provider: spec.id.provider.to_string(),
            model: spec.id.name.to_string(),
            title: spec.title.clone(),
            kind: endpoint.kind(),
            kinds: spec.kinds.clone(),
            category: spec.category.clone(),
            deprecated: spec.deprecated,
            source,
            as_of,
            prompt_limit: endpoint.prompt_limit(),
            inputs: endpoint.fields().into_iter().map(Input::new).collect(),
            outputs: spec.schema.outputs().iter().map(|field| Part::new(field, 1)).collect(),
            output: spec.schema.output.as_ref().filter(|_| spec.schema.outputs().is_empty()).map(Root::new),
        }
    }

    /// The help of `generate` for this model alone; its JSON is that of `schema`.
    pub(crate) fn into_help(self) -> Help {
        Help(self)
    }
}

impl Report for SchemaReport {
    fn text(&self) -> String {
        table::of(self)
    }
}

/// `generate MODEL --help-model`.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Help(SchemaReport);

impl Report for Help {
    fn text(&self) -> String {
        help::of(&self.0)
    }
}

impl Input {
    fn new(place: Place) -> Self {
        Self {
            shape: Shape::of(&place.ty, 1),
            takes: place.ty.to_string(),
            limits: place.limits.as_ref().map(stated),
            field: place.field,
            options: place.options,
            default: place.default,
            required: place.required,
            description: place.description,
        }
    }
}

impl Root {
    fn new(ty: &FieldType) -> Self {
        Self { takes: ty.to_string(), shape: Shape::of(ty, 1) }
    }
}

impl Part {
    fn new(field: &Field, depth: usize) -> Self {
        Self {
            field: field.name.clone(),
            takes: field.ty.to_string(),
            shape: Shape::of(&field.ty, depth),
            required: field.required,
            description: field.description.clone(),
        }
    }
}

impl Shape {
    fn of(ty: &FieldType, depth: usize) -> Self {
        let mut shape = Self::default();
        let deeper = |ty: &FieldType| Self::of(ty, depth + 1);
        let spelled_out = depth < MAX_DEPTH;
        shape.r#type = match ty {
            FieldType::Text { min_length, max_length, format } => {
                shape.length = Bounds::between(*min_length, *max_length);
                shape.format.clone_from(format);
                "text"
            }
            FieldType::Integer(range) => {
                shape.range = Bounds::of(range);
                "integer"
            }
            FieldType::Number(range) => {
                shape.range = Bounds::of(range);
                "number"
            }
            FieldType::Boolean => "boolean",
            FieldType::Enum(values) => {
                shape.r#enum = Some(values.clone());
                "enum"
            }
            FieldType::List { items, min_items, max_items } => {
                shape.count = Bounds::between(*min_items, *max_items);
                shape.items = spelled_out.then(|| Box::new(deeper(items)));
                "list"
            }
            FieldType::Object(fields) => {
                shape.fields = spelled_out.then(|| fields.iter().map(|field| Part::new(field, depth + 1)).collect());
                "object"
            }
            FieldType::Union(variants) => {
                shape.any_of = spelled_out.then(|| variants.iter().map(deeper).collect());
                "union"
            }
            _ => "any",
        };
        shape
    }
}

/// `4` and not `4.0`.
fn whole(value: f64) -> Option<Number> {
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53 is exact as i64")]
    if value.fract() == 0.0 && value.abs() < 9.0e15 { Some((value as i64).into()) } else { Number::from_f64(value) }
}

/// The limits that are stated.
fn stated(limits: &MediaLimits) -> Map<String, Value> {
    let Ok(Value::Object(mut limits)) = serde_json::to_value(limits) else { return Map::new() };
    limits.retain(|_, limit| !limit.is_null());
    limits
}

/// An option as it is typed: `--end-image` for `end_image`.
fn flag(option: &str) -> String {
    if option == "prompt" { "PROMPT".to_owned() } else { format!("--{}", option.replace('_', "-")) }
}

#[cfg(test)]
mod tests {
    use crate::args::Cli;
    use clap::CommandFactory as _;

    #[test]
    fn every_option_of_a_place_is_a_flag_of_generate() {
        let root = Cli::command();
        let generate = root.find_subcommand("generate").unwrap();
        let known: Vec<_> = generate.get_arguments().filter_map(|a| a.get_long()).map(|l| format!("--{l}")).collect();
        for option in ["end_image", "loop", "sample_rate", "voice_sample_text", "source_face", "aspect_ratio"] {
            assert!(known.contains(&super::flag(option)), "{option}: {known:?}");
        }
        assert_eq!(super::flag("prompt"), "PROMPT");
    }
}

//! What a model accepts, in no provider's dialect. Data only; reading a provider's document is another crate's work.

mod example;
mod secret;
mod words;

pub(crate) use example::number;
use serde::{Deserialize, Serialize};
use serde_json::Value;
pub use words::listed;

/// Where a schema comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SchemaSource {
    /// Asked from the provider just now.
    Live,
    /// Shipped with the crate, as of this date (`2026-11-22`).
    Bundled(String),
    /// There is none: options pass unchecked, with a note.
    #[default]
    None,
    /// There is one, and this copy of the spec came without it ([`ModelSpec::stub`](crate::ModelSpec::stub)).
    LeftOut,
}

/// The fields that a model takes and gives.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Schema {
    /// Where it comes from.
    pub source: SchemaSource,
    /// Input fields in the provider's own order.
    pub inputs: Vec<Field>,
    /// What the model returns, as one value: mostly an object, elsewhere a bare address or a list of them; `None` when
    /// unknown.
    pub output: Option<FieldType>,
}

impl Schema {
    /// A schema with these input fields.
    pub fn new(source: SchemaSource, inputs: Vec<Field>) -> Self {
        Self { source, inputs, output: None }
    }

    /// The input field `name`.
    pub fn input(&self, name: &str) -> Option<&Field> {
        self.inputs.iter().find(|f| f.name == name)
    }

    /// Sets what the model returns.
    pub fn with_output(mut self, output: FieldType) -> Self {
        self.output = Some(output);
        self
    }

    /// The fields of what the model returns, in the provider's own order; empty where it is not an object, or unknown. Of
    /// several possible objects those of the first.
    pub fn outputs(&self) -> &[Field] {
        match &self.output {
            Some(FieldType::Object(fields)) => fields,
            Some(FieldType::Union(variants)) => variants.iter().find_map(FieldType::fields).unwrap_or_default(),
            _ => &[],
        }
    }

    /// The output field `name`.
    pub fn output_field(&self, name: &str) -> Option<&Field> {
        self.outputs().iter().find(|field| field.name == name)
    }
}

/// One field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Field {
    /// The name on the wire.
    pub name: String,
    /// What it holds.
    pub ty: FieldType,
    /// Whether the provider refuses a request without it.
    pub required: bool,
    /// Whether an explicit null is allowed; we leave unset fields out either way.
    pub nullable: bool,
    /// What the provider takes when it is left out; may contradict the type (such documents exist).
    pub default: Option<Value>,
    /// For a person.
    pub description: Option<String>,
    /// Limits on the file behind a URL field.
    pub limits: Option<Box<MediaLimits>>,
    /// Whether the value must stay out of logs, notes and records.
    pub secret: bool,
}

impl Field {
    /// An optional field of type `ty`.
    pub fn new(name: impl Into<String>, ty: FieldType) -> Self {
        Self {
            name: name.into(),
            ty,
            required: false,
            nullable: false,
            default: None,
            description: None,
            limits: None,
            secret: false,
        }
    }

    /// Marks it as required.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Sets the default.
    pub fn with_default(mut self, default: impl Into<Value>) -> Self {
        self.default = Some(default.into());
        self
    }
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FieldType {
    /// Text.
    Text {
        /// Shortest length in characters.
        min_length: Option<u64>,
        /// Longest length in characters.
        max_length: Option<u64>,
        /// The document's `format`, such as `uri`.
        format: Option<String>,
    },
    /// A whole number.
    Integer(Range),
    /// A number.
    Number(Range),
    /// True or false.
    Boolean,
    /// One of these values.
    Enum(Vec<Value>),
    /// A list.
    List {
        /// What each item is.
        items: Box<FieldType>,
        /// Fewest items.
        min_items: Option<u64>,
        /// Most items.
        max_items: Option<u64>,
    },
    /// Named fields.
    Object(Vec<Field>),
    /// Any one of these.
    Union(Vec<FieldType>),
    /// Anything: the document does not say, or says it in a way that cannot be followed.
    Any,
}

impl FieldType {
    /// Free text.
    pub fn text() -> Self {
        Self::Text { min_length: None, max_length: None, format: None }
    }

    /// The address of a file.
    pub fn address() -> Self {
        Self::Text { min_length: None, max_length: None, format: Some("uri".to_owned()) }
    }

    /// The fields of an object.
    pub fn fields(&self) -> Option<&[Field]> {
        if let Self::Object(fields) = self { Some(fields) } else { None }
    }

    /// Whether it is text that holds an address, by its format.
    pub fn is_address(&self) -> bool {
        matches!(self, Self::Text { format: Some(format), .. } if matches!(format.as_str(), "uri" | "url" | "iri"))
    }

    /// A list of `items` of any length.
    pub fn list(items: Self) -> Self {
        Self::List { items: Box::new(items), min_items: None, max_items: None }
    }
}

/// The bounds of a number; all optional, all inclusive unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Range {
    /// Smallest value.
    pub min: Option<f64>,
    /// Largest value.
    pub max: Option<f64>,
    /// The value must be greater than this.
    pub above: Option<f64>,
    /// The value must be less than this.
    pub below: Option<f64>,
    /// The value must be a multiple of this.
    pub multiple_of: Option<f64>,
}

impl Range {
    /// From `min` to `max`, both included.
    pub fn between(min: f64, max: f64) -> Self {
        Self { min: Some(min), max: Some(max), ..Self::default() }
    }
}

/// Limits on a media file; units in the names.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MediaLimits {
    /// Largest file in bytes.
    pub max_bytes: Option<u64>,
    /// Smallest width in pixels.
    pub min_width: Option<u32>,
    /// Largest width in pixels.
    pub max_width: Option<u32>,
    /// Smallest height in pixels.
    pub min_height: Option<u32>,
    /// Largest height in pixels.
    pub max_height: Option<u32>,
    /// Fewest pixels in all, width times height.
    pub min_area: Option<u64>,
    /// Most pixels in all, width times height.
    pub max_area: Option<u64>,
    /// Smallest width divided by height.
    pub min_aspect_ratio: Option<f64>,
    /// Largest width divided by height.
    pub max_aspect_ratio: Option<f64>,
    /// Shortest length in seconds.
    pub min_duration_s: Option<f64>,
    /// Longest length in seconds.
    pub max_duration_s: Option<f64>,
    /// Fewest frames a second.
    pub min_fps: Option<f64>,
    /// Most frames a second.
    pub max_fps: Option<f64>,
    /// Fewest frames in all.
    pub min_frames: Option<u64>,
    /// Most frames in all.
    pub max_frames: Option<u64>,
}

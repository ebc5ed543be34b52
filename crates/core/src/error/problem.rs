//! One field that is wrong: where, why, and what would be right.

use crate::{Field, FieldType, schema::Range};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use std::fmt;

/// The class of a [`FieldProblem`], for programs: no code decides by the words of a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
#[non_exhaustive]
pub enum ProblemCode {
    /// It is required and absent.
    Missing,
    /// There is no such field.
    Unknown,
    /// The value is of another type.
    Type,
    /// A number outside its bounds or between its steps.
    Range,
    /// Too few or too many characters or items.
    Length,
    /// Not one of the values that are offered.
    Choice,
    /// It contradicts another field.
    Conflict,
    /// The model or provider cannot express it.
    Unsupported,
    /// A file that cannot be used: its size, format, length or address.
    Media,
    /// A provider's own class that is none of these, in its own words.
    Other(String),
}

impl ProblemCode {
    const NAMED: [Self; 9] = [
        Self::Missing,
        Self::Unknown,
        Self::Type,
        Self::Range,
        Self::Length,
        Self::Choice,
        Self::Conflict,
        Self::Unsupported,
        Self::Media,
    ];

    /// The stable text of JSON output, such as `missing`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Missing => "missing",
            Self::Unknown => "unknown",
            Self::Type => "type",
            Self::Range => "range",
            Self::Length => "length",
            Self::Choice => "choice",
            Self::Conflict => "conflict",
            Self::Unsupported => "unsupported",
            Self::Media => "media",
            Self::Other(text) => text,
        }
    }
}

impl From<String> for ProblemCode {
    /// The code with this stable text; any other text is [`Other`](Self::Other).
    fn from(text: String) -> Self {
        Self::NAMED.into_iter().find(|code| code.as_str() == text).unwrap_or(Self::Other(text))
    }
}

impl From<ProblemCode> for String {
    fn from(code: ProblemCode) -> Self {
        code.as_str().to_owned()
    }
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One field that is wrong, and what a program needs to mend it.
///
/// A program follows it mechanically: it leaves out what `drop` names; otherwise it adds what `give` names; otherwise it
/// sets the model's own field at `path` to the example of `expected`.
///
/// ```
/// use mediagen_core::{Expected, Field, FieldProblem, FieldType, ProblemCode};
///
/// let field = Field::new("effect", FieldType::Enum(vec!["hug".into(), "melt".into()])).required();
/// let problem = FieldProblem::new("effect", "required")
///     .with_code(ProblemCode::Missing)
///     .with_expected(Expected::of(&field));
/// let json = serde_json::to_value(&problem)?;
/// assert_eq!(json["code"], "missing");
/// assert_eq!(json["expected"]["example"], "hug");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FieldProblem {
    /// Dotted path in the body, such as `loras.0.path`, or the canonical option.
    pub path: String,
    /// Its class; `None` where nothing can be done about the field itself.
    #[serde(default)]
    pub code: Option<ProblemCode>,
    /// What is wrong and what is allowed; never the value of a prompt.
    pub message: String,
    /// The canonical options and roles, such as `image`, that fill the field; empty where only the field itself does.
    #[serde(default)]
    pub give: Vec<String>,
    /// What has to be left out: canonical options and roles, and `extra.NAME` for a field of the model's own.
    #[serde(default)]
    pub drop: Vec<String>,
    /// What would fit, as far as it is known.
    #[serde(default)]
    pub expected: Option<Expected>,
}

impl FieldProblem {
    /// A problem with the field at `path`.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            code: None,
            message: message.into(),
            give: Vec::new(),
            drop: Vec::new(),
            expected: None,
        }
    }

    /// Sets the class.
    pub fn with_code(mut self, code: ProblemCode) -> Self {
        self.code = Some(code);
        self
    }

    /// Names an option or role that fills the field.
    pub fn with_give(mut self, option: impl Into<String>) -> Self {
        self.give.push(option.into());
        self
    }

    /// Names what has to be left out.
    pub fn with_drop(mut self, option: impl Into<String>) -> Self {
        self.drop.push(option.into());
        self
    }

    /// Describes what would fit.
    pub fn with_expected(mut self, expected: Expected) -> Self {
        self.expected = Some(expected);
        self
    }

    /// Whether the problem is of the class `code`.
    pub fn is(&self, code: &ProblemCode) -> bool {
        self.code.as_ref() == Some(code)
    }
}

/// What a field takes, in the words of JSON Schema.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Expected {
    /// `string`, `integer`, `number`, `boolean`, `array` or `object`; `None` where several are or it is not known.
    #[serde(rename = "type")]
    pub ty: Option<String>,
    /// The values to choose from.
    #[serde(rename = "enum")]
    pub choices: Option<Vec<Value>>,
    /// The smallest number, the fewest characters of text or the fewest items of a list.
    pub minimum: Option<Number>,
    /// The largest number, the most characters of text or the most items of a list.
    pub maximum: Option<Number>,
    /// A value that fits.
    pub example: Option<Value>,
}

impl Expected {
    /// What `field` takes.
    pub fn of(field: &Field) -> Self {
        Self::typed(&field.name, &field.ty)
    }

    /// What a field called `name` of type `ty` takes; the name only shapes the example.
    pub fn typed(name: &str, ty: &FieldType) -> Self {
        let (minimum, maximum) = bounds(ty);
        Self {
            ty: json_type(ty).map(str::to_owned),
            choices: if let FieldType::Enum(values) = ty { Some(values.clone()) } else { None },
            minimum,
            maximum,
            example: Some(ty.example(name)),
        }
    }

    /// A value that fits, of which no more is known.
    pub fn like(example: Value) -> Self {
        Self { ty: type_of(&example).map(str::to_owned), example: Some(example), ..Self::default() }
    }

    /// Sets the JSON type.
    pub fn with_type(mut self, ty: impl Into<String>) -> Self {
        self.ty = Some(ty.into());
        self
    }

    /// Sets the values to choose from, the first of them as the example.
    pub fn with_choices(mut self, choices: Vec<Value>) -> Self {
        self.example = choices.first().cloned().or(self.example);
        self.choices = Some(choices);
        self
    }

    /// Sets the smallest number, the fewest characters or items.
    pub fn with_minimum(mut self, minimum: Number) -> Self {
        self.minimum = Some(minimum);
        self
    }

    /// Sets the largest number, the most characters or items.
    pub fn with_maximum(mut self, maximum: Number) -> Self {
        self.maximum = Some(maximum);
        self
    }

    /// Sets a value that fits.
    pub fn with_example(mut self, example: Value) -> Self {
        self.example = Some(example);
        self
    }
}

/// The inclusive bounds of a number, of the characters of text or of the items of a list.
fn bounds(ty: &FieldType) -> (Option<Number>, Option<Number>) {
    match ty {
        FieldType::Integer(Range { min, max, .. }) | FieldType::Number(Range { min, max, .. }) => {
            (min.and_then(crate::schema::number), max.and_then(crate::schema::number))
        }
        FieldType::Text { min_length: min, max_length: max, .. }
        | FieldType::List { min_items: min, max_items: max, .. } => (min.map(Number::from), max.map(Number::from)),
        _ => (None, None),
    }
}

/// The one JSON type of everything that `ty` allows.
fn json_type(ty: &FieldType) -> Option<&'static str> {
    match ty {
        FieldType::Text { .. } => Some("string"),
        FieldType::Integer(_) => Some("integer"),
        FieldType::Number(_) => Some("number"),
        FieldType::Boolean => Some("boolean"),
        FieldType::List { .. } => Some("array"),
        FieldType::Object(_) => Some("object"),
        FieldType::Enum(values) => only(values.iter().map(type_of)),
        FieldType::Union(variants) => only(variants.iter().map(json_type)),
        FieldType::Any => None,
    }
}

/// What all agree on.
fn only(mut types: impl Iterator<Item = Option<&'static str>>) -> Option<&'static str> {
    let first = types.next()??;
    types.all(|other| other == Some(first)).then_some(first)
}

fn type_of(value: &Value) -> Option<&'static str> {
    match value {
        Value::Null => None,
        Value::Bool(_) => Some("boolean"),
        Value::Number(number) if number.is_f64() => Some("number"),
        Value::Number(_) => Some("integer"),
        Value::String(_) => Some("string"),
        Value::Array(_) => Some("array"),
        Value::Object(_) => Some("object"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn codes_keep_their_text_and_a_providers_own_pass_through() {
        for code in ProblemCode::NAMED {
            assert_eq!(ProblemCode::from(code.to_string()), code);
            assert_eq!(json!(code), json!(code.as_str()));
        }
        let own: ProblemCode = serde_json::from_value(json!("file_download_error")).unwrap();
        assert_eq!(own, ProblemCode::Other("file_download_error".into()));
        assert_eq!(json!(own), "file_download_error");
    }

    #[test]
    fn a_problem_without_the_newer_parts_is_still_read() {
        let old: FieldProblem =
            serde_json::from_value(json!({"path": "seed", "message": "x", "code": "range"})).unwrap();
        assert_eq!(old, FieldProblem::new("seed", "x").with_code(ProblemCode::Range));
    }

    #[test]
    fn expectations_are_in_the_words_of_json_schema() {
        let field = Field::new("steps", FieldType::Integer(Range::between(1.0, 50.0)));
        let whole = json!({"type": "integer", "enum": null, "minimum": 1, "maximum": 50, "example": 1});
        assert_eq!(json!(Expected::of(&field)), whole);
        let either = FieldType::Union(vec![FieldType::text(), FieldType::Boolean]);
        assert_eq!(Expected::typed("x", &either).ty, None);
        let words = FieldType::Union(vec![FieldType::text(), FieldType::Enum(vec!["a".into()])]);
        assert_eq!(Expected::typed("x", &words).ty.as_deref(), Some("string"));
        assert_eq!(json!(Expected::like(json!([1])))["type"], "array");
    }
}

//! A value that fits a type, for a person or program that has none.

use super::{Field, FieldType, Range};
use serde_json::{Map, Number, Value};

/// Most values in one example, so that a hostile document cannot ask for a large one.
const MOST_VALUES: usize = 256;
/// Longest text of an example.
const LONGEST_TEXT: usize = 10_000;

impl Field {
    /// A value that the field takes.
    pub fn example(&self) -> Value {
        self.ty.example(&self.name)
    }
}

impl FieldType {
    /// A value of this type: the first choice, a number within its range, text of the right length, a list with its fewest
    /// items, an object with its required parts. A field whose `name` or format asks for an address gets an https URL.
    ///
    /// ```
    /// use mediagen_core::{Field, FieldType};
    ///
    /// let part = Field::new("source_url", FieldType::text()).required();
    /// let ty = FieldType::list(FieldType::Object(vec![part, Field::new("weight", FieldType::Any)]));
    /// assert_eq!(ty.example("images"), serde_json::json!([{"source_url": "https://example.com/file"}]));
    /// ```
    pub fn example(&self, name: &str) -> Value {
        let mut left = MOST_VALUES;
        example(self, name, &mut left)
    }
}

fn example(ty: &FieldType, name: &str, left: &mut usize) -> Value {
    if *left == 0 {
        return Value::Null;
    }
    *left -= 1;
    match ty {
        FieldType::Enum(values) => values.first().cloned().unwrap_or_default(),
        FieldType::Integer(range) => number(range.nearest(range.min.unwrap_or(1.0), true)).into(),
        FieldType::Number(range) => number(range.nearest(range.min.unwrap_or(1.0), false)).into(),
        FieldType::Boolean => Value::Bool(false),
        FieldType::Text { min_length, max_length, format } => text(name, *min_length, *max_length, format.as_deref()),
        FieldType::List { items, min_items, .. } => {
            let fewest = usize::try_from(min_items.unwrap_or(1).max(1)).unwrap_or(usize::MAX);
            let items = (0..fewest.min(*left)).map(|place| match &**items {
                // Different ones, because some lists take each value only once.
                FieldType::Enum(values) if place < values.len() => values[place].clone(),
                items => example(items, name, left),
            });
            Value::Array(items.collect())
        }
        FieldType::Object(fields) => {
            let required = fields.iter().filter(|field| field.required);
            let parts = required.map(|field| (field.name.clone(), example(&field.ty, &field.name, left)));
            Value::Object(parts.collect::<Map<_, _>>())
        }
        FieldType::Union(variants) => variants.first().map_or(Value::Null, |first| example(first, name, left)),
        FieldType::Any => text(name, None, None, None),
    }
}

/// `number` as JSON, without a fraction part where it is whole; `None` where it is not finite.
pub(crate) fn number(number: f64) -> Option<Number> {
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53 is exact as i64")]
    if number.fract() == 0.0 && number.abs() < 9.0e15 {
        return Some(Number::from(number as i64));
    }
    Number::from_f64(number)
}

fn text(name: &str, shortest: Option<u64>, longest: Option<u64>, format: Option<&str>) -> Value {
    let limit = |length: u64| usize::try_from(length).unwrap_or(usize::MAX).min(LONGEST_TEXT);
    let mut text = if is_address(name, format) { address(name) } else { sample(format) };
    let missing = limit(shortest.unwrap_or_default()).saturating_sub(text.len());
    text.extend(std::iter::repeat_n('x', missing));
    if let Some(longest) = longest {
        text.truncate(limit(longest));
    }
    Value::String(text)
}

/// Whether text of this name and format is the address of a file.
fn is_address(name: &str, format: Option<&str>) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(format, Some("uri" | "url" | "iri"))
        || ["url", "urls", "uri", "uris"].iter().any(|end| name.ends_with(end))
}

/// An address whose ending is that of a file such as `name` speaks of.
fn address(name: &str) -> String {
    const FILES: [(&str, &[&str]); 4] = [
        ("archive.zip", &["archive", "zip"]),
        ("video.mp4", &["video", "clip"]),
        ("audio.mp3", &["audio", "voice", "song", "music", "sound", "speech", "impulse"]),
        ("image.png", &["image", "photo", "picture", "frame", "mask", "face", "img"]),
    ];
    let name = name.to_ascii_lowercase();
    let file = FILES.iter().find(|(_, words)| words.iter().any(|word| name.contains(word)));
    format!("https://example.com/{}", file.map_or("file", |(file, _)| file))
}

fn sample(format: Option<&str>) -> String {
    match format {
        Some("date") => "2026-01-01",
        Some("date-time") => "2026-01-01T00:00:00Z",
        Some("email") => "name@example.com",
        Some("uuid") => "00000000-0000-4000-8000-000000000000",
        _ => "example",
    }
    .to_owned()
}

impl Range {
    /// The number inside the range that is nearest to `wanted`; a whole one where `whole` says so.
    pub fn nearest(&self, wanted: f64, whole: bool) -> f64 {
        let step = self.multiple_of.unwrap_or(if whole { 1.0 } else { 0.0 });
        let nudge = if step > 0.0 { step } else { 0.01 };
        let low = self.min.or_else(|| self.above.map(|above| above + nudge));
        let high = self.max.or_else(|| self.below.map(|below| below - nudge));
        let outside =
            self.above.is_some_and(|above| wanted <= above) || self.below.is_some_and(|below| wanted >= below);
        let mut nearest = wanted;
        if self.min.is_some_and(|min| wanted < min) || self.above.is_some_and(|above| wanted <= above) {
            nearest = low.unwrap_or(wanted);
        }
        if self.max.is_some_and(|max| wanted > max) || self.below.is_some_and(|below| wanted >= below) {
            nearest = high.unwrap_or(nearest);
        }
        if step > 0.0 && !outside {
            let base = nearest;
            nearest = (base / step).round() * step;
            if high.is_some_and(|high| nearest > high) {
                nearest = (base / step).floor() * step;
            }
            if low.is_some_and(|low| nearest < low) {
                nearest = (base / step).ceil() * step;
            }
        }
        nearest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn range(min: f64, max: f64, multiple_of: Option<f64>) -> Range {
        Range { multiple_of, ..Range::between(min, max) }
    }

    #[test]
    fn an_example_fits_its_type() {
        let text = |min_length, max_length| FieldType::Text { min_length, max_length, format: None };
        let list = |items, min| FieldType::List { items: Box::new(items), min_items: Some(min), max_items: None };
        let above = Range { above: Some(0.0), ..Range::default() };
        let choices = FieldType::Enum(vec![json!("a"), json!("b"), json!("c")]);
        let part = Field::new("text", FieldType::text()).required();
        for (name, ty, expected) in [
            ("n", FieldType::Integer(range(3.0, 9.0, None)), json!(3)),
            ("n", FieldType::Integer(range(3.0, 9.0, Some(4.0))), json!(4)),
            ("n", FieldType::Number(range(0.25, 0.5, None)), json!(0.25)),
            ("n", FieldType::Integer(Range { max: Some(-4.0), ..Range::default() }), json!(-4)),
            ("n", FieldType::Number(above), json!(1)),
            ("word", text(Some(9), None), json!("examplexx")),
            ("word", text(None, Some(3)), json!("exa")),
            ("driving_video_url", text(None, None), json!("https://example.com/video.mp4")),
            ("archive_url", FieldType::Any, json!("https://example.com/archive.zip")),
            ("pick", list(choices.clone(), 2), json!(["a", "b"])),
            ("pick", list(choices, 0), json!(["a"])),
            ("turns", list(FieldType::Object(vec![part]), 1), json!([{"text": "example"}])),
            ("either", FieldType::Union(vec![FieldType::Boolean, FieldType::Any]), json!(false)),
        ] {
            assert_eq!(ty.example(name), expected, "{name}: {ty}");
        }
    }

    #[test]
    fn a_hostile_type_gets_a_small_example() {
        let mut ty = text_of(u64::MAX);
        for _ in 0..8 {
            ty = FieldType::List { items: Box::new(ty), min_items: Some(u64::MAX), max_items: None };
        }
        let size = ty.example("x").to_string().len();
        assert!(size < MOST_VALUES * (LONGEST_TEXT + 4), "{size} bytes");
    }

    fn text_of(min_length: u64) -> FieldType {
        FieldType::Text { min_length: Some(min_length), max_length: None, format: None }
    }
}

//! A type in words: what may be given, for messages and tables.

use super::{FieldType, Range};
use serde_json::Value;
use std::fmt;

/// Values of an enumeration that are named before the rest is left out.
const SHOWN: usize = 24;

impl fmt::Display for FieldType {
    /// Such as `a whole number from 1 up to 4`, or `one of "mild", "hot"` with at most 24 values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => f.write_str("true or false"),
            Self::Integer(range) => write!(f, "a whole number{range}"),
            Self::Number(range) => write!(f, "a number{range}"),
            Self::Enum(values) => write!(f, "one of {}", listed(values)),
            ty if ty.is_address() => f.write_str("an address"),
            Self::Text { min_length, max_length, .. } => {
                write!(f, "text{}", counted(" of", *min_length, *max_length, "characters"))
            }
            Self::List { items, min_items, max_items } => {
                let count = counted(",", *min_items, *max_items, "items");
                if items.is_address() {
                    write!(f, "a list of addresses{count}")
                } else {
                    write!(f, "a list of {items}{count}")
                }
            }
            Self::Object(fields) => {
                let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
                if names.is_empty() {
                    f.write_str("an object")
                } else {
                    write!(f, "an object with {}", names.join(", "))
                }
            }
            Self::Union(variants) => {
                let words: Vec<String> = variants.iter().map(ToString::to_string).collect();
                f.write_str(&words.join(", or "))
            }
            Self::Any => f.write_str("anything"),
        }
    }
}

impl fmt::Display for Range {
    /// With a space before it, such as ` from 1 up to 4`; nothing where all is allowed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.above) {
            (Some(min), _) => write!(f, " from {min}")?,
            (None, Some(above)) => write!(f, " above {above}")?,
            (None, None) => {}
        }
        match (self.max, self.below) {
            (Some(max), _) => write!(f, " up to {max}")?,
            (None, Some(below)) => write!(f, " below {below}")?,
            (None, None) => {}
        }
        self.multiple_of.map_or(Ok(()), |step| write!(f, " in steps of {step}"))
    }
}

/// Up to 24 values in one line, for messages.
pub fn listed<'a>(values: impl IntoIterator<Item = &'a Value>) -> String {
    let mut shown = String::new();
    for (place, value) in values.into_iter().enumerate() {
        if place == SHOWN {
            shown.push_str(", …");
            break;
        }
        shown.push_str(if place > 0 { ", " } else { "" });
        shown.push_str(&value.to_string());
    }
    shown
}

/// Bounds of a count, where there are any that say something.
fn counted(before: &str, min: Option<u64>, max: Option<u64>, of: &str) -> String {
    match (min.filter(|min| *min > 1), max) {
        (Some(min), Some(max)) if min == max => format!("{before} {min} {of}"),
        (Some(min), Some(max)) => format!("{before} {min} to {max} {of}"),
        (Some(min), None) => format!("{before} at least {min} {of}"),
        (None, Some(max)) => format!("{before} up to {max} {of}"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Field;
    use serde_json::json;

    #[test]
    fn a_type_says_what_may_be_given() {
        let text = |min_length, max_length| FieldType::Text { min_length, max_length, format: None };
        let list = FieldType::List { items: Box::new(FieldType::text()), min_items: Some(2), max_items: Some(4) };
        let range = Range { above: Some(0.0), below: Some(1.0), multiple_of: Some(0.5), ..Range::default() };
        let many: Vec<Value> = (0..30).map(Value::from).collect();
        for (ty, words) in [
            (FieldType::Integer(Range::between(1.0, 4.0)), "a whole number from 1 up to 4"),
            (FieldType::Number(range), "a number above 0 below 1 in steps of 0.5"),
            (FieldType::Enum(vec![json!("mild"), json!(2)]), r#"one of "mild", 2"#),
            (text(Some(1), None), "text"),
            (text(Some(1), Some(600)), "text of up to 600 characters"),
            (text(Some(3), Some(3)), "text of 3 characters"),
            (list, "a list of text, 2 to 4 items"),
            (FieldType::Object(vec![Field::new("x", FieldType::Any)]), "an object with x"),
            (FieldType::Union(vec![FieldType::Boolean, FieldType::Any]), "true or false, or anything"),
            (FieldType::address(), "an address"),
            (FieldType::list(FieldType::address()), "a list of addresses"),
        ] {
            assert_eq!(ty.to_string(), words);
        }
        assert!(FieldType::Enum(many).to_string().ends_with("22, 23, …"));
    }
}

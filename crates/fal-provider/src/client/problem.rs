//! One entry of fal's list of problems, of both generations of its validator, as a typed problem.

use super::refusal::short;
use mediagen_core::{Expected, FieldProblem, ProblemCode};
use serde_json::{Number, Value, json};

/// Most choices that are read out of a sentence.
const MOST_CHOICES: usize = 200;
/// Longest example that a shortest length asks for.
const LONGEST_EXAMPLE: u64 = 1_000;

/// What was said of one field; each part of the entry may be missing.
pub(super) fn problem(entry: &Value) -> FieldProblem {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).map(short);
    let message = text("msg").or_else(|| text("message")).or_else(|| entry.as_str().map(short));
    let mut problem = FieldProblem::new(path(entry.get("loc")), message.unwrap_or_else(|| "refused".into()));
    if let Some(kind) = text("type") {
        problem.expected = expected(&kind, entry.get("ctx").unwrap_or(&Value::Null));
        problem.code = Some(code(&kind));
    }
    problem
}

/// `["body", "loras", 0, "path"]` as `loras.0.path`; where a problem has no place, `body`.
fn path(loc: Option<&Value>) -> String {
    let parts: Vec<String> = match loc {
        Some(Value::Array(parts)) => {
            parts.iter().map(|p| p.as_str().map_or_else(|| p.to_string(), str::to_owned)).collect()
        }
        Some(Value::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    };
    let rest = if parts.first().is_some_and(|p| p == "body") { &parts[1..] } else { &parts[..] };
    if rest.is_empty() { "body".to_owned() } else { rest.join(".") }
}

/// The class of a validator's type; what fal's own models say stays in their words unless it is about a file's content.
fn code(kind: &str) -> ProblemCode {
    // The older generation writes `value_error.missing`, `value_error.number.not_ge`, `type_error.integer`.
    let last = kind.rsplit('.').next().unwrap_or(kind);
    match last {
        "missing" => ProblemCode::Missing,
        "extra" | "extra_forbidden" => ProblemCode::Unknown,
        "literal_error" | "enum" | "const" => ProblemCode::Choice,
        "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal" | "multiple_of" | "not_ge"
        | "not_gt" | "not_le" | "not_lt" | "not_multiple" | "finite_number" => ProblemCode::Range,
        "min_length" | "max_length" | "min_items" | "max_items" | "too_short" | "too_long" | "string_too_short"
        | "string_too_long" | "sequence_too_short" | "sequence_too_long" => ProblemCode::Length,
        "int_from_float" => ProblemCode::Type,
        _ if kind.starts_with("type_error") || last.ends_with("_type") || last.ends_with("_parsing") => {
            ProblemCode::Type
        }
        _ if is_about_a_file(last) => ProblemCode::Media,
        _ => ProblemCode::Other(kind.to_owned()),
    }
}

/// Such as `image_too_small` or `unsupported_video_format`; an address that cannot be read is no fault of the file.
fn is_about_a_file(kind: &str) -> bool {
    const FAULTS: &[&str] = &["_too_small", "_too_large", "_too_long", "_too_short", "_format", "_load_error"];
    const FILES: &[&str] = &["image", "video", "audio", "file"];
    FILES.iter().any(|file| kind.split('_').any(|word| word == *file)) && FAULTS.iter().any(|end| kind.ends_with(end))
}

/// What the entry's context says of values that pass.
fn expected(kind: &str, context: &Value) -> Option<Expected> {
    let last = kind.rsplit('.').next().unwrap_or(kind);
    let limit = |key: &str| context.get(key).or_else(|| context.get("limit_value")).and_then(number);
    let beyond = |key: &str, step: f64| limit(key).and_then(|limit| whole(limit.as_f64()? + step));
    let lowest = |minimum: Number| Expected::like(minimum.clone().into()).with_minimum(minimum);
    let highest = |maximum: Number| Expected::like(maximum.clone().into()).with_maximum(maximum);
    match last {
        "greater_than_equal" | "not_ge" => limit("ge").map(lowest),
        "less_than_equal" | "not_le" => limit("le").map(highest),
        "greater_than" | "not_gt" => beyond("gt", 1.0).map(|example| Expected::like(example.into())),
        "less_than" | "not_lt" => beyond("lt", -1.0).map(|example| Expected::like(example.into())),
        "multiple_of" | "not_multiple" => limit("multiple_of").map(|step| Expected::like(step.into())),
        "literal_error" | "enum" | "const" => choices(context).map(|choices| {
            let example = choices.first().cloned().unwrap_or_default();
            Expected::like(example).with_choices(choices)
        }),
        "string_too_short" | "min_length" => {
            let fewest = limit("min_length")?;
            let shown = usize::try_from(fewest.as_u64()?.min(LONGEST_EXAMPLE)).unwrap_or_default();
            Some(Expected::like("x".repeat(shown).into()).with_minimum(fewest))
        }
        "sequence_too_short" | "too_short" | "min_items" => {
            limit("min_length").map(|fewest| Expected::default().with_minimum(fewest))
        }
        "string_too_long" | "sequence_too_long" | "too_long" | "max_length" | "max_items" => {
            limit("max_length").map(|most| Expected::default().with_maximum(most))
        }
        "string_type" | "str" => Some(Expected::like(json!("example"))),
        "int_type" | "int_parsing" | "int_from_float" | "integer" => {
            Some(Expected::like(json!(1)).with_type("integer"))
        }
        "float_type" | "float_parsing" | "float" => Some(Expected::like(json!(1)).with_type("number")),
        "bool_type" | "bool_parsing" | "bool" => Some(Expected::like(json!(false))),
        _ => None,
    }
}

fn number(value: &Value) -> Option<Number> {
    if let Value::Number(number) = value { Some(number.clone()) } else { None }
}

fn whole(number: f64) -> Option<Number> {
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53 is exact as i64")]
    if number.fract() == 0.0 && number.abs() < 9.0e15 {
        return Some(Number::from(number as i64));
    }
    Number::from_f64(number)
}

/// The values to choose from: a list, or the newer generation's sentence `'a', 'b' or 3`.
fn choices(context: &Value) -> Option<Vec<Value>> {
    let list = ["enum_values", "permitted"].iter().find_map(|key| context.get(*key)?.as_array()).cloned();
    let choices = list.or_else(|| Some(listed(context.get("expected")?.as_str()?)))?;
    (!choices.is_empty()).then_some(choices)
}

fn listed(sentence: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut rest = sentence;
    while let Some(start) = rest.find(|c: char| c == '\'' || c == '-' || c.is_ascii_digit()) {
        if found.len() == MOST_CHOICES {
            break;
        }
        let from = &rest[start..];
        if let Some(quoted) = from.strip_prefix('\'') {
            let Some(end) = quoted.find('\'') else { break };
            found.push(Value::from(&quoted[..end]));
            rest = &quoted[end + 1..];
        } else {
            let end = from.find(|c: char| c == ',' || c.is_whitespace()).unwrap_or(from.len());
            found.extend(from[..end].parse::<Number>().ok().map(Value::Number));
            rest = &from[end..];
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: &str, context: &Value) -> (ProblemCode, Value) {
        let problem = problem(&json!({"loc": ["body", "x"], "msg": "m", "type": kind, "ctx": context}));
        (problem.code.unwrap(), json!(problem.expected))
    }

    #[test]
    fn both_generations_of_the_validator_are_typed() {
        for (kind, context, code, example) in [
            ("missing", json!({}), ProblemCode::Missing, json!(null)),
            ("value_error.missing", json!(null), ProblemCode::Missing, json!(null)),
            ("value_error.extra", json!({}), ProblemCode::Unknown, json!(null)),
            ("greater_than_equal", json!({"ge": 1}), ProblemCode::Range, json!(1)),
            ("value_error.number.not_le", json!({"limit_value": 4}), ProblemCode::Range, json!(4)),
            ("greater_than", json!({"gt": 0.0}), ProblemCode::Range, json!(1)),
            ("multiple_of", json!({"multiple_of": 8}), ProblemCode::Range, json!(8)),
            ("literal_error", json!({"expected": "'4s', '6s' or '8s'"}), ProblemCode::Choice, json!("4s")),
            ("literal_error", json!({"expected": "1, 2 or 4"}), ProblemCode::Choice, json!(1)),
            ("type_error.enum", json!({"enum_values": ["a", "b"]}), ProblemCode::Choice, json!("a")),
            ("sequence_too_long", json!({"max_length": 9}), ProblemCode::Length, json!(null)),
            ("string_too_short", json!({"min_length": 3}), ProblemCode::Length, json!("xxx")),
            ("int_parsing", json!({}), ProblemCode::Type, json!(1)),
            ("type_error.float", json!({}), ProblemCode::Type, json!(1)),
            ("image_too_small", json!({"min_width": 300}), ProblemCode::Media, json!(null)),
            ("unsupported_video_format", json!({}), ProblemCode::Media, json!(null)),
            ("image_load_error", json!({}), ProblemCode::Media, json!(null)),
        ] {
            let (found, expected) = read(kind, &context);
            assert_eq!((found, &expected["example"]), (code, &example), "{kind}");
        }
        let own = ["file_download_error", "content_policy_violation", "value_error"];
        for kind in own {
            assert_eq!(read(kind, &json!({})).0, ProblemCode::Other(kind.into()));
        }
    }

    #[test]
    fn choices_are_read_out_of_a_sentence() {
        assert_eq!(listed("'a, b', 'c' or 'd'"), [json!("a, b"), json!("c"), json!("d")]);
        assert_eq!(listed("81, 121 or -1.5"), [json!(81), json!(121), json!(-1.5)]);
        assert_eq!(listed("'never closed"), Vec::<Value>::new());
        let (code, expected) = read("literal_error", &json!({"expected": "'16:9' or '9:16'"}));
        let whole =
            json!({"type": "string", "enum": ["16:9", "9:16"], "minimum": null, "maximum": null, "example": "16:9"});
        assert_eq!((code, expected), (ProblemCode::Choice, whole));
        assert_eq!(read("less_than_equal", &json!({"le": 4})).1["maximum"], 4);
    }
}

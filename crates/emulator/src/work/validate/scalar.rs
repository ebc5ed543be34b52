//! Text, numbers, booleans, and their limits.

use super::super::failure::Problem;
use serde_json::{Number, Value, json};

/// What is wrong with a value that should be of the scalar type `word`.
pub(super) fn check(word: &str, schema: &Value, value: &Value, loc: &[Value]) -> Vec<Problem> {
    match word {
        "string" => text(schema, value, loc),
        "integer" => number(schema, value, loc, integer(value)),
        "number" => number(schema, value, loc, real(value)),
        "boolean" => boolean(value, loc),
        "null" if !value.is_null() => vec![Problem::new(loc, "none_required", "Input should be None", value)],
        _ => Vec::new(),
    }
}

fn text(schema: &Value, value: &Value, loc: &[Value]) -> Vec<Problem> {
    match value.as_str() {
        Some(text) => {
            let count = text.chars().count();
            length(schema, ["minLength", "maxLength"], count, "character", value, loc).into_iter().collect()
        }
        None => vec![Problem::new(loc, "string_type", "Input should be a valid string", value)],
    }
}

fn boolean(value: &Value, loc: &[Value]) -> Vec<Problem> {
    let words = ["true", "false", "1", "0", "yes", "no", "on", "off", "t", "f", "y", "n"];
    let fits = match value {
        Value::Bool(_) => true,
        Value::Number(number) => matches!(number.as_f64(), Some(0.0 | 1.0)),
        Value::String(text) => words.contains(&text.to_lowercase().as_str()),
        _ => false,
    };
    let (kind, msg) = match value {
        _ if fits => return Vec::new(),
        Value::String(_) => ("bool_parsing", "Input should be a valid boolean, unable to interpret input"),
        _ => ("bool_type", "Input should be a valid boolean"),
    };
    vec![Problem::new(loc, kind, msg, value)]
}

type Parsed = Result<Number, (&'static str, &'static str)>;

/// Lax integers: whole floats, numeric text and booleans count.
fn integer(value: &Value) -> Parsed {
    let whole = |number: &Number| number.as_f64().is_some_and(|float| float.fract() == 0.0);
    match value {
        Value::Number(number) if whole(number) => Ok(number.clone()),
        Value::Number(_) => {
            Err(("int_from_float", "Input should be a valid integer, got a number with a fractional part"))
        }
        Value::String(text) => parsed(text)
            .filter(whole)
            .ok_or(("int_parsing", "Input should be a valid integer, unable to parse string as an integer")),
        Value::Bool(flag) => Ok(Number::from(u8::from(*flag))),
        _ => Err(("int_type", "Input should be a valid integer")),
    }
}

fn real(value: &Value) -> Parsed {
    match value {
        Value::Number(number) => Ok(number.clone()),
        Value::String(text) => {
            parsed(text).ok_or(("float_parsing", "Input should be a valid number, unable to parse string as a number"))
        }
        Value::Bool(flag) => Ok(Number::from(u8::from(*flag))),
        _ => Err(("float_type", "Input should be a valid number")),
    }
}

fn parsed(text: &str) -> Option<Number> {
    let text = text.trim();
    let whole = text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from)).ok();
    whole.or_else(|| text.parse::<f64>().ok().and_then(Number::from_f64))
}

fn number(schema: &Value, value: &Value, loc: &[Value], parsed: Parsed) -> Vec<Problem> {
    match parsed {
        Err((kind, msg)) => vec![Problem::new(loc, kind, msg, value)],
        Ok(number) => number.as_f64().map(|float| limits(schema, float, value, loc)).unwrap_or_default(),
    }
}

fn limits(schema: &Value, number: f64, value: &Value, loc: &[Value]) -> Vec<Problem> {
    let rules: [(&str, &'static str, &str, &str, bool); 4] = [
        ("minimum", "greater_than_equal", "ge", "greater than or equal to", exclusive(schema, "exclusiveMinimum")),
        ("exclusiveMinimum", "greater_than", "gt", "greater than", true),
        ("maximum", "less_than_equal", "le", "less than or equal to", exclusive(schema, "exclusiveMaximum")),
        ("exclusiveMaximum", "less_than", "lt", "less than", true),
    ];
    let mut found = Vec::new();
    for (keyword, kind, name, words, strict) in rules {
        let Some(limit) = schema.get(keyword).filter(|limit| limit.is_number()) else { continue };
        let edge = limit.as_f64().unwrap_or_default();
        let beyond = if keyword.to_lowercase().contains("minimum") { number < edge } else { number > edge };
        let on_edge = strict && (number - edge).abs() < f64::EPSILON;
        // The 3.0 form says `greater than` with `minimum`; so does the complaint.
        let (kind, name, words) = match (strict, kind) {
            (true, "greater_than_equal") => ("greater_than", "gt", "greater than"),
            (true, "less_than_equal") => ("less_than", "lt", "less than"),
            _ => (kind, name, words),
        };
        if beyond || on_edge {
            let problem = Problem::new(loc, kind, format!("Input should be {words} {limit}"), value);
            found.push(problem.with(name, limit));
        }
    }
    if let Some(step) = schema.get("multipleOf").and_then(Value::as_f64).filter(|step| *step > 0.0) {
        let rest = (number / step).fract().abs();
        if rest > 1e-9 && rest < 1.0 - 1e-9 {
            let problem = Problem::new(loc, "multiple_of", format!("Input should be a multiple of {step}"), value);
            found.push(problem.with("multiple_of", &schema["multipleOf"]));
        }
    }
    found
}

/// The `OpenAPI` 3.0 form: a boolean that sharpens `minimum` or `maximum`.
fn exclusive(schema: &Value, keyword: &str) -> bool {
    schema.get(keyword) == Some(&Value::Bool(true))
}

/// Too few or too many characters or items (protocol 5.2 knows one type for both kinds of sequence).
pub(super) fn length(
    schema: &Value,
    keywords: [&str; 2],
    count: usize,
    what: &str,
    value: &Value,
    loc: &[Value],
) -> Option<Problem> {
    let limit =
        |keyword: &str| schema.get(keyword).and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok());
    if let Some(least) = limit(keywords[0]).filter(|least| count < *least) {
        let msg = format!("Input should have at least {least} {what}(s), not {count}");
        return Some(Problem::new(loc, "sequence_too_short", msg, value).with("min_length", &json!(least)));
    }
    let most = limit(keywords[1]).filter(|most| count > *most)?;
    let msg = format!("Input should have at most {most} {what}(s), not {count}");
    Some(Problem::new(loc, "sequence_too_long", msg, value).with("max_length", &json!(most)))
}

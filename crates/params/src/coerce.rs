//! One value into one type: number and text, unit suffixes, the nearest allowed value, bounds, scalar and list.

pub(crate) use mediagen_core::schema::listed as list;
use mediagen_core::{FieldType, ProblemCode, schema::Range};
use serde_json::{Number, Value};

/// A value that fits, and why it is another one than was asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Coerced {
    pub(crate) value: Value,
    /// Set where the meaning changed, not where only the spelling did (`5` to `"5s"`).
    pub(crate) changed: Option<Change>,
}

/// Why a value became another one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    /// For a person.
    pub(crate) why: String,
    /// The class of the problem that it is under the strict policy.
    pub(crate) code: ProblemCode,
}

impl Change {
    /// Not one of the values that are offered.
    pub(crate) fn choice(why: String) -> Self {
        Self { why, code: ProblemCode::Choice }
    }

    /// Outside the bounds of a number.
    pub(crate) fn range(why: String) -> Self {
        Self { why, code: ProblemCode::Range }
    }

    /// The same with words before its reason.
    pub(crate) fn after(self, words: &str) -> Self {
        Self { why: format!("{words}{}", self.why), code: self.code }
    }
}

impl Coerced {
    fn same(value: Value) -> Self {
        Self { value, changed: None }
    }
}

/// `value` as `ty` takes it; `default` tells how the model writes such values. `None` when it cannot be expressed.
pub(crate) fn coerce(value: &Value, ty: &FieldType, default: Option<&Value>) -> Option<Coerced> {
    match ty {
        FieldType::Any => Some(Coerced::same(value.clone())),
        FieldType::Boolean => boolean(value).map(|flag| Coerced::same(Value::Bool(flag))),
        FieldType::Integer(range) => number(value).and_then(|number| bounded(&number, range, true)),
        FieldType::Number(range) => number(value).and_then(|number| bounded(&number, range, false)),
        FieldType::Enum(allowed) => one_of(value, allowed, default),
        FieldType::Text { .. } => text(value, default),
        FieldType::List { items, .. } => {
            let item = coerce(value, items, None)?;
            Some(Coerced { value: Value::Array(vec![item.value]), changed: item.changed })
        }
        FieldType::Union(variants) => {
            let fits: Vec<Coerced> = variants.iter().filter_map(|v| coerce(value, v, default)).collect();
            let exact = fits.iter().position(|fit| fit.changed.is_none()).unwrap_or(0);
            fits.into_iter().nth(exact)
        }
        _ => None,
    }
}

/// The allowed values in words, for messages.
pub(crate) fn allowed(ty: &FieldType) -> String {
    ty.to_string()
}

/// The number that a value stands for: `5`, `"5"`, `"5s"` and `"5 seconds"` are five.
pub(crate) fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => {
            let text = text.trim();
            let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-')).unwrap_or(text.len());
            let (digits, unit) = text.split_at(end);
            let unit = unit.trim();
            let is_unit = matches!(unit, "" | "x" | "X" | "fps" | "hz" | "Hz" | "%") || is_seconds(unit);
            is_unit.then(|| parse_number(digits)).flatten()
        }
        _ => None,
    }
}

fn is_seconds(unit: &str) -> bool {
    matches!(unit.to_ascii_lowercase().as_str(), "s" | "sec" | "secs" | "second" | "seconds")
}

fn parse_number(digits: &str) -> Option<Number> {
    digits
        .parse::<u64>()
        .map(Number::from)
        .or_else(|_| digits.parse::<i64>().map(Number::from))
        .ok()
        .or_else(|| digits.parse::<f64>().ok().and_then(Number::from_f64))
}

fn as_f64(value: &Value) -> Option<f64> {
    number(value).and_then(|number| number.as_f64())
}

/// A whole number without a fraction part where it is one, so that `5.0` is sent as `5`.
pub(crate) fn tidy(number: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53 is exact as i64")]
    if number.fract() == 0.0 && number.abs() < 9.0e15 {
        return Value::from(number as i64);
    }
    Value::from(number)
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn bounded(number: &Number, range: &Range, whole: bool) -> Option<Coerced> {
    let asked = number.as_f64()?;
    let nearest = range.nearest(asked, whole);
    #[expect(clippy::float_cmp, reason = "an unchanged number is bit-equal")]
    if nearest == asked {
        let integer = number.is_u64() || number.is_i64();
        if whole && !integer && !exact(asked) {
            return None;
        }
        return Some(Coerced::same(if integer { Value::Number(number.clone()) } else { tidy(asked) }));
    }
    let ty = if whole { FieldType::Integer(*range) } else { FieldType::Number(*range) };
    Some(Coerced { value: tidy(nearest), changed: Some(Change::range(format!("the model takes {}", allowed(&ty)))) })
}

/// The allowed value that is equal, or equal as a number, or nearest as a number.
fn one_of(value: &Value, allowed: &[Value], default: Option<&Value>) -> Option<Coerced> {
    if let Some(same) = allowed.iter().find(|other| *other == value) {
        return Some(Coerced::same(same.clone()));
    }
    if let Value::String(text) = value {
        let same = allowed.iter().find(|other| other.as_str().is_some_and(|other| other.eq_ignore_ascii_case(text)));
        if let Some(same) = same {
            return Some(Coerced::same(same.clone()));
        }
    }
    let asked = as_f64(value)?;
    let near = |other: &&Value| as_f64(other).map_or(f64::INFINITY, |number| (number - asked).abs());
    let best = allowed.iter().filter(|other| as_f64(other).is_some()).min_by(|a, b| near(a).total_cmp(&near(b)))?;
    // Of equal numbers (`8` and `"8"`) the one that is written like the default is meant.
    let like_default = |other: &&Value| default.is_some_and(|d| d.is_string() == other.is_string());
    let best = allowed.iter().find(|other| near(other) <= near(&best) && like_default(other)).unwrap_or(best);
    let changed = (near(&best) > 1e-9).then(|| Change::choice(format!("the model takes one of {}", list(allowed))));
    Some(Coerced { value: best.clone(), changed })
}

/// The number that is as far from the other end of the range of `ty`; `None` where there is no range of numbers.
pub(crate) fn mirrored(value: &Value, ty: &FieldType) -> Option<Value> {
    let range = range(ty)?;
    let (min, max) = range.min.zip(range.max)?;
    as_f64(value).map(|number| tidy(min + max - number))
}

/// The bounds of a type that takes numbers.
pub(crate) fn range(ty: &FieldType) -> Option<&Range> {
    match ty {
        FieldType::Integer(range) | FieldType::Number(range) => Some(range),
        FieldType::Union(variants) => variants.iter().find_map(range),
        _ => None,
    }
}

/// Numbers as text, with the unit that the default has.
fn text(value: &Value, default: Option<&Value>) -> Option<Coerced> {
    let unit = default.and_then(Value::as_str).filter(|d| number(&Value::from(*d)).is_some()).unwrap_or_default();
    let unit = unit.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    match value {
        Value::String(text) => Some(Coerced::same(Value::from(text.as_str()))),
        Value::Number(number) => {
            let number =
                number.as_f64().filter(|_| number.is_f64()).map_or_else(|| number.to_string(), |n| tidy(n).to_string());
            Some(Coerced::same(Value::from(format!("{number}{unit}"))))
        }
        Value::Bool(flag) => Some(Coerced::same(Value::from(flag.to_string()))),
        _ => None,
    }
}

/// Whether `value` is a whole number, `5.0` among them.
pub(crate) fn whole(value: &Value) -> bool {
    value.is_u64() || value.is_i64() || value.as_f64().is_some_and(exact)
}

/// Whether a floating-point number is whole and no digit of it was lost: beyond 2^53 it may stand for another number.
fn exact(number: f64) -> bool {
    number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0
}

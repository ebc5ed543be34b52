//! The finished body against the schema: what is missing and what does not fit, all at once.

use crate::{
    alias::{self, ALIASES, Alias},
    coerce,
    draft::Draft,
    index,
    path::{self, Path},
};
use mediagen_core::{Field, FieldType, JsonMap, ModelKind, nearest::nearest, schema::Range};
use serde_json::Value;

struct Problem {
    path: String,
    message: String,
    code: &'static str,
}

impl Problem {
    fn unknown(&self) -> bool {
        self.code == UNKNOWN
    }
}

const UNKNOWN: &str = "unknown_field";

/// Adds a problem for every missing field and every value that does not fit.
pub(crate) fn body(draft: &mut Draft<'_>) {
    if draft.blind() {
        return;
    }
    let request = draft.request;
    let (prompted, lenient) = (request.prompt.is_some(), request.allow_unknown);
    let mut check = Check { kind: draft.kind, prompted, lenient, problems: Vec::new() };
    check.object("", &draft.body, &draft.schema.inputs);
    for problem in check.problems {
        if lenient && problem.unknown() {
            let path = problem.path;
            let at = if draft.body.contains_key(&path) { Path::key(&path) } else { Path::parse(&path) };
            let value = path::get(&draft.body, &at).cloned().unwrap_or(Value::Null);
            draft.tell(&path, value.clone(), value, "passed on as asked; the model's schema has no such field");
        } else {
            draft.refuse(&problem.path, problem.message, problem.code);
        }
    }
}

struct Check {
    kind: ModelKind,
    /// Whether the request has a prompt, so that asking for one is no help.
    prompted: bool,
    /// Whether fields that the schema does not have may pass.
    lenient: bool,
    problems: Vec<Problem>,
}

impl Check {
    fn add(&mut self, path: &str, message: impl Into<String>, code: &'static str) {
        self.problems.push(Problem { path: path.to_owned(), message: message.into(), code });
    }

    fn object(&mut self, at: &str, map: &JsonMap, fields: &[Field]) {
        let under = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
        for field in fields {
            match map.get(&field.name) {
                None if field.required && field.default.is_none() => {
                    let path = under(&field.name);
                    let message = missing(&path, field, self);
                    self.add(&path, message, "missing");
                }
                Some(Value::Null) if field.nullable => {}
                Some(value) => self.value(&under(&field.name), value, &field.ty),
                None => {}
            }
        }
        for name in map.keys().filter(|name| !fields.is_empty() && fields.iter().all(|field| field.name != **name)) {
            let known = nearest(name, fields.iter().map(|field| field.name.as_str()), 1);
            let hint = known.first().map(|known| format!("; did you mean `{known}`?")).unwrap_or_default();
            self.add(&under(name), format!("the model has no such field{hint}"), UNKNOWN);
        }
    }

    fn value(&mut self, at: &str, value: &Value, ty: &FieldType) {
        match (ty, value) {
            (FieldType::Any, _) | (FieldType::Boolean, Value::Bool(_)) => {}
            (FieldType::Text { min_length, max_length, .. }, Value::String(text)) => {
                let length = text.chars().count() as u64;
                self.count(at, length, *min_length, *max_length, "characters");
            }
            (FieldType::Integer(range), value) if coerce::whole(value) => self.number(at, value, range, ty),
            (FieldType::Number(range), Value::Number(_)) => self.number(at, value, range, ty),
            (FieldType::Enum(values), value) if is_member(value, values) => {}
            (FieldType::List { items, min_items, max_items }, Value::Array(list)) => {
                self.count(at, list.len() as u64, *min_items, *max_items, "items");
                for (index, item) in list.iter().enumerate() {
                    self.value(&format!("{at}.{index}"), item, items);
                }
            }
            (FieldType::Object(fields), Value::Object(map)) => self.object(at, map, fields),
            (FieldType::Union(variants), value) => self.union(at, value, variants, ty),
            _ => self.misfit(at, value, ty),
        }
    }

    /// A value fits a union when one variant takes it; of those that do not, the one with the fewest problems speaks.
    fn union(&mut self, at: &str, value: &Value, variants: &[FieldType], ty: &FieldType) {
        let alike = |variant: &&FieldType| match variant {
            FieldType::Object(_) => value.is_object(),
            FieldType::List { .. } => value.is_array(),
            FieldType::Text { .. } => value.is_string(),
            FieldType::Integer(_) | FieldType::Number(_) => value.is_number(),
            FieldType::Enum(values) => is_member(value, values),
            FieldType::Boolean => value.is_boolean(),
            _ => true,
        };
        let best = variants.iter().filter(alike).map(|variant| {
            let mut inner = Self { problems: Vec::new(), ..*self };
            inner.value(at, value, variant);
            inner.problems
        });
        let grave = |problems: &Vec<Problem>| problems.iter().filter(|p| !(self.lenient && p.unknown())).count();
        match best.min_by_key(|problems| (grave(problems), problems.len())) {
            Some(problems) => self.problems.extend(problems),
            None => self.misfit(at, value, ty),
        }
    }

    fn number(&mut self, at: &str, value: &Value, range: &Range, ty: &FieldType) {
        let number = value.as_f64().unwrap_or_default();
        let inside = range.min.is_none_or(|min| number >= min)
            && range.max.is_none_or(|max| number <= max)
            && range.above.is_none_or(|above| number > above)
            && range.below.is_none_or(|below| number < below)
            // Within rounding: 0.3 is three times 0.1.
            && range.multiple_of.is_none_or(|step| (number / step - (number / step).round()).abs() < 1e-6);
        if !inside {
            self.misfit(at, value, ty);
        }
    }

    fn count(&mut self, at: &str, count: u64, min: Option<u64>, max: Option<u64>, of: &str) {
        if let Some(max) = max.filter(|max| count > *max) {
            self.add(at, format!("{count} {of}; the model takes at most {max}"), "too_long");
        } else if let Some(min) = min.filter(|min| count < *min) {
            self.add(at, format!("{count} {of}; the model needs at least {min}"), "too_short");
        }
    }

    /// The value is shown only where it cannot be somebody's prose.
    fn misfit(&mut self, at: &str, value: &Value, ty: &FieldType) {
        let allowed = coerce::allowed(ty);
        let message = match value {
            Value::String(text) if text.chars().count() <= 40 => format!("{value} does not fit; allowed: {allowed}"),
            Value::Number(_) | Value::Bool(_) => format!("{value} does not fit; allowed: {allowed}"),
            _ => format!("the value does not fit; allowed: {allowed}"),
        };
        self.add(at, message, "not_allowed");
    }
}

fn is_member(value: &Value, values: &[Value]) -> bool {
    let equal = |other: &Value| match (value.as_f64(), other.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() < f64::EPSILON,
        _ => value == other,
    };
    values.iter().any(equal)
}

fn missing(path: &str, field: &Field, check: &Check) -> String {
    let option = filler(path, check.kind).filter(|option| !(*option == "prompt" && check.prompted));
    let way = option.map(|option| format!("give `{option}`, or ")).unwrap_or_default();
    let choice = if matches!(field.ty, FieldType::Enum(_)) {
        format!("; allowed: {}", coerce::allowed(&field.ty))
    } else {
        String::new()
    };
    format!("required; {way}set the field itself (`-P {path}=…`){choice}")
}

/// The canonical option that fills the field at `path`: one of that name, else the first that names it.
fn filler(path: &str, kind: ModelKind) -> Option<&'static str> {
    let wanted = path.replace(".0.", "[].");
    let counts = |row: &&Alias| {
        alias::is_canonical(row.option) && index::alias(row.option, kind).is_some_and(|other| std::ptr::eq(other, *row))
    };
    let rows: Vec<&'static Alias> = ALIASES.iter().filter(counts).collect();
    let ends = |name: &str| name.strip_prefix('*').is_some_and(|ending| wanted.ends_with(ending));
    let same = rows.iter().find(|row| row.option == wanted);
    // Where several name it, the one to which it matters most.
    let rank = |row: &&&Alias| row.fields.iter().position(|name| *name == wanted);
    let named = || rows.iter().filter(|row| rank(row).is_some()).min_by_key(|row| rank(row));
    let ending = || rows.iter().find(|row| row.fields.iter().any(|name| ends(name)));
    same.or_else(named).or_else(ending).map(|row| row.option)
}

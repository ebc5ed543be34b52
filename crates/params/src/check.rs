//! The finished body against the schema: what is missing and what does not fit, all at once.

use crate::{
    coerce,
    draft::Draft,
    filler,
    path::{self, Path},
};
use mediagen_core::{Expected, Field, FieldProblem, FieldType, JsonMap, ProblemCode, nearest::nearest, schema::Range};
use serde_json::Value;

/// Adds a problem for every missing field and every value that does not fit.
pub(crate) fn body(draft: &mut Draft<'_>) {
    if draft.blind() {
        return;
    }
    let lenient = draft.request.allow_unknown;
    let mut check = Check { lenient, secret: false, problems: Vec::new() };
    check.object("", &draft.body, &draft.schema.inputs);
    for problem in check.problems {
        if lenient && problem.is(&ProblemCode::Unknown) {
            let path = problem.path;
            let at = if draft.body.contains_key(&path) { Path::key(&path) } else { Path::parse(&path) };
            let value = path::get(&draft.body, &at).cloned().unwrap_or(Value::Null);
            draft.note(&path, value.clone(), value, "passed on as asked; the model's schema has no such field");
        } else {
            let problem = filler::explained(draft, problem);
            draft.refuse(problem);
        }
    }
}

struct Check {
    /// Whether fields that the schema does not have may pass.
    lenient: bool,
    /// Whether the value that is read must not be shown.
    secret: bool,
    problems: Vec<FieldProblem>,
}

impl Check {
    fn add(&mut self, path: &str, message: impl Into<String>, code: ProblemCode, ty: Option<&FieldType>) {
        let mut problem = FieldProblem::new(path, message).with_code(code);
        let name = path.rsplit('.').find(|step| step.parse::<usize>().is_err()).unwrap_or(path);
        problem.expected = ty.map(|ty| Expected::typed(name, ty));
        self.problems.push(problem);
    }

    fn object(&mut self, at: &str, map: &JsonMap, fields: &[Field]) {
        let under =
            |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{}", path::shown(name, true)) };
        for field in fields {
            match map.get(&field.name) {
                None if field.required && field.default.is_none() => {
                    self.add(&under(&field.name), missing(&field.ty), ProblemCode::Missing, Some(&field.ty));
                }
                Some(Value::Null) if field.nullable => {}
                Some(value) => {
                    let outer = self.secret;
                    self.secret |= field.secret;
                    self.value(&under(&field.name), value, &field.ty);
                    self.secret = outer;
                }
                None => {}
            }
        }
        for name in map.keys().filter(|name| !fields.is_empty() && fields.iter().all(|field| field.name != **name)) {
            let known = nearest(name, fields.iter().map(|field| field.name.as_str()), 1);
            let hint = known.first().map(|known| format!("; did you mean `{known}`?")).unwrap_or_default();
            self.add(&under(name), format!("the model has no such field{hint}"), ProblemCode::Unknown, None);
        }
    }

    fn value(&mut self, at: &str, value: &Value, ty: &FieldType) {
        match (ty, value) {
            (FieldType::Any, _) | (FieldType::Boolean, Value::Bool(_)) => {}
            (FieldType::Text { min_length, max_length, .. }, Value::String(text)) => {
                let length = text.chars().count() as u64;
                self.count(at, length, (*min_length, *max_length), "characters", ty);
            }
            (FieldType::Integer(range), value) if coerce::whole(value) => self.number(at, value, range, ty),
            (FieldType::Number(range), Value::Number(_)) => self.number(at, value, range, ty),
            (FieldType::Enum(values), value) if is_member(value, values) => {}
            (FieldType::List { items, min_items, max_items }, Value::Array(list)) => {
                self.count(at, list.len() as u64, (*min_items, *max_items), "items", ty);
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
        let forgiven = |problem: &FieldProblem| self.lenient && problem.is(&ProblemCode::Unknown);
        let grave = |problems: &Vec<FieldProblem>| problems.iter().filter(|problem| !forgiven(problem)).count();
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

    fn count(&mut self, at: &str, count: u64, bounds: (Option<u64>, Option<u64>), of: &str, ty: &FieldType) {
        let (min, max) = bounds;
        if let Some(max) = max.filter(|max| count > *max) {
            let message = format!("{count} {of}; the model takes at most {max}");
            self.add(at, message, ProblemCode::Length, Some(ty));
        } else if let Some(min) = min.filter(|min| count < *min) {
            let message = format!("{count} {of}; the model needs at least {min}");
            self.add(at, message, ProblemCode::Length, Some(ty));
        }
    }

    /// The value is shown only where it cannot be a prompt.
    fn misfit(&mut self, at: &str, value: &Value, ty: &FieldType) {
        let allowed = coerce::allowed(ty);
        let message = match value {
            _ if self.secret => format!("the value does not fit; allowed: {allowed}"),
            Value::String(text) if text.chars().count() <= 40 => format!("{value} does not fit; allowed: {allowed}"),
            Value::Number(_) | Value::Bool(_) => format!("{value} does not fit; allowed: {allowed}"),
            _ => format!("the value does not fit; allowed: {allowed}"),
        };
        self.add(at, message, misfit_code(value, ty), Some(ty));
    }
}

/// Whether `value` is among those that `ty` lists; true where it lists none.
pub(crate) fn offers(ty: &FieldType, value: &Value) -> bool {
    match ty {
        FieldType::Enum(values) => is_member(value, values),
        FieldType::Union(variants) => variants.iter().any(|variant| offers(variant, value)),
        _ => true,
    }
}

fn is_member(value: &Value, values: &[Value]) -> bool {
    let equal = |other: &Value| match (value.as_f64(), other.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() < f64::EPSILON,
        _ => value == other,
    };
    values.iter().any(equal)
}

fn missing(ty: &FieldType) -> String {
    match ty {
        FieldType::Enum(_) => format!("required; allowed: {}", coerce::allowed(ty)),
        _ => "required".to_owned(),
    }
}

/// Why a value does not fit: of a list of choices, of the bounds of a number, or else of its type.
fn misfit_code(value: &Value, ty: &FieldType) -> ProblemCode {
    match ty {
        FieldType::Enum(_) => ProblemCode::Choice,
        FieldType::Number(_) if value.is_number() => ProblemCode::Range,
        FieldType::Integer(_) if coerce::whole(value) => ProblemCode::Range,
        FieldType::Union(variants) => {
            let codes = variants.iter().map(|variant| misfit_code(value, variant));
            codes.min_by_key(|code| matches!(code, ProblemCode::Type)).unwrap_or(ProblemCode::Type)
        }
        _ => ProblemCode::Type,
    }
}

//! The caller's own fields: checked by name, typed by the schema where they are text, otherwise as given.

use crate::{
    coerce::{self, coerce},
    draft::Draft,
    path::{self, Path},
};
use mediagen_core::{FieldProblem, FieldType, ProblemCode, nearest::nearest};
use serde_json::Value;

/// Writes the caller's own fields into the body; they win over everything that comes later.
///
/// A name that the schema does not have is refused under either policy, unless the request allows unknown names.
pub(crate) fn map(draft: &mut Draft<'_>) {
    let request = draft.request;
    for (name, value) in &request.extra {
        let path = if draft.schema.input(name).is_some() { Path::key(name) } else { Path::parse(name) };
        let spot = path::find(draft.schema, &path);
        let value = match (&spot, draft.blind()) {
            (None, false) if !draft.request.allow_unknown => {
                draft.refuse(own(name, unknown(draft, &path), ProblemCode::Unknown));
                continue;
            }
            (Some(spot), _) => typed(value, spot.ty),
            (None, _) => value.clone(),
        };
        draft.given.push(path.clone());
        if !path::put(&mut draft.body, &path, value) {
            let message = "this path leads through a field that holds something else".to_owned();
            draft.refuse(own(name, message, ProblemCode::Conflict));
        }
    }
}

/// A problem that goes away with the caller's own field `name`.
fn own(name: &str, message: String, code: ProblemCode) -> FieldProblem {
    FieldProblem::new(name, message).with_code(code).with_drop(format!("extra.{name}"))
}

fn unknown(draft: &Draft<'_>, path: &Path) -> String {
    let known = draft.schema.inputs.iter().map(|field| field.name.as_str());
    match nearest(path.root(), known, 1).first() {
        Some(name) if name == path.root() => format!("`{name}` has no such part"),
        Some(name) => format!("the model has no such field; did you mean `{name}`?"),
        None => "the model has no such field".into(),
    }
}

/// Text becomes what the schema says (`"2024"` stays text for a text field); other values stay as they are unless only
/// another spelling of the same value fits (129 for an enum of `"129"`).
fn typed(value: &Value, ty: &FieldType) -> Value {
    if takes(value, ty) {
        return value.clone();
    }
    if let Value::String(text) = value
        && let Ok(parsed) = serde_json::from_str::<Value>(text)
        && takes(&parsed, ty)
    {
        // `2.0` for a whole number is spelled `2`.
        let float = matches!(ty, FieldType::Integer(_)).then(|| parsed.as_f64().filter(|_| parsed.is_f64())).flatten();
        return float.map_or(parsed, coerce::tidy);
    }
    match coerce(value, ty, None) {
        Some(fit) if fit.changed.is_none() => fit.value,
        _ => value.clone(),
    }
}

/// Whether `value` is of the JSON type that `ty` asks for; bounds are checked later, with all other problems.
fn takes(value: &Value, ty: &FieldType) -> bool {
    match ty {
        FieldType::Any => true,
        FieldType::Text { .. } => value.is_string(),
        FieldType::Integer(_) => coerce::whole(value),
        FieldType::Number(_) => value.is_number(),
        FieldType::Boolean => value.is_boolean(),
        FieldType::Enum(values) => values.contains(value),
        FieldType::List { .. } => value.is_array(),
        FieldType::Object(_) => value.is_object(),
        FieldType::Union(variants) => variants.iter().any(|variant| takes(value, variant)),
        _ => false,
    }
}

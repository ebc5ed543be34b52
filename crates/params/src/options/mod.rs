//! Canonical options: most need only their alias and coercion, some have a shape of their own.

mod duration;
mod enlarge;
mod geometry;
mod measure;
mod quality;
mod words;

use crate::{
    alias::{Carries, canonical},
    draft::Draft,
    path::Path,
};
use serde_json::Value;

/// Puts every option that is set into the body.
pub(crate) fn map(draft: &mut Draft<'_>) {
    let asked = draft.request.options.to_map();
    if draft.blind() {
        return blind(draft, &asked);
    }
    for (name, value) in &asked {
        if let Some(alias) = draft.alias(name)
            && alias.carries != Carries::Special
        {
            plain(draft, alias.option, value);
        }
    }
    words::format(draft);
    words::language(draft);
    words::voice(draft);
    geometry::map(draft);
    // After `fps` and `steps`, which they depend on.
    duration::map(draft);
    quality::map(draft);
}

fn plain(draft: &mut Draft<'_>, name: &'static str, value: &Value) {
    match (name, value, draft.target(name)) {
        // One result is what a model without the field gives.
        ("count", Value::Number(count), None) if count.as_u64() == Some(1) => {}
        ("loop" | "denoise", Value::Bool(false), None) => {
            draft.note(name, value.clone(), Value::Null, "the model has no field for it, and does not do it");
        }
        (_, _, target) => draft.plain_at(name, value, target),
    }
}

fn blind(draft: &mut Draft<'_>, asked: &serde_json::Map<String, Value>) {
    for (name, value) in asked {
        let Some(name) = canonical(name) else { continue };
        let path = draft.renamed(name).unwrap_or_else(|| Path::key(name));
        draft.put(name, value, &path, value.clone());
    }
    let request = draft.request;
    if !asked.is_empty() || !request.inputs.is_empty() || request.prompt.is_some() || !request.extra.is_empty() {
        draft.note(
            "schema",
            Value::Null,
            Value::Null,
            "what the model takes is not known: everything is sent unchecked",
        );
    }
}

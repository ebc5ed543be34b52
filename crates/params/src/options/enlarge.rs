//! A size for a model that takes only a factor.

use crate::{
    coerce::{coerce, tidy},
    draft::Draft,
    facts, inputs,
};
use mediagen_core::Size;
use serde_json::Value;

/// A size as the factor by which the input grows, where that is all the model takes.
pub(super) fn enlarge(draft: &mut Draft<'_>, size: Size, asked: &Value, nothing: &str) {
    let Some(spot) = draft.target("scale") else { return draft.unsupported("size", asked.clone(), nothing) };
    if draft.request.options.scale.is_some() {
        return draft.note("size", asked.clone(), Value::Null, "the factor was given and wins");
    }
    let main = inputs::main_role(draft.kind);
    let input = draft.request.inputs.iter().position(|input| Some(input.role) == main);
    let known = input.map(|index| facts::of(draft, index)).and_then(|facts| facts.width.zip(facts.height));
    let Some((width, height)) = known.filter(|(width, height)| *width > 0 && *height > 0) else {
        let why = format!("the model takes a factor (`{}`), and the size of the input is not known", spot.path);
        return draft.unsupported("size", asked.clone(), why);
    };
    let grow = |wanted: u32, there: u32| f64::from(wanted) / f64::from(there);
    let factor = grow(size.width, width).max(grow(size.height, height));
    let Some(fit) = coerce(&tidy(factor), spot.ty, spot.default()) else {
        return draft.unsupported("size", asked.clone(), nothing);
    };
    let why = format!("`{}`: the input is {width}x{height}", spot.path);
    match fit.changed {
        Some(change) => draft.adjust("size", asked.clone(), fit.value.clone(), change.after(&format!("{why}; "))),
        None => draft.note("size", asked.clone(), fit.value.clone(), why),
    }
    draft.put("size", asked, &spot.path, fit.value);
}

//! Quality: the model's own word for it, a number on its scale, or more and fewer steps.

use super::words::{choices, pick};
use crate::{
    coerce::{self, coerce, list, tidy},
    draft::Draft,
    path::Spot,
};
use mediagen_core::Quality;
use serde_json::{Value, json};

/// What models call a draft, their usual and their best, best word first.
const WORDS: [&[&str]; 3] = [
    &["draft", "low", "fast", "turbo", "speed", "preview", "sd", "basic"],
    &["standard", "medium", "balanced", "normal", "regular", "default"],
    &["high", "hd", "best", "quality", "ultra", "maximum", "max", "premium"],
];

/// Where draft, standard and high stand on a scale of numbers, as shares of it.
const SHARES: [f64; 3] = [0.3, 0.7, 1.0];

/// Maps `quality`.
pub(super) fn map(draft: &mut Draft<'_>) {
    let Some(quality) = draft.request.options.quality else { return };
    let asked = json!(quality);
    let places: Vec<Spot<'_>> = draft.places("quality").into_iter().filter(|spot| draft.free(&spot.path)).collect();
    let taken = match level(quality) {
        Some(level) => word(draft, &asked, level, &places) || share(draft, &asked, level, &places),
        None => places.iter().any(|spot| coerce::range(spot.ty).is_some() && draft.fill("quality", &asked, spot)),
    };
    if !taken {
        steps(draft, quality, &asked);
    }
}

fn level(quality: Quality) -> Option<usize> {
    match quality {
        Quality::Draft => Some(0),
        Quality::Standard => Some(1),
        Quality::High => Some(2),
        _ => None,
    }
}

fn word(draft: &mut Draft<'_>, asked: &Value, level: usize, places: &[Spot<'_>]) -> bool {
    for spot in places {
        let Some(values) = choices(spot.ty) else { continue };
        if WORDS.iter().all(|words| pick(values, words).is_none()) {
            continue;
        }
        match pick(values, WORDS[level]) {
            Some(value) => draft.put("quality", asked, &spot.path, value.clone()),
            None => {
                draft.unsupported("quality", asked.clone(), format!("`{}` takes one of {}", spot.path, list(values)));
            }
        }
        return true;
    }
    false
}

fn share(draft: &mut Draft<'_>, asked: &Value, level: usize, places: &[Spot<'_>]) -> bool {
    for spot in places {
        let Some((min, max)) = coerce::range(spot.ty).and_then(|range| range.min.zip(range.max)) else { continue };
        let share = if draft.inverted(&spot.path) { 1.0 - SHARES[level] } else { SHARES[level] };
        let exact = min + (max - min) * share;
        let exact = if max > 1.0 { exact.round() } else { exact };
        let Some(fit) = coerce(&tidy(exact), spot.ty, spot.default()) else { continue };
        draft.note("quality", asked.clone(), fit.value.clone(), format!("`{}` goes from {min} to {max}", spot.path));
        draft.put("quality", asked, &spot.path, fit.value);
        return true;
    }
    false
}

/// Fewer steps than usual for a draft, half as many again for high, always inside the model's own range.
fn steps(draft: &mut Draft<'_>, quality: Quality, asked: &Value) {
    if draft.request.options.steps.is_some() && !draft.places("steps").is_empty() {
        return draft.note("quality", asked.clone(), Value::Null, "the number of steps was given and wins");
    }
    let Some(spot) = draft.target("steps") else {
        return draft.unsupported("quality", asked.clone(), "the model has no field for quality or steps");
    };
    let usual = spot.default().and_then(coerce::number).and_then(|number| number.as_f64());
    let wanted = match (quality, usual) {
        (Quality::Exact(steps), _) => Some(steps),
        (Quality::Draft, Some(usual)) => Some((usual / 2.0).ceil()),
        (Quality::High, Some(usual)) => Some((usual * 1.5).ceil()),
        (_, Some(usual)) => Some(usual),
        (quality, None) => middle(&spot, level(quality)),
    };
    let Some(wanted) = wanted else {
        return draft.unsupported("quality", asked.clone(), "the model does not say how many steps are usual");
    };
    let Some(fit) = coerce(&tidy(wanted), spot.ty, spot.default()) else { return };
    draft.note("quality", asked.clone(), fit.value.clone(), format!("as `{}`, within what the model takes", spot.path));
    draft.put("quality", asked, &spot.path, fit.value);
}

fn middle(spot: &Spot<'_>, level: Option<usize>) -> Option<f64> {
    let (min, max) = coerce::range(spot.ty).and_then(|range| range.min.zip(range.max))?;
    Some((min + (max - min) * SHARES[level?]).round())
}

//! Seconds, as seconds, as text with a unit, as milliseconds or as a number of frames.

use crate::{
    Op,
    alias::Carries,
    carry::fits,
    coerce::{self, coerce, tidy},
    draft::Draft,
    path::{self, Spot},
};
use mediagen_core::Modality;
use serde_json::Value;

/// Frames a second where neither the caller nor the model says how many.
const USUAL_FPS: f64 = 24.0;

enum Unit {
    Seconds,
    Milliseconds,
    Frames,
}

/// Maps `duration`.
pub(super) fn map(draft: &mut Draft<'_>) {
    let Some(seconds) = draft.request.options.duration else { return };
    let asked = tidy(seconds);
    let numeric = |spot: &Spot<'_>| fits(Carries::Number, spot.ty, spot.default()) && draft.free(&spot.path);
    // A still picture has no length: `length` there is about something else.
    let lasting = draft.kind.output() != Modality::Image;
    let Some(spot) = draft.places("duration").into_iter().filter(|_| lasting).find(numeric) else {
        return draft.unsupported("duration", asked, "the model has no field for a length");
    };
    match unit(&spot) {
        Unit::Seconds => drop(draft.fill("duration", &asked, &spot)),
        Unit::Milliseconds => convert(draft, &asked, seconds * 1000.0, &spot, "counted in milliseconds"),
        Unit::Frames => {
            let (fps, whose) = frame_rate(draft);
            let why = format!("{asked} s at {fps} frames a second ({whose})");
            convert(draft, &asked, on_grid(&spot, (seconds * fps).round()), &spot, &why);
        }
    }
}

fn unit(spot: &Spot<'_>) -> Unit {
    let name = spot.path.to_string();
    if name.ends_with("_ms") {
        Unit::Milliseconds
    } else if name.split(['_', '.']).any(|word| matches!(word, "frame" | "frames")) {
        Unit::Frames
    } else {
        Unit::Seconds
    }
}

/// The nearest count that the model's own numbers let expect: where least, most and usual are all one more than a
/// multiple of eight (or four), as video codecs of latent frames need it, so is every count between.
fn on_grid(spot: &Spot<'_>, frames: f64) -> f64 {
    let Some(range) = coerce::range(spot.ty) else { return frames };
    let usual = spot.default().and_then(coerce::number).and_then(|number| number.as_f64());
    let told = [range.min, range.max, usual];
    let fits = |step: f64| told.iter().all(|told| told.is_some_and(|told| told >= 1.0 && (told - 1.0) % step == 0.0));
    match [8.0, 4.0].into_iter().find(|step| fits(*step)) {
        Some(step) if range.multiple_of.is_none() => ((frames - 1.0) / step).round() * step + 1.0,
        _ => frames,
    }
}

fn convert(draft: &mut Draft<'_>, asked: &Value, amount: f64, spot: &Spot<'_>, why: &str) {
    let Some(fit) = coerce(&tidy(amount), spot.ty, spot.default()) else {
        return draft.unsupported(
            "duration",
            asked.clone(),
            format!("`{}` takes {}", spot.path, coerce::allowed(spot.ty)),
        );
    };
    match fit.changed {
        Some(change) => {
            let change = change.after(&format!("`{}`: {why} is {}; ", spot.path, tidy(amount)));
            draft.adjust("duration", asked.clone(), fit.value.clone(), change);
        }
        None => draft.note("duration", asked.clone(), fit.value.clone(), format!("`{}`: {why}", spot.path)),
    }
    draft.put("duration", asked, &spot.path, fit.value);
}

/// The rate at which frames are played: the one that is sent, else the model's own default, else the usual one.
fn frame_rate(draft: &Draft<'_>) -> (f64, &'static str) {
    let places = draft.places("fps");
    let as_f64 = |value: &Value| coerce::number(value).and_then(|number| number.as_f64()).filter(|fps| *fps > 0.0);
    if let Some(fps) = places.iter().find_map(|spot| as_f64(path::get(&draft.body, &spot.path)?)) {
        return (fps, "as asked");
    }
    let by_rule = draft.ops().iter().rev().find_map(|(op, _)| match op {
        Op::FrameRate { value } if *value > 0.0 => Some(*value),
        _ => None,
    });
    if let Some(fps) = by_rule {
        return (fps, "known of the model");
    }
    match places.iter().find_map(|spot| as_f64(spot.default()?)) {
        Some(fps) => (fps, "the model's own"),
        None => (USUAL_FPS, "assumed, because the model names none"),
    }
}

//! Limits on the file behind a field, from a vendor extension that is an object with known keys.

use mediagen_core::{MediaLimits, schema::Range};
use serde_json::{Map, Value};

/// The limits that a property, its items, or one of its variants or their items states.
pub(super) fn of(property: &Value) -> Option<Box<MediaLimits>> {
    let variants = ["anyOf", "oneOf", "allOf"].iter().filter_map(|key| property.get(*key)?.as_array()).flatten();
    let mut places = std::iter::once(property).chain(variants).flat_map(|place| [Some(place), place.get("items")]);
    places.find_map(|place| place?.as_object().and_then(media_limits)).map(Box::new)
}

/// The limits in any `x-…` object of `property`; `None` when no known key is there.
fn media_limits(property: &Map<String, Value>) -> Option<MediaLimits> {
    let mut limits = MediaLimits::default();
    for (_, extension) in property.iter().filter(|(key, _)| key.starts_with("x-")) {
        for (key, value) in extension.as_object().into_iter().flatten() {
            set(&mut limits, key, value);
        }
    }
    (limits != MediaLimits::default()).then_some(limits)
}

fn set(limits: &mut MediaLimits, key: &str, value: &Value) {
    let pixels = || value.as_u64().and_then(|n| u32::try_from(n).ok());
    match key {
        "max_file_size" => limits.max_bytes = value.as_u64(),
        "min_width" => limits.min_width = pixels(),
        "max_width" => limits.max_width = pixels(),
        "min_height" => limits.min_height = pixels(),
        "max_height" => limits.max_height = pixels(),
        "min_aspect_ratio" => limits.min_aspect_ratio = value.as_f64(),
        "max_aspect_ratio" => limits.max_aspect_ratio = value.as_f64(),
        "min_duration" => limits.min_duration_s = value.as_f64(),
        "max_duration" => limits.max_duration_s = value.as_f64(),
        "min_area" => limits.min_area = value.as_u64(),
        "max_area" => limits.max_area = value.as_u64(),
        "min_fps" => limits.min_fps = value.as_f64(),
        "max_fps" => limits.max_fps = value.as_f64(),
        "min_frames" => limits.min_frames = value.as_u64(),
        "max_frames" => limits.max_frames = value.as_u64(),
        _ => {}
    }
}

/// The bounds of a number; `exclusiveMinimum` is a flag in version 3.0 and a number in 3.1.
pub(super) fn range(schema: &Map<String, Value>) -> Range {
    let number = |key: &str| schema.get(key).and_then(Value::as_f64);
    let flag = |key: &str| schema.get(key).and_then(Value::as_bool).unwrap_or(false);
    let mut range = Range::default();
    range.min = number("minimum");
    range.max = number("maximum");
    range.above = number("exclusiveMinimum");
    range.below = number("exclusiveMaximum");
    range.multiple_of = number("multipleOf").filter(|step| *step > 0.0);
    if flag("exclusiveMinimum") {
        range.above = range.min.take();
    }
    if flag("exclusiveMaximum") {
        range.below = range.max.take();
    }
    range
}

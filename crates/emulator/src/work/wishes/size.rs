//! Pixels out of presets, objects, ratios and resolution words (protocol 9.3).

use super::{Wishes, number};
use serde_json::Value;
use std::{collections::BTreeMap, sync::LazyLock};

static PRESETS: LazyLock<BTreeMap<String, (u32, u32)>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../data/work/sizes.json")).unwrap_or_default());

/// What the size is for: the usual sizes differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Target {
    /// Usually one side of 512 pixels (squared).
    Image,
    /// Usually a short side of 256 pixels, which keeps tests quick.
    Video,
}

impl Wishes {
    /// Width and height, if the input or a default sets either; `own` is the ratio to keep when none is set.
    pub(in super::super) fn wanted_size(&self, target: Target, own: Option<f64>) -> Option<(u32, u32)> {
        self.exact_size().or_else(|| {
            let area = self.resolution(target);
            let ratio = self.ratio();
            (area.is_some() || ratio.is_some())
                .then(|| from_ratio(ratio.or(own).unwrap_or(target.ratio()), area.unwrap_or(target.usual())))
        })
    }

    /// Width and height of something made from nothing.
    pub(in super::super) fn size(&self, target: Target) -> (u32, u32) {
        self.wanted_size(target, None).unwrap_or_else(|| from_ratio(target.ratio(), target.usual()))
    }

    /// A size object, a preset, `1024x768`, or two plain fields.
    fn exact_size(&self) -> Option<(u32, u32)> {
        let named = self.value("size").into_iter().chain(self.value("resolution")).find_map(size_of);
        let side = |meaning| self.value(meaning).and_then(whole);
        named.or_else(|| Some((side("width")?, side("height")?)))
    }

    fn ratio(&self) -> Option<f64> {
        match self.value("aspect")? {
            Value::String(text) => {
                let (width, height) = text.split_once(':')?;
                let (width, height): (f64, f64) = (width.trim().parse().ok()?, height.trim().parse().ok()?);
                (width > 0.0 && height > 0.0).then(|| (width / height).clamp(0.1, 10.0))
            }
            Value::Object(map) => {
                let (width, height) = (map.get("width").and_then(number)?, map.get("height").and_then(number)?);
                (width > 0.0 && height > 0.0).then(|| (width / height).clamp(0.1, 10.0))
            }
            _ => None,
        }
    }

    /// A resolution word as a measure: `720p` is a short side, `2K` and `1MP` are areas.
    fn resolution(&self, target: Target) -> Option<Measure> {
        let text = self.value("resolution")?.as_str()?.to_lowercase();
        let digits = text.trim_start_matches(|letter: char| !letter.is_ascii_digit());
        let amount = number(&Value::from(digits))?;
        let unit = digits.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
        match (unit, target) {
            ("k", Target::Video) => Some(Measure::ShortSide(amount * 540.0)),
            ("k", Target::Image) => Some(Measure::Area((amount * 1024.0).powi(2))),
            ("mp", _) => Some(Measure::Area(amount * 1_048_576.0)),
            ("p" | "", _) if amount >= 64.0 => Some(Measure::ShortSide(amount)),
            _ => None,
        }
    }
}

/// How large, without a shape.
#[derive(Debug, Clone, Copy)]
enum Measure {
    ShortSide(f64),
    Area(f64),
}

impl Target {
    const fn ratio(self) -> f64 {
        match self {
            Self::Image => 1.0,
            Self::Video => 16.0 / 9.0,
        }
    }

    const fn usual(self) -> Measure {
        match self {
            Self::Image => Measure::Area(512.0 * 512.0),
            Self::Video => Measure::ShortSide(256.0),
        }
    }
}

/// The size nearest to the measure: a resolution word is taken literally (540p is 540 lines), to even sides as videos
/// need them; an area is met with multiples of 8.
fn from_ratio(ratio: f64, measure: Measure) -> (u32, u32) {
    let (width, height, step) = match measure {
        Measure::ShortSide(side) if ratio >= 1.0 => (side * ratio, side, 2.0),
        Measure::ShortSide(side) => (side, side / ratio, 2.0),
        Measure::Area(area) => ((area * ratio).sqrt(), (area / ratio).sqrt(), 8.0),
    };
    (stepped(width, step), stepped(height, step))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 16 to 8192")]
fn stepped(side: f64, step: f64) -> u32 {
    let side = ((side / step).round() * step).clamp(16.0, 8192.0);
    side as u32
}

fn size_of(value: &Value) -> Option<(u32, u32)> {
    match value {
        Value::Object(map) => {
            let side = |name: &str| map.get(name).map_or(Some(512), whole);
            Some((side("width")?, side("height")?))
        }
        Value::String(text) => PRESETS.get(text).copied().or_else(|| {
            let (width, height) = text.split_once(['x', 'X', '×'])?;
            Some((width.trim().parse().ok()?, height.trim().parse().ok()?))
        }),
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the filter keeps 1 to 100,000")]
fn whole(value: &Value) -> Option<u32> {
    number(value).filter(|side| (1.0..=100_000.0).contains(side)).map(|side| side as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wishes(input: &Value) -> Wishes {
        Wishes::new(input.as_object().cloned().unwrap_or_default())
    }

    #[test]
    fn every_spelling_of_a_size_is_understood() {
        for (input, target, wanted) in [
            (json!({"image_size": "landscape_4_3"}), Target::Image, (1024, 768)),
            (json!({"image_size": {"width": 300, "height": 200}}), Target::Image, (300, 200)),
            (json!({"image_size": "1536x1024"}), Target::Image, (1536, 1024)),
            (json!({"width": 640, "height": "480"}), Target::Image, (640, 480)),
            (json!({"aspect_ratio": "1:1", "resolution": "2K"}), Target::Image, (2048, 2048)),
            (json!({"aspect_ratio": "9:16", "resolution": "720p"}), Target::Video, (720, 1280)),
            (json!({"resolution": "512P"}), Target::Video, (910, 512)),
            (json!({"resolution": "540p"}), Target::Video, (960, 540)),
            (json!({"resolution": "480p"}), Target::Video, (854, 480)),
            (json!({"resolution": "true_1080p"}), Target::Video, (1920, 1080)),
            (json!({"resolution": "4k"}), Target::Video, (3840, 2160)),
            (json!({"resolution": "1MP", "aspect_ratio": "4:3"}), Target::Image, (1184, 888)),
        ] {
            assert_eq!(wishes(&input).size(target), wanted, "{input}");
        }
    }

    #[test]
    fn auto_sets_nothing() {
        let auto = json!({"image_size": "auto", "aspect_ratio": "auto", "resolution": "auto"});
        assert_eq!(wishes(&auto).wanted_size(Target::Image, None), None);
        assert_eq!(wishes(&auto).size(Target::Video), (456, 256));
    }
}

//! Words for picture sizes: presets, resolution words, ratios.

use mediagen_core::Size;
use serde_json::Value;

/// Names of sizes and the pixels they stand for.
const PRESETS: &[(&str, u32, u32)] = &[
    ("square_hd", 1024, 1024),
    ("square", 512, 512),
    ("portrait_4_3", 768, 1024),
    ("portrait_16_9", 576, 1024),
    ("landscape_4_3", 1024, 768),
    ("landscape_16_9", 1024, 576),
];

/// Names of resolutions and their short side in pixels.
const NAMED: &[(&str, f64)] = &[("sd", 480.0), ("hd", 720.0), ("fhd", 1080.0), ("qhd", 1440.0), ("uhd", 2160.0)];

/// Words for ratios.
const RATIOS: &[(&str, f64)] = &[
    ("square", 1.0),
    ("landscape", 16.0 / 9.0),
    ("horizontal", 16.0 / 9.0),
    ("widescreen", 16.0 / 9.0),
    ("portrait", 9.0 / 16.0),
    ("vertical", 9.0 / 16.0),
];

/// Ratios this close count as equal: 1366x768 is 16:9.
const SAME_RATIO: f64 = 0.01;

/// The size behind a preset's name or `1024x768`.
pub(super) fn size(value: &Value) -> Option<Size> {
    let text = value.as_str()?;
    let preset = PRESETS.iter().find(|(name, ..)| text.eq_ignore_ascii_case(name));
    // Most words are none: told apart before an error is made of each.
    let written = || text.split_whitespace().next().filter(|first| first.starts_with(|c: char| c.is_ascii_digit()));
    preset.map(|(_, w, h)| Size::new(*w, *h)).or_else(|| written()?.parse().ok())
}

/// The ratio behind `16:9`, `16/9`, a word such as `landscape`, or a size.
pub(super) fn ratio(value: &Value) -> Option<f64> {
    let text = value.as_str()?;
    let word = RATIOS.iter().find(|(name, _)| text.eq_ignore_ascii_case(name)).map(|(_, ratio)| *ratio);
    word.or_else(|| {
        let first = text.split_whitespace().next()?;
        let (width, height) = first.split_once([':', '/'])?;
        let (width, height): (f64, f64) = (width.parse().ok()?, height.parse().ok()?);
        (width > 0.0 && height > 0.0).then_some(width / height)
    })
    .or_else(|| size(value).map(ratio_of))
}

/// How far apart two ratios (or two lengths) are; 0 is equal, and twice is as far as half.
pub(super) fn apart(a: f64, b: f64) -> f64 {
    (a / b).ln().abs()
}

/// Whether two ratios count as equal.
pub(super) fn same_ratio(a: f64, b: f64) -> bool {
    apart(a, b) <= SAME_RATIO
}

/// Width divided by height.
pub(super) fn ratio_of(size: Size) -> f64 {
    f64::from(size.width) / f64::from(size.height)
}

/// A resolution word as a measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Measure {
    /// Pixels on the short side: `720p`.
    Short(f64),
    /// Thousands of pixels on a side, as pictures are measured: `2K`.
    Thousands(f64),
    /// Millions of pixels: `1MP`.
    Mega(f64),
}

/// The measure behind a resolution word; `mega` reads bare numbers as millions of pixels.
pub(super) fn measure(value: &Value, mega: bool) -> Option<Measure> {
    let text = match value {
        Value::String(text) => text.to_ascii_lowercase(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let tokens = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    tokens.filter(|token| !token.is_empty()).find_map(|token| {
        if let Some((_, short)) = NAMED.iter().find(|(name, _)| *name == token) {
            return Some(Measure::Short(*short));
        }
        let end = token.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(token.len());
        let (digits, unit) = token.split_at(end);
        let number: f64 = digits.parse().ok().filter(|number| *number > 0.0)?;
        match unit {
            "mp" => Some(Measure::Mega(number)),
            "" if mega => Some(Measure::Mega(number)),
            "p" => Some(Measure::Short(number)),
            "" if number >= 100.0 => Some(Measure::Short(number)),
            "k" => Some(Measure::Thousands(number)),
            _ => None,
        }
    })
}

impl Measure {
    /// Pixels on the short side of a frame of `ratio`; films count `2K` and `4K` by their usual heights.
    pub(super) fn short_side(self, ratio: f64, film: bool) -> f64 {
        let squeeze = ratio.max(1.0 / ratio).sqrt();
        match self {
            Self::Short(short) => short,
            Self::Thousands(k) if film => k * 540.0,
            Self::Thousands(k) => k * 1024.0 / squeeze,
            Self::Mega(millions) => (millions * 1_048_576.0).sqrt() / squeeze,
        }
    }
}

/// A frame of `ratio` with `short` pixels on the short side, in whole multiples of 8.
pub(super) fn frame(ratio: f64, short: f64) -> Size {
    let (width, height) = if ratio >= 1.0 { (short * ratio, short) } else { (short, short / ratio) };
    Size::new(eighths(width), eighths(height))
}

fn eighths(pixels: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what u32 holds")]
    let steps = (pixels / 8.0).round().clamp(1.0, 8192.0) as u32;
    steps * 8
}

//! What is known of a local file, held against the limits of the field that takes it.

use crate::{draft::Draft, path::Path};
use mediagen_core::{MediaInput, MediaLimits};

/// What a probe found out about one input's file; `None` is "not known" and is never held against a limit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct MediaFacts {
    /// Size of the file in bytes.
    pub bytes: Option<u64>,
    /// Pixels across.
    pub width: Option<u32>,
    /// Pixels down.
    pub height: Option<u32>,
    /// Length in seconds.
    pub duration_s: Option<f64>,
}

impl MediaFacts {
    /// Nothing known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the size of the file in bytes.
    pub fn with_bytes(mut self, bytes: u64) -> Self {
        self.bytes = Some(bytes);
        self
    }

    /// Sets width and height in pixels.
    pub fn with_size(mut self, width: u32, height: u32) -> Self {
        (self.width, self.height) = (Some(width), Some(height));
        self
    }

    /// Sets the length in seconds.
    pub fn with_duration(mut self, seconds: f64) -> Self {
        self.duration_s = Some(seconds);
        self
    }
}

/// What is known of input `index`: the caller's facts, and the length of bytes in memory.
pub(crate) fn of(draft: &Draft<'_>, index: usize) -> MediaFacts {
    let mut facts = draft.facts.get(index).copied().flatten().unwrap_or_default();
    facts.bytes = facts.bytes.or(match &draft.request.inputs[index].media {
        MediaInput::Bytes { data, .. } => Some(data.len() as u64),
        MediaInput::Stream(stream) => stream.bytes(),
        _ => None,
    });
    facts
}

/// Adds a problem for every limit of the field at `path` that the file of input `index` is outside of.
pub(crate) fn check(draft: &mut Draft<'_>, path: &Path, limits: &MediaLimits, index: usize) {
    let facts = of(draft, index);
    for message in problems(&facts, limits) {
        draft.refuse(&path.to_string(), message, "media_limit");
    }
}

fn problems(facts: &MediaFacts, limits: &MediaLimits) -> Vec<String> {
    let mut problems = Vec::new();
    if let Some((bytes, most)) = facts.bytes.zip(limits.max_bytes).filter(|(bytes, most)| bytes > most) {
        problems.push(format!("the file has {bytes} bytes; the model takes at most {most}"));
    }
    let side = |number: Option<u32>| number.map(f64::from);
    let ratio = facts.width.zip(facts.height).filter(|(_, height)| *height > 0);
    let ratio = ratio.map(|(width, height)| f64::from(width) / f64::from(height));
    let bounds = [
        ("pixels across", side(facts.width), side(limits.min_width), side(limits.max_width)),
        ("pixels down", side(facts.height), side(limits.min_height), side(limits.max_height)),
        ("pixels across for each down", ratio, limits.min_aspect_ratio, limits.max_aspect_ratio),
        ("seconds", facts.duration_s, limits.min_duration_s, limits.max_duration_s),
    ];
    for (unit, found, least, most) in bounds {
        let Some(found) = found else { continue };
        let shown = (found * 1000.0).round() / 1000.0;
        if let Some(most) = most.filter(|most| found > *most) {
            problems.push(format!("the file has {shown} {unit}; the model takes at most {most}"));
        } else if let Some(least) = least.filter(|least| found < *least) {
            problems.push(format!("the file has {shown} {unit}; the model needs at least {least}"));
        }
    }
    problems
}

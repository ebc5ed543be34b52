//! What is known of a local file, held against the limits of the field that takes it.

use crate::{draft::Draft, path::Path};
use mediagen_core::{FieldProblem, MediaFacts, MediaInput, MediaLimits, ProblemCode};

/// What is known of input `index`: the caller's facts, and the length of bytes in memory.
pub(crate) fn of(draft: &Draft<'_>, index: usize) -> MediaFacts {
    let mut facts = draft.facts.get(index).cloned().flatten().unwrap_or_default();
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
    let role = draft.request.inputs[index].role;
    for message in problems(&facts, limits) {
        let problem = FieldProblem::new(path.to_string(), message).with_code(ProblemCode::Media);
        draft.refuse(problem.with_give(role.as_str()));
    }
}

fn problems(facts: &MediaFacts, limits: &MediaLimits) -> Vec<String> {
    let mut problems = Vec::new();
    if let Some((bytes, most)) = facts.bytes.zip(limits.max_bytes).filter(|(bytes, most)| bytes > most) {
        problems.push(format!("the file has {bytes} bytes; the model takes at most {most}"));
    }
    let whole = |number: Option<u32>| number.map(f64::from);
    #[expect(clippy::cast_precision_loss, reason = "exact below 2^53, and no file has more pixels or frames")]
    let many = |number: Option<u64>| number.map(|number| number as f64);
    let sides = facts.width.zip(facts.height).filter(|(_, height)| *height > 0);
    let ratio = sides.map(|(width, height)| f64::from(width) / f64::from(height));
    let area = sides.map(|(width, height)| f64::from(width) * f64::from(height));
    let bounds = [
        ("pixels across", whole(facts.width), whole(limits.min_width), whole(limits.max_width)),
        ("pixels down", whole(facts.height), whole(limits.min_height), whole(limits.max_height)),
        ("pixels in all", area, many(limits.min_area), many(limits.max_area)),
        ("pixels across for each down", ratio, limits.min_aspect_ratio, limits.max_aspect_ratio),
        ("seconds", facts.duration_s, limits.min_duration_s, limits.max_duration_s),
        ("frames a second", facts.fps.map(nominal), limits.min_fps, limits.max_fps),
        ("frames", many(facts.frames), many(limits.min_frames), many(limits.max_frames)),
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

/// The rate that a film is said to have: 24000/1001 frames a second are called 24, and no model means to refuse them.
fn nominal(fps: f64) -> f64 {
    let whole = (fps * 1.001).round();
    if (fps * 1.001 - whole).abs() < 1e-3 * whole { whole } else { fps }
}

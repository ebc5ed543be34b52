//! Billable units by the unit of the price (protocol 7.2).

use super::{fill::inference, kind::Kind, maker::Made, wishes::Wishes};

/// How many units this run costs; 1 for a unit that nothing is known of.
#[expect(clippy::cast_precision_loss, reason = "counts of files and letters")]
pub(super) fn units(unit: &str, files: &[Made], wishes: &Wishes) -> f64 {
    let of = |kind: Kind| files.iter().filter(move |made| made.kind == kind);
    let seconds = || files.iter().map(|made| made.fact("duration")).sum::<f64>();
    let words: Vec<&str> = unit.split_whitespace().collect();
    match words.last().copied().unwrap_or_default().trim_end_matches('s') {
        "image" => of(Kind::Picture).count() as f64,
        "megapixel" => files.iter().map(megapixels).sum(),
        "second" if words.contains(&"compute") => inference(wishes),
        "second" => seconds(),
        "minute" => seconds() / 60.0,
        "video" => of(Kind::Film).count() as f64,
        "character" => {
            let per = words.first().and_then(|number| number.parse::<f64>().ok()).unwrap_or(1.0);
            wishes.text("speech").chars().count() as f64 / per
        }
        _ => 1.0,
    }
}

/// Of a film, all frames together.
fn megapixels(made: &Made) -> f64 {
    made.fact("width") * made.fact("height") * made.fact("num_frames").max(1.0) / 1e6
}

//! Billable units by the unit of the price (protocol 7.2).

use super::{
    fill::inference,
    kind::Kind,
    maker::{Made, Maker},
};

/// How many units this run costs; 1 for a unit that nothing is known of.
#[expect(clippy::cast_precision_loss, reason = "counts of files and letters")]
pub(super) fn units(unit: &str, files: &[Made], maker: &Maker) -> f64 {
    let of = |kind: Kind| files.iter().filter(move |made| made.kind == kind);
    // Of the result; a transcript has no length, so there the input counts.
    let seconds = || match files.iter().fold(0.0, |sum, made| sum + made.fact("duration")) {
        0.0 => maker.sources.seconds().unwrap_or(1.0),
        made => made,
    };
    let words: Vec<&str> = unit.split_whitespace().collect();
    match words.last().copied().unwrap_or_default().trim_end_matches('s') {
        "image" => of(Kind::Image).count() as f64,
        "megapixel" => files.iter().fold(0.0, |sum, made| sum + megapixels(made)),
        "second" if words.contains(&"compute") => inference(&maker.wishes),
        "second" => seconds(),
        "minute" => seconds() / 60.0,
        "video" => of(Kind::Video).count() as f64,
        "character" => {
            let per = words.first().and_then(|number| number.parse::<f64>().ok()).unwrap_or(1.0);
            maker.wishes.text("speech").chars().count().max(1) as f64 / per
        }
        _ => 1.0,
    }
}

/// Of a video, all frames together.
fn megapixels(made: &Made) -> f64 {
    made.fact("width") * made.fact("height") * made.fact("num_frames").max(1.0) / 1e6
}

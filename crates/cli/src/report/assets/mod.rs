//! The reports of `mediagen assets`.

mod list;
mod manage;
mod show;

pub(crate) use list::AssetsReport;
pub(crate) use manage::{GalleryReport, VerifiedReport};
pub(crate) use show::ShownAsset;

/// What a file is in a few words: pixels, seconds.
fn shape(width: Option<u32>, height: Option<u32>, duration_s: Option<f64>) -> String {
    let pixels = width.zip(height).map(|(width, height)| format!("{width}x{height}"));
    let seconds = duration_s.map(|seconds| format!("{seconds:.2} s"));
    pixels.into_iter().chain(seconds).collect::<Vec<_>>().join(", ")
}

/// `text` on one line, cut to `most` characters.
fn cut(text: &str, most: usize) -> String {
    let line = crate::ui::plain(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most { line } else { line.chars().take(most.saturating_sub(1)).chain(['…']).collect() }
}

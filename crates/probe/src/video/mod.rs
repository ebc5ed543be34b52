//! Videos, and audio in video containers.

pub(super) mod matroska;
pub(super) mod mp4;
mod mp4_audio;
mod mp4_codec;
mod mp4_track;

/// `ticks` of `1 / scale` seconds; `None` where either is 0.
#[expect(clippy::cast_precision_loss, reason = "a length in seconds needs no more than 52 bits")]
pub(super) fn seconds(ticks: u64, scale: u64) -> Option<f64> {
    (ticks != 0 && scale != 0).then(|| ticks as f64 / scale as f64)
}

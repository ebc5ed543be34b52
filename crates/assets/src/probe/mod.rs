//! Measured facts of a file: dimensions, duration, rates.
//!
//! Only headers and tables are read, in pure Rust. Whatever a file does not say, or says in a way that cannot be
//! followed, is `None`; a damaged file is no error. Picture headers and MP4 tables are bounded at 16 MiB; the bounds for
//! sounds, `WebM` and Matroska are those of `symphonia`'s readers.

mod audio;
mod image;
mod mp4;
mod mp4_audio;
mod mp4_track;

use crate::sniff::{self, FileType, MediaClass};
use bytes::Bytes;
use mediagen_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    fs::File,
    io::{Cursor, Read, Seek, SeekFrom},
    path::Path,
};
use symphonia::core::io::MediaSource;

/// Frames per second as an exact fraction in lowest terms, such as 30000/1001.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameRate {
    /// Frames.
    pub numerator: u64,
    /// Seconds; never 0.
    pub denominator: u64,
}

impl FrameRate {
    /// `frames` in `ticks` of `1 / timescale` seconds; `None` where any of them is 0 or the fraction overflows.
    pub fn from_ticks(frames: u64, ticks: u64, timescale: u64) -> Option<Self> {
        let numerator = frames.checked_mul(timescale)?;
        let divisor = greatest_common_divisor(numerator, ticks);
        if numerator == 0 || ticks == 0 {
            return None;
        }
        Some(Self { numerator: numerator / divisor, denominator: ticks / divisor })
    }

    /// The rate as a number.
    #[expect(clippy::cast_precision_loss, reason = "a frame rate needs no more than 52 bits")]
    pub fn as_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

impl fmt::Display for FrameRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// What is known about a file; everything but the size may be unknown.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Facts {
    /// Media type by the first bytes.
    pub media_type: Option<String>,
    /// Size in bytes.
    pub bytes: u64,
    /// Pixels across as shown, that is after the rotation that the file asks for.
    pub width: Option<u32>,
    /// Pixels down as shown.
    pub height: Option<u32>,
    /// Length in seconds.
    pub duration_s: Option<f64>,
    /// Frames of a film.
    pub frames: Option<u64>,
    /// Mean frame rate: frames divided by duration.
    pub frame_rate: Option<FrameRate>,
    /// Samples per second and channel.
    pub sample_rate: Option<u32>,
    /// Channels of sound.
    pub channels: Option<u16>,
    /// Whether there is sound; `Some(false)` only where the file was read whole enough to know.
    pub has_audio: Option<bool>,
}

impl Facts {
    /// The mean frame rate as a number.
    pub fn fps(&self) -> Option<f64> {
        self.frame_rate.map(FrameRate::as_f64)
    }
}

/// Measures the file at `path`. Blocking: call it off the async threads.
///
/// # Errors
/// `Io` when the file cannot be opened or read. A damaged or unknown file is no error: its facts are `None`.
pub fn probe(path: impl AsRef<Path>) -> Result<Facts> {
    let path = path.as_ref();
    let io =
        |e: std::io::Error| Error::new(ErrorKind::Io, format!("`{}` cannot be read", path.display())).with_source(e);
    let mut file = File::open(path).map_err(io)?;
    let bytes = file.metadata().map_err(io)?.len();
    let mut head = Vec::with_capacity(sniff::HEAD_BYTES);
    Read::by_ref(&mut file).take(sniff::HEAD_BYTES as u64).read_to_end(&mut head).map_err(io)?;
    file.seek(SeekFrom::Start(0)).map_err(io)?;
    let mut facts = Facts { bytes, ..Facts::default() };
    if let Some(kind) = sniff::sniff(&head) {
        facts.media_type = Some(kind.media_type.to_owned());
        measure(kind, file, &mut facts);
    }
    Ok(facts)
}

/// Measures bytes in memory, as [`probe`] measures a file.
pub fn probe_bytes(data: &Bytes) -> Facts {
    let mut facts = Facts { bytes: data.len() as u64, ..Facts::default() };
    if let Some(kind) = sniff::sniff(&data[..data.len().min(sniff::HEAD_BYTES)]) {
        facts.media_type = Some(kind.media_type.to_owned());
        measure(kind, Cursor::new(data.clone()), &mut facts);
    }
    facts
}

fn measure(kind: FileType, file: impl MediaSource + 'static, facts: &mut Facts) {
    match (kind.class, kind.media_type) {
        (_, "video/mp4" | "video/quicktime" | "audio/mp4") => mp4::measure(file, facts),
        (MediaClass::Image, _) => image::measure(file, facts),
        (MediaClass::Audio, _) | (_, "video/webm" | "video/x-matroska") => audio::measure(kind, file, facts),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_rates_are_exact_and_reduced() {
        let rate = FrameRate::from_ticks(300, 300_300, 30_000).unwrap();
        assert_eq!(rate.to_string(), "30000/1001");
        assert!((rate.as_f64() - 29.970_029_97).abs() < 1e-6);
        assert_eq!(FrameRate::from_ticks(0, 1, 1), None);
        assert_eq!(FrameRate::from_ticks(1, 0, 1), None);
        assert_eq!(FrameRate::from_ticks(u64::MAX, 1, 2), None);
    }
}

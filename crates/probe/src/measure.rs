//! Measured facts of a file: dimensions, frames, duration, rates, codings.

use crate::{
    audio,
    bytes::Bytes,
    image,
    sniff::{self, FileType, MediaClass},
    video,
};
use mediagen_core::{Error, ErrorKind, FrameRate, MediaFacts, Result};
use std::{
    fs::File,
    io::{Cursor, Read, Seek, SeekFrom},
    path::Path,
};

/// The most that [`probe`] has allocated at any moment, in bytes: one table of 16 MiB and what hangs on it.
pub const MAX_MEMORY: usize = 20 << 20;

/// Measures the file at `path`. Blocking: call it off the async threads.
///
/// Only headers and tables are read. Whatever a file does not say, or says in a way that cannot be followed, is `None`.
///
/// # Errors
/// `Io` when the file cannot be opened or read. A damaged or unknown file is not an error: its facts are `None`.
pub fn probe(path: impl AsRef<Path>) -> Result<MediaFacts> {
    let path = path.as_ref();
    let io =
        |e: std::io::Error| Error::new(ErrorKind::Io, format!("`{}` cannot be read", path.display())).with_source(e);
    probe_file(&mut File::open(path).map_err(io)?).map_err(io)
}

/// Measures an open file from its start, wherever it stands. Blocking, as [`probe`].
///
/// # Errors
/// What the system reports when the file cannot be read.
pub fn probe_file(file: &mut File) -> std::io::Result<MediaFacts> {
    let bytes = file.metadata()?.len();
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::with_capacity(sniff::HEAD_BYTES);
    Read::by_ref(file).take(sniff::HEAD_BYTES as u64).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(known(file, bytes, &head))
}

/// Measures bytes in memory, as [`probe`] measures a file.
pub fn probe_bytes(data: &[u8]) -> MediaFacts {
    known(Cursor::new(data), data.len() as u64, &data[..data.len().min(sniff::HEAD_BYTES)])
}

/// What a file of `bytes` bytes that begins with `head` says.
fn known<R: Read + Seek>(file: R, bytes: u64, head: &[u8]) -> MediaFacts {
    let mut facts = MediaFacts::new().with_bytes(bytes);
    if let Some(kind) = sniff::sniff(head) {
        facts.media_type = Some(kind.media_type.to_owned());
        if let Some(mut reader) = Bytes::new(file) {
            measure(kind, &mut reader, &mut facts);
        }
        facts.fps = facts.frame_rate.map(FrameRate::as_f64);
        if kind.class != MediaClass::Image {
            facts.bitrate = mean_bitrate(bytes, facts.duration_s);
        }
    }
    facts
}

fn measure(kind: FileType, file: &mut Bytes<impl Read + Seek>, facts: &mut MediaFacts) {
    // What a reader found before it had to stop counts, so that each fills the facts as it goes.
    let _complete = match kind.media_type {
        "image/png" => image::png::measure(file, facts),
        "image/jpeg" => image::jpeg::measure(file, facts),
        "image/gif" => image::gif::measure(file, facts),
        "image/webp" => image::webp::measure(file, facts),
        "image/bmp" => image::bmp::measure(file, facts),
        "image/tiff" => image::tiff::measure(file, facts),
        "image/avif" | "image/heif" => image::heif::measure(file, facts),
        "audio/wav" => audio::wav::measure(file, facts),
        "audio/mpeg" | "audio/aac" | "audio/flac" => audio::tagged::measure(file, facts),
        "audio/ogg" | "audio/opus" | "video/ogg" => audio::ogg::measure(file, facts),
        "video/mp4" | "video/quicktime" | "audio/mp4" => video::mp4::measure(file, facts),
        "video/webm" | "video/x-matroska" | "audio/webm" => {
            video::matroska::measure(file, facts);
            Some(())
        }
        _ => None,
    };
    if kind.class == MediaClass::Image && facts.width.is_some() {
        facts.has_audio = facts.has_audio.or(Some(false));
    }
}

/// The mean bit rate, where the length is known.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a mean of bits needs no more than 52 bits"
)]
fn mean_bitrate(bytes: u64, duration_s: Option<f64>) -> Option<u64> {
    let seconds = duration_s.filter(|seconds| *seconds > 0.0)?;
    let rate = bytes as f64 * 8.0 / seconds;
    (rate.is_finite() && rate < 1e15).then_some(rate.round() as u64)
}

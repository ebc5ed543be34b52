//! Measured facts of a file: dimensions, frames, duration, rates, codings.
//!
//! Only headers and tables are read, in pure Rust. Whatever a file does not say, or says in a way that cannot be
//! followed, is `None`; a damaged file is no error. Every reader is our own and bounded: one measurement holds at most
//! [`MAX_MEMORY`] bytes, and never more than a small multiple of the file. [`complete`] asks the `ffprobe` program for
//! what stayed unknown, where the caller wants that.

mod bytes;
mod facts;
mod ffprobe;
mod film;
mod frame_rate;
mod picture;
mod sound;

pub use facts::Facts;
pub use ffprobe::{Ffprobe, complete};
pub use frame_rate::FrameRate;

use crate::sniff::{self, FileType, MediaClass};
use bytes::Bytes;
use mediagen_core::{Error, ErrorKind, Result};
use std::{
    fs::File,
    io::{Cursor, Read, Seek, SeekFrom},
    path::Path,
};

/// The most that [`probe`] has allocated at any moment, in bytes: one table of 16 MiB and what hangs on it.
pub const MAX_MEMORY: usize = 20 << 20;

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
    Ok(known(file, bytes, &head))
}

/// Measures bytes in memory, as [`probe`] measures a file.
pub fn probe_bytes(data: &[u8]) -> Facts {
    known(Cursor::new(data), data.len() as u64, &data[..data.len().min(sniff::HEAD_BYTES)])
}

/// What a file of `bytes` bytes that begins with `head` says.
fn known<R: Read + Seek>(file: R, bytes: u64, head: &[u8]) -> Facts {
    let mut facts = Facts { bytes, ..Facts::default() };
    if let Some(kind) = sniff::sniff(head) {
        facts.media_type = Some(kind.media_type.to_owned());
        if let Some(mut bytes) = Bytes::new(file) {
            measure(kind, &mut bytes, &mut facts);
        }
        if kind.class != MediaClass::Image {
            facts.bitrate = facts.mean_bitrate();
        }
    }
    facts
}

fn measure(kind: FileType, file: &mut Bytes<impl Read + Seek>, facts: &mut Facts) {
    // What a reader found before it had to stop counts, so that each fills the facts as it goes.
    let _complete = match kind.media_type {
        "image/png" => picture::png::measure(file, facts),
        "image/jpeg" => picture::jpeg::measure(file, facts),
        "image/gif" => picture::gif::measure(file, facts),
        "image/webp" => picture::webp::measure(file, facts),
        "image/bmp" => picture::bmp::measure(file, facts),
        "image/tiff" => picture::tiff::measure(file, facts),
        "image/avif" | "image/heif" => picture::heif::measure(file, facts),
        "audio/wav" => sound::wav::measure(file, facts),
        "audio/mpeg" | "audio/aac" | "audio/flac" => sound::tagged::measure(file, facts),
        "audio/ogg" | "audio/opus" | "video/ogg" => sound::ogg::measure(file, facts),
        "video/mp4" | "video/quicktime" | "audio/mp4" => film::mp4::measure(file, facts),
        "video/webm" | "video/x-matroska" | "audio/webm" => {
            film::matroska::measure(file, facts);
            Some(())
        }
        _ => None,
    };
    if kind.class == MediaClass::Image && facts.width.is_some() {
        facts.has_audio = facts.has_audio.or(Some(false));
    }
}

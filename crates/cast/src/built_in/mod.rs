//! The converters of this crate.

mod audio;
mod ffmpeg;
mod identity;
mod image;
mod png_rows;
mod text;

use crate::CastEntry;
use mediagen_core::{Result, inventory};
use std::{
    fs::{File, OpenOptions},
    io::{Read as _, Write as _},
    path::Path,
};

/// All converters of this crate: the twin of what [`CastRegistry::linked`](crate::CastRegistry::linked) finds of them.
pub fn built_in() -> [&'static CastEntry; 7] {
    [&identity::ENTRY, &text::ENTRY, &image::ENTRY, &audio::ENTRY, &ffmpeg::FRAME, &ffmpeg::AUDIO, &ffmpeg::IMAGE]
}

inventory::submit! { identity::ENTRY }
inventory::submit! { text::ENTRY }
inventory::submit! { image::ENTRY }
inventory::submit! { audio::ENTRY }
inventory::submit! { ffmpeg::FRAME }
inventory::submit! { ffmpeg::AUDIO }
inventory::submit! { ffmpeg::IMAGE }

/// A failure of the disk at `path`.
fn io(path: &Path) -> impl Fn(std::io::Error) -> mediagen_core::Error {
    let shown = path.display().to_string();
    move |e| {
        mediagen_core::Error::new(mediagen_core::ErrorKind::Io, format!("`{shown}` cannot be read or written"))
            .with_source(e)
    }
}

/// Copies the rest of `from` into the output, until `go_on` refuses; `paths` are those of input and output. Blocking.
fn copy(mut from: File, paths: (&Path, &Path), most: u64, go_on: impl Fn() -> Result<()>) -> Result<()> {
    let (input, output) = paths;
    let mut to = OpenOptions::new().write(true).open(output).map_err(io(output))?;
    let (mut buffer, mut written) = (vec![0; 256 << 10], 0);
    loop {
        go_on()?;
        let count = from.read(&mut buffer).map_err(io(input))?;
        written += count as u64;
        if written > most {
            return Err(crate::program::too_long(most));
        }
        if count == 0 {
            return Ok(());
        }
        to.write_all(&buffer[..count]).map_err(io(output))?;
    }
}

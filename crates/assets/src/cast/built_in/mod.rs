//! The converters of this crate.

mod ffmpeg;
mod identity;
mod picture;
mod sound;
mod text;

use super::CastEntry;
use mediagen_core::inventory;

/// All converters of this crate: the twin of what [`CastRegistry::linked`](super::CastRegistry::linked) finds of them.
pub fn built_in() -> [&'static CastEntry; 7] {
    [&identity::ENTRY, &text::ENTRY, &picture::ENTRY, &sound::ENTRY, &ffmpeg::FRAME, &ffmpeg::SOUND, &ffmpeg::PICTURE]
}

inventory::submit! { identity::ENTRY }
inventory::submit! { text::ENTRY }
inventory::submit! { picture::ENTRY }
inventory::submit! { sound::ENTRY }
inventory::submit! { ffmpeg::FRAME }
inventory::submit! { ffmpeg::SOUND }
inventory::submit! { ffmpeg::PICTURE }

/// A failure of the disk at `path`.
fn io(path: &std::path::Path) -> impl Fn(std::io::Error) -> mediagen_core::Error {
    let shown = path.display().to_string();
    move |e| {
        mediagen_core::Error::new(mediagen_core::ErrorKind::Io, format!("`{shown}` cannot be read or written"))
            .with_source(e)
    }
}

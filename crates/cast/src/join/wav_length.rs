//! WAV files that were written while they were made: their headers state a length that was not known yet.

use mediagen_core::{Error, ErrorKind, Result};
use std::{
    fs::File,
    io::{Cursor, Read, Seek, SeekFrom},
    path::Path,
};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions, ReadOnlySource};

/// Most bytes before the samples that are looked at.
const MAX_HEAD: u64 = 1 << 20;

/// The file at `path`; a WAV file that ends before the length that it states, or states none, is given the true one, or
/// its last samples would be lost.
pub(super) fn open(path: &Path) -> Result<MediaSourceStream<'static>> {
    let unreadable =
        |e: std::io::Error| Error::new(ErrorKind::Io, format!("`{}` cannot be read", path.display())).with_source(e);
    let mut file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let head = mended_head(&mut file, length).map_err(unreadable)?;
    let options = MediaSourceStreamOptions::default();
    let Some(head) = head else {
        file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        return Ok(MediaSourceStream::new(Box::new(file), options));
    };
    file.seek(SeekFrom::Start(head.len() as u64)).map_err(unreadable)?;
    Ok(MediaSourceStream::new(Box::new(ReadOnlySource::new(Cursor::new(head).chain(file))), options))
}

/// Everything before the samples with true lengths, where those that are stated are none or reach beyond the end of the file.
fn mended_head(file: &mut File, length: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut head = Vec::new();
    let mut more = |head: &mut Vec<u8>, bytes: u64| -> std::io::Result<bool> {
        Ok(Read::by_ref(file).take(bytes).read_to_end(head)? as u64 == bytes)
    };
    if !more(&mut head, 12)? || !head.starts_with(b"RIFF") || !head.ends_with(b"WAVE") {
        return Ok(None);
    }
    while more(&mut head, 8)? {
        let start = head.len();
        let stated = head.last_chunk().map_or(0, |bytes| u64::from(u32::from_le_bytes(*bytes)));
        if &head[start - 8..start - 4] == b"data" {
            let rest = length.saturating_sub(start as u64);
            let (Ok(whole), Ok(data)) = (u32::try_from(length - 8), u32::try_from(rest)) else { return Ok(None) };
            // What does not know its length yet says nothing or too much.
            if stated <= rest && (stated > 0 || head[4..8] != [0; 4]) {
                return Ok(None);
            }
            head[4..8].copy_from_slice(&whole.to_le_bytes());
            head[start - 4..].copy_from_slice(&data.to_le_bytes());
            return Ok(Some(head));
        }
        // Chunks begin at even places.
        let skip = stated + stated % 2;
        if start as u64 + skip > MAX_HEAD.min(length) || !more(&mut head, skip)? {
            return Ok(None);
        }
    }
    Ok(None)
}

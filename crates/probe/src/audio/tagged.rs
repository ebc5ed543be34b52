//! Streams that may stand behind an ID3 tag: MP3, AAC and FLAC.

use super::{adts, flac, mpeg};
use crate::bytes::Bytes;
use mediagen_core::MediaFacts;
use std::io::{Read, Seek};

/// The most tags in a row that are skipped.
const MAX_TAGS: usize = 8;

/// Skips tags, and fills what the stream behind them is; the media type is put right where the tag hid it.
pub(crate) fn measure(file: &mut Bytes<impl Read + Seek>, facts: &mut MediaFacts) -> Option<()> {
    for _ in 0..MAX_TAGS {
        let start = file.at();
        let head = file.array::<10>()?;
        if head[..3] != *b"ID3" {
            file.go(start)?;
            break;
        }
        // Four bytes of 7 bits; a footer repeats the header.
        let size = head[6..].iter().fold(0, |size, byte| size << 7 | u64::from(byte & 0x7F));
        file.skip(size + if head[5] & 0x10 == 0 { 0 } else { 10 })?;
    }
    let start = file.at();
    let head = file.array::<4>()?;
    file.go(start)?;
    if head == *b"fLaC" {
        facts.media_type = Some("audio/flac".to_owned());
        flac::measure(file, facts)
    } else if head[0] == 0xFF && head[1] & 0xF6 == 0xF0 {
        facts.media_type = Some("audio/aac".to_owned());
        adts::measure(file, facts)
    } else {
        mpeg::measure(file, facts)
    }
}

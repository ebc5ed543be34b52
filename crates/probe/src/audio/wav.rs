//! WAV: RIFF, and RF64 for more than 4 GiB.

use super::{pcm_name, set_audio};
use crate::{
    bytes::{Bytes, le16_at, le32_at, le64_at},
    video::seconds,
};
use mediagen_core::MediaFacts;
use std::io::{Read, Seek};

/// The most chunks that are looked at.
const MAX_CHUNKS: usize = 10_000;

/// Fills rate, channels, coding and length.
pub(crate) fn measure(file: &mut Bytes<impl Read + Seek>, facts: &mut MediaFacts) -> Option<()> {
    file.skip(12)?;
    let (mut long_data, mut bytes_per_second) = (None, None);
    for _ in 0..MAX_CHUNKS {
        let head = file.array::<8>()?;
        let length = le32_at(&head, 4)?;
        let padded = u64::from(length) + u64::from(length & 1);
        let end = file.at().checked_add(padded)?;
        match &head[..4] {
            b"ds64" => long_data = le64_at(&file.array::<16>()?, 8),
            b"fmt " => {
                let format = file.up_to(length.into(), 40)?;
                let rate = le32_at(&format, 4)?;
                set_audio(facts, "", rate, le16_at(&format, 2)?);
                facts.audio_codec = codec(&format);
                bytes_per_second = le32_at(&format, 8).filter(|bytes| *bytes != 0);
            }
            b"data" => {
                let stated = match length {
                    // A writer that could not go back leaves one of these.
                    0 | u32::MAX => long_data.unwrap_or(u64::MAX),
                    stated => stated.into(),
                };
                facts.duration_s = seconds(stated.min(file.left()), bytes_per_second?.into());
                return Some(());
            }
            _ => {}
        }
        file.go(end)?;
    }
    None
}

fn codec(format: &[u8]) -> Option<String> {
    let bits = le16_at(format, 14)?;
    let tag = match le16_at(format, 0)? {
        // Extensible: the tag proper starts the sub-format.
        0xFFFE => le16_at(format, 24)?,
        tag => tag,
    };
    let name = match tag {
        1 => return pcm_name(bits, false, false),
        3 => return pcm_name(bits, true, false),
        2 => "adpcm_ms",
        6 => "pcm_alaw",
        7 => "pcm_mulaw",
        0x11 => "adpcm_ima_wav",
        0x55 => "mp3",
        _ => return None,
    };
    Some(name.to_owned())
}

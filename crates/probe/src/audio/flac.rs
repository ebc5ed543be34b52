//! FLAC: the stream information that stands first.

use super::{set_audio, set_length};
use crate::bytes::{Bytes, u64_at};
use mediagen_core::MediaFacts;
use std::io::{Read, Seek};

/// Fills rate, channels and length; the position is at `fLaC`.
pub(super) fn measure(file: &mut Bytes<impl Read + Seek>, facts: &mut MediaFacts) -> Option<()> {
    let head = file.array::<42>()?;
    // The first block must be the stream information: type 0, 34 bytes.
    if head[..4] != *b"fLaC" || head[4] & 0x7F != 0 {
        return None;
    }
    let (rate, channels, samples) = stream_information(&head[8..])?;
    set_audio(facts, "flac", rate, channels);
    set_length(facts, samples, rate);
    Some(())
}

/// Rate, channels and samples (0: unknown) of a STREAMINFO block.
pub(crate) fn stream_information(block: &[u8]) -> Option<(u32, u16, u64)> {
    // 20 bits rate, 3 bits channels - 1, 5 bits sample size - 1, 36 bits samples.
    let packed = u64_at(block, 10)?;
    let rate = u32::try_from(packed >> 44).ok()?;
    let channels = u16::try_from(packed >> 41 & 7).ok()? + 1;
    Some((rate, channels, packed & 0xF_FFFF_FFFF))
}

//! AAC as a bare stream of ADTS frames; it has no length but that of its frames.

use super::{AAC_RATES, MAX_FRAMES, aac_channels, set_audio, set_length};
use crate::bytes::Bytes;
use mediagen_core::MediaFacts;
use std::io::{Read, Seek};

struct Frame {
    rate: u32,
    channels: Option<u16>,
    samples: u64,
    length: u64,
}

fn frame(head: [u8; 7]) -> Option<Frame> {
    if head[0] != 0xFF || head[1] & 0xF6 != 0xF0 {
        return None;
    }
    let rate = *AAC_RATES.get(usize::from(head[2] >> 2 & 15))?;
    let configuration = u64::from(head[2] & 1) << 2 | u64::from(head[3] >> 6);
    let length = u64::from(head[3] & 3) << 11 | u64::from(head[4]) << 3 | u64::from(head[5] >> 5);
    let samples = 1024 * (u64::from(head[6] & 3) + 1);
    (length >= 7).then_some(Frame { rate, channels: aac_channels(configuration), samples, length })
}

/// Fills rate, channels and length; the position is at the first frame.
pub(super) fn measure(file: &mut Bytes<impl Read + Seek>, facts: &mut MediaFacts) -> Option<()> {
    let first = frame(file.array()?)?;
    set_audio(facts, "aac", first.rate, first.channels.unwrap_or(0));
    let (mut samples, mut next) = (first.samples, first.length);
    for _ in 0..MAX_FRAMES {
        // The header of 7 bytes is read already.
        if file.skip(next - 7).is_none() || file.left() < 7 {
            set_length(facts, samples, first.rate);
            return Some(());
        }
        let Some(found) = file.array().and_then(frame) else {
            // Tags at the end, or damage; what came before counts.
            set_length(facts, samples, first.rate);
            return Some(());
        };
        samples += found.samples;
        next = found.length;
    }
    None
}

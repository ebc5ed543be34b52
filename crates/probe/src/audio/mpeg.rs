//! MP3: the count of frames that its encoder left, else the frames themselves.

use super::{MAX_FRAMES, set_audio, set_length};
use crate::bytes::{Bytes, u32_at};
use mediagen_core::MediaFacts;
use std::io::{Read, Seek};

/// How far the first frame is looked for behind a tag.
const MAX_SEARCH: u64 = 64 << 10;
/// The shortest frame: 8 kbit/s at 24 kHz.
const SHORTEST_FRAME: u64 = 24;

/// Bit rates in kbit/s by index, layer III, of MPEG-1 and of MPEG-2 and 2.5.
const RATES_1: [u64; 14] = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const RATES_2: [u64; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

#[derive(Clone, Copy)]
struct Frame {
    version_1: bool,
    rate: u32,
    mono: bool,
    /// Samples per channel.
    samples: u64,
    /// In bytes, with the header.
    length: u64,
}

/// A layer III frame header; `None` for anything else, and for free-format streams.
fn frame(head: [u8; 4]) -> Option<Frame> {
    if head[0] != 0xFF || head[1] & 0xE6 != 0xE2 {
        return None;
    }
    let index = usize::from(head[2] >> 4).checked_sub(1)?;
    let (version_1, base) = match head[1] >> 3 & 3 {
        3 => (true, [44_100, 48_000, 32_000]),
        2 => (false, [22_050, 24_000, 16_000]),
        0 => (false, [11_025, 12_000, 8_000]),
        _ => return None,
    };
    let rate = *base.get(usize::from(head[2] >> 2 & 3))?;
    let bits = *if version_1 { &RATES_1 } else { &RATES_2 }.get(index)? * 1000;
    let samples = if version_1 { 1152 } else { 576 };
    let length = samples / 8 * bits / u64::from(rate) + u64::from(head[2] >> 1 & 1);
    Some(Frame { version_1, rate, mono: head[3] >> 6 == 3, samples, length })
}

/// Fills rate, channels and length; the position is behind the tags.
pub(super) fn measure(file: &mut Bytes<impl Read + Seek>, facts: &mut MediaFacts) -> Option<()> {
    let (start, first) = first_frame(file)?;
    set_audio(facts, "mp3", first.rate, if first.mono { 1 } else { 2 });
    let left = file.len() - start;
    if let Some(frames) = stated_frames(file, start, first).filter(|count| count * SHORTEST_FRAME <= left * 2) {
        set_length(facts, frames.checked_mul(first.samples)?, first.rate);
        return Some(());
    }
    file.go(start)?;
    let samples = walk(file)?;
    set_length(facts, samples, first.rate);
    Some(())
}

/// The first header that another one follows at its distance, or the end of the file.
fn first_frame(file: &mut Bytes<impl Read + Seek>) -> Option<(u64, Frame)> {
    let start = file.at();
    for at in start..start + MAX_SEARCH {
        file.go(at)?;
        let Some(found) = frame(file.array()?) else { continue };
        let next = at + found.length;
        if next + 4 > file.len() {
            return (at == start).then_some((at, found));
        }
        file.go(next)?;
        if frame(file.array()?).is_some_and(|next| next.rate == found.rate) {
            return Some((at, found));
        }
    }
    None
}

/// The frames after the one at `start` that its Xing, Info or VBRI table counts.
fn stated_frames(file: &mut Bytes<impl Read + Seek>, start: u64, first: Frame) -> Option<u64> {
    file.go(start)?;
    let head = file.up_to(first.length, 64)?;
    let at = 4 + match (first.version_1, first.mono) {
        (true, false) => 32,
        (true, true) | (false, false) => 17,
        (false, true) => 9,
    };
    let count = match head.get(at..at + 4) {
        Some(b"Xing" | b"Info") if u32_at(&head, at + 4)? & 1 != 0 => u32_at(&head, at + 8),
        _ if head.get(36..40) == Some(b"VBRI") => u32_at(&head, 50),
        _ => None,
    };
    count.filter(|count| *count != 0).map(u64::from)
}

/// The samples of all frames from here on; a gap is searched for the next frame.
fn walk(file: &mut Bytes<impl Read + Seek>) -> Option<u64> {
    let (mut samples, mut searched) = (0, 0);
    for _ in 0..MAX_FRAMES {
        let at = file.at();
        let Some(head) = file.array() else { return Some(samples) };
        if head[..3] == *b"TAG" || head == *b"APET" {
            return Some(samples);
        }
        match frame(head) {
            Some(found) => {
                samples += found.samples;
                if file.skip(found.length.saturating_sub(4)).is_none() {
                    return Some(samples);
                }
            }
            None if searched < MAX_SEARCH => {
                searched += 1;
                file.go(at + 1)?;
            }
            None => return Some(samples),
        }
    }
    None
}

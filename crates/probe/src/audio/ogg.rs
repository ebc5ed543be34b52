//! Ogg: the first page of every stream says what it is, the last one how long.

use super::{flac, set_audio};
use crate::{
    bytes::{Bytes, le16_at, le32_at, le64_at, u16_at, u32_at},
    video::seconds,
};
use mediagen_core::{FrameRate, MediaFacts};
use std::io::{Read, Seek};

/// The most streams of one file.
const MAX_STREAMS: usize = 64;
/// How much of the end is searched; a page has at most 65,307 bytes.
const TAIL: u64 = 256 << 10;
/// How much of a first packet is looked at.
const MAX_PACKET: u64 = 256;
/// Opus always counts in these.
const OPUS_RATE: u32 = 48_000;

enum Clock {
    /// Samples at a rate, after so many that are not played.
    Samples { rate: u32, skipped: u64 },
    /// Frames at `numerator / denominator`, in two parts of the position: key frames above `shift`, others below.
    Frames { numerator: u32, denominator: u32, shift: u32 },
}

struct Page {
    serial: u32,
    begins: bool,
    packet: Vec<u8>,
}

/// Fills rates, channels, coding and length; and the video where one is inside.
pub(crate) fn measure(file: &mut Bytes<impl Read + Seek>, facts: &mut MediaFacts) -> Option<()> {
    let mut streams = Vec::new();
    while let Some(page) = page(file).filter(|page| page.begins && streams.len() < MAX_STREAMS) {
        if let Some(clock) = describe(&page.packet, facts) {
            streams.push((page.serial, clock));
        }
    }
    facts.has_audio = Some(facts.audio_codec.is_some());
    if facts.video_codec.is_some() {
        facts.media_type = Some("video/ogg".to_owned());
    } else if facts.audio_codec.as_deref() == Some("opus") {
        facts.media_type = Some("audio/opus".to_owned());
    }
    file.go(file.len().saturating_sub(TAIL))?;
    let tail = file.up_to(TAIL, TAIL)?;
    for (serial, clock) in streams {
        let Some(position) = last_position(&tail, serial) else { continue };
        let (length, frames) = match clock {
            Clock::Samples { rate, skipped } => (seconds(position.saturating_sub(skipped), rate.into()), None),
            Clock::Frames { numerator, denominator, shift } => {
                let frames = (position >> shift).saturating_add(position & ((1 << shift) - 1));
                let ticks = frames.checked_mul(denominator.into());
                (ticks.and_then(|ticks| seconds(ticks, numerator.into())), Some(frames))
            }
        };
        facts.frames = facts.frames.or(frames);
        facts.duration_s = [facts.duration_s, length].into_iter().flatten().reduce(f64::max);
    }
    Some(())
}

/// The page at the position, with the start of what it holds; the position is behind it then.
fn page(file: &mut Bytes<impl Read + Seek>) -> Option<Page> {
    let head = file.array::<27>()?;
    if head[..4] != *b"OggS" {
        return None;
    }
    let lengths = file.all(head[26].into(), 255)?;
    let length: u64 = lengths.iter().map(|length| u64::from(*length)).sum();
    let end = file.at() + length;
    let packet = file.up_to(length, MAX_PACKET)?;
    file.go(end)?;
    Some(Page { serial: le32_at(&head, 14)?, begins: head[5] & 2 != 0, packet })
}

/// Puts down what the first packet of a stream says; gives back how its positions count.
fn describe(packet: &[u8], facts: &mut MediaFacts) -> Option<Clock> {
    let (codec, rate, channels, skipped) = if packet.starts_with(b"OpusHead") {
        ("opus", OPUS_RATE, u16::from(*packet.get(9)?), le16_at(packet, 10)?)
    } else if packet.starts_with(b"\x01vorbis") {
        ("vorbis", le32_at(packet, 12)?, u16::from(*packet.get(11)?), 0)
    } else if packet.starts_with(b"\x7FFLAC") {
        let (rate, channels, _) = flac::stream_information(packet.get(17..)?)?;
        ("flac", rate, channels, 0)
    } else if packet.starts_with(b"Speex   ") {
        ("speex", le32_at(packet, 36)?, u16::try_from(le32_at(packet, 48)?).ok()?, 0)
    } else if packet.starts_with(b"\x80theora") {
        return theora(packet, facts);
    } else {
        return None;
    };
    if facts.audio_codec.is_none() {
        set_audio(facts, codec, rate, channels);
    }
    Some(Clock::Samples { rate, skipped: skipped.into() })
}

fn theora(packet: &[u8], facts: &mut MediaFacts) -> Option<Clock> {
    let wide = |at| u32_at(packet, at).map(|value| value >> 8);
    let (width, height) = (wide(14)?, wide(17)?);
    let (numerator, denominator) = (u32_at(packet, 22)?, u32_at(packet, 26)?);
    if facts.video_codec.is_none() {
        facts.video_codec = Some("theora".to_owned());
        facts.width = (width != 0).then_some(width);
        facts.height = (height != 0).then_some(height);
        facts.frame_rate = FrameRate::from_ticks(1, denominator.into(), numerator.into());
    }
    let shift = u32::from(u16_at(packet, 40)? >> 5 & 31);
    Some(Clock::Frames { numerator, denominator, shift })
}

/// The position that the last whole page of `serial` ends at.
fn last_position(tail: &[u8], serial: u32) -> Option<u64> {
    let starts = (0..tail.len().saturating_sub(26)).rev();
    starts
        .filter(|at| tail[*at..].starts_with(b"OggS") && le32_at(tail, at + 14) == Some(serial))
        .find_map(|at| le64_at(tail, at + 6).filter(|position| *position != u64::MAX && *position >> 62 == 0))
}

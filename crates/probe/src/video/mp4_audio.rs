//! The audio of an MP4: rate, channels and coding from the sample entry, corrected by the decoder's configuration.

use super::{
    mp4::{boxes, find},
    mp4_codec,
};
use crate::{
    audio::{AAC_RATES, aac_channels, flac, pcm_name},
    bytes::{u16_at, u32_at, u64_at},
};

/// What is known about the audio of a track.
#[derive(Debug, Default)]
pub(super) struct Audio {
    /// Samples per second and channel.
    pub(super) sample_rate: Option<u32>,
    /// Channels.
    pub(super) channels: Option<u16>,
    /// The coding.
    pub(super) codec: Option<String>,
}

impl Audio {
    /// From the first entry of an `stsd` box.
    pub(super) fn read(entry: Option<([u8; 4], &[u8])>) -> Self {
        let Some((name, content)) = entry else { return Self::default() };
        let version = u16_at(content, 8).unwrap_or(0);
        let bits = u16_at(content, 18).unwrap_or(0);
        let mut audio = Self {
            channels: u16_at(content, 16).filter(|c| *c != 0),
            // 16.16 fixed point; rates above 65535 do not fit and are written as 0.
            sample_rate: u32_at(content, 24).map(|rate| rate >> 16).filter(|rate| *rate != 0),
            codec: mp4_codec::audio(name).map(str::to_owned),
        };
        // QuickTime's later versions put more fields before the boxes.
        let children = match version {
            1 => 44,
            2 => {
                audio.set_version_2(content);
                64
            }
            _ => 28,
        };
        let bits =
            if version == 2 { u32_at(content, 48).and_then(|b| u16::try_from(b).ok()).unwrap_or(0) } else { bits };
        let children = content.get(children..).unwrap_or_default();
        let wave = find(children, *b"wave").unwrap_or_default();
        let little = find(wave, *b"enda").and_then(|order| u16_at(order, 0)).is_some_and(|order| order != 0);
        audio.codec = audio.codec.or_else(|| pcm(name, bits, !little, content));
        audio.correct(children);
        audio.correct(wave);
        if name == *b"Opus" {
            // It always plays at this rate, whatever the entry says about the source.
            audio.sample_rate = Some(48_000);
        }
        audio
    }

    /// Rate as a floating point number and channels in 32 bits.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    fn set_version_2(&mut self, content: &[u8]) {
        let rate = u64_at(content, 32).map(f64::from_bits).filter(|rate| (1.0..=1e7).contains(rate));
        self.sample_rate = rate.map(|rate| rate.round() as u32);
        self.channels = u32_at(content, 40).and_then(|count| u16::try_from(count).ok()).filter(|count| *count != 0);
    }

    /// Takes what the configuration of the decoder says: writers put 2 channels into the entry whatever the stream has.
    fn correct(&mut self, children: &[u8]) {
        for (name, content) in boxes(children) {
            let (rate, channels) = match &name {
                b"esds" => {
                    let Some((object, config)) = content.get(4..).and_then(|data| decoder_config(data, 0)) else {
                        continue;
                    };
                    let codec = mp4_codec::object(object);
                    self.codec = codec.map(str::to_owned).or(self.codec.take());
                    if codec == Some("aac") { config.and_then(aac).unwrap_or_default() } else { (None, None) }
                }
                b"dfLa" => content
                    .get(8..)
                    .and_then(flac::stream_information)
                    .map_or((None, None), |(rate, channels, _)| (Some(rate), Some(channels))),
                b"alac" => (u32_at(content, 24), content.get(13).copied().map(u16::from)),
                b"dOps" => (None, content.get(1).copied().map(u16::from)),
                _ => continue,
            };
            self.sample_rate = rate.filter(|rate| *rate != 0).or(self.sample_rate);
            self.channels = channels.filter(|count| *count != 0).or(self.channels);
        }
    }
}

/// PCM by the names that `QuickTime` gives it; `big` is the order of bytes where the name leaves it open.
fn pcm(name: [u8; 4], bits: u16, big: bool, content: &[u8]) -> Option<String> {
    match &name {
        b"sowt" if bits == 8 => pcm_name(8, false, true),
        b"sowt" => pcm_name(16, false, false),
        b"twos" => pcm_name(if bits == 8 { 8 } else { 16 }, false, true),
        b"in24" => pcm_name(24, false, big),
        b"in32" => pcm_name(32, false, big),
        b"fl32" => pcm_name(32, true, big),
        b"fl64" => pcm_name(64, true, big),
        b"raw " => pcm_name(8, false, false),
        // Flags: 1 floating point, 2 big-endian.
        b"lpcm" => {
            let flags = u32_at(content, 52)?;
            pcm_name(bits, flags & 1 != 0, flags & 2 != 0)
        }
        _ => None,
    }
}

/// Object type and `DecoderSpecificInfo` inside a tree of MPEG-4 descriptors, at most three levels deep.
pub(super) fn decoder_config(data: &[u8], depth: usize) -> Option<(u8, Option<&[u8]>)> {
    let (tag, body) = descriptor(data)?;
    match (tag, depth) {
        // ES descriptor: id (2 bytes), flags; optional fields are not used by MP4 writers.
        (3, 0) => decoder_config(body.get(3..)?, 1),
        // Decoder config: type, stream type, buffer size, two bit rates (13 bytes in all).
        (4, 1) => {
            let inner = body.get(13..).and_then(descriptor).filter(|(tag, _)| *tag == 5);
            Some((*body.first()?, inner.map(|(_, config)| config)))
        }
        _ => None,
    }
}

/// Tag and body of the descriptor that `data` starts with; its length has 7 bits a byte, in at most 4 bytes.
fn descriptor(data: &[u8]) -> Option<(u8, &[u8])> {
    let (tag, rest) = data.split_first()?;
    let mut length = 0;
    for at in 0..4 {
        let byte = *rest.get(at)?;
        length = length << 7 | usize::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((*tag, rest.get(at + 1..(at + 1).checked_add(length)?)?));
        }
    }
    None
}

/// Rate and channels of an `AudioSpecificConfig`: object type (5 bits), rate index (4; 15 means 24 bits follow),
/// channel configuration (4). Object types 5 and 29 are followed by the rate that the doubled spectrum plays at.
fn aac(config: &[u8]) -> Option<(Option<u32>, Option<u16>)> {
    let mut bits = [0; 8];
    let length = config.len().min(8);
    bits[..length].copy_from_slice(&config[..length]);
    let bits = u64::from_be_bytes(bits);
    let take = |from: u32, count: u32| (bits >> (64 - from - count)) & ((1 << count) - 1);
    let rate_at = |from: u32| {
        let index = take(from, 4);
        if index == 15 {
            (u32::try_from(take(from + 4, 24)).ok().filter(|rate| *rate != 0), from + 28)
        } else {
            (usize::try_from(index).ok().and_then(|index| AAC_RATES.get(index).copied()), from + 4)
        }
    };
    let (rate, at) = rate_at(5);
    let channels = aac_channels(take(at, 4));
    let doubled = if matches!(take(0, 5), 5 | 29) { rate_at(at + 4).0 } else { None };
    (length >= 2).then_some((doubled.or(rate), channels))
}

//! The sound of an MP4: rate and channels from the sample entry, corrected by the AAC configuration.

use super::mp4::{boxes, u16_at, u32_at};

/// Sample rates by the AAC index (ISO/IEC 14496-3, table 1.18).
const AAC_RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// What is known about the sound of a track.
#[derive(Debug, Default)]
pub(super) struct Sound {
    /// Samples per second and channel.
    pub(super) sample_rate: Option<u32>,
    /// Channels.
    pub(super) channels: Option<u16>,
}

impl Sound {
    /// From the first entry of an `stsd` box.
    pub(super) fn read(entry: Option<([u8; 4], &[u8])>) -> Self {
        let Some((_, content)) = entry else { return Self::default() };
        let mut sound = Self {
            channels: u16_at(content, 16).filter(|c| *c != 0),
            // 16.16 fixed point; rates above 65535 do not fit and are written as 0.
            sample_rate: u32_at(content, 24).map(|rate| rate >> 16).filter(|rate| *rate != 0),
        };
        // Writers put 2 channels into the entry whatever the stream has; the decoder's configuration is right.
        let esds = boxes(content.get(28..).unwrap_or_default()).find(|(name, _)| name == b"esds");
        if let Some((rate, channels)) = esds.and_then(|(_, esds)| aac(decoder_config(esds.get(4..)?, 0)?)) {
            sound.sample_rate = rate.or(sound.sample_rate);
            sound.channels = channels.or(sound.channels);
        }
        sound
    }
}

/// The `DecoderSpecificInfo` inside a tree of MPEG-4 descriptors, at most three levels deep.
fn decoder_config(data: &[u8], depth: usize) -> Option<&[u8]> {
    let (tag, body) = descriptor(data)?;
    match (tag, depth) {
        // ES descriptor: id (2 bytes), flags; optional fields are not used by MP4 writers.
        (3, 0) => decoder_config(body.get(3..)?, 1),
        // Decoder config: type, stream type, buffer size, two bit rates (13 bytes in all).
        (4, 1) => decoder_config(body.get(13..)?, 2),
        (5, 2) => Some(body),
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
/// channel configuration (4; 7 means 8 channels).
fn aac(config: &[u8]) -> Option<(Option<u32>, Option<u16>)> {
    let mut bits = [0; 8];
    let length = config.len().min(8);
    bits[..length].copy_from_slice(&config[..length]);
    let bits = u64::from_be_bytes(bits);
    let take = |from: u32, count: u32| (bits >> (64 - from - count)) & ((1 << count) - 1);
    let index = usize::try_from(take(5, 4)).ok()?;
    let (rate, channels) = if index == 15 {
        (u32::try_from(take(9, 24)).ok().filter(|r| *r != 0), take(33, 4))
    } else {
        (AAC_RATES.get(index).copied(), take(9, 4))
    };
    let channels = match channels {
        1..=6 => u16::try_from(channels).ok(),
        7 => Some(8),
        _ => None,
    };
    (length >= 2).then_some((rate, channels))
}

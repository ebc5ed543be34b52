//! Audio, by their headers; a stream without a table of contents is walked frame by frame.

mod adts;
pub(super) mod flac;
mod mpeg;
pub(super) mod ogg;
pub(super) mod tagged;
pub(super) mod wav;

use crate::video::seconds;
use mediagen_core::MediaFacts;

/// The most frames that are walked: 7 hours of MP3. Longer streams have no known length.
const MAX_FRAMES: u64 = 1_000_000;

/// Sample rates by the AAC index (ISO/IEC 14496-3, table 1.18).
pub(super) const AAC_RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// Channels by the AAC configuration number; `None` where the stream itself says.
pub(super) fn aac_channels(configuration: u64) -> Option<u16> {
    match configuration {
        1..=6 => u16::try_from(configuration).ok(),
        7 => Some(8),
        _ => None,
    }
}

/// The name of PCM with so many bits a sample.
pub(super) fn pcm_name(bits: u16, float: bool, big: bool) -> Option<String> {
    let order = if big { "be" } else { "le" };
    match (bits, float) {
        (8, false) => Some(if big { "pcm_s8" } else { "pcm_u8" }.to_owned()),
        (16 | 24 | 32 | 64, false) => Some(format!("pcm_s{bits}{order}")),
        (32 | 64, true) => Some(format!("pcm_f{bits}{order}")),
        _ => None,
    }
}

/// Puts down one stream of audio.
fn set_audio(facts: &mut MediaFacts, codec: &str, rate: u32, channels: u16) {
    facts.has_audio = Some(true);
    facts.audio_codec = Some(codec.to_owned());
    facts.sample_rate = (rate != 0).then_some(rate);
    facts.channels = (channels != 0).then_some(channels);
}

/// Puts down the length of `samples` (per channel).
fn set_length(facts: &mut MediaFacts, samples: u64, rate: u32) {
    facts.duration_s = seconds(samples, rate.into());
}

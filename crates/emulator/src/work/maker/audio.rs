//! Audio: speech, music, reworked recordings, stems.

use super::{Made, Maker};
use crate::{
    media::{Audio, AudioFormat, AudioKind, AudioSpec, MAX_AUDIO_SECONDS, MediaError, audio},
    work::{behaviour::Behaviour, kind::Kind},
};
use serde_json::json;

/// Seconds of audio where nothing says otherwise.
const USUAL_SECONDS: f64 = 5.0;

impl Maker {
    /// The `index`-th audio file of a property; for stems the property's name says which.
    pub(super) fn audio(&self, name: &str, index: usize) -> Result<Made, MediaError> {
        let made = match (self.behaviour, self.sources.audio()) {
            (Behaviour::ReworkAudio, Some(source)) => self.reworked(source)?,
            (Behaviour::Stems, Some(source)) => stem(source, name),
            _ => audio(&self.audio_spec(index))?,
        };
        // There is no MP3 encoder: MP3 (or anything unknown) comes as WAV, with the media type of WAV.
        let format = self.wishes.word("format").and_then(AudioFormat::parse).unwrap_or(AudioFormat::Wav);
        let facts = json!({
            "duration": made.duration_s(), "channels": made.channels(), "sample_rate": made.sample_rate(),
            "bitrate": "192k", "codec": format.extension(), "container": format.extension(),
        });
        Ok(Made::new(Kind::Audio, made.encode(format)?, format.media_type(), format.extension(), &facts))
    }

    /// Audio for the prompt that lasts as long as a video.
    pub(super) fn audio_track(&self, seconds: f64) -> Result<Audio, MediaError> {
        audio(&AudioSpec { duration_s: seconds, kind: AudioKind::Effect, ..self.audio_spec(0) })
    }

    /// Without words to follow noise is taken away; with words new content is laid over, the length stays.
    fn reworked(&self, source: &Audio) -> Result<Audio, MediaError> {
        if self.wishes.text("prompt").is_empty() {
            return Ok(source.denoise());
        }
        let spec = AudioSpec {
            duration_s: source.duration_s(),
            sample_rate: source.sample_rate(),
            channels: source.channels(),
            ..self.audio_spec(0)
        };
        Ok(source.mixed_with(&audio(&spec)?))
    }

    fn audio_spec(&self, index: usize) -> AudioSpec {
        let speaks = self.behaviour == Behaviour::Speak;
        let text = self.wishes.text(if speaks { "speech" } else { "prompt" });
        let video = || self.sources.video().map(|(_, facts)| facts.duration_s);
        let seconds = match self.wishes.seconds() {
            _ if speaks => {
                AudioSpec::speech_seconds(&text) / self.wishes.number("speed").unwrap_or(1.0).clamp(0.1, 10.0)
            }
            Some(seconds) => seconds,
            None => video().unwrap_or(USUAL_SECONDS),
        };
        AudioSpec {
            duration_s: seconds.clamp(0.05, MAX_AUDIO_SECONDS),
            sample_rate: self.sample_rate(if speaks { 24_000 } else { 44_100 }),
            channels: if speaks { 1 } else { 2 },
            text,
            seed: self.seed(index),
            kind: if speaks { AudioKind::Speech } else { AudioKind::Music },
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 8000 to 96000")]
    fn sample_rate(&self, usual: u32) -> u32 {
        self.wishes.number("sample_rate").map_or(usual, |rate| rate.clamp(8000.0, 96_000.0) as u32)
    }
}

/// The part with this name; the softer rest stands in for parts that the split does not know (guitar, piano).
fn stem(source: &Audio, name: &str) -> Audio {
    let parts = source.separate_stems();
    let found = parts.iter().find(|(part, _)| *part == name).map(|(_, audio)| audio.clone());
    found.unwrap_or_else(|| parts.last().map_or_else(|| source.clone(), |(_, rest)| rest.gain(-12.0)))
}

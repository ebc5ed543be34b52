//! Sounds: speech, music, reworked recordings, stems.

use super::{Made, Maker};
use crate::{
    media::{MAX_SOUND_SECONDS, MediaError, Sound, SoundFormat, SoundKind, SoundSpec, sound},
    work::{behaviour::Behaviour, kind::Kind},
};
use serde_json::json;

/// Seconds of a sound where nothing says otherwise.
const USUAL_SECONDS: f64 = 5.0;

impl Maker {
    /// The `index`-th sound of a property; for stems the property's name says which.
    pub(super) fn sound(&self, name: &str, index: usize) -> Result<Made, MediaError> {
        let made = match (self.behaviour, self.sources.sound()) {
            (Behaviour::ReworkSound, Some(source)) => self.reworked(source)?,
            (Behaviour::Stems, Some(source)) => stem(source, name),
            _ => sound(&self.sound_spec(index))?,
        };
        // There is no MP3 encoder: what asks for MP3 (or anything unknown) gets WAV and says so.
        let format = self.wishes.word("format").and_then(SoundFormat::parse).unwrap_or(SoundFormat::Wav);
        let facts = json!({
            "duration": made.duration_s(), "channels": made.channels(), "sample_rate": made.sample_rate(),
            "bitrate": "192k", "codec": format.extension(), "container": format.extension(),
        });
        Ok(Made::new(Kind::Sound, made.encode(format)?, format.media_type(), format.extension(), &facts))
    }

    /// A sound of the prompt that lasts as long as a film.
    pub(super) fn film_sound(&self, seconds: f64) -> Result<Sound, MediaError> {
        sound(&SoundSpec { duration_s: seconds, kind: SoundKind::Effect, ..self.sound_spec(0) })
    }

    /// Without words to follow noise is taken away; with words new content is laid over, the length stays.
    fn reworked(&self, source: &Sound) -> Result<Sound, MediaError> {
        if self.wishes.text("prompt").is_empty() {
            return Ok(source.denoise());
        }
        let spec = SoundSpec {
            duration_s: source.duration_s(),
            sample_rate: source.sample_rate(),
            channels: source.channels(),
            ..self.sound_spec(0)
        };
        Ok(source.mixed_with(&sound(&spec)?))
    }

    fn sound_spec(&self, index: usize) -> SoundSpec {
        let speaks = self.behaviour == Behaviour::Speak;
        let text = self.wishes.text(if speaks { "speech" } else { "prompt" });
        let film = || self.sources.film().map(|(_, facts)| facts.duration_s);
        let seconds = match self.wishes.seconds() {
            _ if speaks => {
                SoundSpec::speech_seconds(&text) / self.wishes.number("speed").unwrap_or(1.0).clamp(0.1, 10.0)
            }
            Some(seconds) => seconds,
            None => film().unwrap_or(USUAL_SECONDS),
        };
        SoundSpec {
            duration_s: seconds.clamp(0.05, MAX_SOUND_SECONDS),
            sample_rate: self.sample_rate(if speaks { 24_000 } else { 44_100 }),
            channels: if speaks { 1 } else { 2 },
            text,
            seed: self.seed(index),
            kind: if speaks { SoundKind::Speech } else { SoundKind::Music },
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 8000 to 96000")]
    fn sample_rate(&self, usual: u32) -> u32 {
        self.wishes.number("sample_rate").map_or(usual, |rate| rate.clamp(8000.0, 96_000.0) as u32)
    }
}

/// The part with this name; the softer rest stands in for parts that the split does not know (guitar, piano).
fn stem(source: &Sound, name: &str) -> Sound {
    let parts = source.separate_stems();
    let found = parts.iter().find(|(part, _)| *part == name).map(|(_, sound)| sound.clone());
    found.unwrap_or_else(|| parts.last().map_or_else(|| source.clone(), |(_, rest)| rest.gain(-12.0)))
}

//! Audio: making, reading, writing and changing them.

mod codec;
mod edit;
mod read;
mod synth;
#[cfg(test)]
mod tests;

pub(crate) use codec::AudioFormat;

use super::limits::{MAX_AUDIO_SECONDS, MediaError, within, within_real};

/// What the audio resembles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum AudioKind {
    /// A voice without words: one syllable of two formants for each letter of the text.
    Speech,
    /// Bass, chords, a tune and a beat; tempo, key and tune come from text and seed.
    Music,
    /// A sweep and noise that fade.
    Effect,
}

/// What audio to make.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AudioSpec {
    /// In seconds, above 0 and at most 1800; the audio has the nearest whole number of samples, at least one.
    pub(crate) duration_s: f64,
    /// Samples in a second for each channel, 8000 to 96000.
    pub(crate) sample_rate: u32,
    /// 1 (mono) or 2 (stereo).
    pub(crate) channels: u16,
    /// The prompt, or what is spoken.
    pub(crate) text: String,
    /// Chooses voice, key, tempo and tune.
    pub(crate) seed: u64,
    /// What it resembles.
    pub(crate) kind: AudioKind,
}

impl AudioSpec {
    /// How long reading `text` aloud takes, in seconds: 14 letters in a second, 1 to 600 s.
    pub(crate) fn speech_seconds(text: &str) -> f64 {
        let letters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        (f64::from(letters) / 14.0).clamp(1.0, 600.0)
    }
}

/// An audio clip in memory: 16 bits a sample.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Audio {
    samples: Vec<i16>,
    sample_rate: u32,
    channels: u16,
}

impl std::fmt::Debug for Audio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Audio")
            .field("frames", &self.frames())
            .field("sample_rate", &self.sample_rate)
            .field("channels", &self.channels)
            .finish_non_exhaustive()
    }
}

/// Makes an audio clip; its duration is exact to the sample.
///
/// # Errors
/// [`MediaError::OutOfRange`] for a value outside what [`AudioSpec`] says.
pub(crate) fn audio(spec: &AudioSpec) -> Result<Audio, MediaError> {
    within_real("audio duration in seconds", spec.duration_s, 1e-6, MAX_AUDIO_SECONDS)?;
    within("sample rate", spec.sample_rate, 8000, 96_000)?;
    within("number of channels", spec.channels.into(), 1, 2)?;
    Ok(synth::play(spec))
}

impl Audio {
    /// An audio clip of given samples; the channels alternate. The last, incomplete frame is dropped.
    ///
    /// # Errors
    /// [`MediaError::OutOfRange`] when there is no sample, or the rate or number of channels is outside what
    /// [`AudioSpec`] says (rates up to 192000 are taken).
    pub(crate) fn new(mut samples: Vec<i16>, sample_rate: u32, channels: u16) -> Result<Self, MediaError> {
        within("sample rate", sample_rate, 1000, 192_000)?;
        within("number of channels", channels.into(), 1, 2)?;
        samples.truncate(samples.len() - samples.len() % usize::from(channels));
        let audio = Self { samples, sample_rate, channels };
        within_real("audio duration in seconds", audio.duration_s(), 1e-6, MAX_AUDIO_SECONDS)?;
        Ok(audio)
    }

    /// The samples; the channels alternate.
    pub(crate) fn samples(&self) -> &[i16] {
        &self.samples
    }

    /// Samples in a second for each channel.
    pub(crate) fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// 1 or 2.
    pub(crate) fn channels(&self) -> u16 {
        self.channels
    }

    /// Samples of each channel.
    pub(crate) fn frames(&self) -> u32 {
        u32::try_from(self.samples.len() / usize::from(self.channels.max(1))).unwrap_or(u32::MAX)
    }

    /// In seconds.
    pub(crate) fn duration_s(&self) -> f64 {
        f64::from(self.frames()) / f64::from(self.sample_rate)
    }
}

/// A level from -1.0 to 1.0 as a sample; what is louder is clipped.
#[expect(clippy::cast_possible_truncation, reason = "the value lies in -32767 to 32767")]
pub(crate) fn sample(level: f32) -> i16 {
    (level.clamp(-1.0, 1.0) * 32_767.0).round() as i16
}

/// A sample as a level from -1.0 to 1.0.
pub(crate) fn level(sample: i16) -> f32 {
    f32::from(sample) / 32_767.0
}

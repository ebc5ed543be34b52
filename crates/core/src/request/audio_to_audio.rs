//! The request of [`AudioToAudio`](crate::kind::AudioToAudio).

use super::typed::{common_setters, input_setters, kind_request, option_setters};
use crate::OutputFormat;

kind_request! {
    /// A request for audio from audio.
    AudioToAudioRequest from audio: Audio, one audio, with_audio;
    options {
        seed: u64 => with_seed,
        duration: f64 => with_duration,
        strength: f64 => with_strength,
        format: OutputFormat => with_format,
        sample_rate: u32 => with_sample_rate,
        denoise: bool => with_denoise,
    }
    inputs {
        /// Takes the sound of a film, where the model accepts one.
        with_video => Video,
        /// Sets the voice to sound like.
        with_voice_sample => VoiceSample,
    }
}

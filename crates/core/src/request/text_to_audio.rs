//! The request of [`TextToAudio`](crate::kind::TextToAudio).

use super::typed::{common_setters, input_setters, kind_request, option_setters};
use crate::OutputFormat;

kind_request! {
    /// Asks for: sound from text: speech, music or effects.
    TextToAudioRequest from text;
    options {
        seed: u64 => with_seed,
        duration: f64 => with_duration,
        format: OutputFormat => with_format,
        voice: String => with_voice,
        voice_sample_text: String => with_voice_sample_text,
        language: String => with_language,
        speed: f64 => with_speed,
        pitch: f64 => with_pitch,
        volume: f64 => with_volume,
        sample_rate: u32 => with_sample_rate,
    }
    inputs {
        /// Sets the voice to sound like.
        with_voice_sample => VoiceSample,
    }
}

//! The request of [`TextToAudio`](crate::kind::TextToAudio).

use super::{
    Request,
    typed::{common_setters, input_setters, option_setters},
};
use crate::{Delivery, Input, JsonMap, KindRequest, Options, OutputFormat, Policy, Result};
use serde::{Deserialize, Serialize};

/// Asks for: sound from text: speech, music or effects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TextToAudioRequest {
    /// What to make, in words; for speech, the words to say.
    pub prompt: String,
    /// Further media, each with its role.
    #[serde(default)]
    pub inputs: Vec<Input>,
    /// The canonical options.
    #[serde(default)]
    pub options: Options,
    /// The model's own fields by name; they win over the options.
    #[serde(default)]
    pub extra: JsonMap,
    /// What to do with an option that the model cannot take.
    #[serde(default)]
    pub policy: Policy,
    /// How the provider is to handle the job.
    #[serde(default)]
    pub delivery: Delivery,
}

impl TextToAudioRequest {
    /// Asks with `prompt`.
    pub fn new(prompt: impl Into<String>) -> Self {
        Self {
            prompt: prompt.into(),
            inputs: Vec::new(),
            options: Options::default(),
            extra: JsonMap::new(),
            policy: Policy::default(),
            delivery: Delivery::default(),
        }
    }

    option_setters! {
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

    input_setters! {
        /// Sets the voice to sound like.
        with_voice_sample => VoiceSample,
    }

    common_setters!();
}

impl KindRequest for TextToAudioRequest {
    fn into_request(self) -> Request {
        Request {
            prompt: Some(self.prompt),
            inputs: self.inputs,
            options: self.options,
            extra: self.extra,
            policy: self.policy,
            delivery: self.delivery,
        }
    }

    fn from_request(mut request: Request) -> Result<Self> {
        Ok(Self {
            prompt: request.take_prompt()?,
            inputs: request.inputs,
            options: request.options,
            extra: request.extra,
            policy: request.policy,
            delivery: request.delivery,
        })
    }
}

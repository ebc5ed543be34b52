//! The request of [`AudioToAudio`](crate::kind::AudioToAudio).

use super::{
    Request,
    typed::{common_setters, input_setters, option_setters},
};
use crate::{Delivery, Input, JsonMap, KindRequest, MediaInput, Options, OutputFormat, Policy, Result, Role};
use serde::{Deserialize, Serialize};

/// Asks for: sound from sound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AudioToAudioRequest {
    /// The sounds, the main one first; at least one.
    pub audio: Vec<MediaInput>,
    /// What to make of it, in words, where the model takes them.
    #[serde(default)]
    pub prompt: Option<String>,
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

impl AudioToAudioRequest {
    /// Asks with `audio` as the main input.
    pub fn new(audio: MediaInput) -> Self {
        Self {
            audio: vec![audio],
            prompt: None,
            inputs: Vec::new(),
            options: Options::default(),
            extra: JsonMap::new(),
            policy: Policy::default(),
            delivery: Delivery::default(),
        }
    }

    /// Adds another of the sounds.
    pub fn with_audio(mut self, audio: MediaInput) -> Self {
        self.audio.push(audio);
        self
    }

    /// Says in words what to make of it.
    pub fn with_prompt(mut self, prompt: impl Into<String>) -> Self {
        self.prompt = Some(prompt.into());
        self
    }

    option_setters! {
        seed: u64 => with_seed,
        duration: f64 => with_duration,
        strength: f64 => with_strength,
        format: OutputFormat => with_format,
        sample_rate: u32 => with_sample_rate,
        denoise: bool => with_denoise,
    }

    input_setters! {
        /// Takes the sound of a film, where the model accepts one.
        with_video => Video,
        /// Sets the voice to sound like.
        with_voice_sample => VoiceSample,
    }

    common_setters!();
}

impl KindRequest for AudioToAudioRequest {
    fn into_request(self) -> Request {
        let main = self.audio.into_iter().map(|media| Input::new(Role::Audio, media));
        Request {
            prompt: self.prompt,
            inputs: main.chain(self.inputs).collect(),
            options: self.options,
            extra: self.extra,
            policy: self.policy,
            delivery: self.delivery,
        }
    }

    fn from_request(mut request: Request) -> Result<Self> {
        let audio = if request.inputs.iter().any(|input| input.role == Role::Video) {
            request.take_inputs(Role::Audio)
        } else {
            request.take_required_inputs(Role::Audio)?
        };
        Ok(Self {
            audio,
            prompt: request.prompt.take(),
            inputs: request.inputs,
            options: request.options,
            extra: request.extra,
            policy: request.policy,
            delivery: request.delivery,
        })
    }
}

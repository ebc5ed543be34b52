//! The request of [`TextToVideo`](crate::kind::TextToVideo).

use super::{
    Request,
    typed::{common_setters, input_setters, option_setters},
};
use crate::{AspectRatio, Delivery, Input, JsonMap, KindRequest, Options, Policy, Result, Size};
use serde::{Deserialize, Serialize};

/// Asks for: a film from text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TextToVideoRequest {
    /// What to make, in words.
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

impl TextToVideoRequest {
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
        negative_prompt: String => with_negative_prompt,
        size: Size => with_size,
        aspect_ratio: AspectRatio => with_aspect_ratio,
        resolution: String => with_resolution,
        seed: u64 => with_seed,
        duration: f64 => with_duration,
        fps: f64 => with_fps,
        looping: bool => with_loop,
    }

    input_setters! {
        /// Adds a picture to take style or subject from.
        with_reference => Reference,
    }

    common_setters!();
}

impl KindRequest for TextToVideoRequest {
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

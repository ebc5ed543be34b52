//! The request of [`VideoToVideo`](crate::kind::VideoToVideo).

use super::{
    Request,
    typed::{common_setters, input_setters, option_setters},
};
use crate::{Delivery, Input, JsonMap, KindRequest, MediaInput, Options, Policy, Result, Role, Size};
use serde::{Deserialize, Serialize};

/// Asks for: a film from films.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VideoToVideoRequest {
    /// The films, the main one first; at least one.
    pub videos: Vec<MediaInput>,
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

impl VideoToVideoRequest {
    /// Asks with `video` as the main input.
    pub fn new(video: MediaInput) -> Self {
        Self {
            videos: vec![video],
            prompt: None,
            inputs: Vec::new(),
            options: Options::default(),
            extra: JsonMap::new(),
            policy: Policy::default(),
            delivery: Delivery::default(),
        }
    }

    /// Adds another of the films.
    pub fn with_video(mut self, video: MediaInput) -> Self {
        self.videos.push(video);
        self
    }

    /// Says in words what to make of it.
    pub fn with_prompt(mut self, prompt: impl Into<String>) -> Self {
        self.prompt = Some(prompt.into());
        self
    }

    option_setters! {
        negative_prompt: String => with_negative_prompt,
        size: Size => with_size,
        resolution: String => with_resolution,
        seed: u64 => with_seed,
        strength: f64 => with_strength,
        scale: f64 => with_scale,
        fps: f64 => with_fps,
        similarity: f64 => with_similarity,
        denoise: bool => with_denoise,
    }

    input_setters! {
        /// Sets the sound to put in, or for lips to follow.
        with_audio => Audio,
        /// Sets the face to put in, as a picture or a film.
        with_source_face => SourceFace,
        /// Adds a picture to take style or subject from.
        with_reference => Reference,
        /// Sets where to change the film: white is changed.
        with_mask => Mask,
    }

    common_setters!();
}

impl KindRequest for VideoToVideoRequest {
    fn into_request(self) -> Request {
        let main = self.videos.into_iter().map(|media| Input::new(Role::Video, media));
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
        Ok(Self {
            videos: request.take_required_inputs(Role::Video)?,
            prompt: request.prompt.take(),
            inputs: request.inputs,
            options: request.options,
            extra: request.extra,
            policy: request.policy,
            delivery: request.delivery,
        })
    }
}

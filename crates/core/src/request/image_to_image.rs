//! The request of [`ImageToImage`](crate::kind::ImageToImage).

use super::{
    Request,
    typed::{common_setters, input_setters, option_setters},
};
use crate::{Delivery, Input, JsonMap, KindRequest, MediaInput, Options, OutputFormat, Policy, Result, Role, Size};
use serde::{Deserialize, Serialize};

/// Asks for: a picture from pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImageToImageRequest {
    /// The pictures, the main one first; at least one.
    pub images: Vec<MediaInput>,
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

impl ImageToImageRequest {
    /// Asks with `image` as the main input.
    pub fn new(image: MediaInput) -> Self {
        Self {
            images: vec![image],
            prompt: None,
            inputs: Vec::new(),
            options: Options::default(),
            extra: JsonMap::new(),
            policy: Policy::default(),
            delivery: Delivery::default(),
        }
    }

    /// Adds another of the pictures.
    pub fn with_image(mut self, image: MediaInput) -> Self {
        self.images.push(image);
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
        count: u32 => with_count,
        seed: u64 => with_seed,
        steps: u32 => with_steps,
        guidance: f64 => with_guidance,
        strength: f64 => with_strength,
        scale: f64 => with_scale,
        format: OutputFormat => with_format,
    }

    input_setters! {
        /// Sets where to change the picture: white is changed.
        with_mask => Mask,
        /// Adds a picture to take style or subject from.
        with_reference => Reference,
        /// Sets the face to put in.
        with_source_face => SourceFace,
    }

    common_setters!();
}

impl KindRequest for ImageToImageRequest {
    fn into_request(self) -> Request {
        let main = self.images.into_iter().map(|media| Input::new(Role::Image, media));
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
            images: request.take_required_inputs(Role::Image)?,
            prompt: request.prompt.take(),
            inputs: request.inputs,
            options: request.options,
            extra: request.extra,
            policy: request.policy,
            delivery: request.delivery,
        })
    }
}

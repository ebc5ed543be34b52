//! The request of [`ImageToImage`](crate::kind::ImageToImage).

use super::typed::{common_setters, input_setters, kind_request, option_setters};
use crate::{OutputFormat, Size};

kind_request! {
    /// A request for an image from images.
    ImageToImageRequest from images: Image, one image, with_image;
    options {
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
    inputs {
        /// Sets where to change the picture: white is changed.
        with_mask => Mask,
        /// Adds an image to take style or subject from.
        with_reference => Reference,
        /// Sets the face to put in.
        with_source_face => SourceFace,
    }
}

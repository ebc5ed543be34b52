//! The request of [`TextToImage`](crate::kind::TextToImage).

use super::typed::{common_setters, input_setters, kind_request, option_setters};
use crate::{AspectRatio, OutputFormat, Quality, Size};

kind_request! {
    /// A request for an image from text.
    TextToImageRequest from text;
    options {
        negative_prompt: String => with_negative_prompt,
        size: Size => with_size,
        aspect_ratio: AspectRatio => with_aspect_ratio,
        count: u32 => with_count,
        seed: u64 => with_seed,
        steps: u32 => with_steps,
        guidance: f64 => with_guidance,
        quality: Quality => with_quality,
        format: OutputFormat => with_format,
    }
    inputs {
        /// Adds an image to take style or subject from.
        with_reference => Reference,
    }
}

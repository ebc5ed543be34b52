//! The request of [`TextToVideo`](crate::kind::TextToVideo).

use super::typed::{common_setters, input_setters, kind_request, option_setters};
use crate::{AspectRatio, Size};

kind_request! {
    /// A request for a video from text.
    TextToVideoRequest from text;
    options {
        negative_prompt: String => with_negative_prompt,
        size: Size => with_size,
        aspect_ratio: AspectRatio => with_aspect_ratio,
        resolution: String => with_resolution,
        seed: u64 => with_seed,
        duration: f64 => with_duration,
        fps: f64 => with_fps,
        looping: bool => with_loop,
    }
    inputs {
        /// Adds an image to take style or subject from.
        with_reference => Reference,
    }
}

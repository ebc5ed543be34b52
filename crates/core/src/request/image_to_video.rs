//! The request of [`ImageToVideo`](crate::kind::ImageToVideo).

use super::typed::{common_setters, input_setters, kind_request, option_setters};
use crate::AspectRatio;

kind_request! {
    /// A request for a video from an image.
    ImageToVideoRequest from images: Image, one image, with_image;
    options {
        negative_prompt: String => with_negative_prompt,
        aspect_ratio: AspectRatio => with_aspect_ratio,
        resolution: String => with_resolution,
        seed: u64 => with_seed,
        duration: f64 => with_duration,
        fps: f64 => with_fps,
        motion: f64 => with_motion,
        looping: bool => with_loop,
    }
    inputs {
        /// Sets the last frame.
        with_end_image => EndImage,
        /// Adds an image to take style or subject from.
        with_reference => Reference,
        /// Sets the audio to move to.
        with_audio => Audio,
    }
}

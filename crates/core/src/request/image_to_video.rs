//! The request of [`ImageToVideo`](crate::kind::ImageToVideo).

use super::typed::{common_setters, input_setters, kind_request, option_setters};
use crate::AspectRatio;

kind_request! {
    /// Asks for: a film from a picture.
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
        /// Adds a picture to take style or subject from.
        with_reference => Reference,
        /// Sets the sound to move to.
        with_audio => Audio,
    }
}

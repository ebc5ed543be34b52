//! The request of [`VideoToVideo`](crate::kind::VideoToVideo).

use super::typed::{common_setters, input_setters, kind_request, option_setters};
use crate::Size;

kind_request! {
    /// A request for a video from videos.
    VideoToVideoRequest from videos: Video, one video, with_video;
    options {
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
    inputs {
        /// Sets the audio to put in, or for lips to follow.
        with_audio => Audio,
        /// Sets the face to put in, as an image or a video.
        with_source_face => SourceFace,
        /// Adds an image to take style or subject from.
        with_reference => Reference,
        /// Sets where to change the video: white is changed.
        with_mask => Mask,
    }
}

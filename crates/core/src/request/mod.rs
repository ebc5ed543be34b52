//! Requests: one canonical form for layers and providers, one typed form per kind for people.

mod canonical;
mod typed;

mod audio_to_audio;
mod image_to_image;
mod image_to_video;
mod raw;
mod text_to_audio;
mod text_to_image;
mod text_to_video;
mod video_to_video;

pub use audio_to_audio::AudioToAudioRequest;
pub use canonical::{Delivery, Request};
pub use image_to_image::ImageToImageRequest;
pub use image_to_video::ImageToVideoRequest;
pub use raw::RawRequest;
pub use text_to_audio::TextToAudioRequest;
pub use text_to_image::TextToImageRequest;
pub use text_to_video::TextToVideoRequest;
pub use video_to_video::VideoToVideoRequest;

#[cfg(test)]
mod tests;

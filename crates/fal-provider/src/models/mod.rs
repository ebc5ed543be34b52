//! One file per kind: the entry that binds fal's one model type for it.

pub mod audio_to_audio;
pub mod image_to_image;
pub mod image_to_video;
pub mod raw;
pub mod text_to_audio;
pub mod text_to_image;
pub mod text_to_video;
pub mod video_to_video;

use mediagen_core::ModelEntry;

/// Every entry of this crate, the same that `inventory` links.
pub const MODELS: &[ModelEntry] = &[
    text_to_image::ENTRY,
    image_to_image::ENTRY,
    text_to_video::ENTRY,
    image_to_video::ENTRY,
    video_to_video::ENTRY,
    text_to_audio::ENTRY,
    audio_to_audio::ENTRY,
    raw::ENTRY,
];

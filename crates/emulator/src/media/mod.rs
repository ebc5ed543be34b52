//! Real media made on the spot: images, videos and audio clips that depend on prompt and seed.
//!
//! Everything here is a pure function of its arguments: no network, no clock, no randomness, so that the same
//! arguments give the same bytes. What comes out is meant for players and decoders, not for connoisseurs.
//!
//! - [`paint`] makes an [`Image`]; its methods make every image-to-image result (larger, cut out, restyled, …).
//! - [`video`] makes a [`Video`] (H.264 in MP4, `moov` first); [`probe_video`] reads one, [`transform_video`] changes one.
//! - [`audio`] makes an [`Audio`]; its methods encode it, split it into stems, remove noise.
//! - [`cube`] makes a binary glTF file.

mod audio;
mod glyphs;
mod image;
mod limits;
mod mesh;
mod noise;
mod scene;
mod video;

pub(crate) use self::image::{Image, ImageFormat};
pub(crate) use audio::{Audio, AudioFormat, AudioKind, AudioSpec, audio};
pub(crate) use limits::{
    MAX_AUDIO_SECONDS, MAX_FRAMES, MAX_SIDE, MAX_VIDEO_LONG_SIDE, MAX_VIDEO_SHORT_SIDE, MIN_VIDEO_SIDE, MediaError,
};
pub(crate) use mesh::{GLB_MEDIA_TYPE, cube};
pub(crate) use scene::paint;
pub(crate) use video::{Restyle, Video, VideoChange, VideoFacts, VideoSpec, probe_video, transform_video, video};

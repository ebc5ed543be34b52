//! Videos: H.264 (constrained baseline, 4:2:0, BT.709) in MP4 with `moov` before `mdat`, without an audio track.

mod change;
mod motion;
mod planes;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use change::{Restyle, VideoChange, transform_video};
pub(crate) use read::{VideoFacts, probe_video};

use super::{
    image::Image,
    limits::{MAX_FRAMES, MAX_VIDEO_LONG_SIDE, MAX_VIDEO_SHORT_SIDE, MIN_VIDEO_SIDE, MediaError, within, within_real},
};
use motion::Scenery;
use write::Writer;

/// What video to make.
#[derive(Debug, Clone)]
pub(crate) struct VideoSpec {
    /// In pixels; an odd number becomes the next even one. 16 to 3840, and 16 to 2160 on the shorter side.
    pub(crate) width: u32,
    /// In pixels; as for the width.
    pub(crate) height: u32,
    /// Frames in a second, 0.1 to 240; NTSC rates such as 29.97 become the exact fraction (30000/1001).
    pub(crate) fps: f64,
    /// 1 to 2000.
    pub(crate) frames: u32,
    /// Chooses colours, shapes and paths.
    pub(crate) prompt: String,
    /// Chooses colours, shapes and paths.
    pub(crate) seed: u64,
    /// What the video begins with, resized to fit; `None` begins with a scene of the prompt.
    pub(crate) first_frame: Option<Image>,
    /// What the video ends with, resized to fit; `None` ends with the moving scene.
    pub(crate) last_frame: Option<Image>,
}

impl VideoSpec {
    /// A video of a prompt, without given frames.
    pub(crate) fn new(width: u32, height: u32, fps: f64, frames: u32, prompt: &str, seed: u64) -> Self {
        Self { width, height, fps, frames, prompt: prompt.to_owned(), seed, first_frame: None, last_frame: None }
    }

    /// How many frames last `duration_s` seconds at `fps`: rounded, at least 1 and at most [`u32::MAX`].
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a saturating cast is what is wanted")]
    pub(crate) fn frames_for(duration_s: f64, fps: f64) -> u32 {
        (duration_s * fps).round().max(1.0) as u32
    }
}

/// A finished video.
#[derive(Debug, Clone)]
pub(crate) struct Video {
    /// The MP4 file.
    pub(crate) bytes: Vec<u8>,
    /// In pixels, even.
    pub(crate) width: u32,
    /// In pixels, even.
    pub(crate) height: u32,
    /// Frames in a second as the file says it, such as 29.97002997….
    pub(crate) fps: f64,
    /// Number of frames in the file.
    pub(crate) frames: u32,
    /// In seconds: frames divided by frames in a second.
    pub(crate) duration_s: f64,
}

impl Video {
    /// Media type of every video.
    pub(crate) const MEDIA_TYPE: &str = "video/mp4";
    /// File name extension of every video, without a dot.
    pub(crate) const EXTENSION: &str = "mp4";
}

/// Makes a video: the given first frame or a scene of the prompt, in which shapes move; ends with the given last frame.
///
/// # Errors
/// [`MediaError::OutOfRange`] for a size, rate or number of frames outside what [`VideoSpec`] says,
/// [`MediaError::Unencodable`] when the encoder refuses.
pub(crate) fn video(spec: &VideoSpec) -> Result<Video, MediaError> {
    let mut writer = Writer::new(spec.width, spec.height, spec.fps)?;
    within("number of frames", spec.frames, 1, MAX_FRAMES)?;
    let scenery = Scenery::new(spec, writer.width(), writer.height())?;
    let mut frame = scenery.blank();
    for index in 0..spec.frames {
        scenery.draw(index, &mut frame);
        writer.push(&frame)?;
    }
    writer.finish()
}

/// The next even size, if a video may have it.
fn even_size(width: u32, height: u32) -> Result<(u32, u32), MediaError> {
    let (longest, shortest) = if width >= height {
        (MAX_VIDEO_LONG_SIDE, MAX_VIDEO_SHORT_SIDE)
    } else {
        (MAX_VIDEO_SHORT_SIDE, MAX_VIDEO_LONG_SIDE)
    };
    within("video width", width, MIN_VIDEO_SIDE, longest)?;
    within("video height", height, MIN_VIDEO_SIDE, shortest)?;
    Ok((width.next_multiple_of(2), height.next_multiple_of(2)))
}

/// Ticks of a second and ticks of a frame; NTSC rates become fractions of 1001.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the rate lies in 0.1 to 240")]
fn ticks(fps: f64) -> Result<(u32, u32), MediaError> {
    within_real("frame rate", fps, 0.1, 240.0)?;
    let ntsc = fps * 1.001;
    if (fps - fps.round()).abs() > 1e-6 && (ntsc - ntsc.round()).abs() < 1e-3 {
        return Ok((ntsc.round() as u32 * 1000, 1001));
    }
    Ok(((fps * 1000.0).round() as u32, 1000))
}

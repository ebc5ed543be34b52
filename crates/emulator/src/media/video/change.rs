//! Videos made from videos: larger, at another rate, restyled, with another face, without background.

use super::{
    Video, VideoSpec,
    planes::Planes,
    read::{Track, VideoFacts},
    write::Writer,
};
use crate::media::{
    image::{Image, edit::share_of_256, scaled},
    limits::{MAX_FRAMES, MediaError, within, within_real},
    scene::paint,
};

/// What to change in a video; the default changes nothing but encodes it again.
#[derive(Debug, Clone, Default)]
pub(crate) struct VideoChange {
    /// Makes both sides so many times as long; ignored where `size` is given.
    pub(crate) scale: Option<f64>,
    /// The new width and height in pixels.
    pub(crate) size: Option<(u32, u32)>,
    /// The new rate; the duration stays, frames are repeated or left out.
    pub(crate) fps: Option<f64>,
    /// Draws every frame towards a scene.
    pub(crate) restyle: Option<Restyle>,
    /// Lays this face over the middle of every frame.
    pub(crate) face: Option<Image>,
    /// Keeps every frame's subject and fills the rest with this colour (H.264 has no transparency).
    pub(crate) background: Option<[u8; 3]>,
}

/// How [`VideoChange`] restyles.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Restyle {
    /// Chooses the scene.
    pub(crate) prompt: String,
    /// Chooses the scene.
    pub(crate) seed: u64,
    /// 0.0 (nothing changes) to 1.0 (nothing stays).
    pub(crate) strength: f64,
}

/// Decodes an H.264 video, changes its frames and encodes them again; the duration stays, to the nearest frame.
///
/// # Errors
/// [`MediaError::Unreadable`] for bytes that are not H.264 in MP4, [`MediaError::OutOfRange`] when the result would be
/// larger or longer than [`VideoSpec`] allows.
pub(crate) fn transform_video(input: &[u8], change: &VideoChange) -> Result<Video, MediaError> {
    let track = Track::find(input)?;
    let facts = track.facts;
    let (width, height) = target_size(&facts, change)?;
    let fps = change.fps.unwrap_or(facts.fps);
    let mut writer = Writer::new(width, height, fps)?;
    let frames = if change.fps.is_some() { VideoSpec::frames_for(facts.duration_s, fps) } else { facts.frames };
    within("number of frames", frames, 1, MAX_FRAMES)?;
    let studio = Studio::new(change, writer.width(), writer.height())?;
    let (mut written, mut last) = (0, None);
    track.each_frame(input, |index, frame| {
        if written < frames && source_of(written, frames, facts.frames) <= index {
            let done = studio.treat(&frame)?;
            while written < frames && source_of(written, frames, facts.frames) <= index {
                writer.push(&done)?;
                written += 1;
            }
            last = Some(done);
        }
        Ok(())
    })?;
    // A decoder may give fewer frames than the table promises: the last one stays on screen, so that the duration holds.
    if let Some(last) = last {
        for _ in written..frames {
            writer.push(&last)?;
        }
    }
    writer.finish()
}

/// Which of the input's frames the output's frame `index` shows.
fn source_of(index: u32, frames: u32, input_frames: u32) -> u32 {
    let middle = (2 * u64::from(index) + 1) * u64::from(input_frames) / (2 * u64::from(frames.max(1)));
    u32::try_from(middle).unwrap_or(u32::MAX).min(input_frames.saturating_sub(1))
}

fn target_size(facts: &VideoFacts, change: &VideoChange) -> Result<(u32, u32), MediaError> {
    if let Some(size) = change.size {
        return Ok(size);
    }
    let factor = within_real("scale factor", change.scale.unwrap_or(1.0), 0.01, 100.0)?;
    Ok((scaled(facts.width, factor), scaled(facts.height, factor)))
}

/// Everything that is the same for all frames of one change.
struct Studio {
    size: (usize, usize),
    scene: Option<(Planes, u32)>,
    face: Option<Image>,
    background: Option<Image>,
}

impl Studio {
    fn new(change: &VideoChange, width: u32, height: u32) -> Result<Self, MediaError> {
        let scene = match &change.restyle {
            Some(restyle) => {
                let strength = within_real("strength", restyle.strength, 0.0, 1.0)?;
                let scene = paint(width, height, &restyle.prompt, restyle.seed)?;
                Some((Planes::from_image(&scene), share_of_256(strength)))
            }
            None => None,
        };
        let background = match change.background {
            Some([red, green, blue]) => Some(Image::plain(width, height, [red, green, blue, 255])?),
            None => None,
        };
        let face = change.face.as_ref().map(|face| face.face_for(width, height)).transpose()?;
        let side = |length: u32| usize::try_from(length).unwrap_or(0);
        Ok(Self { size: (side(width), side(height)), scene, face, background })
    }

    fn treat(&self, frame: &Planes) -> Result<Planes, MediaError> {
        let mut frame = frame.resized(self.size.0, self.size.1);
        if let Some((scene, share)) = &self.scene {
            let before = frame.clone();
            frame.mix(&before, scene, *share);
        }
        if self.face.is_none() && self.background.is_none() {
            return Ok(frame);
        }
        let mut image = frame.to_image();
        if let Some(background) = &self.background {
            image = image.with_background(background)?;
        }
        if let Some(face) = &self.face {
            image = image.with_face(face);
        }
        Ok(Planes::from_image(&image))
    }
}

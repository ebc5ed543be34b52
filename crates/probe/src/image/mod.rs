//! Images, by their headers alone; pixels are never decoded.
use mediagen_core::{FrameRate, MediaFacts};

pub(super) mod bmp;
pub(super) mod gif;
pub(super) mod heif;
pub(super) mod jpeg;
pub(super) mod png;
pub(super) mod tiff;
pub(super) mod webp;

/// The most chunks, blocks or boxes that are looked at in one image.
const MAX_STEPS: usize = 1_000_000;

/// Puts down a size, turned as an EXIF orientation (1 to 8) says. A side of 0 is unknown.
fn set_size(facts: &mut MediaFacts, width: u32, height: u32, orientation: Option<u16>) {
    let turned = matches!(orientation, Some(5..=8));
    let (width, height) = if turned { (height, width) } else { (width, height) };
    facts.width = (width != 0).then_some(width);
    facts.height = (height != 0).then_some(height);
}

/// Puts down an animation: how many frames, and their length together in ticks of `1 / scale` seconds.
fn set_animation(facts: &mut MediaFacts, frames: u64, ticks: u64, scale: u64) {
    facts.frames = (frames != 0).then_some(frames);
    if frames > 1 {
        facts.duration_s = crate::video::seconds(ticks, scale);
        facts.frame_rate = FrameRate::from_ticks(frames, ticks, scale);
    }
}

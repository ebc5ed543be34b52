//! Videos: made from words, out of images, or out of a video.

use super::{Made, Maker, soundtrack::with_audio};
use crate::{
    media::{
        Audio, Image, MAX_FRAMES, MAX_VIDEO_LONG_SIDE, MAX_VIDEO_SHORT_SIDE, MIN_VIDEO_SIDE, MediaError, Restyle,
        Video, VideoChange, VideoSpec, transform_video, video,
    },
    work::{
        behaviour::Behaviour,
        kind::Kind,
        wishes::{Target, Wishes},
    },
};
use bytes::Bytes;
use serde_json::json;

/// Frames in a second where nothing says otherwise.
const USUAL_FPS: f64 = 24.0;
/// Seconds of a video where nothing says otherwise.
const USUAL_SECONDS: f64 = 2.0;
/// What stands behind a subject cut out of a video: H.264 knows no transparency.
const GREEN: [u8; 3] = [0, 255, 0];

impl Maker {
    /// The `index`-th video of a property.
    pub(super) fn video(&self, name: &str, index: usize) -> Result<Made, MediaError> {
        let changes = !matches!(self.behaviour, Behaviour::Generate | Behaviour::Animate);
        let made = match self.sources.video() {
            Some((bytes, _)) if changes => self.changed_video(bytes, name, index)?,
            _ => video(&self.video_spec(index))?,
        };
        let made = match self.soundtrack(made.duration_s)? {
            Some(audio) => with_audio(&made, &audio)?,
            None => made,
        };
        let facts = json!({
            "width": made.width, "height": made.height, "fps": made.fps, "num_frames": made.frames,
            "duration": made.duration_s,
        });
        Ok(Made::new(Kind::Video, made.bytes, Video::MEDIA_TYPE, Video::EXTENSION, &facts))
    }

    /// What is heard: the audio that a video is fitted to, audio made for it, or nothing.
    fn soundtrack(&self, seconds: f64) -> Result<Option<Audio>, MediaError> {
        let audible = self.behaviour == Behaviour::AddAudio || self.wishes.value("audio_track") == Some(&json!(true));
        match self.sources.audio() {
            Some(given) if self.behaviour == Behaviour::Dub => Ok(Some(given.clone())),
            _ if audible => self.audio_track(seconds).map(Some),
            _ => Ok(None),
        }
    }

    fn changed_video(&self, bytes: &Bytes, name: &str, index: usize) -> Result<Video, MediaError> {
        let mut change = VideoChange::default();
        match self.behaviour {
            Behaviour::Upscale => {
                change.scale = Some(self.wishes.number("scale").unwrap_or(2.0));
                change.fps = self.wishes.number("fps");
            }
            Behaviour::Cutout => change.background = Some(if name.contains("mask") { [0; 3] } else { GREEN }),
            // An audio track changes no frame, moving lips change too little to be worth imitating.
            Behaviour::Dub | Behaviour::AddAudio => {}
            _ => match self.sources.images().next() {
                Some(face) if self.wishes.text("prompt").is_empty() => change.face = Some(face.clone()),
                _ => change.restyle = Some(self.restyle(index)),
            },
        }
        transform_video(bytes, &change)
    }

    fn restyle(&self, index: usize) -> Restyle {
        Restyle { prompt: self.wishes.text("prompt"), seed: self.seed(index), strength: self.strength() }
    }

    fn video_spec(&self, index: usize) -> VideoSpec {
        let last = Wishes::names("last_frame");
        let first_frame = match self.behaviour {
            Behaviour::Animate => self.sources.images().next().cloned(),
            _ => None,
        };
        let last_frame = self.sources.image_in(|field| last.iter().any(|name| name == field)).cloned();
        let (width, height) = self.video_size(first_frame.as_ref());
        let fps = self.wishes.number("fps").unwrap_or(USUAL_FPS).clamp(1.0, 120.0);
        let mut spec =
            VideoSpec::new(width, height, fps, self.frames(fps), &self.wishes.text("prompt"), self.seed(index));
        (spec.first_frame, spec.last_frame) = (first_frame, last_frame);
        spec
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the allowed frames")]
    fn frames(&self, fps: f64) -> u32 {
        let seconds = || self.wishes.seconds().or_else(|| self.sources.audio().map(Audio::duration_s));
        let frames = self.wishes.number("frames").unwrap_or_else(|| seconds().unwrap_or(USUAL_SECONDS) * fps);
        frames.round().clamp(1.0, f64::from(MAX_FRAMES)) as u32
    }

    /// What is wanted, otherwise the size of the first frame, made to fit an H.264 video.
    fn video_size(&self, first: Option<&Image>) -> (u32, u32) {
        let own = first.map(|image| (image.width(), image.height()));
        let ratio = own.map(|(width, height)| f64::from(width) / f64::from(height));
        let wanted = self.wishes.wanted_size(Target::Video, ratio);
        fitted(wanted.or(own).unwrap_or_else(|| self.wishes.size(Target::Video)))
    }
}

/// The size with the same shape that an H.264 video can have.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "both sides are clamped to the limits")]
fn fitted((width, height): (u32, u32)) -> (u32, u32) {
    let (long, short) = (f64::from(width.max(height)), f64::from(width.min(height).max(1)));
    let most = (f64::from(MAX_VIDEO_LONG_SIDE) / long).min(f64::from(MAX_VIDEO_SHORT_SIDE) / short).min(1.0);
    let factor = most.max(f64::from(MIN_VIDEO_SIDE) / short);
    let side = |side: u32| {
        let side = (f64::from(side) * factor).clamp(f64::from(MIN_VIDEO_SIDE), f64::from(MAX_VIDEO_LONG_SIDE));
        side as u32 / 2 * 2
    };
    (side(width), side(height))
}

#[cfg(test)]
mod tests {
    use super::fitted;

    #[test]
    fn sizes_are_even_and_within_the_limits() {
        assert_eq!(fitted((1280, 720)), (1280, 720));
        assert_eq!(fitted((8000, 4000)), (3840, 1920));
        assert_eq!(fitted((101, 51)), (100, 50));
        assert_eq!(fitted((8, 8)), (16, 16));
    }
}

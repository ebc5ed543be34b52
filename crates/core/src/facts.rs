//! The one struct for what is known of a media file.

use crate::FrameRate;
use serde::{Deserialize, Serialize};

/// What is known of a media file, measured here or stated by a provider. `None` is "not known", and is never held
/// against a limit.
///
/// ```
/// use mediagen_core::{FrameRate, MediaFacts};
///
/// let stated = MediaFacts::new().with_size(1920, 1080).with_duration(5.0);
/// let measured = MediaFacts::new().with_size(1920, 1088).with_frame_rate(FrameRate::from_ticks(30_000, 1001, 1).unwrap());
/// let facts = measured.or(stated);
/// assert_eq!((facts.height, facts.duration_s), (Some(1088), Some(5.0)));
/// assert_eq!(facts.fps.map(|fps| (fps * 100.0).round()), Some(2997.0));
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MediaFacts {
    /// Media type by the first bytes, and by the tracks where a container may be either: an MP4 with only audio is
    /// `audio/mp4`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Size of the file in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Pixels across as shown, that is after the rotation that the file asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels down as shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Whether pixels may be transparent: the file has an alpha channel or names a transparent colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_alpha: Option<bool>,
    /// Length in seconds, of audio, videos and animated images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_s: Option<f64>,
    /// Frames of a video or an animated image, pages of a TIFF; 1 for a still image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frames: Option<u64>,
    /// Mean frame rate as an exact fraction: frames divided by duration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame_rate: Option<FrameRate>,
    /// Mean frames a second: `frame_rate` as a number, or what a provider stated as one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fps: Option<f64>,
    /// The coding of the first video track, in ffmpeg's names: `h264`, `hevc`, `av1`, `vp9`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_codec: Option<String>,
    /// The coding of the first audio track, in ffmpeg's names: `aac`, `mp3`, `opus`, `pcm_s16le`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_codec: Option<String>,
    /// Audio samples per second and channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<u32>,
    /// Channels of audio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<u16>,
    /// Mean bits per second of audio or a video: size divided by duration, headers included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bitrate: Option<u64>,
    /// Whether there is audio; `Some(false)` only where the file was read far enough to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_audio: Option<bool>,
}

impl MediaFacts {
    /// Nothing known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the media type.
    pub fn with_media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }

    /// Sets the size of the file in bytes.
    pub fn with_bytes(mut self, bytes: u64) -> Self {
        self.bytes = Some(bytes);
        self
    }

    /// Sets width and height in pixels.
    pub fn with_size(mut self, width: u32, height: u32) -> Self {
        (self.width, self.height) = (Some(width), Some(height));
        self
    }

    /// Sets the length in seconds.
    pub fn with_duration(mut self, seconds: f64) -> Self {
        self.duration_s = Some(seconds);
        self
    }

    /// Sets the frames a second; an exact rate is [`MediaFacts::with_frame_rate`].
    pub fn with_fps(mut self, fps: f64) -> Self {
        (self.frame_rate, self.fps) = (None, Some(fps));
        self
    }

    /// Sets the exact frame rate, and the frames a second with it.
    pub fn with_frame_rate(mut self, rate: FrameRate) -> Self {
        (self.frame_rate, self.fps) = (Some(rate), Some(rate.as_f64()));
        self
    }

    /// Sets the number of frames.
    pub fn with_frames(mut self, frames: u64) -> Self {
        self.frames = Some(frames);
        self
    }

    /// Takes from `other` what is unknown here.
    pub fn or(self, other: Self) -> Self {
        // A rate and its number belong together, so they are taken from one side.
        let rates = if self.fps.is_some() || self.frame_rate.is_some() {
            (self.frame_rate, self.fps)
        } else {
            (other.frame_rate, other.fps)
        };
        Self {
            media_type: self.media_type.or(other.media_type),
            bytes: self.bytes.or(other.bytes),
            width: self.width.or(other.width),
            height: self.height.or(other.height),
            has_alpha: self.has_alpha.or(other.has_alpha),
            duration_s: self.duration_s.or(other.duration_s),
            frames: self.frames.or(other.frames),
            frame_rate: rates.0,
            fps: rates.1,
            video_codec: self.video_codec.or(other.video_codec),
            audio_codec: self.audio_codec.or(other.audio_codec),
            sample_rate: self.sample_rate.or(other.sample_rate),
            channels: self.channels.or(other.channels),
            bitrate: self.bitrate.or(other.bitrate),
            has_audio: self.has_audio.or(other.has_audio),
        }
    }
}

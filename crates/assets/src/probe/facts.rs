//! What can be known about a file.

use super::FrameRate;
use serde::{Deserialize, Serialize};

/// What is known about a file; everything but the size may be unknown.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Facts {
    /// Media type by the first bytes, and by the tracks where a container may be either: an MP4 with only sound is
    /// `audio/mp4`.
    pub media_type: Option<String>,
    /// Size in bytes.
    pub bytes: u64,
    /// Pixels across as shown, that is after the rotation that the file asks for.
    pub width: Option<u32>,
    /// Pixels down as shown.
    pub height: Option<u32>,
    /// Whether pixels may be transparent: the file has an alpha channel or names a transparent colour.
    pub has_alpha: Option<bool>,
    /// Length in seconds, of sounds, films and animated pictures.
    pub duration_s: Option<f64>,
    /// Frames of a film or an animated picture, pages of a TIFF; 1 for a still picture.
    pub frames: Option<u64>,
    /// Mean frame rate: frames divided by duration.
    pub frame_rate: Option<FrameRate>,
    /// The coding of the first film track, in ffmpeg's names: `h264`, `hevc`, `av1`, `vp9`, ...
    pub video_codec: Option<String>,
    /// The coding of the first sound track, in ffmpeg's names: `aac`, `mp3`, `opus`, `pcm_s16le`, ...
    pub audio_codec: Option<String>,
    /// Samples per second and channel.
    pub sample_rate: Option<u32>,
    /// Channels of sound.
    pub channels: Option<u16>,
    /// Mean bits per second of a sound or film: size divided by duration, headers included.
    pub bitrate: Option<u64>,
    /// Whether there is sound; `Some(false)` only where the file was read whole enough to know.
    pub has_audio: Option<bool>,
}

impl Facts {
    /// The mean frame rate as a number.
    pub fn fps(&self) -> Option<f64> {
        self.frame_rate.map(FrameRate::as_f64)
    }

    /// Takes from `other` what is unknown here; the size stays.
    pub fn or(self, other: Self) -> Self {
        Self {
            media_type: self.media_type.or(other.media_type),
            bytes: self.bytes,
            width: self.width.or(other.width),
            height: self.height.or(other.height),
            has_alpha: self.has_alpha.or(other.has_alpha),
            duration_s: self.duration_s.or(other.duration_s),
            frames: self.frames.or(other.frames),
            frame_rate: self.frame_rate.or(other.frame_rate),
            video_codec: self.video_codec.or(other.video_codec),
            audio_codec: self.audio_codec.or(other.audio_codec),
            sample_rate: self.sample_rate.or(other.sample_rate),
            channels: self.channels.or(other.channels),
            bitrate: self.bitrate.or(other.bitrate),
            has_audio: self.has_audio.or(other.has_audio),
        }
    }

    /// The mean bit rate, where size and length are known.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a mean of bits needs no more than 52 bits"
    )]
    pub(super) fn mean_bitrate(&self) -> Option<u64> {
        let seconds = self.duration_s.filter(|seconds| *seconds > 0.0)?;
        let rate = self.bytes as f64 * 8.0 / seconds;
        (rate.is_finite() && rate < 1e15).then_some(rate.round() as u64)
    }
}

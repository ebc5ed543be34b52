//! What the module refuses, and how it says so.

/// Longest side of an image, in pixels.
pub(crate) const MAX_SIDE: u32 = 8192;
/// Longest side of a video, in pixels: the H.264 encoder takes no more.
pub(crate) const MAX_VIDEO_LONG_SIDE: u32 = 3840;
/// The other side of a video, in pixels: the H.264 encoder takes no more.
pub(crate) const MAX_VIDEO_SHORT_SIDE: u32 = 2160;
/// Shortest side of a video, in pixels: one macroblock.
pub(crate) const MIN_VIDEO_SIDE: u32 = 16;
/// Most frames of a video.
pub(crate) const MAX_FRAMES: u32 = 2000;
/// Longest audio, in seconds.
pub(crate) const MAX_AUDIO_SECONDS: f64 = 1800.0;

/// Why no medium could be made or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum MediaError {
    /// A size, count, rate or duration outside what is allowed.
    #[error("{what} is {value}, allowed is {allowed}")]
    OutOfRange {
        /// What was measured, such as `image width`.
        what: &'static str,
        /// What was given.
        value: String,
        /// The range in words.
        allowed: String,
    },
    /// Bytes that are not what they should be.
    #[error("cannot read the {medium}: {why}")]
    Unreadable {
        /// `image`, `video` or `audio`.
        medium: &'static str,
        /// What is wrong with them.
        why: String,
    },
    /// An encoder gave up.
    #[error("cannot encode the {medium}: {why}")]
    Unencodable {
        /// `image`, `video` or `audio`.
        medium: &'static str,
        /// What the encoder said.
        why: String,
    },
}

impl MediaError {
    pub(crate) fn unreadable(medium: &'static str, why: impl std::fmt::Display) -> Self {
        Self::Unreadable { medium, why: why.to_string() }
    }

    pub(crate) fn unencodable(medium: &'static str, why: impl std::fmt::Display) -> Self {
        Self::Unencodable { medium, why: why.to_string() }
    }
}

/// Refuses a whole number outside `least..=most`.
pub(crate) fn within(what: &'static str, value: u32, least: u32, most: u32) -> Result<u32, MediaError> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    Err(MediaError::OutOfRange { what, value: value.to_string(), allowed: format!("{least} to {most}") })
}

/// Refuses a number outside `least..=most`, and anything that is not a number.
pub(crate) fn within_real(what: &'static str, value: f64, least: f64, most: f64) -> Result<f64, MediaError> {
    if value >= least && value <= most {
        return Ok(value);
    }
    Err(MediaError::OutOfRange { what, value: value.to_string(), allowed: format!("{least} to {most}") })
}

/// Refuses an image size.
pub(crate) fn image_size(width: u32, height: u32) -> Result<(), MediaError> {
    within("image width", width, 1, MAX_SIDE)?;
    within("image height", height, 1, MAX_SIDE)?;
    Ok(())
}

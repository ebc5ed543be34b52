//! What the caller of a cast wants and allows.

use std::{ffi::OsString, time::Duration};

/// Whether a cast may cost money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Spending {
    /// A plan with a paid step is refused before its first step.
    #[default]
    Refuse,
    /// Paid steps run.
    Allow,
}

/// The most memory that a cast of an image takes for each of its pixels, in bytes, as long as a pixel itself has no
/// more than 8 (16 bits with alpha). A pixel of floating-point numbers has 12 or 16, and takes up to 32. A JPEG
/// file is also in memory; one with more bytes than this for each pixel and 64 MiB is refused.
pub const MAX_BYTES_PER_PIXEL: u32 = 20;

/// What is wanted beyond the type, and the limits.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CastOptions {
    /// Which moment of a video becomes an image, in seconds from its start. Default 0.
    pub at: Duration,
    /// Samples of audio per second; `None` keeps the source's. Default `None`.
    pub sample_rate: Option<u32>,
    /// Channels of audio, 1 or more; `None` keeps the source's. Default `None`.
    pub channels: Option<u16>,
    /// The most bytes that a step may write. Default 2 GiB.
    pub max_bytes: u64,
    /// The most pixels of an image that is decoded here; each takes up to [`MAX_BYTES_PER_PIXEL`]. Default 100 million.
    pub max_pixels: u64,
    /// The longest that one step may take. Default 10 min.
    pub timeout: Duration,
    /// Whether a paid converter may run. Default [`Spending::Refuse`].
    pub spending: Spending,
    /// Name or path of the ffmpeg program. Default `ffmpeg`, found as the system finds programs.
    pub ffmpeg: OsString,
}

impl Default for CastOptions {
    fn default() -> Self {
        Self {
            at: Duration::ZERO,
            sample_rate: None,
            channels: None,
            max_bytes: 2 << 30,
            max_pixels: 100_000_000,
            timeout: Duration::from_mins(10),
            spending: Spending::Refuse,
            ffmpeg: "ffmpeg".into(),
        }
    }
}

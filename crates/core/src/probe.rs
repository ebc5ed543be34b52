//! What a look into a local file tells, and who looks.

use crate::MediaInput;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// What is known of one input's file; `None` is "not known" and is never held against a limit.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MediaFacts {
    /// Size of the file in bytes.
    pub bytes: Option<u64>,
    /// Pixels across, as shown.
    pub width: Option<u32>,
    /// Pixels down, as shown.
    pub height: Option<u32>,
    /// Length in seconds.
    pub duration_s: Option<f64>,
    /// Frames a second.
    pub fps: Option<f64>,
    /// Frames in all.
    pub frames: Option<u64>,
}

impl MediaFacts {
    /// Nothing known yet.
    pub fn new() -> Self {
        Self::default()
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

    /// Sets the frames a second.
    pub fn with_fps(mut self, fps: f64) -> Self {
        self.fps = Some(fps);
        self
    }

    /// Sets the number of frames.
    pub fn with_frames(mut self, frames: u64) -> Self {
        self.frames = Some(frames);
        self
    }
}

/// Looks into local media before they are sent, so that a file outside a model's limits is refused while it costs nothing.
///
/// A [`Context`](crate::Context) carries one; a provider asks it for each input that it would upload.
#[async_trait]
pub trait MediaProbe: Send + Sync + 'static {
    /// What is known of `media`; `None` for an address, and for what cannot be read: whoever sends it says why.
    ///
    /// Only headers are read, and nothing is sent.
    async fn probe(&self, media: &MediaInput) -> Option<MediaFacts>;
}

//! The facts of a media file, and the probe that a context carries to measure one.

mod facts;
mod frame_rate;

pub use facts::MediaFacts;
pub use frame_rate::FrameRate;

use crate::MediaInput;
use async_trait::async_trait;

/// Measures local media before they are sent, so that a file outside a model's limits is refused while it costs nothing.
///
/// A [`Context`](crate::Context) carries one; a provider uses it for each input that it would upload.
#[async_trait]
pub trait MediaProbe: Send + Sync + 'static {
    /// What is known of `media`; `None` for an address, and for what cannot be read: the upload reports why.
    ///
    /// Only headers are read, and nothing is sent.
    async fn probe(&self, media: &MediaInput) -> Option<MediaFacts>;
}

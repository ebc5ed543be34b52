//! Where a runner reads its inputs and leaves its outputs.

use bytes::Bytes;

/// The storage of a service, as a runner sees it.
#[async_trait::async_trait]
pub(crate) trait Files: Send + Sync {
    /// Stores `content` under a new address and returns its URL.
    async fn store(&self, content: Bytes, file_name: &str, media_type: &str) -> String;
    /// The bytes behind `url` (an address of this service or a data URI) and their media type; `None` when it cannot be had.
    async fn fetch(&self, url: &str) -> Option<(Bytes, String)>;
}

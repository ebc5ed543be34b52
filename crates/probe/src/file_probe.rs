//! The probe that a context carries: files and bytes in memory, measured off the async threads.

use crate::measure::{probe, probe_bytes};
use async_trait::async_trait;
use mediagen_core::{MediaFacts, MediaInput, MediaProbe};

/// Measures inputs with [`probe`](crate::probe()): local files and bytes in memory. Needs tokio's runtime.
///
/// ```
/// use mediagen_core::{MediaInput, MediaProbe as _};
/// use mediagen_probe::FileProbe;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let gif = MediaInput::bytes(&b"GIF89a\x40\x01\xf0\x00\x00\x00\x00"[..], "a.gif");
/// let facts = FileProbe::new().probe(&gif).await.unwrap();
/// assert_eq!((facts.width, facts.height), (Some(320), Some(240)));
/// # });
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct FileProbe;

impl FileProbe {
    /// A probe.
    pub fn new() -> Self {
        Self
    }
}

#[async_trait]
impl MediaProbe for FileProbe {
    async fn probe(&self, media: &MediaInput) -> Option<MediaFacts> {
        match media {
            MediaInput::Path(path) => {
                // Opening a pipe would wait for its other end.
                tokio::fs::metadata(path).await.ok().filter(std::fs::Metadata::is_file)?;
                let path = path.clone();
                tokio::task::spawn_blocking(move || probe(path).ok()).await.ok()?
            }
            MediaInput::Bytes { data, .. } => {
                let data = data.clone();
                tokio::task::spawn_blocking(move || probe_bytes(&data)).await.ok()
            }
            _ => None,
        }
    }
}

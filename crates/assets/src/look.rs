//! The probe that a context carries: files and bytes in memory, measured off the async threads.

use crate::probe::{self, Facts};
use async_trait::async_trait;
use mediagen_core::{MediaFacts, MediaInput, MediaProbe};

/// Measures inputs with [`probe`](crate::probe): local files and bytes in memory. Needs tokio's runtime.
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
        let measured = match media {
            MediaInput::Path(path) => {
                // Opening a pipe would wait for its other end.
                tokio::fs::metadata(path).await.ok().filter(std::fs::Metadata::is_file)?;
                let path = path.clone();
                tokio::task::spawn_blocking(move || probe::probe(path).ok()).await.ok()??
            }
            MediaInput::Bytes { data, .. } => {
                let data = data.clone();
                tokio::task::spawn_blocking(move || probe::probe_bytes(&data)).await.ok()?
            }
            _ => return None,
        };
        Some(of(&measured))
    }
}

fn of(measured: &Facts) -> MediaFacts {
    let mut facts = MediaFacts::new().with_bytes(measured.bytes);
    (facts.width, facts.height) = (measured.width, measured.height);
    (facts.duration_s, facts.fps, facts.frames) = (measured.duration_s, measured.fps(), measured.frames);
    facts
}

//! What is cast: a file, by its path.

use mediagen_core::MediaFacts;
use mediagen_core::Result;
use mediagen_disk::blocking;
use mediagen_probe::{
    probe,
    sniff::{self, FileType, MediaClass},
};
use std::path::{Path, PathBuf};

/// A file with its type and facts.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CastSource {
    /// Where it is.
    pub path: PathBuf,
    /// Its type: by its bytes; for text, which has no magic bytes, by its name where the bytes are text indeed.
    pub kind: FileType,
    /// What was measured.
    pub facts: MediaFacts,
}

impl CastSource {
    /// Measures the file at `path`.
    ///
    /// # Errors
    /// `Io` when it cannot be read.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_owned();
        blocking(move || Self::open_now(path)).await
    }

    pub(super) fn open_now(path: PathBuf) -> Result<Self> {
        let facts = probe(&path)?;
        let by_bytes = facts.media_type.as_deref().and_then(sniff::by_media_type);
        let named = || {
            let extension = path.extension()?.to_str()?;
            let kind = sniff::by_extension(extension).filter(|kind| kind.class == MediaClass::Text)?;
            crate::check::is_text(&path).ok()?.then_some(kind)
        };
        let kind = by_bytes.or_else(named).unwrap_or(sniff::UNKNOWN);
        Ok(Self { path, kind, facts })
    }
}

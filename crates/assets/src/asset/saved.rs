//! A file that a download saved.

use mediagen_core::Note;
use serde::Serialize;
use std::path::PathBuf;
use url::Url;

/// One saved file and what was measured on it; unknown facts are `None`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SavedFile {
    /// Where it is.
    pub path: PathBuf,
    /// Where it came from, as the provider gave it; `None` for content that came inside the answer.
    pub url: Option<Url>,
    /// Media type by the first bytes, else the provider's word, else `application/octet-stream`.
    pub media_type: String,
    /// Size in bytes.
    pub bytes: u64,
    /// BLAKE3 hash of the content, 64 hexadecimal digits.
    pub blake3: String,
    /// Pixels across as shown.
    pub width: Option<u32>,
    /// Pixels down as shown.
    pub height: Option<u32>,
    /// Length in seconds.
    pub duration_s: Option<f64>,
    /// Mean frames per second.
    pub fps: Option<f64>,
    /// What the provider said about the type, where the bytes say otherwise.
    pub note: Option<Note>,
}

//! The report of `mediagen upload`.

use crate::ui::Report;
use mediagen::core::{Note, ProviderId, Uploaded};
use serde::Serialize;
use serde_json::Value;
use std::{path::Path, time::Duration};

/// A file on the provider's storage.
#[derive(Debug, Serialize)]
pub(crate) struct UploadReport {
    status: &'static str,
    provider: String,
    /// What goes into a body: mostly an address.
    url: Value,
    path: String,
    bytes: Option<u64>,
    media_type: Option<String>,
    blake3: Option<String>,
    /// The same content was there already.
    cached: bool,
    notes: Vec<Note>,
    timings_ms: Total,
}

#[derive(Debug, Serialize)]
struct Total {
    total: u64,
}

impl UploadReport {
    pub(crate) fn new(provider: &ProviderId, path: &Path, uploaded: Uploaded, took: Duration) -> Self {
        Self {
            status: "completed",
            provider: provider.to_string(),
            url: uploaded.reference,
            path: path.display().to_string(),
            bytes: uploaded.bytes,
            media_type: uploaded.media_type,
            blake3: uploaded.blake3,
            cached: uploaded.cached,
            notes: uploaded.notes,
            timings_ms: Total { total: u64::try_from(took.as_millis()).unwrap_or(u64::MAX) },
        }
    }
}

impl Report for UploadReport {
    fn text(&self) -> String {
        self.url.as_str().map_or_else(|| self.url.to_string(), str::to_owned)
    }
}

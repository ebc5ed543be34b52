//! An upload in parts, as it stands.

use std::{collections::BTreeMap, path::PathBuf, sync::Mutex};

/// An upload whose parts are still coming.
#[derive(Debug)]
pub(crate) struct Multipart {
    pub(super) key: String,
    pub(super) media_type: String,
    pub(super) parts: Mutex<BTreeMap<u32, Part>>,
}

#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) path: PathBuf,
    pub(super) size: u64,
    pub(super) etag: String,
    /// CRC-32C of a part that was not kept.
    pub(super) dropped: Option<u64>,
}

impl Multipart {
    pub(crate) fn new(key: String, media_type: String) -> Self {
        Self { key, media_type, parts: Mutex::default() }
    }
}

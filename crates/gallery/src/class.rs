//! What the page does with a file, by its media type.

use serde::Serialize;
use std::path::Path;

/// How a file is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Class {
    Image,
    Video,
    Audio,
    Text,
    /// Something with three dimensions.
    Model,
    Other,
}

/// Endings of three-dimensional files, which many servers send as `application/octet-stream`.
const MODELS: &[&str] =
    &["3mf", "fbx", "glb", "gltf", "obj", "ply", "splat", "spz", "stl", "usd", "usda", "usdc", "usdz"];

impl Class {
    pub(super) fn of(media_type: &str, file: &str) -> Self {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let ending = Path::new(file).extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        match essence.split_once('/').unwrap_or_default() {
            ("image", _) => Self::Image,
            ("video", _) => Self::Video,
            ("audio", _) => Self::Audio,
            ("model", _) => Self::Model,
            _ if MODELS.contains(&&*ending) => Self::Model,
            ("text", _) | ("application", "json" | "x-ndjson" | "xml" | "yaml") => Self::Text,
            _ => Self::Other,
        }
    }
}

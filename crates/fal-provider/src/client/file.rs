//! Inputs as fal gets them: looked at before anything is sent, typed by their first bytes, under a clean name.

use bytes::Bytes;
use mediagen_core::{Dispatch, Error, ErrorKind, MediaInput, Result};
use mediagen_http::Body;
use std::path::Path;
use tokio::io::AsyncReadExt as _;

/// As much of a file as is needed to tell its type.
const HEAD: usize = 8 * 1024;
/// Longest file name that is passed on, in bytes; enough to recognise it.
const LONGEST_NAME: usize = 100;

/// An input that was looked at and can be uploaded.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    /// The path, or the name of the bytes, as the caller gave it.
    pub(crate) given: String,
    /// The name that fal gets.
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) bytes: u64,
    pub(super) body: Body,
}

impl Prepared {
    /// Reads the head of `media`, or `None` for a URL, which is passed on as it is.
    ///
    /// # Errors
    /// `NotFound` and `Io` for a file that cannot be read, `InvalidInput` for an empty one.
    pub(crate) async fn of(media: &MediaInput) -> Result<Option<Self>> {
        let (given, head, body, bytes) = match media {
            MediaInput::Path(path) => {
                let (head, bytes) = read_head(path).await.map_err(|e| unreadable(path, e))?;
                (path.display().to_string(), head, Body::File { path: path.clone(), bytes }, bytes)
            }
            MediaInput::Bytes { data, name } => {
                let bytes = u64::try_from(data.len()).unwrap_or(u64::MAX);
                (name.clone(), data.slice(..data.len().min(HEAD)), Body::Bytes(data.clone()), bytes)
            }
            _ => return Ok(None),
        };
        if bytes == 0 {
            return Err(Error::new(ErrorKind::InvalidInput, format!("the input `{given}` is empty")));
        }
        let (media_type, extension) = sniff(&head, &given);
        Ok(Some(Self { name: clean_name(&given, extension), given, media_type, bytes, body }))
    }
}

async fn read_head(path: &Path) -> std::io::Result<(Bytes, u64)> {
    // Asked before it is opened: opening a pipe waits for its other end.
    let metadata = tokio::fs::metadata(path).await?;
    if !metadata.is_file() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "not a file"));
    }
    let file = tokio::fs::File::open(path).await?;
    let mut head = Vec::new();
    file.take(HEAD as u64).read_to_end(&mut head).await?;
    Ok((head.into(), metadata.len()))
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    let kind = match error.kind() {
        std::io::ErrorKind::NotFound => ErrorKind::NotFound,
        std::io::ErrorKind::InvalidInput => ErrorKind::InvalidInput,
        _ => ErrorKind::Io,
    };
    Error::new(kind, format!("the input `{}` cannot be read", path.display()))
        .with_dispatch(Dispatch::NotSent)
        .with_source(error)
}

/// Media type and extension from the first bytes; from the name where they say nothing.
fn sniff(head: &[u8], name: &str) -> (String, Option<&'static str>) {
    if let Some(found) = infer::get(head) {
        let media_type = match found.mime_type() {
            "audio/x-wav" => "audio/wav",
            "audio/x-flac" => "audio/flac",
            "audio/m4a" => "audio/mp4",
            other => other,
        };
        return (media_type.to_owned(), Some(found.extension()));
    }
    let by_name = Path::new(name).extension().and_then(|e| e.to_str()).and_then(|extension| {
        let known = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(extension));
        known.map(|(_, media_type)| (*media_type).to_owned())
    });
    (by_name.unwrap_or_else(|| "application/octet-stream".to_owned()), None)
}

/// Types without a mark in their first bytes, by extension.
const NAMES: &[(&str, &str)] = &[
    ("txt", "text/plain"),
    ("srt", "application/x-subrip"),
    ("json", "application/json"),
    ("csv", "text/csv"),
    ("svg", "image/svg+xml"),
    ("glb", "model/gltf-binary"),
    ("obj", "model/obj"),
    ("safetensors", "application/octet-stream"),
];

/// The name as a header can carry it: no folders, ASCII letters, digits and `.-_`, with the extension of the content.
fn clean_name(given: &str, extension: Option<&str>) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let (stem, own) = match last.rsplit_once('.') {
        Some((stem, own)) if !stem.is_empty() => (stem, Some(own)),
        _ => (last.trim_start_matches('.'), None),
    };
    let stem: String = stem.chars().map(clean).take(LONGEST_NAME).collect();
    let stem = if stem.chars().any(|c| c.is_ascii_alphanumeric()) { stem } else { "upload".to_owned() };
    let own: Option<String> = own.map(|own| own.chars().map(clean).take(16).collect());
    let alike = |a: &str, b: &str| a.eq_ignore_ascii_case(b) || (a.eq_ignore_ascii_case("jpeg") && b == "jpg");
    match (own, extension) {
        (Some(own), Some(found)) if alike(&own, found) => format!("{stem}.{own}"),
        (_, Some(found)) => format!("{stem}.{found}"),
        (Some(own), None) => format!("{stem}.{own}"),
        (None, None) => format!("{stem}.bin"),
    }
}

#[cfg(test)]
mod tests;

//! Inputs as fal gets them: looked at before anything is sent, typed by their first bytes, under a clean name.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use mediagen_core::{Dispatch, Error, ErrorKind, MediaInput, MediaStream, Note, Result, Role};
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
    /// Length in bytes; unknown for some streams.
    pub(crate) bytes: Option<u64>,
    /// The name says that it is something else.
    pub(crate) misnamed: bool,
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
                (path.display().to_string(), head, Body::File { path: path.clone(), bytes }, Some(bytes))
            }
            MediaInput::Bytes { data, name } => {
                let bytes = u64::try_from(data.len()).unwrap_or(u64::MAX);
                (name.clone(), data.slice(..data.len().min(HEAD)), Body::Bytes(data.clone()), Some(bytes))
            }
            MediaInput::Stream(stream) => {
                let head = first_bytes(stream).await.map_err(|e| {
                    Error::new(ErrorKind::Io, format!("the input `{}` cannot be read", stream.name()))
                        .with_dispatch(Dispatch::NotSent)
                        .with_source(e)
                })?;
                let source = stream.clone();
                let bytes = if head.is_empty() { Some(0) } else { stream.bytes() };
                (stream.name().to_owned(), head, Body::stream(bytes, move || source.open()), bytes)
            }
            _ => return Ok(None),
        };
        if bytes == Some(0) {
            return Err(Error::new(ErrorKind::InvalidInput, format!("the input `{given}` is empty")));
        }
        let (media_type, extension) = sniff(&head, &given);
        let misnamed = extension.is_some_and(|found| is_misnamed(&given, found));
        Ok(Some(Self { name: clean_name(&given, extension), given, media_type, bytes, misnamed, body }))
    }

    /// The note that the name contradicts the content.
    pub(crate) fn note(&self, option: &str) -> Option<Note> {
        let why = "the first bytes tell the type, whatever the name says";
        self.misnamed.then(|| Note::new(option, self.name.as_str(), self.media_type.as_str(), why))
    }

    /// As [`Prepared::note`], named after the input's role.
    pub(crate) fn note_of(&self, role: Role) -> Option<Note> {
        self.note(role.as_str())
    }
}

async fn first_bytes(stream: &MediaStream) -> std::io::Result<Bytes> {
    let (mut chunks, mut head) = (stream.open(), BytesMut::new());
    while head.len() < HEAD
        && let Some(chunk) = chunks.next().await
    {
        let chunk = chunk?;
        head.extend_from_slice(&chunk[..chunk.len().min(HEAD)]);
    }
    Ok(head.freeze())
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

/// Extensions that promise a type which the first bytes can show, those of one type together.
const PROMISES: &[&[&str]] = &[
    &["jpg", "jpeg", "jpe", "jfif"],
    &["png", "apng"],
    &["gif"],
    &["webp"],
    &["bmp"],
    &["tif", "tiff"],
    &["avif"],
    &["heic", "heif"],
    &["mp4", "m4v", "mov", "m4a", "3gp", "qt"],
    &["webm", "mkv"],
    &["avi"],
    &["mp3"],
    &["wav"],
    &["flac"],
    &["ogg", "oga", "ogv", "opus"],
    &["aac"],
    &["pdf"],
    &["zip"],
];

/// Whether the name promises another type than `found`, the extension that belongs to the content.
fn is_misnamed(given: &str, found: &str) -> bool {
    let group = |extension: &str| PROMISES.iter().position(|row| row.iter().any(|e| e.eq_ignore_ascii_case(extension)));
    let own = Path::new(given).extension().and_then(|e| e.to_str()).and_then(group);
    own.is_some() && own != group(found)
}

/// The name as a header can carry it: no folders, ASCII letters, digits and `.-_`; its own extension stays, and one
/// without gets that of the content.
fn clean_name(given: &str, extension: Option<&str>) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let (stem, own) = match last.rsplit_once('.') {
        Some((stem, own)) if !stem.is_empty() && !own.is_empty() => (stem, Some(own)),
        _ => (last.trim_matches('.'), None),
    };
    let stem: String = stem.chars().map(clean).take(LONGEST_NAME).collect();
    let stem = if stem.chars().any(|c| c.is_ascii_alphanumeric()) { stem } else { "upload".to_owned() };
    let own: Option<String> = own.map(|own| own.chars().map(clean).take(16).collect());
    format!("{stem}.{}", own.as_deref().or(extension).unwrap_or("bin"))
}

#[cfg(test)]
mod tests;

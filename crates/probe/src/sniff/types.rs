//! The known types, each in one spelling, with the other names they go by.

use serde::{Deserialize, Serialize};
use std::path::Path;

/// The broad class of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MediaClass {
    /// A still or animated image.
    Image,
    /// A video, with or without audio.
    Video,
    /// Audio.
    Audio,
    /// A 3D model.
    Model3d,
    /// Text, markup or JSON.
    Text,
    /// Anything else.
    Other,
}

/// A file type, in one spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileType {
    /// The canonical media type, such as `audio/wav`.
    pub media_type: &'static str,
    /// The canonical extension without a dot, such as `wav`.
    pub extension: &'static str,
    /// The class.
    pub class: MediaClass,
}

/// What a file of unknown type is called: `application/octet-stream`, `bin`.
pub const UNKNOWN: FileType = row("application/octet-stream", "bin", MediaClass::Other);

const fn row(media_type: &'static str, extension: &'static str, class: MediaClass) -> FileType {
    FileType { media_type, extension, class }
}

/// A type, other media types that mean it, and other extensions that it has.
type Row = (FileType, &'static [&'static str], &'static [&'static str]);

/// The known types.
const TYPES: &[Row] = {
    use MediaClass::{Audio, Image, Model3d, Other, Text, Video};
    &[
        (row("image/png", "png", Image), &["image/x-png", "image/apng"], &["apng"]),
        (row("image/jpeg", "jpg", Image), &["image/jpg", "image/pjpeg"], &["jpeg", "jpe", "jfif"]),
        (row("image/gif", "gif", Image), &[], &[]),
        (row("image/webp", "webp", Image), &[], &[]),
        (row("image/bmp", "bmp", Image), &["image/x-ms-bmp"], &[]),
        (row("image/tiff", "tiff", Image), &[], &["tif"]),
        (row("image/avif", "avif", Image), &[], &[]),
        (row("image/heif", "heif", Image), HEIF, &["heic"]),
        (row("image/jxl", "jxl", Image), &[], &[]),
        (row("image/svg+xml", "svg", Image), &[], &[]),
        (row("video/mp4", "mp4", Video), &["video/x-m4v"], &["m4v", "3gp"]),
        (row("video/quicktime", "mov", Video), &[], &["qt"]),
        (row("video/webm", "webm", Video), &[], &[]),
        (row("video/x-matroska", "mkv", Video), &["video/matroska"], &[]),
        (row("video/ogg", "ogv", Video), &[], &[]),
        (row("video/x-msvideo", "avi", Video), &["video/avi"], &[]),
        (row("audio/wav", "wav", Audio), &["audio/x-wav", "audio/wave", "audio/vnd.wave"], &[]),
        (row("audio/mpeg", "mp3", Audio), &["audio/mp3"], &[]),
        (row("audio/flac", "flac", Audio), &["audio/x-flac"], &[]),
        (row("audio/ogg", "ogg", Audio), &["application/ogg"], &["oga"]),
        (row("audio/opus", "opus", Audio), &[], &[]),
        (row("audio/webm", "weba", Audio), &[], &[]),
        (row("audio/x-matroska", "mka", Audio), &["audio/matroska"], &[]),
        (row("audio/mp4", "m4a", Audio), &["audio/m4a", "audio/x-m4a"], &[]),
        (row("audio/aac", "aac", Audio), &["audio/x-aac"], &[]),
        (row("audio/aiff", "aiff", Audio), &["audio/x-aiff"], &[]),
        (row("model/gltf-binary", "glb", Model3d), &[], &[]),
        (row("model/gltf+json", "gltf", Model3d), &[], &[]),
        (row("model/obj", "obj", Model3d), &[], &[]),
        (row("application/json", "json", Text), &["text/json"], &[]),
        (row("text/html", "html", Text), &["application/xhtml+xml"], &["htm"]),
        (row("text/plain", "txt", Text), &[], &[]),
        (row("text/csv", "csv", Text), &[], &[]),
        (row("application/xml", "xml", Text), &["text/xml"], &[]),
        (row("application/x-subrip", "srt", Text), &["text/srt"], &[]),
        (row("text/vtt", "vtt", Text), &[], &[]),
        (row("application/zip", "zip", Other), &["application/x-zip-compressed"], &[]),
        (row("application/pdf", "pdf", Other), &[], &[]),
    ]
};

const HEIF: &[&str] = &["image/heic", "image/heif-sequence", "image/heic-sequence"];

/// Extensions that promise something which the first bytes can show. Those of one row cannot be told apart by a server
/// that only reads the container, and are taken for each other.
const PROMISES: &[&[&str]] = &[
    &["jpg"],
    &["png"],
    &["gif"],
    &["webp"],
    &["bmp"],
    &["tiff"],
    &["avif"],
    &["heif"],
    &["mp4", "mov", "m4a"],
    &["webm", "mkv", "weba", "mka"],
    &["avi"],
    &["mp3"],
    &["wav"],
    &["flac"],
    &["ogg", "ogv", "opus"],
    &["aac"],
    &["pdf"],
    &["zip"],
];

/// All known types, each once.
pub fn types() -> impl Iterator<Item = FileType> {
    TYPES.iter().map(|(kind, ..)| *kind)
}

/// The type that a media type text names, whatever its case, parameters and spelling.
pub fn by_media_type(text: &str) -> Option<FileType> {
    let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let named = |(kind, others, _): &&Row| kind.media_type == essence || others.contains(&&*essence);
    TYPES.iter().find(named).map(|(kind, ..)| *kind)
}

/// The type that usually has this extension (no dot, any case).
pub fn by_extension(extension: &str) -> Option<FileType> {
    let extension = extension.to_ascii_lowercase();
    let named = |(kind, _, others): &&Row| kind.extension == extension || others.contains(&&*extension);
    TYPES.iter().find(named).map(|(kind, ..)| *kind)
}

/// The type that a file called `name` usually has, by its extension.
pub fn by_name(name: &str) -> Option<FileType> {
    by_extension(Path::new(name).extension()?.to_str()?)
}

/// Whether `name` promises another type than `found`, which the content has. A name without a known extension, and one
/// whose type has no mark in its first bytes, promises nothing.
pub fn is_misnamed(name: &str, found: FileType) -> bool {
    let promised = by_name(name).and_then(promise);
    promised.is_some() && promised != promise(found)
}

fn promise(kind: FileType) -> Option<usize> {
    PROMISES.iter().position(|row| row.contains(&kind.extension))
}

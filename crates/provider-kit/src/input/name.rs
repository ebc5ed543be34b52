//! What a file is called and what it is.

use std::path::Path;

/// Longest file name that is passed on, in bytes; enough to recognise it.
const LONGEST_NAME: usize = 100;

/// Media type and extension from the first bytes; from the name where they say nothing.
pub(super) fn sniff(head: &[u8], name: &str) -> (String, Option<&'static str>) {
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

/// Types that their first bytes do not show, by extension.
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
pub(super) fn is_misnamed(given: &str, found: &str) -> bool {
    let group = |extension: &str| PROMISES.iter().position(|row| row.iter().any(|e| e.eq_ignore_ascii_case(extension)));
    let own = Path::new(given).extension().and_then(|e| e.to_str()).and_then(group);
    own.is_some() && own != group(found)
}

/// The name as a header can carry it: no folders, ASCII letters, digits and `.-_`; its own extension stays, and one
/// without gets that of the content.
pub(super) fn clean_name(given: &str, extension: Option<&str>) -> String {
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

//! What a file is, by its first bytes, and whether its name agrees.
//!
//! Servers and models name types wrongly, so the bytes decide: the recognised type gives the media type and the
//! extension that this crate writes. Recognition itself is the `infer` crate's; this module settles its several
//! spellings on one, and adds what `infer` lacks.

mod types;

pub use types::{FileType, MediaClass, UNKNOWN, by_extension, by_media_type, by_name, is_misnamed, types};

/// How many bytes from the start of a file [`sniff`] wants; more change nothing.
pub const HEAD_BYTES: usize = 4096;

/// The type of a file called `name` that starts with `head`: by the bytes, otherwise by the name, otherwise [`UNKNOWN`].
pub fn file_type(head: &[u8], name: &str) -> FileType {
    sniff(head).or_else(|| by_name(name)).unwrap_or(UNKNOWN)
}

/// The type of a file that starts with `head` (up to [`HEAD_BYTES`]); `None` when nothing is recognised.
pub fn sniff(head: &[u8]) -> Option<FileType> {
    let media_type = match head {
        [b'g', b'l', b'T', b'F', ..] => "model/gltf-binary",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..]
        | [b'R', b'F', b'6', b'4', _, _, _, _, b'W', b'A', b'V', b'E', ..] => "audio/wav",
        [_, _, _, _, b'f', b't', b'y', b'p', rest @ ..] => by_brands(head, rest),
        // QuickTime before it had brands.
        [_, _, _, _, b'm', b'o', b'o', b'v', ..]
        | [0, 0, 0, _, b'w', b'i', b'd', b'e', ..]
        | [_, _, _, _, b'm', b'd', b'a', b't', ..] => "video/quicktime",
        [0x1A, 0x45, 0xDF, 0xA3, rest @ ..] => {
            let rest = rest.get(..rest.len().min(64))?;
            if contains(rest, b"webm") { "video/webm" } else { "video/x-matroska" }
        }
        [b'O', b'g', b'g', b'S', ..] if contains(head, b"\x80theora") => "video/ogg",
        [b'O', b'g', b'g', b'S', ..] if contains(head, b"OpusHead") => "audio/opus",
        [b'O', b'g', b'g', b'S', ..] => "audio/ogg",
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => "image/tiff",
        // Two letters are little; the length of the second header is one of seven.
        [b'B', b'M', ..] => match head.get(14..18) {
            Some([12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]) => "image/bmp",
            _ => return sniff_text(head),
        },
        [b'I', b'D', b'3', ..] => behind_tag(head),
        // A sync word, then layer III of a version that exists; or AAC, whose layer is 0.
        [0xFF, second, third, ..] if second & 0xE6 == 0xE2 && second & 0x18 != 8 && third >> 4 != 15 => "audio/mpeg",
        [0xFF, second, ..] if second & 0xF6 == 0xF0 => "audio/aac",
        _ => match infer::get(head).filter(|kind| kind.matcher_type() != infer::MatcherType::Text) {
            Some(kind) => kind.mime_type(),
            None => return sniff_text(head),
        },
    };
    by_media_type(media_type).or_else(|| sniff_text(head))
}

/// What a file of boxes is, by its brands; the first is its own, the others are those it is compatible with.
fn by_brands(head: &[u8], brands: &[u8]) -> &'static str {
    let length = head.get(..4).and_then(|size| size.try_into().ok()).map_or(0, u32::from_be_bytes);
    let list = brands.get(..brands.len().min((length as usize).saturating_sub(8).max(4))).unwrap_or_default();
    let mut brands = list.chunks_exact(4);
    let is_avif = |brand: &[u8]| matches!(brand, b"avif" | b"avis");
    match brands.next() {
        Some(own) if is_avif(own) => "image/avif",
        Some(b"mif1" | b"msf1") if brands.clone().skip(1).any(is_avif) => "image/avif",
        Some(b"mif1" | b"msf1" | b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx") => "image/heif",
        Some(b"qt  ") => "video/quicktime",
        Some(b"M4A " | b"M4B " | b"M4P " | b"F4A " | b"F4B ") => "audio/mp4",
        // A brand that is not listed is an MP4 all the same.
        _ => "video/mp4",
    }
}

/// What stands behind an ID3 tag, as far as it ends within the head; MP3 otherwise, which has most of them.
fn behind_tag(head: &[u8]) -> &'static str {
    let size = head.get(6..10).unwrap_or_default().iter().fold(0, |size, byte| size << 7 | usize::from(byte & 0x7F));
    match head.get(10 + size..).unwrap_or_default() {
        [b'f', b'L', b'a', b'C', ..] => "audio/flac",
        [0xFF, second, ..] if second & 0xF6 == 0xF0 => "audio/aac",
        _ => "audio/mpeg",
    }
}

/// Markup and JSON, which have no magic bytes; only what starts like it counts, plain prose is not recognised.
fn sniff_text(head: &[u8]) -> Option<FileType> {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let start = head.get(..256.min(head.len()))?.to_ascii_lowercase();
    let name = if start.starts_with(b"<!doctype html") || start.starts_with(b"<html") || start.starts_with(b"<head") {
        "text/html"
    } else if start.starts_with(b"<svg") || (start.starts_with(b"<?xml") && contains(&start, b"<svg")) {
        "image/svg+xml"
    } else if start.starts_with(b"<?xml") {
        "application/xml"
    } else if looks_like_json(&start) {
        "application/json"
    } else {
        return None;
    };
    by_media_type(name)
}

fn looks_like_json(start: &[u8]) -> bool {
    let (Some(first), rest) = (start.first(), start.get(1..).unwrap_or_default().trim_ascii_start()) else {
        return false;
    };
    match first {
        b'{' => rest.is_empty() || rest.starts_with(b"\"") || rest.starts_with(b"}"),
        b'[' => {
            rest.first().is_none_or(|b| matches!(b, b'{' | b'[' | b']' | b'"' | b'-' | b'0'..=b'9'))
                && std::str::from_utf8(start).is_ok()
        }
        _ => false,
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(head: &[u8]) -> Option<(&'static str, &'static str)> {
        sniff(head).map(|kind| (kind.media_type, kind.extension))
    }

    #[test]
    fn the_usual_formats_are_known_by_their_first_bytes() {
        let cases: &[(&[u8], &str, &str)] = &[
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png", "png"),
            (b"\xFF\xD8\xFF\xE0\0\x10JFIF", "image/jpeg", "jpg"),
            (b"GIF89a\x01\0\x01\0", "image/gif", "gif"),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp", "webp"),
            (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav", "wav"),
            (b"ID3\x04\0\0\0\0\0\0", "audio/mpeg", "mp3"),
            (b"\xFF\xFB\x90\x64\0\0", "audio/mpeg", "mp3"),
            (b"fLaC\0\0\0\x22", "audio/flac", "flac"),
            (b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\x02\x03\x04\0\0\0\0\0\0\0\0\x01\x1e\x01vorbis", "audio/ogg", "ogg"),
            (b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\x02\x03\x04\0\0\0\0\0\0\0\0\x01\x13OpusHead", "audio/opus", "opus"),
            (b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41", "video/mp4", "mp4"),
            (b"\0\0\0\x14ftypzzzz\0\0\0\0zzzz", "video/mp4", "mp4"),
            (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video/quicktime", "mov"),
            (b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom\0\0\0\0", "audio/mp4", "m4a"),
            (b"glTF\x02\0\0\0\x10\0\0\0", "model/gltf-binary", "glb"),
            (b"<?xml version=\"1.0\"?>\n<svg xmlns=\"x\">", "image/svg+xml", "svg"),
            (b"\xEF\xBB\xBF\n<!DOCTYPE html><title>502</title>", "text/html", "html"),
            (b"  { \"detail\": \"gone\" }", "application/json", "json"),
            (b"[{\"a\":1}]", "application/json", "json"),
        ];
        for (head, media_type, extension) in cases {
            assert_eq!(name(head), Some((*media_type, *extension)), "{:?}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn unknown_short_and_empty_heads_are_unknown() {
        for head in [&b""[..], b"\0", b"{", b"RIFF", b"plain prose", b"\x01\x02\x03\x04\x05\x06\x07\x08", b"[\xFF"] {
            let found = sniff(head);
            assert!(found.is_none() || found == by_media_type("application/json"), "{head:?} -> {found:?}");
        }
        assert_eq!(sniff(b"plain prose"), None);
    }

    #[test]
    fn one_spelling_for_many_names() {
        assert_eq!(by_media_type("Audio/X-WAV; rate=8000").unwrap().media_type, "audio/wav");
        assert_eq!(by_media_type("image/jpg").unwrap().extension, "jpg");
        assert_eq!(by_extension("JPEG").unwrap().media_type, "image/jpeg");
        assert_eq!(by_media_type("application/octet-stream"), None);
        assert_eq!(by_name("folder.png/take.JPE").unwrap().media_type, "image/jpeg");
        assert_eq!((by_name("png"), by_name("a.xyz"), by_name("")), (None, None, None));
        assert_eq!(file_type(b"GIF89a", "a.png").extension, "gif");
        assert_eq!(file_type(b"1,2,3", "a.csv").media_type, "text/csv");
        assert_eq!(file_type(b"1,2,3", "a"), UNKNOWN);
    }

    #[test]
    fn a_name_is_wrong_when_it_promises_another_type_than_the_bytes() {
        let found = |extension| by_extension(extension).unwrap();
        for (name, extension) in [("a.png", "jpg"), ("a.wav", "mp3"), ("a.MP4", "webm"), ("a.pdf", "zip")] {
            assert!(is_misnamed(name, found(extension)), "{name} {extension}");
        }
        for (name, extension) in [
            ("a.jpe", "jpg"),
            ("a.mov", "mp4"),
            ("a.m4a", "mp4"),
            ("a.mkv", "webm"),
            ("a.ogg", "opus"),
            // These names promise nothing that bytes could show.
            ("a.txt", "json"),
            ("a.safetensors", "zip"),
            ("a", "png"),
        ] {
            assert!(!is_misnamed(name, found(extension)), "{name} {extension}");
        }
    }

    #[test]
    fn each_type_is_found_by_its_own_names() {
        for kind in types() {
            assert_eq!(by_media_type(kind.media_type), Some(kind));
            assert_eq!(by_extension(kind.extension), Some(kind), "{}", kind.extension);
        }
    }
}

//! Validates the downloaded content and detects its type.

use crate::name;
use mediagen_core::{Dispatch, Error, ErrorKind, Note, Part, Result};
use mediagen_probe::sniff::{self, FileType, MediaClass};
use std::path::Path;

/// How many characters of a wrong body are shown.
const EXCERPT: usize = 200;

/// What a whole file is.
#[derive(Debug)]
pub(super) struct Content {
    /// Media type for the asset.
    pub(super) media_type: String,
    /// Extension for the name.
    pub(super) extension: String,
    /// What was claimed, where the bytes say otherwise.
    pub(super) note: Option<Note>,
}

impl Content {
    /// Decides by the bytes, then by the provider's word, then by the server's, then by the name.
    ///
    /// # Errors
    /// `Transfer` for an empty file, and for markup or JSON where media was due.
    pub(super) fn check(part: &Part, server_type: Option<&str>, head: &[u8], bytes: u64) -> Result<Self> {
        if bytes == 0 {
            return Err(transfer("the file is empty: 0 bytes came"));
        }
        let sniffed = sniff::sniff(head);
        let named = name_of(part).and_then(|name| sniff::by_name(&name));
        let due = part.media_type.as_deref().and_then(sniff::by_media_type).or(named);
        let served = server_type.and_then(sniff::by_media_type);
        let actual = sniffed.or(due).or(served);
        if let Some(text) = sniffed.or(served).filter(|kind| is_error_page(*kind))
            && !due.is_some_and(|due| due.class == MediaClass::Text || due.media_type == "model/gltf+json")
        {
            return Err(
                transfer(format!("{} came where media was due", text.media_type)).with("excerpt", excerpt(head))
            );
        }
        let unlisted = || part.media_type.as_deref().or(server_type).map(essence).filter(|text| text.contains('/'));
        let media_type = match (actual, unlisted()) {
            (Some(kind), _) => kind.media_type.to_owned(),
            (None, Some(text)) => text,
            (None, None) => sniff::UNKNOWN.media_type.to_owned(),
        };
        let extension = actual.map(|kind| kind.extension.to_owned()).or_else(|| extension_of(part));
        Ok(Self {
            media_type,
            extension: extension.unwrap_or_else(|| sniff::UNKNOWN.extension.to_owned()),
            note: mismatch(part.media_type.as_deref().or(server_type), sniffed),
        })
    }
}

/// Markup and JSON are what servers answer instead of a file.
fn is_error_page(kind: FileType) -> bool {
    matches!(kind.media_type, "text/html" | "application/json" | "application/xml")
}

fn mismatch(claimed: Option<&str>, sniffed: Option<FileType>) -> Option<Note> {
    let (claimed, sniffed) = (claimed?, sniffed?);
    let known = sniff::by_media_type(claimed)?;
    (known != sniffed)
        .then(|| Note::new("media_type", claimed, sniffed.media_type, "the first bytes of the file say otherwise"))
}

fn essence(text: &str) -> String {
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The file name as the provider states it, otherwise the last segment of the URL.
fn name_of(part: &Part) -> Option<String> {
    let from_url = || part.url()?.path_segments()?.next_back().map(str::to_owned);
    part.file_name.clone().or_else(from_url).filter(|name| !name.is_empty())
}

fn extension_of(part: &Part) -> Option<String> {
    let name = name_of(part)?;
    Path::new(&name).extension()?.to_str().map(name::clean_extension)
}

fn transfer(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Transfer, message).with_dispatch(Dispatch::Answered)
}

/// The beginning of a body as one line of printable text.
fn excerpt(head: &[u8]) -> String {
    let text = String::from_utf8_lossy(head);
    let words = text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    let mut shown: String = line.chars().take(EXCERPT).collect();
    if shown.len() < line.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediagen_core::PartSource;

    fn part(media_type: Option<&str>, name: &str) -> Part {
        let mut part = Part::new("", PartSource::Bytes(bytes::Bytes::new()));
        part.media_type = media_type.map(str::to_owned);
        part.file_name = Some(name.to_owned()).filter(|name| !name.is_empty());
        part
    }

    #[test]
    fn the_bytes_decide_and_a_wrong_claim_is_noted() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        let content = Content::check(&part(Some("image/jpeg"), "photo.jpg"), None, png, 16).unwrap();
        assert_eq!((content.media_type.as_str(), content.extension.as_str()), ("image/png", "png"));
        let note = content.note.unwrap();
        assert_eq!((note.from, note.to), ("image/jpeg".into(), "image/png".into()));
        assert!(Content::check(&part(Some("image/png"), "x"), None, png, 16).unwrap().note.is_none());
    }

    #[test]
    fn what_the_bytes_do_not_say_comes_from_the_claims() {
        let cases = [
            (part(Some("Model/OBJ"), ""), None, "model/obj", "obj"),
            (part(None, "mesh.obj"), None, "model/obj", "obj"),
            (part(None, ""), Some("audio/mp3"), "audio/mpeg", "mp3"),
            (
                part(Some("application/x-safetensors; v=1"), "a.SafeTensors"),
                None,
                "application/x-safetensors",
                "safetensors",
            ),
            (part(None, "../x.t/a"), None, "application/octet-stream", "bin"),
        ];
        for (part, server, media_type, extension) in cases {
            let content = Content::check(&part, server, b"v 0 0 0", 7).unwrap();
            assert_eq!((content.media_type.as_str(), content.extension.as_str()), (media_type, extension));
        }
    }

    #[test]
    fn markup_is_an_error_unless_it_was_due() {
        let error = Content::check(&part(None, "a.png"), None, b"<html>\n<b>502</b>", 17).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transfer);
        assert!(error.context().contains(&("excerpt", "<html> <b>502</b>".to_owned())));
        assert!(Content::check(&part(None, ""), None, b"{\"detail\":1}", 12).is_err());
        assert!(Content::check(&part(Some("application/json"), ""), None, b"{\"a\":1}", 7).is_ok());
        assert!(Content::check(&part(None, "timing.json"), None, b"{\"a\":1}", 7).is_ok());
        assert!(Content::check(&part(None, ""), Some("text/html"), b"gone", 4).is_err());
    }
}

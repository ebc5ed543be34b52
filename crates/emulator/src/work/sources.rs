//! The input files of a run: finding, fetching and reading them.

use super::{
    failure::{Failure, Problem},
    files::Files,
    kind::Kind,
    schema::Document,
};
use crate::media::{Audio, Image, MediaError, VideoFacts, probe_video};
use bytes::Bytes;
use serde_json::{Value, json};

/// An address in the input.
#[derive(Debug, Clone)]
pub(super) struct Address {
    loc: Vec<Value>,
    name: String,
    kind: Kind,
    url: String,
}

/// A fetched, unread file.
#[derive(Debug, Clone)]
pub(super) struct Fetched {
    address: Address,
    bytes: Bytes,
}

/// What an input file turned out to be.
#[derive(Debug, Clone)]
pub(super) enum Medium {
    /// A decoded image.
    Image(Image),
    /// A measured video.
    Video(Bytes, VideoFacts),
    /// Decoded audio; `None` for M4A, which is taken but not decoded.
    Audio(Option<Audio>),
    /// Any other file.
    Archive,
}

/// The read input files, each with the field it came in.
#[derive(Debug, Clone, Default)]
pub(super) struct Sources(Vec<(String, Medium)>);

/// Every address in `input`, by the schema, nested objects and lists included.
pub(super) fn addresses<'a>(document: Document<'a>, schema: &'a Value, input: &Value) -> Vec<Address> {
    let mut found = Vec::new();
    collect(document, schema, input, &mut Vec::new(), &mut found);
    found
}

fn collect<'a>(
    document: Document<'a>,
    schema: &'a Value,
    input: &Value,
    loc: &mut Vec<Value>,
    found: &mut Vec<Address>,
) {
    let Some(object) = document.object(schema) else { return };
    for (name, property) in document.properties(object) {
        let Some(value) = input.get(name) else { continue };
        loc.push(json!(name));
        match Kind::of_input(name, property) {
            Some(kind) => take(name, kind, value, loc, found),
            None => nested(document, property, value, loc, found),
        }
        loc.pop();
    }
}

fn take(name: &str, kind: Kind, value: &Value, loc: &mut Vec<Value>, found: &mut Vec<Address>) {
    match value {
        Value::String(url) if !url.is_empty() => {
            found.push(Address { loc: loc.clone(), name: name.to_owned(), kind, url: url.clone() });
        }
        Value::Array(list) => {
            for (index, one) in list.iter().enumerate() {
                loc.push(json!(index));
                take(name, kind, one, loc, found);
                loc.pop();
            }
        }
        _ => {}
    }
}

fn nested<'a>(
    document: Document<'a>,
    schema: &'a Value,
    value: &Value,
    loc: &mut Vec<Value>,
    found: &mut Vec<Address>,
) {
    let Value::Array(list) = value else {
        return collect(document, schema, value, loc, found);
    };
    let items = document.alternatives(schema).into_iter().find_map(|one| one.get("items"));
    for (index, one) in list.iter().enumerate() {
        let Some(items) = items else { return };
        loc.push(json!(index));
        nested(document, items, one, loc, found);
        loc.pop();
    }
}

/// Fetches every address.
///
/// # Errors
/// `file_download_error` for those that cannot be had (protocol 5.2).
pub(super) async fn fetch(addresses: Vec<Address>, files: &dyn Files) -> Result<Vec<Fetched>, Failure> {
    let (mut fetched, mut failed) = (Vec::new(), Vec::new());
    for address in addresses {
        match files.fetch(&address.url).await {
            Some((bytes, _)) => fetched.push(Fetched { address, bytes }),
            None => failed.push(address.complaint("file_download_error", "Failed to download the file")),
        }
    }
    if failed.is_empty() { Ok(fetched) } else { Err(Failure::Refused(failed)) }
}

impl Address {
    fn complaint(&self, kind: &'static str, msg: &str) -> Problem {
        Problem::new(&self.loc, kind, format!("{msg}. Check that it can be reached and read."), &json!(self.url))
    }
}

impl Sources {
    /// Decodes what was fetched; slow, so not for the async threads.
    ///
    /// # Errors
    /// `image_load_error`, `unsupported_video_format` or `unsupported_audio_format`.
    pub(super) fn read(fetched: Vec<Fetched>) -> Result<Self, Failure> {
        let (mut read, mut failed) = (Vec::new(), Vec::new());
        for file in fetched {
            match medium(file.address.kind, &file.bytes) {
                Ok(medium) => read.push((file.address.name, medium)),
                Err(error) => failed.push(unreadable(&file.address, &error)),
            }
        }
        if failed.is_empty() { Ok(Self(read)) } else { Err(Failure::Refused(failed)) }
    }

    /// How many files there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The images in the order of the input, masks and last frames left out.
    pub(super) fn images(&self) -> impl Iterator<Item = &Image> {
        let ends = super::wishes::Wishes::names("last_frame");
        let main = move |name: &String| !name.contains("mask") && !ends.contains(name);
        self.0.iter().filter_map(move |(name, medium)| match medium {
            Medium::Image(image) if main(name) => Some(image),
            _ => None,
        })
    }

    /// The first image that came in one of these fields.
    pub(super) fn image_in(&self, test: impl Fn(&str) -> bool) -> Option<&Image> {
        self.0.iter().find_map(|(name, medium)| match medium {
            Medium::Image(image) if test(name) => Some(image),
            _ => None,
        })
    }

    /// The first video.
    pub(super) fn video(&self) -> Option<(&Bytes, &VideoFacts)> {
        self.0.iter().find_map(|(_, medium)| match medium {
            Medium::Video(bytes, facts) => Some((bytes, facts)),
            _ => None,
        })
    }

    /// The first audio file that could be decoded.
    pub(super) fn audio(&self) -> Option<&Audio> {
        self.0.iter().find_map(|(_, medium)| match medium {
            Medium::Audio(audio) => audio.as_ref(),
            _ => None,
        })
    }

    /// Length of the first audio file or video.
    pub(super) fn seconds(&self) -> Option<f64> {
        self.audio().map(Audio::duration_s).or_else(|| self.video().map(|(_, facts)| facts.duration_s))
    }
}

fn medium(kind: Kind, bytes: &Bytes) -> Result<Medium, MediaError> {
    match kind {
        Kind::Image => Image::from_bytes(bytes).map(Medium::Image),
        Kind::Video => probe_video(bytes).map(|facts| Medium::Video(bytes.clone(), facts)),
        Kind::Audio if only_recognised(bytes) => Ok(Medium::Audio(None)),
        Kind::Audio => Audio::from_bytes(bytes).map(|audio| Medium::Audio(Some(audio))),
        Kind::Mesh | Kind::Archive => Ok(Medium::Archive),
    }
}

/// Audio in MP4 (M4A), which is taken but not decoded.
fn only_recognised(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp")
}

fn unreadable(address: &Address, error: &MediaError) -> Problem {
    let problem = |kind, msg: &str| address.complaint(kind, &format!("{msg}: {error}"));
    match (address.kind, error) {
        (Kind::Image, MediaError::OutOfRange { .. }) => {
            let most = json!(crate::media::MAX_SIDE);
            let mut problem = problem("image_too_large", "Image too large");
            problem.ctx = Some(json!({"max_width": most, "max_height": most}));
            problem
        }
        (Kind::Video, _) => {
            problem("unsupported_video_format", "Unsupported video").with("supported_formats", &json!(["mp4"]))
        }
        (Kind::Audio, _) => {
            let formats = json!(["wav", "ogg", "flac", "mp3", "m4a"]);
            problem("unsupported_audio_format", "Unsupported audio").with("supported_formats", &formats)
        }
        _ => problem("image_load_error", "Failed to load the image"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_lists_and_nested_objects() {
        let root = json!({});
        let text = json!({"type": "string"});
        let schema = json!({"properties": {
            "image_urls": {"type": "array", "items": text},
            "speakers": {"type": "array", "items": {"properties": {"audio_url": text, "name": text}}},
            "condition": {"anyOf": [{"properties": {"video_url": text}}, {"type": "null"}]},
            "prompt": text,
        }});
        let input = json!({
            "image_urls": ["a", "b"], "speakers": [{"audio_url": "c", "name": "d"}],
            "condition": {"video_url": "e"}, "prompt": "http://no.file",
        });
        let mut found: Vec<(String, Kind, String)> = addresses(Document::new(&root, None, None), &schema, &input)
            .into_iter()
            .map(|one| (one.url, one.kind, Value::Array(one.loc).to_string()))
            .collect();
        found.sort();
        let wanted = [
            ("a", Kind::Image, r#"["image_urls",0]"#),
            ("b", Kind::Image, r#"["image_urls",1]"#),
            ("c", Kind::Audio, r#"["speakers",0,"audio_url"]"#),
            ("e", Kind::Video, r#"["condition","video_url"]"#),
        ];
        assert_eq!(found, wanted.map(|(url, kind, loc)| (url.to_owned(), kind, loc.to_owned())));
    }
}

//! What came out: content into the spool before anything else, and back out of it.

use crate::{Content, Journal, journal};
use async_trait::async_trait;
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use bytes::Bytes;
use mediagen_core::{Context, Error, ErrorKind, Output, Part, PartSource, Provider, Result};
use serde_json::Value;
use std::sync::Arc;

/// Reads the content behind an address of an output.
#[async_trait]
pub trait Fetch: Send + Sync + 'static {
    /// The content of `part` from its start, as it comes; `provider` is the one that made it, and permits its own
    /// addresses.
    ///
    /// # Errors
    /// `Transfer`, `PermissionDenied` for an address that must not be read, `Expired` for one that is gone.
    async fn open(&self, cx: &Context, provider: &Arc<dyn Provider>, part: &Part) -> Result<Content>;
}

/// Takes padding or leaves it out, in the standard alphabet.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Moves content that only this process has into the spool. The answer itself keeps the reference in its place.
pub(crate) async fn spool(journal: &dyn Journal, output: &mut Output) -> Result<()> {
    for part in &mut output.parts {
        let content = match &part.source {
            PartSource::Bytes(data) => journal::whole(data.clone()),
            PartSource::DataUri(text) => {
                if part.media_type.is_none() {
                    part.media_type = media_type(text);
                }
                journal::whole(decoded(text)?)
            }
            PartSource::Stream(stream) => stream.take().ok_or_else(|| {
                Error::new(ErrorKind::Unexpected, "the content of an output was taken by another reader")
            })?,
            _ => continue,
        };
        let spooled = journal.spool(content).await?;
        part.facts.bytes = Some(spooled.bytes);
        if let Some(place) = output.raw.pointer_mut(&part.pointer) {
            hollow(place, &spooled.blake3);
        }
        part.source = PartSource::Spool(spooled.blake3);
    }
    Ok(())
}

/// Replaces a `data:` address in an answer by a reference into the spool.
fn hollow(place: &mut Value, blake3: &str) {
    match place {
        Value::String(text) if text.starts_with("data:") => *text = format!("spool:{blake3}"),
        Value::Object(map) => {
            map.values_mut().filter(|value| value.is_string()).for_each(|value| hollow(value, blake3));
        }
        _ => {}
    }
}

fn media_type(uri: &str) -> Option<String> {
    let (head, _) = uri.split_once(',')?;
    let named = head.strip_prefix("data:")?.split(';').next()?;
    (!named.is_empty()).then(|| named.to_owned())
}

/// The content of a `data:` address.
pub(crate) fn decoded(uri: &str) -> Result<Bytes> {
    let malformed = |why: &'static str| Error::new(ErrorKind::InvalidResponse, why);
    let (head, content) = uri.split_once(',').ok_or_else(|| malformed("a `data:` address has no comma"))?;
    let plain: Vec<u8> = percent_encoding::percent_decode_str(content).collect();
    if !head.to_ascii_lowercase().ends_with(";base64") {
        return Ok(plain.into());
    }
    let digits: Vec<u8> = plain.into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let decoded = BASE64.decode(digits).map_err(|e| malformed("a `data:` address is not base64").with_source(e))?;
    Ok(decoded.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryJournal;
    use futures_util::TryStreamExt as _;
    use serde_json::json;

    #[test]
    fn data_addresses_of_every_spelling_are_decoded() {
        for (uri, content) in [
            ("data:text/plain;base64,aGk=", "hi"),
            ("data:;BASE64,aGk", "hi"),
            ("data:;base64,%61Gk%3D", "hi"),
            ("data:text/plain,h%69 there", "hi there"),
        ] {
            assert_eq!(decoded(uri).unwrap(), content.as_bytes(), "{uri}");
        }
        for uri in ["data:nothing", "data:;base64,*"] {
            assert_eq!(decoded(uri).unwrap_err().kind(), ErrorKind::InvalidResponse);
        }
    }

    #[tokio::test]
    async fn content_leaves_the_answer_before_it_is_written_down() {
        let journal = MemoryJournal::new();
        let uri = "data:image/png;base64,aGk=";
        let mut output = Output::default();
        output.raw = json!({"image": {"url": uri, "width": 4}});
        output.parts = vec![Part::new("/image", PartSource::DataUri(uri.into()))];
        spool(&journal, &mut output).await.unwrap();
        let text = serde_json::to_string(&output).unwrap();
        assert!(!text.contains("aGk"), "{text}");
        let PartSource::Spool(hash) = &output.parts[0].source else { panic!("not spooled") };
        assert_eq!(output.raw["image"], json!({"url": format!("spool:{hash}"), "width": 4}));
        let read: Vec<Bytes> = journal.open(hash).try_collect().await.unwrap();
        assert_eq!(read.concat(), b"hi");
        assert_eq!(output.parts[0].media_type.as_deref(), Some("image/png"));
    }
}

//! An asset as text and as JSON.

use super::{Asset, AssetSource};
use futures_util::StreamExt as _;
use mediagen_core::{Error, ErrorKind, MediaFacts, Result};
use mediagen_probe::sniff::MediaClass;
use serde::{Serialize, Serializer};
use std::{fmt, path::Path};
use url::Url;

impl Asset {
    /// The content of a text of at most `max_bytes` bytes.
    ///
    /// # Errors
    /// `KindMismatch` when it is not a text; `InvalidInput` when it is longer, is not UTF-8, or has not been downloaded;
    /// `Io`.
    pub async fn text(&self, max_bytes: u64) -> Result<String> {
        if self.file_type().class != MediaClass::Text {
            let message = format!("`{}` is {}, which is not a text", self.name(), self.media_type());
            return Err(Error::new(ErrorKind::KindMismatch, message));
        }
        let mut content = Vec::new();
        let mut chunks = self.read().await?;
        while let Some(chunk) = chunks.next().await {
            content.extend_from_slice(&chunk?);
            if content.len() as u64 > max_bytes {
                return Err(Error::new(
                    ErrorKind::InvalidInput,
                    format!("`{}` is longer than {max_bytes} bytes", self.name()),
                ));
            }
        }
        String::from_utf8(content)
            .map_err(|e| Error::new(ErrorKind::InvalidInput, format!("`{}` is not UTF-8", self.name())).with_source(e))
    }
}

impl fmt::Display for Asset {
    /// The path of a file; otherwise the address without its query; otherwise the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source() {
            AssetSource::File(path) => path.display().fmt(f),
            AssetSource::Url(url) => f.write_str(&mediagen_http::redact(url)),
            AssetSource::Bytes(_) => f.write_str(self.name()),
        }
    }
}

/// The shape of an asset in documents.
#[derive(Serialize)]
struct View<'a> {
    path: Option<&'a Path>,
    url: Option<&'a Url>,
    blake3: Option<&'a str>,
    #[serde(flatten)]
    facts: &'a MediaFacts,
}

impl Serialize for Asset {
    /// Where it is, its address, its hash, and what was measured, as one object.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let path = match self.source() {
            AssetSource::File(path) => Some(&**path),
            _ => None,
        };
        View { path, url: self.url(), blake3: self.known_blake3(), facts: self.facts() }.serialize(serializer)
    }
}

//! One file that came out.

use crate::{BoxStream, MediaFacts, Result};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};
use url::Url;

/// One file: where it is, and what the provider says about it; everything but the source may be unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Part {
    /// JSON pointer into the raw answer, such as `/images/0`; empty where the answer was the file itself.
    pub pointer: String,
    /// Where the content is.
    pub source: PartSource,
    /// Media type as the provider says; it may be wrong, so check the first bytes.
    pub media_type: Option<String>,
    /// File name as the provider says.
    pub file_name: Option<String>,
    /// Size, dimensions and length as the provider says; what is measured on the file is surer.
    #[serde(default)]
    pub facts: MediaFacts,
    /// Whether the provider's safety check flagged it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flagged: Option<bool>,
    /// When the provider deletes it, by the wall clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<SystemTime>,
}

impl Part {
    /// A part without facts.
    pub fn new(pointer: impl Into<String>, source: PartSource) -> Self {
        Self {
            pointer: pointer.into(),
            source,
            media_type: None,
            file_name: None,
            facts: MediaFacts::default(),
            flagged: None,
            expires_at: None,
        }
    }

    /// The URL, where the content is behind one.
    pub fn url(&self) -> Option<&Url> {
        match &self.source {
            PartSource::Url(url) => Some(url),
            _ => None,
        }
    }
}

/// Where the content of a part is.
///
/// Content that is in the process only (`DataUri`, `Bytes`, `Stream`) cannot be serialised: trying to is an error, so that
/// an output is never written down without what was paid for. A journal puts it into its spool first.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PartSource {
    /// To be downloaded.
    Url(Url),
    /// In a journal's spool, under the BLAKE3 of the content in hexadecimal.
    Spool(String),
    /// A whole `data:` URI.
    #[serde(skip)]
    DataUri(Arc<str>),
    /// Already here.
    #[serde(skip)]
    Bytes(Bytes),
    /// Arriving; can be taken once.
    #[serde(skip)]
    Stream(PartStream),
}

impl fmt::Debug for PartSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => write!(f, "Url({url})"),
            Self::Spool(hash) => write!(f, "Spool({hash})"),
            Self::DataUri(text) => write!(f, "DataUri({} characters)", text.len()),
            Self::Bytes(data) => write!(f, "Bytes({})", data.len()),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}

impl PartialEq for PartSource {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Url(a), Self::Url(b)) => a == b,
            (Self::Spool(a), Self::Spool(b)) => a == b,
            (Self::DataUri(a), Self::DataUri(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::Stream(a), Self::Stream(b)) => Arc::ptr_eq(&a.0, &b.0),
            _ => false,
        }
    }
}

impl fmt::Debug for PartStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartStream")
    }
}

type Chunks = BoxStream<'static, Result<Bytes>>;

/// Content that arrives while it is read; clones share it, and one of them can take it.
#[derive(Clone)]
pub struct PartStream(Arc<Mutex<Option<Chunks>>>);

impl PartStream {
    /// Wraps a stream of chunks.
    pub fn new(chunks: impl futures_util::Stream<Item = Result<Bytes>> + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Some(Box::pin(chunks)))))
    }

    /// The chunks; `None` when they were taken before.
    pub fn take(&self) -> Option<Chunks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

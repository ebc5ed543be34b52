//! One file that came out.

use crate::{BoxStream, Result};
use bytes::Bytes;
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};
use url::Url;

/// One file: where it is, and the facts that the provider gave; everything but the source may be unknown.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// JSON pointer into the raw answer, such as `/images/0`; empty where the answer was the file itself.
    pub pointer: String,
    /// Where the content is.
    pub source: PartSource,
    /// Media type as the provider says; it may be wrong, so sniff.
    pub media_type: Option<String>,
    /// File name as the provider says.
    pub file_name: Option<String>,
    /// Size in bytes.
    pub bytes: Option<u64>,
    /// Pixels across.
    pub width: Option<u32>,
    /// Pixels down.
    pub height: Option<u32>,
    /// Length in seconds.
    pub duration_s: Option<f64>,
    /// Frames a second.
    pub fps: Option<f64>,
    /// Whether the provider's safety check flagged it.
    pub flagged: Option<bool>,
}

impl Part {
    /// A part without facts.
    pub fn new(pointer: impl Into<String>, source: PartSource) -> Self {
        Self {
            pointer: pointer.into(),
            source,
            media_type: None,
            file_name: None,
            bytes: None,
            width: None,
            height: None,
            duration_s: None,
            fps: None,
            flagged: None,
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
#[derive(Clone)]
#[non_exhaustive]
pub enum PartSource {
    /// To be downloaded.
    Url(Url),
    /// A whole `data:` URI.
    DataUri(Arc<str>),
    /// Already here.
    Bytes(Bytes),
    /// Arriving; can be taken once.
    Stream(PartStream),
}

impl fmt::Debug for PartSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => write!(f, "Url({url})"),
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

    /// The chunks; `None` when somebody took them already.
    pub fn take(&self) -> Option<Chunks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

//! Input that is read while it is sent.

use crate::BoxStream;
use bytes::Bytes;
use std::{fmt, io, sync::Arc};

/// The bytes of one reading.
pub type OpenStream = BoxStream<'static, io::Result<Bytes>>;

/// Bytes from anywhere, under a name. It is opened once to be measured and once for each attempt to send it, and
/// every opening has to yield the same bytes. Clones share the source; two are equal when they do.
#[derive(Clone)]
pub struct MediaStream {
    name: String,
    bytes: Option<u64>,
    open: Arc<dyn Fn() -> OpenStream + Send + Sync>,
}

impl MediaStream {
    /// `name` is the file name to show to the provider, with an extension; `bytes` the length where it is known.
    pub fn new(
        name: impl Into<String>,
        bytes: Option<u64>,
        open: impl Fn() -> OpenStream + Send + Sync + 'static,
    ) -> Self {
        Self { name: name.into(), bytes, open: Arc::new(open) }
    }

    /// The file name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The length in bytes, where it is known.
    pub fn bytes(&self) -> Option<u64> {
        self.bytes
    }

    /// The bytes from the start.
    pub fn open(&self) -> OpenStream {
        (self.open)()
    }
}

impl PartialEq for MediaStream {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.bytes == other.bytes && Arc::ptr_eq(&self.open, &other.open)
    }
}

impl Eq for MediaStream {}

impl fmt::Debug for MediaStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bytes {
            Some(bytes) => write!(f, "Stream({}, {bytes} bytes)", self.name),
            None => write!(f, "Stream({})", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{BoxStream, MediaInput};
    use bytes::Bytes;
    use futures_util::{StreamExt as _, stream};

    fn source() -> BoxStream<'static, std::io::Result<Bytes>> {
        stream::iter([Ok(Bytes::from_static(b"abc"))]).boxed()
    }

    #[test]
    fn a_stream_is_no_data_and_says_so() {
        let media = MediaInput::stream("a.png", Some(3), source);
        assert!(media.needs_upload());
        assert_eq!(format!("{media:?}"), "Stream(a.png, 3 bytes)");
        assert_eq!(media, media.clone());
        assert_ne!(media, MediaInput::stream("a.png", Some(3), source));
        let error = serde_json::to_string(&media).unwrap_err().to_string();
        assert!(error.contains("Stream") && error.contains("cannot be serialized"), "{error}");
        assert!(serde_json::from_str::<MediaInput>("{\"stream\":null}").is_err());
    }
}

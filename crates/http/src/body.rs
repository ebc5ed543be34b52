//! Request bodies that can be sent again: memory, a file, or a way to open a stream.

use crate::{FileParts, multipart::Form};
use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};
use mediagen_core::BoxStream;
use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::io::AsyncRead;
use tokio_util::io::ReaderStream;

/// Bytes per slice of memory while progress is reported, and per read of a reader.
const CHUNK: usize = 128 * 1024;
/// The bytes of one attempt.
pub type OpenBody = BoxStream<'static, io::Result<Bytes>>;

/// What a request carries. Every attempt opens it anew, so nothing is held in memory for a repetition.
#[derive(Clone, Default)]
pub enum Body {
    /// Nothing.
    #[default]
    Empty,
    /// Bytes in memory.
    Bytes(Bytes),
    /// A local file, read while it is sent.
    File {
        /// The file.
        path: PathBuf,
        /// Its size; when the file has another size by then, nothing is sent.
        bytes: u64,
    },
    /// Anything else that can be opened again.
    Stream {
        /// Size in bytes, sent as `Content-Length` when known.
        len: Option<u64>,
        /// Opens it from the start.
        open: Arc<dyn Fn() -> OpenBody + Send + Sync>,
    },
    /// The parts of a form, made by [`HttpRequest::multipart`](crate::HttpRequest::multipart).
    Form(Arc<Form>),
}

impl Body {
    /// The file at `path` with the size it has now.
    pub async fn file(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let bytes = tokio::fs::metadata(&path).await?.len();
        Ok(Self::File { path, bytes })
    }

    /// `bytes` of the file at `path` from `offset` on: one part of a multipart upload.
    pub fn file_range(path: impl Into<PathBuf>, offset: u64, bytes: u64) -> Self {
        FileParts::new(path).part(offset, bytes)
    }

    /// A stream of `len` bytes, if known, that `open` starts from the beginning each time.
    pub fn stream(len: Option<u64>, open: impl Fn() -> OpenBody + Send + Sync + 'static) -> Self {
        Self::Stream { len, open: Arc::new(open) }
    }

    /// Size in bytes, when known.
    pub fn len(&self) -> Option<u64> {
        match self {
            Self::Empty => Some(0),
            Self::Bytes(bytes) => u64::try_from(bytes.len()).ok(),
            Self::File { bytes, .. } => Some(*bytes),
            Self::Stream { len, .. } => *len,
            Self::Form(form) => form.len(),
        }
    }

    /// Whether it is known to be empty.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// The file that it is, with the size that it had.
    pub(crate) fn as_file(&self) -> Option<(&Path, u64)> {
        match self {
            Self::File { path, bytes } => Some((path, *bytes)),
            _ => None,
        }
    }

    /// The bytes from the start.
    pub fn open(&self) -> OpenBody {
        match self {
            Self::Empty => stream::empty().boxed(),
            Self::Bytes(bytes) => slices(bytes.clone()),
            Self::File { path, bytes } => FileParts::new(path).open(0, *bytes),
            Self::Stream { open, .. } => open(),
            Self::Form(form) => form.open(),
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::File { path, bytes } => write!(f, "File({}, {bytes} bytes)", path.display()),
            Self::Stream { len: Some(len), .. } => write!(f, "Stream({len} bytes)"),
            Self::Stream { len: None, .. } => f.write_str("Stream"),
            Self::Form(form) => match form.len() {
                Some(len) => write!(f, "Form({len} bytes)"),
                None => f.write_str("Form"),
            },
        }
    }
}

/// The bytes of an async reader as a stream, for [`Body::stream`] and `MediaInput::stream`: `open` starts the reader from
/// its beginning, and is called once for each opening.
pub fn read_stream<R, F>(open: impl Fn() -> F + Send + Sync + 'static) -> impl Fn() -> OpenBody + Send + Sync + 'static
where
    R: AsyncRead + Send + 'static,
    F: Future<Output = io::Result<R>> + Send + 'static,
{
    move || {
        let opened = open();
        let reader = async move { Ok::<_, io::Error>(ReaderStream::with_capacity(opened.await?, CHUNK)) };
        reader.into_stream().try_flatten().boxed()
    }
}

fn slices(mut rest: Bytes) -> OpenBody {
    stream::iter(std::iter::from_fn(move || (!rest.is_empty()).then(|| Ok(rest.split_to(rest.len().min(CHUNK))))))
        .boxed()
}

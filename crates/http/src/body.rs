//! Request bodies that can be sent again: memory, a file, or a way to open a stream.

use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};
use mediagen_core::BoxStream;
use std::{
    fmt,
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::{
    io::AsyncRead,
    task::{JoinHandle, spawn_blocking},
};
use tokio_util::io::ReaderStream;

/// Bytes per slice of memory while progress is reported, and per read of a reader.
const CHUNK: usize = 128 * 1024;
/// Bytes per read of a file: each one is a trip to another thread.
const FILE_CHUNK: u64 = 256 * 1024;

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
        let path = path.into();
        Self::Stream { len: Some(bytes), open: Arc::new(move || open_file(path.clone(), offset, bytes)) }
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
        }
    }

    /// Whether it is known to be empty.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// The bytes from the start.
    pub fn open(&self) -> OpenBody {
        match self {
            Self::Empty => stream::empty().boxed(),
            Self::Bytes(bytes) => slices(bytes.clone()),
            Self::File { path, bytes } => open_file(path.clone(), 0, *bytes),
            Self::Stream { open, .. } => open(),
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

/// A file that is being read.
struct Reading {
    file: File,
    left: u64,
}

impl Reading {
    fn open(path: &Path, offset: u64, bytes: u64) -> io::Result<Self> {
        let mut file = File::open(path)?;
        if offset > 0 {
            file.seek(SeekFrom::Start(offset))?;
        }
        Ok(Self { file, left: bytes })
    }

    /// The next bytes; none at the end of the file.
    fn read(mut self) -> io::Result<(Bytes, Self)> {
        let want = self.left.min(FILE_CHUNK);
        let mut data = Vec::with_capacity(usize::try_from(want).unwrap_or_default());
        (&mut self.file).take(want).read_to_end(&mut data)?;
        self.left -= data.len() as u64;
        Ok((data.into(), self))
    }
}

/// A stretch of a file. While one piece is sent the next one is read; at most two are in memory.
fn open_file(path: PathBuf, offset: u64, bytes: u64) -> OpenBody {
    enum State {
        Closed(PathBuf),
        Ahead(JoinHandle<io::Result<(Bytes, Reading)>>),
        Done,
    }
    let pieces = stream::unfold(State::Closed(path), move |state| async move {
        let ahead = match state {
            State::Closed(path) => spawn_blocking(move || Reading::open(&path, offset, bytes)?.read()),
            State::Ahead(ahead) => ahead,
            State::Done => return None,
        };
        match ahead.await.unwrap_or_else(|e| Err(io::Error::other(e))) {
            Ok((data, _)) if data.is_empty() => None,
            Ok((data, reading)) if reading.left == 0 => Some((Ok(data), State::Done)),
            Ok((data, reading)) => Some((Ok(data), State::Ahead(spawn_blocking(move || reading.read())))),
            Err(e) => Some((Err(e), State::Done)),
        }
    });
    pieces.boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn whole(body: OpenBody) -> Vec<u8> {
        body.try_fold(Vec::new(), |mut all, piece| async move {
            all.extend_from_slice(&piece);
            Ok(all)
        })
        .await
        .unwrap()
    }

    #[tokio::test]
    async fn every_stretch_of_a_file_comes_whole_and_ends_with_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        let chunk = usize::try_from(FILE_CHUNK).unwrap();
        let content: Vec<u8> = (0..3 * chunk + 5).map(|n| u8::try_from(n % 251).unwrap()).collect();
        std::fs::write(&path, &content).unwrap();
        for (offset, bytes) in
            [(0, 1), (0, chunk), (0, chunk + 1), (7, 2 * chunk), (chunk, 2 * chunk + 5), (3 * chunk, 5)]
        {
            let body = Body::file_range(&path, offset as u64, bytes as u64);
            assert_eq!(whole(body.open()).await, &content[offset..offset + bytes], "{offset} {bytes}");
            assert_eq!(whole(body.open()).await.len(), bytes, "again");
        }
        let beyond = Body::file_range(&path, 3 * chunk as u64, 100);
        assert_eq!(whole(beyond.open()).await.len(), 5, "no more than there is");
        let missing = Body::file_range(folder.path().join("none"), 0, 1);
        assert!(missing.open().next().await.unwrap().is_err());
    }
}

//! Content beside the rows: files in a folder of this process's own, under their hashes.

use super::{Content, Opened, failed};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use mediagen_core::{Error, ErrorKind, Result};
use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};
use tempfile::{NamedTempFile, TempDir};
use tokio::{sync::mpsc, task::spawn_blocking};

/// Bytes read at once.
const PIECE: usize = 128 << 10;
/// Pieces that wait for the disk.
const WAITING: usize = 4;

/// Content that a journal holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spooled {
    /// BLAKE3 in hexadecimal.
    pub blake3: String,
    /// Length in bytes.
    pub bytes: u64,
}

impl Spooled {
    /// Content of this hash and length.
    pub fn new(blake3: impl Into<String>, bytes: u64) -> Self {
        Self { blake3: blake3.into(), bytes }
    }
}

/// A temporary folder, made when the first content comes and removed with the spool.
#[derive(Debug, Default)]
pub(super) struct FileSpool(Mutex<Option<TempDir>>);

impl FileSpool {
    fn folder(&self) -> Result<PathBuf> {
        let mut folder = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = &*folder {
            return Ok(folder.path().to_owned());
        }
        let made = tempfile::Builder::new().prefix("mediagen-spool-").tempdir();
        let made = made.map_err(|e| failed("no temporary folder can be made for content", e))?;
        Ok(folder.insert(made).path().to_owned())
    }

    /// Writes `content` as it comes. What is cut short leaves nothing.
    pub(super) async fn put(&self, mut content: Content) -> Result<Spooled> {
        let folder = self.folder()?;
        let (pieces, incoming) = mpsc::channel(WAITING);
        let writer = spawn_blocking(move || write(&folder, incoming));
        while let Some(piece) = content.next().await {
            if pieces.send(Some(piece?)).await.is_err() {
                // The writer has stopped and says why below.
                break;
            }
        }
        // Without this mark, which a dropped future does not send, the file is not published.
        let _ = pieces.send(None).await;
        drop(pieces);
        let written = writer.await.map_err(|e| failed("the spool's writer stopped", e))?;
        written.map_err(|e| failed("content could not be written to the spool", e))
    }

    pub(super) fn open(&self, blake3: &str) -> Opened {
        let path = self.folder().map(|folder| folder.join(blake3));
        Box::pin(stream::unfold(Reading::Unopened(path), |reading| async move {
            let read = spawn_blocking(move || reading.next()).await;
            read.unwrap_or_else(|stopped| Some((Err(io::Error::other(stopped)), Reading::Done)))
        }))
    }

    /// Removes a file, off the async threads where there are any. What is left over goes with the folder.
    pub(super) fn remove(&self, blake3: &str) {
        let Some(path) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|f| f.path().join(blake3))
        else {
            return;
        };
        let remove = move || drop(std::fs::remove_file(path));
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(remove)),
            Err(_) => remove(),
        }
    }
}

fn write(folder: &Path, mut incoming: mpsc::Receiver<Option<Bytes>>) -> io::Result<Spooled> {
    let mut file = NamedTempFile::new_in(folder)?;
    let (mut hasher, mut bytes) = (blake3::Hasher::new(), 0);
    while let Some(piece) = incoming.blocking_recv() {
        let Some(piece) = piece else {
            let blake3 = hasher.finalize().to_hex().to_string();
            file.persist(folder.join(&blake3)).map_err(|e| e.error)?;
            return Ok(Spooled { blake3, bytes });
        };
        file.write_all(&piece)?;
        hasher.update(&piece);
        bytes += piece.len() as u64;
    }
    Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the content was cut short"))
}

/// A file on its way out.
enum Reading {
    Unopened(Result<PathBuf>),
    Open(File),
    Done,
}

impl Reading {
    fn next(self) -> Option<(io::Result<Bytes>, Self)> {
        let mut file = match self {
            Self::Done => return None,
            Self::Open(file) => file,
            Self::Unopened(path) => match path.map_err(io::Error::other).and_then(File::open) {
                Ok(file) => file,
                Err(error) => return Some((Err(error), Self::Done)),
            },
        };
        let mut piece = vec![0; PIECE];
        match file.read(&mut piece) {
            Ok(0) => None,
            Ok(read) => {
                piece.truncate(read);
                Some((Ok(piece.into()), Self::Open(file)))
            }
            Err(error) => Some((Err(error), Self::Done)),
        }
    }
}

/// Content that is in memory already, for a spool.
pub(crate) fn whole(data: Bytes) -> Content {
    Box::pin(stream::once(async move { Ok(data) }))
}

/// An input of this process, for a spool.
pub(crate) fn incoming(opened: Opened, name: &str) -> Content {
    let name = name.to_owned();
    Box::pin(opened.map(move |piece| {
        piece.map_err(|e| Error::new(ErrorKind::Io, format!("the input `{name}` could not be read")).with_source(e))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::TryStreamExt as _;

    #[tokio::test]
    async fn content_comes_back_under_its_hash_and_what_is_cut_short_leaves_nothing() {
        let spool = FileSpool::default();
        let pieces = [Bytes::from(vec![1; 300_000]), Bytes::from(vec![2; 5])];
        let stored = spool.put(Box::pin(stream::iter(pieces.clone().map(Ok)))).await.unwrap();
        assert_eq!(stored.bytes, 300_005);
        assert_eq!(stored.blake3, blake3::hash(&pieces.concat()).to_hex().as_str());
        let read: Vec<Bytes> = spool.open(&stored.blake3).try_collect().await.unwrap();
        assert!(read.iter().all(|piece| piece.len() <= PIECE));
        assert_eq!(read.concat(), pieces.concat());

        let cut = [Ok(Bytes::from_static(b"half")), Err(Error::new(ErrorKind::Transfer, "cut"))];
        assert_eq!(spool.put(Box::pin(stream::iter(cut))).await.unwrap_err().kind(), ErrorKind::Transfer);
        spool.remove(&stored.blake3);
        let path = spool.folder().unwrap().join(&stored.blake3);
        while path.exists() {
            tokio::task::yield_now().await;
        }
        let error = spool.open(&stored.blake3).try_collect::<Vec<_>>().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}

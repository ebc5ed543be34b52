//! Stretches of a file as bodies, read on threads for blocking work.

use crate::{Body, OpenBody};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use std::{
    fmt,
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::task::{JoinHandle, spawn_blocking};

/// Bytes per read: each one is a trip to another thread.
const PIECE: usize = 512 * 1024;
/// Buffers that wait for their next use at most.
const SPARE: usize = 16;
/// Where pieces begin: at a multiple of this. The usual allocator hands out large blocks 16 bytes behind the start of a
/// page, and there the copy instruction of common processors takes nearly twice as long.
const ALIGNMENT: usize = 64;

type Seen = Arc<dyn Fn(u64, &[u8]) + Send + Sync>;

/// A file that leaves in several bodies. Its pieces are read into buffers that are used again, so that a large file
/// costs the memory of what is on its way and no more. Cheap to clone.
#[derive(Clone)]
pub struct FileParts {
    path: Arc<Path>,
    seen: Option<Seen>,
    buffers: Buffers,
}

impl FileParts {
    /// Bytes of every piece that is read, except the last one of a part.
    pub const PIECE: usize = PIECE;

    /// The file at `path`; nothing is opened yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into().into(), seen: None, buffers: Buffers::default() }
    }

    /// Calls `seen` with the offset and the bytes of every piece that was read, on the thread that read it; it must not wait. An attempt
    /// that is repeated reads its pieces again.
    #[must_use]
    pub fn seen_by(mut self, seen: impl Fn(u64, &[u8]) + Send + Sync + 'static) -> Self {
        self.seen = Some(Arc::new(seen));
        self
    }

    /// `bytes` of the file from `offset` on.
    pub fn part(&self, offset: u64, bytes: u64) -> Body {
        let this = self.clone();
        Body::stream(Some(bytes), move || this.open(offset, bytes))
    }

    /// The bytes of one attempt; the file is open for that long.
    ///
    /// What the system has in memory is read where it is sent: a trip to another thread and back costs more than the
    /// copy. Otherwise it is read on a thread for blocking work, one piece ahead of what is sent.
    pub(crate) fn open(&self, offset: u64, bytes: u64) -> OpenBody {
        enum State {
            Closed(FileParts),
            At(Reading),
            Ahead(JoinHandle<io::Result<(Bytes, Reading)>>),
            Done,
        }
        let pieces = stream::unfold(State::Closed(self.clone()), move |state| async move {
            let (read, is_ahead) = match state {
                State::Closed(parts) => {
                    (spawn_blocking(move || Reading::open(parts, offset, bytes)?.read()).await, true)
                }
                State::At(reading) if reading.left == 0 => return None,
                State::At(mut reading) => {
                    if let Some(data) = reading.cached() {
                        return Some((Ok(data), State::At(reading)));
                    }
                    (spawn_blocking(move || reading.read()).await, false)
                }
                State::Ahead(ahead) => (ahead.await, true),
                State::Done => return None,
            };
            match read.unwrap_or_else(|e| Err(io::Error::other(e))) {
                Ok((data, _)) if data.is_empty() => None,
                Ok((data, reading)) if is_ahead || reading.left == 0 => Some((Ok(data), State::At(reading))),
                Ok((data, reading)) => Some((Ok(data), State::Ahead(spawn_blocking(move || reading.read())))),
                Err(e) => Some((Err(e), State::Done)),
            }
        });
        pieces.boxed()
    }
}

impl fmt::Debug for FileParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileParts").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A file that is being read.
struct Reading {
    parts: FileParts,
    file: File,
    offset: u64,
    left: u64,
    /// The piece that was begun.
    piece: Option<Piece>,
}

impl Reading {
    fn open(parts: FileParts, offset: u64, bytes: u64) -> io::Result<Self> {
        let file = File::open(&parts.path)?;
        Ok(Self { parts, file, offset, left: bytes, piece: None })
    }

    /// The next bytes; none at the end of the file.
    fn read(mut self) -> io::Result<(Bytes, Self)> {
        let (mut piece, want) = self.begun();
        // Where a piece was begun, what came of it was read at a place and did not move the file's own.
        self.file.seek(SeekFrom::Start(self.offset + piece.filled as u64))?;
        while piece.filled < want {
            match self.file.read(piece.rest(want)) {
                Ok(0) => break,
                Ok(bytes) => piece.filled += bytes,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok((self.taken(piece), self))
    }

    /// The next bytes if the system has all of them in memory; nothing waits for a disk.
    #[cfg(target_os = "linux")]
    fn cached(&mut self) -> Option<Bytes> {
        use rustix::io::{ReadWriteFlags, preadv2};
        let (mut piece, want) = self.begun();
        while piece.filled < want {
            let at = self.offset + piece.filled as u64;
            let mut rest = [io::IoSliceMut::new(piece.rest(want))];
            match preadv2(&self.file, &mut rest, at, ReadWriteFlags::NOWAIT) {
                Ok(bytes) if bytes > 0 => piece.filled += bytes,
                // The end of the file, a disk that has to be asked, a file system that cannot tell, an error: all of it
                // is for the one who may wait.
                _ => {
                    self.piece = Some(piece);
                    return None;
                }
            }
        }
        Some(self.taken(piece))
    }

    #[cfg(not(target_os = "linux"))]
    fn cached(&mut self) -> Option<Bytes> {
        None
    }

    /// The piece that is next, and how many bytes it is to have.
    fn begun(&mut self) -> (Piece, usize) {
        let want = usize::try_from(self.left).unwrap_or(usize::MAX).min(PIECE);
        (self.piece.take().unwrap_or_else(|| self.parts.buffers.take(want)), want)
    }

    fn taken(&mut self, piece: Piece) -> Bytes {
        if let Some(seen) = &self.parts.seen {
            seen(self.offset, piece.as_ref());
        }
        self.offset += piece.filled as u64;
        self.left -= piece.filled as u64;
        Bytes::from_owner(piece)
    }
}

/// Buffers between their uses.
#[derive(Clone, Default)]
struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

impl Buffers {
    fn take(&self, bytes: usize) -> Piece {
        let mut buffer = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        if buffer.len() < bytes + ALIGNMENT {
            buffer.resize(bytes + ALIGNMENT, 0);
        }
        let start = buffer.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        Piece { buffer, start, filled: 0, home: self.clone() }
    }
}

/// A buffer with the bytes that were read into it; it goes home when the last view of it is dropped.
struct Piece {
    buffer: Vec<u8>,
    /// Where its bytes begin in the buffer.
    start: usize,
    filled: usize,
    home: Buffers,
}

impl Piece {
    /// Where its bytes up to `want` still have to be read to.
    fn rest(&mut self, want: usize) -> &mut [u8] {
        &mut self.buffer[self.start + self.filled..self.start + want]
    }
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.buffer[self.start..self.start + self.filled]
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        let mut spare = self.home.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < SPARE {
            spare.push(std::mem::take(&mut self.buffer));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::TryStreamExt as _;

    async fn whole(body: OpenBody) -> Vec<u8> {
        body.try_fold(Vec::new(), |mut all, piece| async move {
            all.extend_from_slice(&piece);
            Ok(all)
        })
        .await
        .unwrap()
    }

    fn file(bytes: usize) -> (tempfile::TempDir, PathBuf, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        let content: Vec<u8> = (0..bytes).map(|n| u8::try_from(n % 251).unwrap()).collect();
        std::fs::write(&path, &content).unwrap();
        (folder, path, content)
    }

    #[tokio::test]
    async fn every_stretch_of_a_file_comes_whole_and_ends_with_the_file() {
        let (folder, path, content) = file(3 * PIECE + 5);
        let parts = FileParts::new(&path);
        for (offset, bytes) in
            [(0, 1), (0, PIECE), (0, PIECE + 1), (7, 2 * PIECE), (PIECE, 2 * PIECE + 5), (3 * PIECE, 5)]
        {
            let body = parts.part(offset as u64, bytes as u64);
            assert_eq!(whole(body.open()).await, &content[offset..offset + bytes], "{offset} {bytes}");
            assert_eq!(whole(body.open()).await.len(), bytes, "again");
        }
        let beyond = Body::file_range(&path, 3 * PIECE as u64, 100);
        assert_eq!(whole(beyond.open()).await.len(), 5, "no more than there is");
        let missing = Body::file_range(folder.path().join("none"), 0, 1);
        assert!(missing.open().next().await.unwrap().is_err());
    }

    #[tokio::test]
    async fn a_buffer_is_used_again_only_when_nobody_looks_at_it() {
        let (_folder, path, content) = file(4 * PIECE);
        let parts = FileParts::new(&path);
        let mut kept: Vec<Bytes> = Vec::new();
        for round in 0..2 {
            let mut body = parts.open(0, content.len() as u64);
            while let Some(piece) = body.next().await {
                let piece = piece.unwrap();
                assert!(piece.as_ptr().addr().is_multiple_of(ALIGNMENT), "{:p}", piece.as_ptr());
                // Half of them are held for the time of the other half.
                if kept.len() % 2 == round {
                    kept.push(piece);
                }
            }
        }
        let spare = parts.buffers.0.lock().unwrap().len();
        assert!((1..=2).contains(&spare), "{spare} buffers for a reader that holds one and reads one ahead");
        for piece in kept {
            assert!(content.windows(piece.len()).step_by(PIECE).any(|window| window == &piece[..]));
        }
    }

    #[tokio::test]
    async fn every_piece_is_shown_with_its_place() {
        let (_folder, path, content) = file(2 * PIECE + 3);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&seen);
        let parts =
            FileParts::new(&path).seen_by(move |offset, bytes| told.lock().unwrap().push((offset, bytes.to_vec())));
        whole(parts.open(PIECE as u64, content.len() as u64)).await;
        let seen = seen.lock().unwrap();
        assert_eq!(seen[0], (PIECE as u64, content[PIECE..2 * PIECE].to_vec()));
        assert_eq!(seen[1], (2 * PIECE as u64, content[2 * PIECE..].to_vec()));
    }
}

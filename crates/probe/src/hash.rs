//! The BLAKE3 hash of a file, read in bounded stretches.

use blake3::Hasher;
use std::{
    fs::File,
    io::{self, ErrorKind, Read},
    path::Path,
};

/// Bytes per read of a file, and reads per trip to a thread for blocking work.
const READ: usize = 1 << 20;
const READS: usize = 16;

/// What was read of a file: the hash of all its bytes, and how many there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileHash {
    /// BLAKE3 of the content; `to_hex` gives the 64 hexadecimal digits of records and stores.
    pub blake3: blake3::Hash,
    /// Size in bytes, as it was read.
    pub bytes: u64,
}

/// Hashes the file at `path`, on threads for blocking work and a stretch of 16 MiB at a time, so that it ends with its
/// caller and keeps no thread for long. Needs tokio's runtime.
///
/// # Errors
/// What the system reports when the file cannot be opened or read.
pub async fn hash_file(path: impl AsRef<Path>) -> io::Result<FileHash> {
    let path = path.as_ref().to_owned();
    let mut reading = blocking(move || Reading::open(&path)).await?;
    loop {
        let (ended, went_on) = blocking(move || {
            let ended = reading.stretch()?;
            Ok((ended, reading))
        })
        .await?;
        if ended {
            return Ok(went_on.finish());
        }
        reading = went_on;
    }
}

/// Hashes the file at `path` in one go. Blocking: call it off the async threads.
///
/// # Errors
/// What the system reports when the file cannot be opened or read.
pub fn hash_file_blocking(path: impl AsRef<Path>) -> io::Result<FileHash> {
    let mut reading = Reading::open(path.as_ref())?;
    while !reading.stretch()? {}
    Ok(reading.finish())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

struct Reading {
    file: File,
    hasher: Hasher,
    buffer: Vec<u8>,
}

impl Reading {
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        // A small file needs no large buffer; a size of 0 is also that of what has no size, such as a pipe.
        let size = usize::try_from(file.metadata()?.len()).unwrap_or(READ);
        let buffer = vec![0; if size == 0 { READ } else { size.min(READ) }];
        Ok(Self { file, hasher: Hasher::new(), buffer })
    }

    /// Reads on; whether that was the end.
    fn stretch(&mut self) -> io::Result<bool> {
        for _ in 0..READS {
            match self.file.read(&mut self.buffer) {
                Ok(0) => return Ok(true),
                Ok(bytes) => {
                    self.hasher.update(&self.buffer[..bytes]);
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(false)
    }

    fn finish(self) -> FileHash {
        FileHash { blake3: self.hasher.finalize(), bytes: self.hasher.count() }
    }
}

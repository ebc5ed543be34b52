//! What is uploaded: its hash, its length, and a file behind it where it has to be cut.
//!
//! It is read once before it leaves, so that its hash can be looked up. A large local file, of which nothing can have been
//! uploaded before, is hashed from the very bytes that leave.

use super::{super::Prepared, stamp::Stamp, tree::Tree};
use blake3::Hash;
use bytes::Bytes;
use futures_util::StreamExt as _;
use mediagen_core::{Error, ErrorKind, Result};
use mediagen_http::Body;
use std::{fs::File, io::Read as _, path::Path, sync::Arc};
use tempfile::TempPath;
use tokio::io::AsyncWriteExt as _;

/// Bytes per read of a file that is hashed, and reads per trip to a thread for blocking work.
const READ: usize = 1 << 20;
const READS: usize = 16;

/// An input that was read, or that is hashed while it leaves.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) file: Prepared,
    pub(super) bytes: u64,
    /// Of all its bytes; not known yet where they are hashed while they leave.
    pub(super) hash: Option<Hash>,
    pub(super) tree: Option<Arc<Tree>>,
    /// Which local file it was before it was read.
    stamp: Option<Stamp>,
    /// The copy of a stream that has to be cut; goes away with this.
    _copy: Option<TempPath>,
}

impl Content {
    /// A local file that goes in parts and is hashed while it leaves; `None` for every other input.
    pub(super) async fn unread(file: &Prepared, parts_above: u64) -> Option<Self> {
        let (Body::File { path, .. }, Some(bytes)) = (&file.body, file.bytes) else { return None };
        let tree = Tree::new(bytes).filter(|_| bytes > parts_above)?;
        let stamp = Stamp::of(path).await;
        Some(Self { file: file.clone(), bytes, hash: None, tree: Some(Arc::new(tree)), stamp, _copy: None })
    }

    /// Reads it now, unless `hash` is known to be its hash.
    pub(super) async fn known(mut self, hash: Option<Hash>, parts_above: u64) -> Result<Self> {
        if hash.is_none() {
            return Self::of(&self.file, parts_above).await;
        }
        (self.hash, self.tree) = (hash, None);
        Ok(self)
    }

    /// Makes the hash known: from what left, or by reading the file. It stays unknown when the file has changed since.
    pub(super) async fn settle(&mut self) -> Result<()> {
        if self.hash.is_none()
            && let Some(tree) = self.tree.take()
            && let Body::File { path, .. } = &self.file.body
        {
            let hash = match tree.hash() {
                Some(hash) => hash,
                None => hash_file(path).await.map_err(|e| unreadable(&self.file, e))?.0,
            };
            self.hash = self.is_unchanged().await.then_some(hash);
        }
        Ok(())
    }

    /// The file, where it cannot change without being noticed.
    pub(super) fn settled_file(&self) -> Option<&Stamp> {
        self.stamp.as_ref().filter(|stamp| stamp.tells_all())
    }

    /// Reads `file` from start to end; a stream of unknown length, or one that goes in parts, into a temporary file.
    pub(super) async fn of(file: &Prepared, parts_above: u64) -> Result<Self> {
        let unreadable = |e: std::io::Error| unreadable(file, e);
        let mut file_ = file.clone();
        let stamp = match &file.body {
            Body::File { path, .. } => Stamp::of(path).await,
            _ => None,
        };
        let is_stream = matches!(file.body, Body::Stream { .. });
        let copied = is_stream && file.bytes.is_none_or(|bytes| bytes > parts_above);
        let mut copy = if copied { Some(Copy::new().map_err(unreadable)?) } else { None };
        let (hash, bytes) = if let Body::File { path, .. } = &file.body {
            hash_file(path).await.map_err(unreadable)?
        } else {
            let (mut hasher, mut bytes) = (blake3::Hasher::new(), 0_u64);
            let mut chunks = file.body.open();
            while let Some(chunk) = chunks.next().await {
                let chunk: Bytes = chunk.map_err(unreadable)?;
                hasher.update(&chunk);
                bytes += chunk.len() as u64;
                if let Some(copy) = &mut copy {
                    copy.file.write_all(&chunk).await.map_err(|e| {
                        Error::new(ErrorKind::Io, "the input cannot be copied to the temporary folder").with_source(e)
                    })?;
                }
            }
            (hasher.finalize(), bytes)
        };
        if file.bytes.is_some_and(|announced| announced != bytes) {
            let announced = file.bytes.unwrap_or(0);
            let message = format!("the input `{}` has {bytes} bytes, not {announced}", file.given);
            return Err(Error::new(ErrorKind::Io, message));
        }
        let copy = match copy {
            Some(mut copy) => {
                copy.file.flush().await.map_err(unreadable)?;
                file_.body = Body::File { path: copy.path.to_path_buf(), bytes };
                Some(copy.path)
            }
            None => None,
        };
        file_.bytes = Some(bytes);
        Ok(Self { file: file_, bytes, hash: Some(hash), tree: None, stamp, _copy: copy })
    }

    /// Whether a local file is still the one that was read: else its address is not that of this hash.
    pub(super) async fn is_unchanged(&self) -> bool {
        match &self.file.body {
            Body::File { path, .. } if self.stamp.is_some() => Stamp::of(path).await == self.stamp,
            _ => true,
        }
    }
}

/// Hash and length of a file. It is read on threads for blocking work, a stretch at a time, so that it ends with its
/// caller and keeps no thread for long.
async fn hash_file(path: &Path) -> std::io::Result<(Hash, u64)> {
    let (path, mut reading) = (path.to_owned(), None);
    loop {
        let (path, before) = (path.clone(), reading.take());
        let stretch = tokio::task::spawn_blocking(move || {
            let (mut file, mut hasher, mut buffer) = match before {
                Some(before) => before,
                None => (File::open(path)?, blake3::Hasher::new(), vec![0; READ]),
            };
            for _ in 0..READS {
                match file.read(&mut buffer) {
                    Ok(0) => return Ok(Err((hasher.finalize(), hasher.count()))),
                    Ok(bytes) => {
                        hasher.update(&buffer[..bytes]);
                    }
                    Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(e) => return Err(e),
                }
            }
            Ok(Ok((file, hasher, buffer)))
        });
        match stretch.await.map_err(std::io::Error::other)?? {
            Ok(more) => reading = Some(more),
            Err(done) => return Ok(done),
        }
    }
}

struct Copy {
    file: tokio::fs::File,
    path: TempPath,
}

impl Copy {
    fn new() -> std::io::Result<Self> {
        let (file, path) = tempfile::Builder::new().prefix("mediagen-upload-").tempfile()?.into_parts();
        Ok(Self { file: tokio::fs::File::from_std(file), path })
    }
}

fn unreadable(file: &Prepared, error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("the input `{}` cannot be read", file.given)).with_source(error)
}

//! What is uploaded: its hash, its length, and where its bytes come from.
//!
//! An input is read once: what is small was hashed when it was measured, and a larger local file is hashed from the very
//! bytes that leave, unless its hash has to be known before. What leaves is compared with what was measured.

use super::tree::Tree;
use crate::{
    input::{LocalInput, unreadable},
    stamp::Stamp,
};
use blake3::Hash;
use bytes::Bytes;
use futures_util::StreamExt as _;
use mediagen_core::{Error, ErrorKind, Result};
use mediagen_http::Body;
use mediagen_probe::hash_file;
use std::{io, sync::Arc, time::SystemTime};
use tempfile::TempPath;
use tokio::io::AsyncWriteExt as _;

/// An input that was read, or that is hashed while it leaves.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) input: LocalInput,
    pub(super) len: u64,
    /// Of all its bytes; not known yet where they are hashed while they leave.
    pub(super) hash: Option<Hash>,
    pub(super) tree: Option<Arc<Tree>>,
    /// Which local file it was before it was read.
    stamp: Option<Stamp>,
    /// The copy of a stream that has to be cut; goes away with this.
    _copy: Option<TempPath>,
}

impl Content {
    /// Of `input`, as little read as can be. Nothing of a file whose hash is known, and nothing of a large one, unless
    /// `hashed` says that its hash is needed before it leaves.
    pub(super) async fn of(input: &LocalInput, hashed: bool, parts_above: u64, now: SystemTime) -> Result<Self> {
        if let (Body::File { path, .. }, Some(len)) = (&input.body, input.len) {
            let stamp = Stamp::of(path, now).await;
            let trusted = stamp.as_ref().is_some_and(Stamp::is_settled) && stamp == input.stamp;
            if input.hash.is_some() || !hashed {
                // What leaves is hashed where that is not known yet, or may have changed since it was measured.
                let tree = if trusted && input.hash.is_some() { None } else { Tree::new(len).map(Arc::new) };
                if input.hash.is_some() || tree.is_some() {
                    return Ok(Self { tree, ..Self::new(input, len, input.hash, stamp) });
                }
            }
        }
        Self::read(input, parts_above, now).await
    }

    /// Reads `input` from start to end; a stream of unknown length, or one that goes in parts, into a temporary file.
    async fn read(input: &LocalInput, parts_above: u64, now: SystemTime) -> Result<Self> {
        let failed = |e: io::Error| unreadable(&input.given, e);
        let (mut stamp, mut copy) = (None, None);
        let (hash, len) = match &input.body {
            Body::File { path, .. } => {
                stamp = Stamp::of(path, now).await;
                let read = hash_file(path).await.map_err(failed)?;
                (read.blake3, read.bytes)
            }
            Body::Bytes(content) => {
                let hash = match input.hash {
                    Some(hash) => hash,
                    None => hash_bytes(content.clone()).await.map_err(failed)?,
                };
                (hash, content.len() as u64)
            }
            stream => {
                let cut = input.len.is_none_or(|len| len > parts_above);
                copy = if cut { Some(Copy::new().map_err(failed)?) } else { None };
                hash_stream(stream, &input.given, copy.as_mut()).await?
            }
        };
        if let Some(announced) = input.len.filter(|announced| *announced != len) {
            let message = format!("the input `{}` has {len} bytes, not {announced}", input.given);
            return Err(Error::new(ErrorKind::Io, message));
        }
        let mut input = input.clone();
        input.len = Some(len);
        if let Some(copy) = &copy {
            input.body = Body::File { path: copy.path.to_path_buf(), bytes: len };
        }
        let copy = copy.map(|copy| copy.path);
        Ok(Self { _copy: copy, ..Self::new(&input, len, Some(hash), stamp) })
    }

    fn new(input: &LocalInput, len: u64, hash: Option<Hash>, stamp: Option<Stamp>) -> Self {
        Self { input: input.clone(), len, hash, tree: None, stamp, _copy: None }
    }

    /// Makes the hash known: reads it now, unless `hash` is known to be its hash.
    pub(super) async fn known(mut self, hash: Option<Hash>, parts_above: u64, now: SystemTime) -> Result<Self> {
        if hash.is_none() {
            return Self::read(&self.input, parts_above, now).await;
        }
        (self.hash, self.tree) = (hash, None);
        Ok(self)
    }

    /// Makes the hash that of what left, or reads the file for it where not all was seen and nothing was known before.
    /// It becomes unknown where the file has changed since.
    pub(super) async fn settle(&mut self, now: SystemTime) -> Result<()> {
        let (Some(tree), Body::File { path, .. }) = (self.tree.take(), &self.input.body) else { return Ok(()) };
        let hash = match (tree.hash(), self.hash) {
            (Some(seen), _) => seen,
            (None, Some(known)) => known,
            (None, None) => hash_file(path).await.map_err(|e| unreadable(&self.input.given, e))?.blake3,
        };
        self.hash = self.is_unchanged(now).await.then_some(hash);
        Ok(())
    }

    /// The file, where it cannot change without being noticed.
    pub(super) fn settled_file(&self) -> Option<&Stamp> {
        self.stamp.as_ref().filter(|stamp| stamp.is_settled())
    }

    /// Whether a local file is still the one that was read: otherwise its reference is not that of this hash.
    pub(super) async fn is_unchanged(&self, now: SystemTime) -> bool {
        match &self.input.body {
            Body::File { path, .. } if self.stamp.is_some() => Stamp::of(path, now).await == self.stamp,
            _ => true,
        }
    }
}

async fn hash_bytes(content: Bytes) -> io::Result<Hash> {
    tokio::task::spawn_blocking(move || blake3::hash(&content)).await.map_err(io::Error::other)
}

/// Hash and length of a stream, which goes into `copy` meanwhile where there is one.
async fn hash_stream(stream: &Body, given: &str, mut copy: Option<&mut Copy>) -> Result<(Hash, u64)> {
    let (mut hasher, mut len) = (blake3::Hasher::new(), 0_u64);
    let mut chunks = stream.open();
    while let Some(chunk) = chunks.next().await {
        let chunk: Bytes = chunk.map_err(|e| unreadable(given, e))?;
        hasher.update(&chunk);
        len += chunk.len() as u64;
        if let Some(copy) = &mut copy {
            copy.file.write_all(&chunk).await.map_err(uncopied)?;
        }
    }
    if let Some(copy) = copy {
        copy.file.flush().await.map_err(uncopied)?;
    }
    Ok((hasher.finalize(), len))
}

fn uncopied(error: io::Error) -> Error {
    Error::new(ErrorKind::Io, "the input cannot be copied to the temporary folder").with_source(error)
}

#[derive(Debug)]
struct Copy {
    file: tokio::fs::File,
    path: TempPath,
}

impl Copy {
    fn new() -> io::Result<Self> {
        let (file, path) = tempfile::Builder::new().prefix("mediagen-upload-").tempfile()?.into_parts();
        Ok(Self { file: tokio::fs::File::from_std(file), path })
    }
}

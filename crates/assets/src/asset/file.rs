//! Files, off the async threads.

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use mediagen_core::{BoxStream, Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use tokio::io::AsyncReadExt as _;

pub(super) fn unreadable(path: &Path, cause: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("`{}` cannot be read", path.display())).with_source(cause)
}

/// BLAKE3 of a file, 64 hexadecimal digits. Blocking.
pub(crate) fn hash_file(path: &Path) -> Result<String> {
    let hash = mediagen_probe::hash_file_blocking(path).map_err(|e| unreadable(path, e))?;
    Ok(hash.blake3.to_hex().to_string())
}

/// `data` in chunks, without a copy.
pub(super) fn chunks_of(data: Bytes, most: usize) -> BoxStream<'static, Result<Bytes>> {
    let cut = move |mut rest: Bytes| async move {
        let chunk = rest.split_to(rest.len().min(most));
        (!chunk.is_empty()).then_some((Ok(chunk), rest))
    };
    stream::unfold(data, cut).boxed()
}

/// A file in chunks.
pub(super) async fn chunks_of_file(path: PathBuf, most: usize) -> Result<BoxStream<'static, Result<Bytes>>> {
    let file = tokio::fs::File::open(&path).await.map_err(|e| unreadable(&path, e))?;
    let read = move |(mut file, path, ended): (tokio::fs::File, PathBuf, bool)| async move {
        if ended {
            return None;
        }
        let mut chunk = Vec::with_capacity(most);
        match (&mut file).take(most as u64).read_to_end(&mut chunk).await {
            Ok(0) => None,
            Ok(_) => Some((Ok(Bytes::from(chunk)), (file, path, false))),
            Err(e) => Some((Err(unreadable(&path, e)), (file, path, true))),
        }
    };
    Ok(stream::unfold((file, path, false), read).boxed())
}

//! `NAME.part`: the file while it arrives.

use crate::{name, sniff::HEAD_BYTES, target::Target};
use bytes::Bytes;
use mediagen_core::{Error, ErrorKind, Result};
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use tokio::{
    fs::File,
    io::{AsyncSeekExt, AsyncWriteExt},
    task::spawn_blocking,
};

/// A claimed `.part` file, hashed while it is written; dropped before [`PartFile::publish`], it is removed.
pub(super) struct PartFile {
    path: PathBuf,
    file: File,
    hasher: blake3::Hasher,
    head: Vec<u8>,
    written: u64,
    max_bytes: u64,
    published: bool,
}

impl PartFile {
    /// Claims a name in the target's folder, which is created when it is missing.
    pub(super) async fn create(target: &Target, max_bytes: u64) -> Result<Self> {
        let (dir, stem) = (target.dir().to_owned(), target.stem("part")?);
        let (path, file) = blocking(move || {
            fs::create_dir_all(&dir).map_err(|e| name::unwritable(&dir).with_source(e))?;
            name::claim(&dir, &stem, "part")
        })
        .await?;
        Ok(Self {
            path,
            file: File::from_std(file),
            hasher: blake3::Hasher::new(),
            head: Vec::new(),
            written: 0,
            max_bytes,
            published: false,
        })
    }

    /// Bytes on disk.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// The first bytes, up to [`HEAD_BYTES`].
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Refuses a file that will be larger than the cap.
    pub(super) fn check_size(&self, bytes: u64) -> Result<()> {
        if bytes <= self.max_bytes {
            return Ok(());
        }
        let message = format!("the file has {bytes} bytes or more; the limit is {} bytes", self.max_bytes);
        Err(Error::new(ErrorKind::Transfer, message).with_hint("raise the limit of the download policy"))
    }

    /// Appends `chunk`.
    pub(super) async fn write(&mut self, chunk: &Bytes) -> Result<()> {
        self.check_size(self.written.saturating_add(chunk.len() as u64))?;
        self.file.write_all(chunk).await.map_err(|e| self.failed(e))?;
        self.hasher.update(chunk);
        self.written += chunk.len() as u64;
        let room = HEAD_BYTES - self.head.len();
        self.head.extend_from_slice(chunk.get(..room.min(chunk.len())).unwrap_or_default());
        Ok(())
    }

    /// Forgets everything written.
    pub(super) async fn restart(&mut self) -> Result<()> {
        if self.written == 0 {
            return Ok(());
        }
        let truncated = async {
            self.file.flush().await?;
            self.file.set_len(0).await?;
            self.file.seek(io::SeekFrom::Start(0)).await
        };
        truncated.await.map_err(|e| self.failed(e))?;
        self.hasher.reset();
        self.head.clear();
        self.written = 0;
        Ok(())
    }

    /// Forces the bytes to disk and gives the file its final name, never one that exists. Returns path and hash.
    pub(super) async fn publish(mut self, target: &Target, extension: &str) -> Result<(PathBuf, String)> {
        let synced = async {
            self.file.flush().await?;
            self.file.sync_all().await
        };
        synced.await.map_err(|e| self.failed(e))?;
        let (part, dir) = (self.path.clone(), target.dir().to_owned());
        let (stem, extension) = (target.stem(extension)?, extension.to_owned());
        let path = blocking(move || move_to_free_name(&part, &dir, &stem, &extension)).await?;
        self.published = true;
        Ok((path, self.hasher.finalize().to_hex().to_string()))
    }

    fn failed(&self, cause: io::Error) -> Error {
        Error::new(ErrorKind::Io, format!("`{}` cannot be written", self.path.display())).with_source(cause)
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.published {
            // Nothing can be done about a failure here, and the caller has an error of its own already.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Claims the final name, then renames over the claim. Claim and rename are separate calls, so a crash between them
/// leaves an empty file beside a whole `.part`, never a wrong one.
pub(crate) fn move_to_free_name(part: &Path, dir: &Path, stem: &str, extension: &str) -> Result<PathBuf> {
    let (path, claim) = name::claim(dir, stem, extension)?;
    drop(claim);
    if let Err(e) = fs::rename(part, &path) {
        let _ = fs::remove_file(&path);
        return Err(Error::new(ErrorKind::Io, format!("`{}` cannot be renamed", part.display()))
            .with("to", path.display())
            .with_source(e));
    }
    // Makes the rename itself durable; file systems that cannot do that are not at fault.
    if let Ok(folder) = fs::File::open(dir) {
        let _ = folder.sync_all();
    }
    Ok(path)
}

/// Runs file system work off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    spawn_blocking(work)
        .await
        .map_err(|e| Error::new(ErrorKind::Unexpected, "a file system task did not finish").with_source(e))?
}

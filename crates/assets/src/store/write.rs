//! Putting content and records in.

use super::{Store, failed, location};
use crate::{asset::hash_file, name, record::Record};
use bytes::Bytes;
use futures_util::future::try_join;
use mediagen_core::{Error, ErrorKind, Result};
use mediagen_disk::{blocking, sync_folder};
use object_store::{ObjectStoreExt as _, WriteMultipart, path::Path as Location};
use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;
use tokio::io::AsyncReadExt as _;

/// One part of an upload in bytes: what a bucket takes ten thousand of.
const PART: usize = 8 << 20;
/// Parts on their way at once.
const PARALLEL: usize = 4;

impl Store {
    /// Puts the file at `path` in, which has the hash `blake3`, and leaves the file where it is. Content that is there
    /// already is not written again. A local store clones the file where the file system can and copies it where not;
    /// either way later changes of one are no changes of the other.
    ///
    /// # Errors
    /// `InvalidInput` when the file has another hash, or `blake3` is none; `Io`, `PermissionDenied` and
    /// `Unauthenticated` for the store. Nothing is there then under this hash that was not before.
    pub async fn put_file(&self, path: impl AsRef<Path>, blake3: &str) -> Result<()> {
        location::check(blake3)?;
        let path = path.as_ref();
        let unreadable =
            |e: io::Error| Error::new(ErrorKind::Io, format!("`{}` cannot be read", path.display())).with_source(e);
        let bytes = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
        let location = self.content_at(blake3);
        match self.objects.head(&location).await {
            Ok(there) if there.size == bytes => return Ok(()),
            Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
            Err(e) => return Err(failed(e, &location)),
        }
        match (&self.folder, self.local_path(blake3)) {
            (Some(folder), Some(to)) => {
                let (from, folder, expected) = (path.to_owned(), folder.clone(), blake3.to_owned());
                blocking(move || clone_file(&from, &folder, &to, &expected)).await
            }
            _ => self.send_file(path, &location, bytes, blake3).await,
        }
    }

    /// Puts the file at `path` in with its record, which names its hash: [`Store::put_file`] and [`Store::put_record`], in
    /// that order for every reader. A local store forces both to disk at the same time.
    ///
    /// # Errors
    /// Those of the two.
    pub async fn keep(&self, path: impl AsRef<Path>, record: &Record) -> Result<()> {
        let path = path.as_ref();
        let blake3 = record.asset.blake3.as_deref().unwrap_or_default();
        location::check(blake3)?;
        let is_there = self.contains(blake3).await?;
        let (json, location) = self.written(record)?;
        let places = (self.folder.clone(), self.local_path(blake3), self.local_place(&location));
        let (Some(folder), Some(content_at), Some(record_at)) = places else {
            self.put_file(path, blake3).await?;
            return self.put_record(record).await;
        };
        if is_there {
            return self.put_record(record).await;
        }
        let (home, from, to, expected) = (folder.clone(), path.to_owned(), content_at.clone(), blake3.to_owned());
        let content = blocking(move || prepared(&home, &to, |file| copy(&from, file, &to, &expected)));
        let (home, to) = (folder, record_at.clone());
        let record =
            blocking(move || prepared(&home, &to, |file| file.write_all(&json).map_err(|e| unwritable(&to, e))));
        let (content, record) = try_join(content, record).await?;
        let names = blocking(move || {
            persist(content, &content_at)?;
            persist(record, &record_at)?;
            Ok((content_at, record_at))
        });
        let (content_at, record_at) = names.await?;
        let sync = |file: PathBuf| {
            blocking(move || {
                sync_folder(file.parent().unwrap_or(Path::new("")));
                Ok(())
            })
        };
        try_join(sync(content_at), sync(record_at)).await.map(drop)
    }

    /// Puts `content` in; returns its hash.
    ///
    /// # Errors
    /// `Io`, `PermissionDenied` and `Unauthenticated` for the store.
    pub async fn put_bytes(&self, content: Bytes) -> Result<String> {
        let blake3 = blake3::hash(&content).to_hex().to_string();
        let location = self.content_at(&blake3);
        match self.objects.head(&location).await {
            Ok(there) if there.size == content.len() as u64 => return Ok(blake3),
            _ => self.objects.put(&location, content.into()).await.map_err(|e| failed(e, &location))?,
        };
        Ok(blake3)
    }

    /// Puts `record` in, with the content that it is about. The same record twice is kept once.
    ///
    /// # Errors
    /// `InvalidInput` for a record without a hash or too large; `Io`, `PermissionDenied` and `Unauthenticated` for the
    /// store.
    pub async fn put_record(&self, record: &Record) -> Result<()> {
        let (json, location) = self.written(record)?;
        if let (Some(folder), Some(to)) = (self.folder.clone(), self.local_place(&location)) {
            return blocking(move || place(&folder, &to, |file| file.write_all(&json).map_err(|e| unwritable(&to, e))))
                .await;
        }
        self.objects.put(&location, json.into()).await.map_err(|e| failed(e, &location))?;
        Ok(())
    }

    /// `record` as JSON, and its place.
    fn written(&self, record: &Record) -> Result<(Vec<u8>, Location)> {
        let blake3 = record.asset.blake3.as_deref().unwrap_or_default();
        location::check(blake3)?;
        let json = record.to_json()?;
        let job = record.made.as_ref().and_then(|made| Some((made.job.as_deref()?, made.output_index)));
        let name = match job {
            Some((job, index)) => name::clean(&format!("{job}-{index}")),
            None => blake3::hash(&json).to_hex()[..16].to_owned(),
        };
        let location = self.record_at(blake3, &name);
        Ok((json, location))
    }

    /// The file of `location` in a local store; `None` for a name that is written in another way on disk.
    fn local_place(&self, location: &Location) -> Option<PathBuf> {
        let is_plain = location.as_ref().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte));
        let folder = self.folder.as_ref().filter(|_| is_plain)?;
        Some(folder.join(location.as_ref()))
    }

    async fn send_file(&self, path: &Path, location: &Location, bytes: u64, expected: &str) -> Result<()> {
        let unreadable =
            |e: io::Error| Error::new(ErrorKind::Io, format!("`{}` cannot be read", path.display())).with_source(e);
        let mut file = tokio::fs::File::open(path).await.map_err(unreadable)?;
        let mut hasher = blake3::Hasher::new();
        if bytes <= PART as u64 {
            let mut content = Vec::new();
            (&mut file).take(PART as u64 + 1).read_to_end(&mut content).await.map_err(unreadable)?;
            hasher.update(&content);
            compare(hasher.finalize().to_hex().as_str(), expected, path)?;
            self.objects.put(location, content.into()).await.map_err(|e| failed(e, location))?;
            return Ok(());
        }
        let upload = self.objects.put_multipart(location).await.map_err(|e| failed(e, location))?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PART);
        let mut buffer = vec![0; 256 << 10];
        let sent = async {
            loop {
                let read = file.read(&mut buffer).await.map_err(unreadable)?;
                if read == 0 {
                    return compare(hasher.finalize().to_hex().as_str(), expected, path);
                }
                hasher.update(&buffer[..read]);
                upload.wait_for_capacity(PARALLEL).await.map_err(|e| failed(e, location))?;
                upload.write(&buffer[..read]);
            }
        };
        if let Err(error) = sent.await {
            // What was sent is given up; that this fails too changes nothing.
            let _ = upload.abort().await;
            return Err(error);
        }
        upload.finish().await.map_err(|e| failed(e, location))?;
        Ok(())
    }
}

fn compare(found: &str, expected: &str, path: &Path) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(Error::new(ErrorKind::InvalidInput, format!("`{}` was changed while it was stored", path.display()))
        .with("expected", expected)
        .with("found", found))
}

/// Clones or copies `from` next to the store's content, compares it, and gives it its name.
fn clone_file(from: &Path, folder: &Path, to: &Path, expected: &str) -> Result<()> {
    place(folder, to, |file| copy(from, file, to, expected))
}

fn copy(from: &Path, file: &NamedTempFile, to: &Path, expected: &str) -> Result<()> {
    // The system's copy shares the blocks where the file system can.
    fs::copy(from, file.path()).map_err(|e| unwritable(to, e))?;
    compare(&hash_file(file.path())?, expected, from)
}

/// Gives a file that `write` fills the name `to` when it is whole and on disk. One force for the file and one for its
/// folder: what file systems do to a new file brings the folders above it along.
fn place(folder: &Path, to: &Path, write: impl FnOnce(&mut NamedTempFile) -> Result<()>) -> Result<()> {
    persist(prepared(folder, to, write)?, to)?;
    sync_folder(to.parent().unwrap_or(folder));
    Ok(())
}

/// A file that `write` filled, on disk, which is to become `to`. It is in a folder of its own: what a crash leaves there is
/// taken neither for content nor for a record.
fn prepared(folder: &Path, to: &Path, write: impl FnOnce(&mut NamedTempFile) -> Result<()>) -> Result<NamedTempFile> {
    let wrong = |e: io::Error| unwritable(to, e);
    let unfinished = folder.join("unfinished");
    fs::create_dir_all(&unfinished).and_then(|()| fs::create_dir_all(to.parent().unwrap_or(folder))).map_err(wrong)?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(&unfinished).map_err(wrong)?;
    write(&mut file)?;
    file.as_file().sync_all().map_err(wrong)?;
    Ok(file)
}

fn persist(file: NamedTempFile, to: &Path) -> Result<()> {
    file.persist(to).map(drop).map_err(|e| unwritable(to, e.error))
}

fn unwritable(to: &Path, cause: io::Error) -> Error {
    Error::new(ErrorKind::Io, "the store cannot be written").with("to", to.display()).with_source(cause)
}

//! Out of the library: to another file, or into text.

use super::{Asset, AssetSource, TemporaryFile};
use crate::name;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::StreamExt as _;
use mediagen_core::{Error, ErrorKind, Result};
use mediagen_disk::blocking;
use mediagen_probe::sniff;
use std::path::{Path, PathBuf};
use tokio::io::AsyncWriteExt as _;

impl Asset {
    /// Copies it to `path` and returns where it is: an extension that promises another type than the content's is
    /// corrected, and a file that exists is never overwritten (`-2`, `-3`, … is added). The folder is made when it is
    /// missing; the name appears once the file is whole.
    ///
    /// # Errors
    /// `InvalidInput` for media that was never here and for a path without a file name; `Io`.
    pub async fn save_as(&self, path: impl AsRef<Path>) -> Result<PathBuf> {
        let path = path.as_ref();
        let named = path.file_name().and_then(|name| name.to_str()).filter(|name| !name.is_empty());
        let named =
            named.ok_or_else(|| Error::new(ErrorKind::InvalidInput, format!("`{}` names no file", path.display())))?;
        let (stem, extension) = self.stem_and_extension(named);
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
        let place = dir.clone();
        blocking(move || std::fs::create_dir_all(&place).map_err(|e| name::unwritable(&place).with_source(e))).await?;
        let whole = self.copy_into(&dir).await?;
        blocking(move || {
            let (path, claim) = name::claim(&dir, &stem, &extension)?;
            drop(claim);
            whole.persist(&path).inspect_err(|_| drop(std::fs::remove_file(&path)))?;
            Ok(path)
        })
        .await
    }

    /// Name and extension for a file called `named`: the extension stays where it fits the content.
    fn stem_and_extension(&self, named: &str) -> (String, String) {
        let kind = self.file_type();
        let (stem, given) = match named.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => (stem, Some(extension)),
            _ => (named, None),
        };
        let known = given.and_then(sniff::by_extension);
        match (given, known) {
            (Some(given), Some(known)) if known == kind || kind == sniff::UNKNOWN => {
                (stem.to_owned(), given.to_owned())
            }
            (_, Some(_)) => (stem.to_owned(), kind.extension.to_owned()),
            // An unknown extension belongs to the name.
            (Some(given), None) if kind == sniff::UNKNOWN => (stem.to_owned(), given.to_owned()),
            (_, None) => (named.to_owned(), kind.extension.to_owned()),
        }
    }

    /// A copy in `dir` that ends with its guard, for a program that needs a file.
    ///
    /// # Errors
    /// `InvalidInput` for media that was never here; `Io`.
    pub async fn copy_into(&self, dir: impl AsRef<Path>) -> Result<TemporaryFile> {
        let mut chunks = self.read().await?;
        let (dir, extension) = (dir.as_ref().to_owned(), self.file_type().extension);
        let guard = blocking(move || TemporaryFile::new(&dir, extension)).await?;
        let unwritten =
            |e| Error::new(ErrorKind::Io, format!("`{}` cannot be written", guard.path().display())).with_source(e);
        let mut file = tokio::fs::File::create(guard.path()).await.map_err(unwritten)?;
        while let Some(chunk) = chunks.next().await {
            file.write_all(&chunk?).await.map_err(unwritten)?;
        }
        file.flush().await.map_err(unwritten)?;
        file.sync_all().await.map_err(unwritten)?;
        Ok(guard)
    }

    /// Its content in base64, where it is at most `max_bytes` long.
    ///
    /// # Errors
    /// `InvalidInput` for longer media and for media that was never here; `Io`.
    pub async fn to_base64(&self, max_bytes: u64) -> Result<String> {
        let too_long = |bytes: u64| {
            Error::new(ErrorKind::InvalidInput, format!("`{}` is too large to go into text", self.name()))
                .with("bytes", bytes)
                .with("limit", max_bytes)
        };
        if let Some(bytes) = self.bytes().filter(|bytes| *bytes > max_bytes) {
            return Err(too_long(bytes));
        }
        if let AssetSource::Bytes(data) = self.source() {
            return Ok(STANDARD.encode(data));
        }
        let mut content = Vec::new();
        let mut chunks = self.read().await?;
        while let Some(chunk) = chunks.next().await {
            content.extend_from_slice(&chunk?);
            // The file may have grown since it was measured.
            if content.len() as u64 > max_bytes {
                return Err(too_long(content.len() as u64));
            }
        }
        Ok(STANDARD.encode(content))
    }

    /// Its content as a data URI, where it is at most `max_bytes` long.
    ///
    /// # Errors
    /// Those of [`Asset::to_base64`].
    pub async fn to_data_url(&self, max_bytes: u64) -> Result<String> {
        Ok(format!("data:{};base64,{}", self.media_type(), self.to_base64(max_bytes).await?))
    }
}

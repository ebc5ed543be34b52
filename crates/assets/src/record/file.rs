//! The record next to the file.

use super::Record;
use mediagen_core::{Error, ErrorKind, Result};
use mediagen_disk::{Access, NewFile, read_at_most};
use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// What is added to a file's name to name its record.
pub const SUFFIX: &str = ".mediagen.json";
/// The largest record that is read, in bytes. What is written is at most a quarter of it.
pub const MAX_RECORD_BYTES: u64 = 16 << 20;

/// The place of the record of the file at `path`: `FILE.EXT.mediagen.json`.
pub fn sidecar(path: impl AsRef<Path>) -> PathBuf {
    let mut name = path.as_ref().as_os_str().to_owned();
    name.push(SUFFIX);
    name.into()
}

impl Record {
    /// Reads the record at `path`, which is that of the sidecar itself. Blocking: call it off the async threads.
    ///
    /// # Errors
    /// Those of [`Record::from_json`], and `Io` when it cannot be read, each with the path as context `record`.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let named = |error: Error| error.with("record", path.display());
        let json = read_at_most(path, MAX_RECORD_BYTES)
            .map_err(|e| named(Error::new(ErrorKind::Io, "a provenance record cannot be read").with_source(e)))?;
        Self::from_json(&json).map_err(named)
    }

    /// The record next to the file at `path`; `None` where there is none. Blocking: call it off the async threads.
    ///
    /// # Errors
    /// Those of [`Record::read`].
    pub fn beside(path: impl AsRef<Path>) -> Result<Option<Self>> {
        let sidecar = sidecar(path);
        match fs::metadata(&sidecar) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            _ => Self::read(&sidecar).map(Some),
        }
    }

    /// Writes the record to `path`, whole or not at all; one that is there is replaced. Blocking: call it off the
    /// async threads.
    ///
    /// # Errors
    /// `Io` when it cannot be written, with the path as context `record`; `InvalidInput` when it is too large.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let json = self.to_json()?;
        // The folder is that of the file: where it is missing, so is what the record is about.
        let write = || -> io::Result<()> {
            let mut file = NewFile::beside(path, Access::Usual)?;
            file.write_all(&json)?;
            file.commit()
        };
        write().map_err(|e| {
            Error::new(ErrorKind::Io, "a provenance record cannot be written")
                .with("record", path.display())
                .with_source(e)
        })
    }

    /// Writes the record next to the file at `path` and returns where. Blocking: call it off the async threads.
    ///
    /// # Errors
    /// Those of [`Record::write`].
    pub fn write_beside(&self, path: impl AsRef<Path>) -> Result<PathBuf> {
        let sidecar = sidecar(path);
        self.write(&sidecar)?;
        Ok(sidecar)
    }
}

//! A file that ends with its guard.

use mediagen_core::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// A file that is removed with this value, unless it is kept.
#[derive(Debug)]
pub struct TemporaryFile(TempPath);

impl TemporaryFile {
    /// An empty file in `dir` with this extension, readable as other files are. Blocking.
    pub(super) fn new(dir: &Path, extension: &str) -> Result<Self> {
        let suffix = format!(".{extension}");
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let made = builder.prefix(".mediagen-").suffix(&suffix).tempfile_in(dir);
        made.map(|file| Self(file.into_temp_path())).map_err(|e| crate::name::unwritable(dir).with_source(e))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Keeps it, as `path`; a file that is there is replaced. Blocking for as long as a rename takes.
    ///
    /// # Errors
    /// `Io` when it cannot be renamed, as from one file system to another; it is removed then.
    pub fn persist(self, path: impl AsRef<Path>) -> Result<PathBuf> {
        let path = path.as_ref();
        self.0.persist(path).map_err(|e| {
            Error::new(ErrorKind::Io, "a temporary file cannot be kept")
                .with("path", path.display())
                .with_source(e.error)
        })?;
        Ok(path.to_owned())
    }
}

//! Whole files or none.

use crate::{
    Access,
    folder::{create_folder, folder_of, sync_folder},
};
use std::{
    ffi::OsStr,
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// How the name of a file begins and ends while it is written.
const PREFIX: &str = ".mediagen-";
const SUFFIX: &str = ".part";

/// Puts `bytes` at `path`, and makes the folders above it: a reader sees what was there before, or all of them, and so
/// does the next start of a machine that was switched off. Blocking.
///
/// # Errors
/// What the system reports; nothing is left behind then.
pub fn write(path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    create_folder(folder_of(path), access)?;
    let mut file = NewFile::beside(path, access)?;
    file.write_all(bytes)?;
    file.commit()
}

/// As [`write()`], but the system decides when it is forced to disk: for what costs little to lose in a power cut. A reader
/// still sees what was there before or all of `bytes`. Blocking.
///
/// # Errors
/// What the system reports; nothing is left behind then.
pub fn replace(path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    create_folder(folder_of(path), access)?;
    let mut file = NewFile::beside(path, access)?;
    file.write_all(bytes)?;
    file.file.persist(&file.path)?;
    Ok(())
}

/// A file that is being written next to its final place, for content that comes bit by bit. Dropped without
/// [`NewFile::commit`], it is removed. All of it is blocking.
///
/// ```
/// use mediagen_disk::{Access, NewFile};
/// use std::io::Write as _;
///
/// let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("page.html");
/// let mut page = NewFile::beside(&path, Access::Usual).unwrap();
/// write!(page, "<p>{}</p>", 1).unwrap();
/// assert!(!path.exists());
/// page.commit().unwrap();
/// assert_eq!(std::fs::read_to_string(&path).unwrap(), "<p>1</p>");
/// ```
#[derive(Debug)]
pub struct NewFile {
    file: NamedTempFile,
    path: PathBuf,
}

impl NewFile {
    /// An empty file in the folder of `path`, which has to exist.
    ///
    /// # Errors
    /// What the system reports.
    pub fn beside(path: &Path, access: Access) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        if access == Access::Usual {
            use std::os::unix::fs::PermissionsExt as _;
            // The mask of the process applies to it.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        #[cfg(not(unix))]
        let _ = access;
        let file = builder.prefix(PREFIX).suffix(SUFFIX).tempfile_in(folder_of(path))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// The open file, for what needs more than writing at its end.
    pub fn as_file_mut(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Where it is until it is committed.
    pub fn temporary_path(&self) -> &Path {
        self.file.path()
    }

    /// Forces it and its folder to disk and gives it its final name. A file with that name is replaced.
    ///
    /// # Errors
    /// What the system reports; the new file is removed then, and the old one stays.
    pub fn commit(self) -> io::Result<()> {
        let path = self.path.clone();
        self.place()?;
        sync_folder(folder_of(&path));
        Ok(())
    }

    /// As [`NewFile::commit`], but the folder is left to the caller: of several files that are placed one after the other,
    /// only the last one needs [`sync_folder`]. Until then a power cut may bring the old file back, whole.
    ///
    /// # Errors
    /// Those of [`NewFile::commit`].
    pub fn place(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist(&self.path)?;
        Ok(())
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Whether a file of this name was never committed.
pub(crate) fn is_unfinished(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX))
}

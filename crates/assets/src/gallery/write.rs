//! The page on disk, whole or not at all.

use mediagen_core::{Error, ErrorKind, Result};
use std::{fs, io, io::Write as _, path::Path};

/// Writes `html` to `page`: beside it first, then renamed.
pub(super) fn whole(page: &Path, html: &str) -> Result<()> {
    let dir = page.parent().unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // As readable as other files of this user: the system's mask applies.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        fs::create_dir_all(dir)?;
        let mut file = builder.prefix(".mediagen-").suffix(".part").tempfile_in(dir)?;
        file.write_all(html.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(page)?;
        Ok(())
    };
    write().map_err(|e| unwritable(page).with_source(e))
}

/// The error of a page that cannot be written.
pub(super) fn unwritable(page: &Path) -> Error {
    Error::new(ErrorKind::Io, format!("cannot write the gallery `{}`", page.display()))
}

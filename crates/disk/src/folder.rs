//! Folders: made, forced to disk, and cleaned of what dead processes left.

use crate::{Access, write::is_unfinished};
use std::{
    fs::{self, DirBuilder, File},
    io,
    path::Path,
    time::{Duration, SystemTime},
};

/// Creates `folder` and those above it; one that exists stays as it is. Blocking.
///
/// # Errors
/// What the system reports.
pub fn create_folder(folder: &Path, access: Access) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    if access == Access::Owner {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    }
    #[cfg(not(unix))]
    let _ = access;
    builder.create(folder)
}

/// The folder of the file at `path`.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes what was renamed into `folder` durable; file systems that cannot do that are not at fault. Blocking.
pub fn sync_folder(folder: &Path) {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// Removes unfinished files from `folder` that were last written more than `age` ago: their processes were killed while
/// they wrote. What cannot be removed stays for the next time. Blocking.
pub fn remove_leftovers(folder: &Path, age: Duration) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten().filter(|entry| is_unfinished(&entry.file_name())) {
        let written = entry.metadata().and_then(|about| about.modified());
        let is_old = written.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|gone| gone > age));
        if is_old {
            let _ = fs::remove_file(entry.path());
        }
    }
}

//! Names that outlive a crash of the machine.

use std::{fs::File, path::Path};

/// Makes what was renamed into `folder` durable; file systems that cannot do that are not at fault. Blocking.
pub(crate) fn sync_folder(folder: &Path) {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

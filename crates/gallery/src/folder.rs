//! The files of a folder that have a record beside them.

use crate::Entry;
use mediagen_assets::record::{Record, SUFFIX};
use mediagen_core::{Error, ErrorKind, Result};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// How deep below the folder records are looked for.
const MAX_DEPTH: usize = 8;

/// What was found in a folder.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Found {
    /// The files, by their paths.
    pub entries: Vec<Entry>,
    /// Why records were left out that cannot be read; each names the record.
    pub unreadable: Vec<Error>,
}

/// Collects every file with a record beside it (`FILE.EXT.mediagen.json`) in `folder` and the folders in it, eight
/// deep. Links to folders are not followed, hidden folders are left out. Blocking: call it off the async threads.
///
/// # Errors
/// `NotFound` when there is no such folder, `Io` when it cannot be read.
pub fn collect(folder: impl AsRef<Path>) -> Result<Found> {
    let folder = folder.as_ref();
    let mut sidecars = Vec::new();
    let mut open = vec![(folder.to_path_buf(), 0)];
    while let Some((path, depth)) = open.pop() {
        let listed = match fs::read_dir(&path) {
            Ok(listed) => listed,
            Err(e) if depth == 0 => return Err(unreadable(folder, e)),
            // A folder that was removed meanwhile, or that is not ours.
            Err(_) => continue,
        };
        for entry in listed.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && depth < MAX_DEPTH && !name.starts_with('.') {
                open.push((entry.path(), depth + 1));
            } else if !is_folder && name.len() > SUFFIX.len() && name.ends_with(SUFFIX) {
                sidecars.push(entry.path());
            }
        }
    }
    sidecars.sort();
    let mut found = Found::default();
    for sidecar in sidecars {
        match Record::read(&sidecar) {
            Ok(record) => found.entries.push(Entry::new(record).at(media(&sidecar))),
            Err(error) => found.unreadable.push(error),
        }
    }
    Ok(found)
}

/// The file that the record at `sidecar` is beside.
fn media(sidecar: &Path) -> PathBuf {
    let mut media = sidecar.to_path_buf();
    // The suffix ends in an extension of its own, and has another before it.
    media.set_extension("");
    media.set_extension("");
    media
}

fn unreadable(folder: &Path, error: std::io::Error) -> Error {
    let missing = error.kind() == std::io::ErrorKind::NotFound;
    let (kind, what) =
        if missing { (ErrorKind::NotFound, "there is no folder") } else { (ErrorKind::Io, "cannot read") };
    Error::new(kind, format!("{what} `{}`", folder.display())).with_source(error)
}

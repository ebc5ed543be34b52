//! Names in the store.

use super::Store;
use mediagen_core::{Error, ErrorKind, Result};
use object_store::path::Path as Location;

/// The folder of content, and the hash that names it.
pub(super) const CONTENT: &str = "blake3";
/// The folder of records.
pub(super) const RECORDS: &str = "records";
/// What a record's name ends with.
pub(super) const RECORD_END: &str = ".json";

/// Refuses what is not the whole hash of a file.
pub(super) fn check(blake3: &str) -> Result<()> {
    if blake3.len() == 64 && is_prefix(blake3) {
        return Ok(());
    }
    let message = format!("`{blake3}` is not the hash of a file: 64 digits of 0-9 and a-f are needed");
    Err(Error::new(ErrorKind::InvalidInput, message))
}

/// Whether a hash may begin so.
pub(super) fn is_prefix(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

impl Store {
    pub(super) fn folder_of(&self, name: &str) -> Location {
        self.root.clone().join(name)
    }

    /// The place of content; `blake3` was checked.
    pub(super) fn content_at(&self, blake3: &str) -> Location {
        self.below(CONTENT, blake3).join(blake3)
    }

    /// The place of a record; `blake3` was checked.
    pub(super) fn record_at(&self, blake3: &str, name: &str) -> Location {
        self.below(RECORDS, blake3).join(blake3).join(format!("{name}{RECORD_END}"))
    }

    /// The deepest folder that holds everything whose hash begins with `prefix`.
    pub(super) fn below(&self, folder: &str, prefix: &str) -> Location {
        let mut location = self.folder_of(folder);
        for part in [prefix.get(..2), prefix.get(2..4)].into_iter().flatten() {
            location = location.join(part);
        }
        location
    }
}

/// The hash in the place of content; `None` for a place that no content of ours has.
pub(super) fn hash_of_content(location: &Location) -> Option<&str> {
    location.filename().filter(|name| check(name).is_ok())
}

/// Hash and name in the place of a record.
pub(super) fn hash_of_record(location: &Location) -> Option<(String, String)> {
    let name = location.filename()?.strip_suffix(RECORD_END)?;
    let folder = location.parts().nth_back(1)?;
    check(folder.as_ref()).ok()?;
    Some((folder.as_ref().to_owned(), name.to_owned()))
}

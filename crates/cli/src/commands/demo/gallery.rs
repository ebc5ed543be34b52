//! The page that shows what the demo made.

use crate::generate::Generation;
use mediagen::{
    assets::{Asset, Record},
    core::{Error, ErrorKind, Result},
    gallery::{Entry, Gallery, Order},
};
use std::path::Path;

/// Writes the page beside the files, by the records that lie beside them.
pub(super) fn write(page: &Path, made: &[Generation]) -> Result<()> {
    let files = made.iter().flat_map(|generation| &generation.assets);
    let entry = |file: &Asset| {
        let path = file.path().unwrap_or(Path::new(""));
        let record = Record::beside(path)?
            .ok_or_else(|| Error::new(ErrorKind::Io, format!("`{}` has no record next to it", path.display())))?;
        Ok(Entry::new(record).at(path))
    };
    let entries = files.map(entry).collect::<Result<Vec<_>>>()?;
    Gallery::new("Demo").with_order(Order::Oldest).with_entries(entries).write(page).map(drop)
}

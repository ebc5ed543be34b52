//! The page that shows what the demo made.

use crate::generate::Generation;
use mediagen::{
    assets::{
        Record,
        gallery::{Entry, Gallery, Order},
    },
    core::{Error, ErrorKind, Result},
};
use std::path::Path;

/// Writes the page beside the files, by the records that lie beside them.
pub(super) fn write(page: &Path, made: &[Generation]) -> Result<()> {
    let files = made.iter().flat_map(|generation| &generation.assets);
    let entry = |file: &mediagen::assets::SavedFile| {
        let record = Record::beside(&file.path)?
            .ok_or_else(|| Error::new(ErrorKind::Io, format!("`{}` has no record beside it", file.path.display())))?;
        Ok(Entry::new(record).at(&file.path))
    };
    let entries = files.map(entry).collect::<Result<Vec<_>>>()?;
    Gallery::new("Demo").with_order(Order::Oldest).with_entries(entries).write(page).map(drop)
}

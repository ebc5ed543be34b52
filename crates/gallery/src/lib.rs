#![doc = include_str!("../README.md")]

mod class;
mod folder;
mod lineage;
mod link;
mod page;
mod peaks;

pub use folder::{Found, collect};

use mediagen_assets::record::Record;
use mediagen_core::{Error, ErrorKind, Result};
use mediagen_disk::Access;
use std::path::{Path, PathBuf};

/// One file of a gallery: its record, and where it lies.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Entry {
    /// What is known about it.
    pub record: Record,
    /// Where it lies on this machine; `None` where that is unknown. A file that is not there gets a placeholder.
    pub path: Option<PathBuf>,
}

impl Entry {
    /// An entry whose file is nowhere known.
    pub fn new(record: Record) -> Self {
        Self { record, path: None }
    }

    /// Says where the file lies.
    pub fn at(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = Some(path.into());
        self
    }
}

/// In which order a gallery begins; its reader may choose another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Order {
    /// The latest first, by the time in the records.
    #[default]
    Newest,
    /// The earliest first.
    Oldest,
    /// The largest file first.
    Largest,
}

impl Order {
    fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Largest => "largest",
        }
    }
}

/// A gallery that is about to be written.
#[derive(Debug, Clone)]
pub struct Gallery {
    title: String,
    order: Order,
    entries: Vec<Entry>,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// Assets in the grid.
    pub assets: usize,
    /// How many of them have no file and show a placeholder.
    pub missing: usize,
}

impl Gallery {
    /// An empty gallery with this heading.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), order: Order::default(), entries: Vec::new() }
    }

    /// Sets the order in which it begins.
    pub fn with_order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// Adds a file.
    pub fn with_entry(mut self, entry: Entry) -> Self {
        self.entries.push(entry);
        self
    }

    /// Adds files.
    pub fn with_entries(mut self, entries: impl IntoIterator<Item = Entry>) -> Self {
        self.entries.extend(entries);
        self
    }

    /// Writes the page to `page`, whole or not at all; one that is there is replaced. Blocking: call it off the async
    /// threads.
    ///
    /// Links to the media are relative where page and file share a folder above, otherwise absolute `file://` links.
    ///
    /// # Errors
    /// `Io` naming the page when it cannot be written.
    pub fn write(&self, page: impl AsRef<Path>) -> Result<Written> {
        let page = page.as_ref();
        let unwritable = |e: std::io::Error| {
            Error::new(ErrorKind::Io, format!("cannot write the gallery `{}`", page.display())).with_source(e)
        };
        let whole = std::path::absolute(page).map_err(unwritable)?;
        let nodes = lineage::nodes(&self.entries, whole.parent().unwrap_or(Path::new("/")));
        let missing = nodes.iter().filter(|node| node.listed && node.src.is_none()).count();
        let html = page::html(&self.title, self.order.as_str(), &nodes)?;
        mediagen_disk::write(&whole, html.as_bytes(), Access::Usual).map_err(unwritable)?;
        Ok(Written { assets: self.entries.len(), missing })
    }
}

#[cfg(test)]
mod tests;

//! What a cast made.

use mediagen_core::MediaFacts;
use mediagen_core::{Error, ErrorKind, Result};
use mediagen_probe::{sniff::FileType, sniff::MediaClass};
use std::{io::Read, path::PathBuf};

/// The file that a cast wrote, measured.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CastOutput {
    /// Where it is.
    pub path: PathBuf,
    /// Its type, which is the one that was asked for.
    pub kind: FileType,
    /// What was measured on it.
    pub facts: MediaFacts,
    /// The converters that made it, in order.
    pub steps: Vec<&'static str>,
}

impl CastOutput {
    /// Its class.
    pub fn class(&self) -> MediaClass {
        self.kind.class
    }

    /// The content of a text of at most `max_bytes`. Blocking.
    ///
    /// # Errors
    /// `KindMismatch` when it is no text, `Transfer` when it is longer, `Io`.
    pub fn text(&self, max_bytes: u64) -> Result<String> {
        if self.kind.class != MediaClass::Text {
            let kind = self.kind.media_type;
            return Err(Error::new(ErrorKind::KindMismatch, format!("a file of type {kind} is no text")));
        }
        let io = |e: std::io::Error| {
            Error::new(ErrorKind::Io, format!("`{}` cannot be read", self.path.display())).with_source(e)
        };
        if std::fs::metadata(&self.path).map_err(io)?.len() > max_bytes {
            return Err(crate::program::too_long(max_bytes));
        }
        let mut text = String::new();
        std::fs::File::open(&self.path).map_err(io)?.take(max_bytes).read_to_string(&mut text).map_err(io)?;
        Ok(text)
    }
}

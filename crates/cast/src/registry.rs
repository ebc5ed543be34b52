//! Converters, ordered and checked.

use crate::{CastEntry, CastOptions, CastSource, Plan};
use mediagen_core::{Error, ErrorKind, Result, inventory};
use mediagen_probe::sniff::FileType;
use std::collections::BTreeMap;

/// Why entries do not make a registry.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CastRegistryError {
    /// Two converters with one name.
    #[error("converter `{id}` is registered twice: by {first} and by {second}")]
    Duplicate {
        /// The name.
        id: &'static str,
        /// Where one entry stands.
        first: &'static str,
        /// Where the other stands.
        second: &'static str,
    },
}

impl From<CastRegistryError> for Error {
    fn from(error: CastRegistryError) -> Self {
        Self::new(ErrorKind::Config, error.to_string()).with_source(error)
    }
}

/// Converters by name.
#[derive(Debug, Clone, Default)]
pub struct CastRegistry {
    entries: BTreeMap<&'static str, &'static CastEntry>,
}

impl CastRegistry {
    /// Everything linked into this program.
    ///
    /// # Errors
    /// [`CastRegistryError`] when two entries have one name.
    pub fn linked() -> Result<Self, CastRegistryError> {
        Self::from_entries(inventory::iter::<CastEntry>)
    }

    /// Exactly these; [`built_in`](crate::built_in) gives those of this crate.
    ///
    /// # Errors
    /// See [`CastRegistry::linked`].
    pub fn from_entries(entries: impl IntoIterator<Item = &'static CastEntry>) -> Result<Self, CastRegistryError> {
        let mut registry = Self::default();
        for entry in entries {
            if let Some(first) = registry.entries.insert(entry.id, entry) {
                let (first, second) = (first.origin, entry.origin);
                return Err(CastRegistryError::Duplicate { id: entry.id, first, second });
            }
        }
        Ok(registry)
    }

    /// The converters, by name.
    pub fn entries(&self) -> impl Iterator<Item = &'static CastEntry> {
        self.entries.values().copied()
    }

    /// The steps from `source` to type `to`: a free way before a paid one, then the fewest programs, then the fewest
    /// steps. Nothing runs and nothing is written.
    ///
    /// # Errors
    /// `Unsupported` when no converter, and no two of them, lead there; `InvalidInput` for a moment behind the end of
    /// the video, and for the audio of a silent one.
    pub fn plan(&self, source: &CastSource, to: FileType, options: &CastOptions) -> Result<Plan> {
        Plan::find(self, source, to, options)
    }
}

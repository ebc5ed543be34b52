//! From an output to files that are owned: saved, measured, with their record in them and beside them, and stored.

mod inputs;
mod provenance;
mod save;
mod stopwatch;

pub use inputs::Inputs;
pub use provenance::Provenance;
pub use stopwatch::Stopwatch;

use crate::{Downloader, Target, asset::Asset, store::Store};
use mediagen_core::{Error, ErrorKind, Output, Result};
use std::sync::Arc;

/// Keeps what models make. Cheap to clone.
///
/// Each file gets its provenance record: next to it (`FILE.EXT.mediagen.json`), inside it where the format has a place,
/// and in the store where there is one. An input that is an [`Asset`] brings its own record along, so that the last file
/// of a chain has the whole chain.
#[derive(Debug, Clone)]
pub struct Keep {
    downloader: Downloader,
    target: Target,
    embed: bool,
    store: Option<Store>,
}

impl Keep {
    /// Files go to `target`, whose fields `model`, `index`, `job` and `seed` are filled in.
    pub fn new(downloader: Downloader, target: Target) -> Self {
        Self { downloader, target, embed: true, store: None }
    }

    /// Also puts every file into `store`.
    pub fn with_store(mut self, store: Store) -> Self {
        self.store = Some(store);
        self
    }

    /// Leaves the files as the provider gave them: their record is beside them only.
    pub fn without_embedding(mut self) -> Self {
        self.embed = false;
        self
    }
}

/// The files of an output, kept.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Kept {
    /// The files, in the order of the output's parts, each with its record and the address that it came from.
    pub assets: Vec<Asset>,
    /// What went wrong with records and store; each file is whole all the same.
    pub problems: Vec<Arc<Error>>,
}

impl Kept {
    /// The first file.
    ///
    /// # Errors
    /// `InvalidResponse` when the model made no file.
    pub fn asset(&self) -> Result<&Asset> {
        self.assets.first().ok_or_else(|| Error::new(ErrorKind::InvalidResponse, "the model made no file"))
    }

    /// Puts what was measured on the files into the parts of `output`, which they were made from: it is more certain than
    /// what the provider announced, and there where the provider announced nothing.
    pub fn complete(&self, output: &mut Output) {
        for (part, asset) in output.parts.iter_mut().zip(&self.assets) {
            part.facts = asset.facts().clone().or(std::mem::take(&mut part.facts));
        }
    }
}

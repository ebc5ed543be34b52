//! From an output to files that are owned: saved, measured, with their record in them and beside them, and stored.

mod inputs;
mod measured;
mod provenance;
mod save;
mod stopwatch;

pub use inputs::Inputs;
pub use provenance::Provenance;
pub use stopwatch::Stopwatch;

use crate::{Downloader, Target, asset::Asset, record::Record, store::Store};
use mediagen_core::{Context, Error, ErrorKind, Kind, KindOutput as _, KindRequest as _, Model, Result};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};
use url::Url;

/// Addresses whose records are remembered.
const REMEMBERED: usize = 256;

/// Runs models and keeps what they make. Cheap to clone; clones remember the same files.
///
/// Each file gets its provenance record: beside it (`FILE.EXT.mediagen.json`), inside it where the format has a place,
/// and in the store where there is one. An input that was kept before, by its file or its address, brings its own
/// record along, so that the last file of a chain tells the whole chain.
#[derive(Debug, Clone)]
pub struct Keep {
    downloader: Downloader,
    target: Target,
    embed: bool,
    store: Option<Store>,
    known: Known,
}

/// Records of files by the address that they came from, the newest last.
type Known = Arc<Mutex<VecDeque<(Url, Arc<Record>)>>>;

impl Keep {
    /// Files go to `target`, whose fields `model`, `index`, `job` and `seed` are filled in.
    pub fn new(downloader: Downloader, target: Target) -> Self {
        Self { downloader, target, embed: true, store: None, known: Known::default() }
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

    /// Runs `model`, saves every output, and writes down how it was made. The output has sizes and lengths as measured on
    /// the files.
    ///
    /// # Errors
    /// Those of the model before there is an output, and those of [`Keep::save`] after. A file that could not be
    /// recorded or stored is not an error: see [`Kept::problems`].
    pub async fn run<K: Kind>(
        &self,
        cx: &Context,
        model: &Model<K>,
        request: impl Into<K::Request>,
    ) -> Result<(K::Output, Kept)> {
        let watch = Stopwatch::new();
        let cx = watch.watch(cx);
        let request: K::Request = request.into();
        let asked = request.clone().into_request();
        let inputs = self.look_at(&asked).await?;
        let output = model.with_context(cx.clone()).run(request).await?.output().clone();
        let made = Provenance::new(&model.spec().id, K::KIND, &asked, inputs).with_output(&output);
        let kept = self.save(&cx, &output, &made, &watch).await?;
        let mut output = output;
        // What was measured is surer than what was announced.
        for (part, asset) in output.parts.iter_mut().zip(&kept.assets) {
            part.facts = asset.facts().clone().or(std::mem::take(&mut part.facts));
        }
        Ok((K::Output::from_output(output), kept))
    }

    fn remember(&self, url: Option<&Url>, record: &Record) {
        let Some(url) = url else { return };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() == REMEMBERED {
            known.pop_front();
        }
        known.push_back((url.clone(), Arc::new(record.clone())));
    }

    fn recall(&self, url: &Url) -> Option<Arc<Record>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().rev().find(|(of, _)| of == url).map(|(_, record)| Arc::clone(record))
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
}

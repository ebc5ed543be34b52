//! From a generation to files of one's own: saved, measured, each with its record.

use crate::{Content, Generation, Mediagen, inputs};
use futures_util::TryStreamExt as _;
use mediagen_assets::{
    DownloadPolicy, Downloader, Keep, Kept, Target,
    keep::{Inputs, Provenance},
};
use mediagen_core::{Context, Error, ErrorKind, Output, Part, PartSource, Result, output::PartStream};
use std::{path::PathBuf, sync::PoisonError};

impl Mediagen {
    /// The downloader for the outputs of a provider, whose own addresses it permits; one for all, so that connections
    /// are used again.
    ///
    /// # Errors
    /// `NoProvider`, and those of building it.
    pub fn downloader(&self, provider: &str) -> Result<Downloader> {
        let found = {
            let downloaders = self.shared.downloaders.lock().unwrap_or_else(PoisonError::into_inner);
            downloaders.get(provider).cloned()
        };
        if let Some(downloader) = found {
            return Ok(downloader);
        }
        let made = Downloader::new(DownloadPolicy::of(&*self.provider(provider)?))?;
        let mut downloaders = self.shared.downloaders.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(downloaders.entry(provider.to_owned()).or_insert(made).clone())
    }

    /// What [`Generation::save`] keeps files with: into the folder `dir`, with the engine's store where it has one.
    ///
    /// # Errors
    /// Those of [`Mediagen::downloader`].
    pub fn keeper(&self, provider: &str, dir: impl Into<PathBuf>) -> Result<Keep> {
        let keep = Keep::new(self.downloader(provider)?, Target::new(dir));
        Ok(match &self.shared.store {
            Some(store) => keep.with_store(store.clone()),
            None => keep,
        })
    }

    /// The content behind an address: in a temporary file first, so that it is whole and was checked before the first
    /// byte is given out.
    pub(crate) async fn downloaded(&self, cx: &Context, provider: &str, part: &Part) -> Result<Content> {
        let failed = |e| Error::new(ErrorKind::Io, "no temporary folder can be made for a download").with_source(e);
        let folder = tempfile::Builder::new().prefix("mediagen-read-").tempdir().map_err(failed)?;
        let asset = cx.bounded(self.downloader(provider)?.save(cx, part, &Target::new(folder.path()))).await??;
        let missing = || Error::new(ErrorKind::Unexpected, "a download has no file");
        let path = asset.path().ok_or_else(missing)?.to_owned();
        let read = |e| Error::new(ErrorKind::Io, "a downloaded file cannot be read").with_source(e);
        // The folder lives as long as the stream.
        Ok(Box::pin(inputs::opened(path).map_err(move |e| {
            let _ = &folder;
            read(e)
        })))
    }
}

impl Generation {
    /// Saves every file into the folder `dir`, each with a record of how it was made, and writes down that it was kept.
    /// What is there already is not overwritten.
    ///
    /// # Errors
    /// `Transfer` when a file could not be saved, naming what became of each; the generation itself is paid for, and can
    /// be saved again. A record or a store that failed is not an error: see [`Kept::problems`].
    pub async fn save(&self, dir: impl Into<PathBuf>) -> Result<Kept> {
        let keep = self.engine().keeper(self.row().order.provider.name.as_str(), dir)?;
        Box::pin(self.keep(&keep)).await
    }

    /// The same with a keeper of one's own, which decides on names, records and store.
    ///
    /// # Errors
    /// Those of [`Generation::save`].
    pub async fn keep(&self, keep: &Keep) -> Result<Kept> {
        let cx = self.engine().context().begin();
        let (cx, order) = (self.watch().watched(&cx), &self.row().order);
        let inputs = Inputs::of(&order.request, &self.output().inputs).await;
        let output = self.readable();
        let mut made = Provenance::new(&order.spec.id, order.kind, &order.request, inputs)
            .with_job(self.id().to_string())
            .with_output(&output)
            .with_estimate(self.estimate());
        if let Some(requested) = &order.requested {
            made = made.with_asked(requested);
        }
        let kept = Box::pin(keep.save(&cx, &output, &made, self.watch().stopwatch()));
        let kept = cx.bounded(kept).await??;
        let files = kept.assets.iter().filter_map(|asset| asset.path());
        self.mark_kept(files.map(|path| path.display().to_string()).collect()).await?;
        Ok(kept)
    }

    /// The output with what was billed, and with content of the spool as streams.
    fn readable(&self) -> Output {
        let mut output = self.output().clone();
        for part in &mut output.parts {
            if let PartSource::Spool(hash) = &part.source {
                part.source = PartSource::Stream(PartStream::new(self.engine().spooled(hash)));
            }
        }
        output.usage.counts = self.billed().into_iter().collect();
        if output.usage.money.is_none() {
            output.usage.money = self.cost().cloned();
        }
        output
    }
}

//! A request that was paid for.

use crate::{Content, JobId, Mediagen, Row, Step, watch::Watch};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, TryStreamExt as _};
use mediagen_core::{
    Count, Error, ErrorKind, Estimate, Kind, KindOutput, Money, Note, Output, Part, PartSource, Result,
};
use std::{fmt, sync::Arc};

/// What a request led to: the output, what it cost, and what was adjusted. It is a view of a row in the journal; dropping
/// it loses nothing but the content that a journal in memory holds.
#[derive(Clone)]
pub struct Generation {
    engine: Mediagen,
    row: Row,
    output: Arc<Output>,
    #[cfg_attr(not(feature = "assets"), expect(dead_code, reason = "times are for the records of files"))]
    watch: Watch,
    _needed: Arc<Needed>,
}

/// Keeps the row in the journal while a view of it lives.
struct Needed {
    engine: Mediagen,
    id: JobId,
}

impl Drop for Needed {
    fn drop(&mut self) {
        self.engine.shared.journal.forget(self.id);
    }
}

impl Generation {
    pub(crate) fn new(engine: &Mediagen, row: Row, watch: Watch) -> Self {
        let output = row.progress.output.clone().unwrap_or_default();
        let needed = Arc::new(Needed { engine: engine.clone(), id: row.id });
        Self { engine: engine.clone(), row, output, watch, _needed: needed }
    }

    /// Our own name for the job.
    pub fn id(&self) -> JobId {
        self.row.id
    }

    /// The output.
    pub fn output(&self) -> &Output {
        &self.output
    }

    /// The output as the type of its kind.
    ///
    /// # Errors
    /// `KindMismatch` when it was made by a model of another kind.
    pub fn typed<K: Kind>(&self) -> Result<K::Output> {
        if self.row.order.kind != K::KIND {
            let message = format!("job {} is {}, not {}", self.row.id, self.row.order.kind, K::KIND);
            return Err(Error::new(ErrorKind::KindMismatch, message));
        }
        Ok(K::Output::from_output(Output::clone(&self.output)))
    }

    /// What it cost, as far as the provider reports that.
    pub fn cost(&self) -> Option<&Money> {
        self.row.progress.cost.as_ref()
    }

    /// What it was expected to cost.
    pub fn estimate(&self) -> Estimate {
        self.row.progress.estimate.clone().unwrap_or_default()
    }

    /// The count that is billed and the unit it is in, as far as that is known.
    pub fn billed(&self) -> Option<Count> {
        self.output.usage.billed(&self.row.progress.prices, &self.row.order.plan.body)
    }

    /// How long each part of it took; downloads count once the files are kept.
    #[cfg(feature = "assets")]
    pub fn timings(&self) -> mediagen_assets::record::TimingsMs {
        self.watch.stopwatch().timings()
    }

    /// Every difference between what was requested and what was sent, and what is missing in the output.
    pub fn notes(&self) -> &[Note] {
        &self.output.notes
    }

    #[cfg(feature = "assets")]
    pub(crate) fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Everything that is written down about it, as it was when the result was there.
    pub fn row(&self) -> &Row {
        &self.row
    }

    /// The engine that made it.
    pub fn engine(&self) -> &Mediagen {
        &self.engine
    }

    fn part(&self, index: usize) -> Result<&Part> {
        self.output.parts.get(index).ok_or_else(|| {
            let message = format!("the output has {} files, and no number {index}", self.output.parts.len());
            Error::new(ErrorKind::NotFound, message)
        })
    }

    /// The content of the first file, which may have at most `limit` bytes.
    ///
    /// # Errors
    /// `Transfer` for more, and those of [`Generation::stream`].
    pub async fn bytes(&self, limit: usize) -> Result<Bytes> {
        let cx = self.engine.cx.begin();
        cx.bounded(async {
            let mut content = self.stream(0).await?;
            let mut data = BytesMut::new();
            while let Some(piece) = content.next().await {
                let piece = piece?;
                if data.len() + piece.len() > limit {
                    let message = format!("the file has more than {limit} bytes");
                    return Err(
                        Error::new(ErrorKind::Transfer, message).with_hint("allow more bytes, or read it as a stream")
                    );
                }
                data.extend_from_slice(&piece);
            }
            Ok(data.freeze())
        })
        .await?
    }

    /// The content of file number `index`, as it comes.
    ///
    /// # Errors
    /// `NotFound` where there is no such file, `Unsupported` where this build cannot read addresses, and those of the
    /// transfer.
    pub async fn stream(&self, index: usize) -> Result<Content> {
        let part = self.part(index)?;
        if let PartSource::Spool(hash) = &part.source {
            return Ok(self.engine.spooled(hash));
        }
        let (cx, name) = (self.engine.cx.begin(), self.row.order.provider.name.as_str());
        if let Some(fetch) = &self.engine.shared.fetch {
            return fetch.open(&cx, &self.engine.provider(name)?, part).await;
        }
        #[cfg(feature = "assets")]
        return self.engine.downloaded(&cx, name, part).await;
        #[cfg(not(feature = "assets"))]
        {
            let message = format!("this build cannot read the addresses of outputs of {name}");
            Err(Error::new(ErrorKind::Unsupported, message).with_hint("give the engine a `Fetch`"))
        }
    }

    /// Writes down where the files were kept: for programs that keep them in their own way.
    ///
    /// # Errors
    /// Those of the journal. A row that is not there any more is not missed.
    pub async fn mark_kept(&self, files: Vec<String>) -> Result<()> {
        let mut row = self.row.clone();
        row.progress.files = files;
        row.step = Step::Kept;
        self.engine.crash("keeping")?;
        match self.engine.shared.journal.commit(&row).await {
            // It was forgotten, or another view of it keeps it.
            Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Fenced) => Err(error),
            _ => self.engine.crash("kept"),
        }
    }
}

impl Mediagen {
    /// Content of the journal's spool.
    pub(crate) fn spooled(&self, hash: &str) -> Content {
        let read = |e| Error::new(ErrorKind::Expired, "the content is not in the journal any more").with_source(e);
        self.shared.journal.open(hash).map_err(read).boxed()
    }
}

impl fmt::Debug for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generation")
            .field("id", &self.row.id)
            .field("step", &self.row.step)
            .field("cost", &self.row.progress.cost)
            .finish_non_exhaustive()
    }
}

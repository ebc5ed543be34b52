//! `NAME.part`: the file while it arrives.

use super::{claim, digest::Running, record::Record, writer::Writer};
use crate::{
    name::{self, take_free_name},
    target::Target,
};
use bytes::Bytes;
use mediagen_core::{Error, ErrorKind, Result};
use mediagen_disk::{blocking, unfinished};
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use tokio::task::{JoinHandle, spawn_blocking};
use url::Url;

/// So many bytes are gathered while as many are being hashed and written by another thread.
const BATCH: usize = 1 << 20;

/// A claimed `.part` file, hashed while it is written.
///
/// Dropped before [`PartFile::publish`], it is removed, unless a later save can go on with it; a batch that is being
/// written at that moment is finished first.
pub(super) struct PartFile {
    path: PathBuf,
    /// At rest here, or at work in `running`.
    writer: Option<Writer>,
    running: Option<JoinHandle<(Writer, io::Result<()>)>>,
    batch: Vec<Bytes>,
    gathered: usize,
    accepted: u64,
    max_bytes: u64,
    /// Set by an error of the disk, after which nothing written is to be relied on.
    spoilt: bool,
}

impl PartFile {
    /// Takes over what an earlier save of `url` to the same target left behind, otherwise claims a new name. The target's
    /// folder is created when it is missing.
    pub(super) async fn open(target: &Target, url: Option<&Url>, max_bytes: u64) -> Result<Self> {
        let (dir, stem, url) = (target.dir().to_owned(), target.stem("part")?, url.cloned());
        let writer = blocking(move || {
            fs::create_dir_all(&dir).map_err(|e| name::unwritable(&dir).with_source(e))?;
            let found = url.and_then(|url| claim::left_behind(&dir, &stem, &url));
            found.map_or_else(|| claim::fresh(&dir, &stem), Ok).map(Writer::new)
        })
        .await?;
        Ok(Self {
            path: writer.path.clone(),
            accepted: writer.content.bytes,
            writer: Some(writer),
            running: None,
            batch: Vec::new(),
            gathered: 0,
            max_bytes,
            spoilt: false,
        })
    }

    /// Bytes taken so far, not all of which are on disk before [`PartFile::settle`].
    pub(super) fn written(&self) -> u64 {
        self.accepted
    }

    /// What an earlier save found out about the file that this is the beginning of.
    pub(super) fn record(&self) -> Option<&Record> {
        self.writer.as_ref()?.record.as_ref()
    }

    /// Refuses a file that will be larger than the cap.
    pub(super) fn check_size(&self, bytes: u64) -> Result<()> {
        if bytes <= self.max_bytes {
            return Ok(());
        }
        let message = format!("the file has {bytes} bytes or more; the limit is {} bytes", self.max_bytes);
        Err(Error::new(ErrorKind::Transfer, message).with_hint("raise the limit of the download policy"))
    }

    /// Appends `chunk`, at the latest with [`PartFile::settle`].
    pub(super) async fn write(&mut self, chunk: Bytes) -> Result<()> {
        self.check_size(self.accepted.saturating_add(chunk.len() as u64))?;
        self.accepted += chunk.len() as u64;
        self.gathered += chunk.len();
        self.batch.push(chunk);
        if self.gathered >= BATCH { self.hand_over().await } else { Ok(()) }
    }

    /// Waits until everything taken is with the system.
    pub(super) async fn settle(&mut self) -> Result<()> {
        if !self.batch.is_empty() {
            self.hand_over().await?;
        }
        self.at_rest().await.map(|_| ())
    }

    /// The next batch begins when the one before is done.
    async fn hand_over(&mut self) -> Result<()> {
        self.at_rest().await?;
        if let Some(mut writer) = self.writer.take() {
            let batch = std::mem::take(&mut self.batch);
            self.gathered = 0;
            self.running = Some(spawn_blocking(move || {
                let done = writer.append(&batch);
                (writer, done)
            }));
        }
        Ok(())
    }

    /// The writer, once its batch is written.
    async fn at_rest(&mut self) -> Result<&mut Writer> {
        if let Some(running) = &mut self.running {
            let (writer, done) = running.await.map_err(unfinished)?;
            (self.writer, self.running) = (Some(writer), None);
            if let Err(e) = done {
                self.spoilt = true;
                return Err(self.failed(e));
            }
        }
        let lost = || Error::new(ErrorKind::Unexpected, "the file that was being written is lost");
        self.writer.as_mut().ok_or_else(lost)
    }

    /// Forgets everything written. What comes is what `record` says, if it says anything, and is digested by `digest`.
    pub(super) async fn restart(&mut self, record: Option<Record>, digest: Option<Running>) -> Result<()> {
        self.batch.clear();
        (self.gathered, self.accepted) = (0, 0);
        let restarted = self.at_rest().await?.restart(record, digest);
        restarted.map_err(|e| self.failed(e))
    }

    /// What the server's digest of the content so far comes to; `None` where none is computed. Settles.
    pub(super) async fn digest(&mut self) -> Result<Option<String>> {
        self.settle().await?;
        Ok(self.at_rest().await?.content.digest.as_ref().map(Running::value))
    }

    /// The first bytes. Settles.
    pub(super) async fn head(&mut self) -> Result<Vec<u8>> {
        self.settle().await?;
        Ok(self.at_rest().await?.content.head.clone())
    }

    /// Forces the bytes to disk and gives the file its final name, never one that exists. Returns path and hash. The folder
    /// is left to the caller.
    pub(super) async fn publish(mut self, target: &Target, extension: &str) -> Result<(PathBuf, String)> {
        self.settle().await?;
        let (stem, dir, extension) = (target.stem(extension)?, target.dir().to_owned(), extension.to_owned());
        let lost = || Error::new(ErrorKind::Unexpected, "the file that was being written is lost");
        let mut writer = self.writer.take().ok_or_else(lost)?;
        blocking(move || {
            // Whatever fails from here on, the content is whole: it is not kept under the name of a beginning.
            writer.record = None;
            writer.file.sync_all().map_err(|e| unwritable(&writer.path, e))?;
            let path = take_free_name(&writer.path, &dir, &stem, &extension)?;
            writer.published();
            Ok((path, writer.content.hasher.finalize().to_hex().to_string()))
        })
        .await
    }

    /// Ends a save that failed with `error`: says where the beginning of the file is, where a later save can go on
    /// with it, and otherwise removes it.
    pub(super) async fn give_up(mut self, may_go_on: bool) -> Option<(PathBuf, u64)> {
        let settled = self.settle().await.is_ok();
        let mut writer = self.writer.take()?;
        let keep = settled && may_go_on && !self.spoilt;
        let ended = blocking(move || {
            if !keep {
                writer.record = None;
            }
            Ok(writer.keep().then(|| (writer.path.clone(), writer.content.bytes)))
        });
        ended.await.ok()?
    }

    fn failed(&self, cause: io::Error) -> Error {
        unwritable(&self.path, cause)
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        // What was gathered is worth keeping where the rest is; it is a batch at most.
        if let Some(writer) = self.writer.as_mut().filter(|writer| !self.spoilt && writer.record.is_some()) {
            let _ = writer.append(&self.batch);
        }
    }
}

fn unwritable(path: &Path, cause: io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("`{}` cannot be written", path.display())).with_source(cause)
}

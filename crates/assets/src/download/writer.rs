//! What happens to bytes on their way to disk, off the async threads: hashed, written, vouched for.

use super::{
    claim::{Claimed, Content},
    digest::Running,
    record::{self, Record},
};
use bytes::Bytes;
use std::{
    fs::{self, File},
    io::{self, Seek as _, Write as _},
    path::PathBuf,
};

/// The record is brought up to date whenever the file has doubled, at most after so many bytes and at least after so
/// many: that much is lost when the process is killed.
const CHECKPOINT: std::ops::RangeInclusive<u64> = 1 << 20..=16 << 20;

/// A claimed `.part`. Dropped before it is published, it is removed, unless a later save can go on with it.
pub(super) struct Writer {
    pub(super) path: PathBuf,
    pub(super) file: File,
    pub(super) content: Content,
    /// What a later save needs; `None` when nothing could vouch for the rest, or when nothing is to be kept.
    pub(super) record: Option<Record>,
    recorded: u64,
    published: bool,
}

impl Writer {
    pub(super) fn new(claimed: Claimed) -> Self {
        let Claimed { path, file, content, record } = claimed;
        let recorded = content.bytes;
        Self { path, file, content, record, recorded, published: false }
    }

    /// Appends.
    pub(super) fn append(&mut self, chunks: &[Bytes]) -> io::Result<()> {
        for chunk in chunks {
            self.file.write_all(chunk)?;
            self.content.update(chunk);
        }
        if self.content.bytes - self.recorded >= self.recorded.clamp(*CHECKPOINT.start(), *CHECKPOINT.end()) {
            self.checkpoint()?;
        }
        Ok(())
    }

    /// Forgets everything written; from now on the content is that of `record`.
    pub(super) fn restart(&mut self, record: Option<Record>, digest: Option<Running>) -> io::Result<()> {
        record::remove(&self.path);
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.content = Content { digest, ..Content::default() };
        (self.record, self.recorded) = (record, 0);
        Ok(())
    }

    /// Vouches for what is written so far.
    fn checkpoint(&mut self) -> io::Result<()> {
        if let Some(record) = &mut self.record {
            record.bytes = self.content.bytes;
            record.blake3 = self.content.hasher.finalize().to_hex().to_string();
            record.write(&self.path)?;
        }
        self.recorded = self.content.bytes;
        Ok(())
    }

    /// Says that the file has its final name.
    pub(super) fn published(&mut self) {
        record::remove(&self.path);
        self.published = true;
    }

    /// Leaves the file for a later save, which finds it by the record; `false` when no later save could use it.
    pub(super) fn keep(&mut self) -> bool {
        let kept = self.record.is_some() && self.content.bytes > 0 && self.checkpoint().is_ok();
        self.published |= kept;
        kept
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if self.published || self.keep() {
            return;
        }
        // Nothing can be done about a failure here, and the caller has an error of its own already. The lock is held
        // until the file is closed, after this.
        record::remove(&self.path);
        let _ = fs::remove_file(&self.path);
    }
}

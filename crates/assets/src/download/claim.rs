//! Who may write which `.part`: created and locked by one, or left behind by one that is gone.
//!
//! The lock is the system's, on the open file: it ends with its process, whatever ends that.

use super::{
    digest::Running,
    record::{self, Record},
};
use crate::name;
use mediagen_core::Result;
use mediagen_probe::sniff::HEAD_BYTES;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};
use url::Url;

/// Bytes read at once while a prefix is checked.
const BLOCK: usize = 256 << 10;

/// A `.part` that is this caller's alone.
pub(super) struct Claimed {
    pub(super) path: PathBuf,
    /// Open, locked where the file system can, and at its end.
    pub(super) file: File,
    /// What is in it already.
    pub(super) content: Content,
    /// What the content is the beginning of; `None` for a new file.
    pub(super) record: Option<Record>,
}

/// The state of everything that looks at each byte.
#[derive(Clone, Default)]
pub(super) struct Content {
    pub(super) bytes: u64,
    pub(super) hasher: blake3::Hasher,
    pub(super) digest: Option<Running>,
    /// The first bytes, up to [`HEAD_BYTES`].
    pub(super) head: Vec<u8>,
}

impl Content {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        if let Some(digest) = &mut self.digest {
            digest.update(bytes);
        }
        let room = HEAD_BYTES - self.head.len();
        self.head.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
        self.bytes += bytes.len() as u64;
    }
}

/// A new `.part` of `stem` in `dir`.
///
/// # Errors
/// `Io` naming the folder.
pub(super) fn fresh(dir: &Path, stem: &str) -> Result<Claimed> {
    let (path, file) = name::claim(dir, stem, "part")?;
    // Another process that looks for its own may hold the lock for a moment, sees that this is none, and lets go. A
    // file system without locks is served too: created names are not shared, only nothing is taken over there.
    let _ = file.lock();
    record::remove(&path);
    Ok(Claimed { path, file, content: Content::default(), record: None })
}

/// A `.part` of `stem` in `dir` that an earlier save of `url` left behind, whole up to what its record vouches for.
pub(super) fn left_behind(dir: &Path, stem: &str, url: &Url) -> Option<Claimed> {
    let numbered = |name: &str| {
        let rest = name.strip_prefix(stem)?.strip_suffix(".part.json")?;
        (rest.is_empty() || rest.strip_prefix('-')?.bytes().all(|b| b.is_ascii_digit())).then_some(())
    };
    let names = fs::read_dir(dir).ok()?.flatten().map(|entry| entry.file_name());
    let mut names: Vec<_> = names.filter(|name| name.to_str().and_then(numbered).is_some()).collect();
    names.sort();
    names.iter().find_map(|name| take_over(&dir.join(name).with_extension(""), url))
}

fn take_over(path: &Path, url: &Url) -> Option<Claimed> {
    // A look before the lock, which keeps it off the files of others.
    Record::read(path).filter(|record| record.is_of(url))?;
    if !fs::symlink_metadata(path).ok()?.is_file() {
        return None;
    }
    let mut file = OpenOptions::new().read(true).write(true).open(path).ok()?;
    file.try_lock().ok()?;
    // While we came here, its owner may have finished and given it its final name.
    let opened = same_file::Handle::from_file(file.try_clone().ok()?).ok()?;
    if same_file::Handle::from_path(path).ok()? != opened {
        return None;
    }
    let record = Record::read(path).filter(|record| record.is_of(url))?;
    let content = verified(&mut file, &record).ok()??;
    file.set_len(content.bytes).ok()?;
    file.seek(SeekFrom::Start(content.bytes)).ok()?;
    Some(Claimed { path: path.to_owned(), file, content, record: Some(record) })
}

/// Reads what `record` vouches for; `None` when it is not that. Of a whole file the last byte is left out, so that
/// there is a rest to ask the server for, with which it confirms that the file is still the same.
fn verified(file: &mut File, record: &Record) -> io::Result<Option<Content>> {
    let usable = record.total.map_or(record.bytes, |total| record.bytes.min(total.saturating_sub(1)));
    let running = record.digest.as_ref().map(|expected| Running::new(expected.algorithm));
    let mut content = Content { digest: running, ..Content::default() };
    file.seek(SeekFrom::Start(0))?;
    let mut block = vec![0; BLOCK];
    read_to(file, &mut content, usable, &mut block)?;
    let mut whole = content.clone();
    read_to(file, &mut whole, record.bytes, &mut block)?;
    let same = whole.hasher.finalize().to_hex().as_str() == record.blake3;
    Ok((same && content.bytes > 0).then_some(content))
}

fn read_to(file: &mut File, content: &mut Content, end: u64, block: &mut [u8]) -> io::Result<()> {
    while content.bytes < end {
        let wanted = usize::try_from(end - content.bytes).unwrap_or(usize::MAX).min(block.len());
        let got = &mut block[..wanted];
        file.read_exact(got)?;
        content.update(got);
    }
    Ok(())
}

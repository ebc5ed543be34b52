//! A catalogue on disk: one index, one file for each model that was described, one for each schema.
//!
//! Every file is replaced whole, so that a reader sees the old one or the new one. Only the process that refreshes
//! holds a lock; readers need none. Everything here is blocking except [`Cache::run`], which is how async code calls it.

mod clock;

use crate::{Catalogue, Entry, Report};
use clock::Seen;
use mediagen_core::{Clock, Context, Error, ErrorKind, Event, ModelId, Price, Result, Schema};
use mediagen_disk::{Access, Lock, read_at_most, remove_leftovers};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// The shape of the files. Another number is another shape: such files are not read, and replaced in time.
const FORMAT: u32 = 2;
/// The largest index that is read, in bytes: fal's has about one.
const INDEX_LIMIT: u64 = 256 << 20;
/// The largest file of one model or schema that is read, in bytes.
const MODEL_LIMIT: u64 = 16 << 20;
/// Older unfinished files belong to a process that is gone.
const LEFTOVER: Duration = Duration::from_hours(1);

/// A listing with its age.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Index {
    pub(crate) source: String,
    /// In seconds since 1970 (UTC).
    pub(crate) fetched_at: u64,
    pub(crate) catalogue: Catalogue,
    pub(crate) report: Report,
}

/// A model that was asked for by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Described {
    pub(crate) fetched_at: u64,
    /// `None` when the provider knows no such model.
    pub(crate) entry: Option<Entry>,
}

/// Prices by model name, each with the time it was told, in seconds since 1970 (UTC); `None` for a model without one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Prices(pub(crate) BTreeMap<String, (Vec<Price>, u64)>);

/// What a file begins with.
#[derive(Deserialize)]
struct Head {
    format: u32,
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    format: u32,
    content: &'a T,
}

#[derive(Deserialize)]
struct Opened<T> {
    content: T,
}

/// The folder of one provider's catalogue.
#[derive(Debug, Clone)]
pub(crate) struct Cache {
    folder: PathBuf,
}

impl Cache {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Runs `work` on a thread for blocking work.
    ///
    /// # Errors
    /// Those of `work`; `Unexpected` when it did not finish.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        cx: &Context,
        work: impl FnOnce(&Self, &Context) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (this, cx) = (self.clone(), cx.clone());
        mediagen_disk::blocking(move || work(&this, &cx)).await
    }

    /// Seconds since 1970, never before what any process has seen here: a clock that is put back does not make an old
    /// listing young again.
    pub(crate) fn now(&self, clock: &dyn Clock) -> u64 {
        Seen::new(&self.folder).now(clock)
    }

    pub(crate) fn index(&self, cx: &Context) -> Option<Index> {
        Self::read(cx, &self.folder.join("index.json"), INDEX_LIMIT)
    }

    pub(crate) fn save_index(&self, index: &Index, clock: &dyn Clock) -> Result<()> {
        for folder in [self.folder.clone(), self.folder.join("models"), self.folder.join("schemas")] {
            remove_leftovers(&folder, LEFTOVER);
        }
        Self::write(&self.folder.join("index.json"), index)?;
        // A refresh is the moment at which a clock that once ran ahead is believed again.
        Seen::new(&self.folder).reset(clock);
        Ok(())
    }

    pub(crate) fn described(&self, cx: &Context, id: &ModelId) -> Option<Described> {
        let mut described: Described = Self::read(cx, &self.model_path(id), MODEL_LIMIT)?;
        let Some(entry) = &mut described.entry else { return Some(described) };
        if entry.id() != id {
            return None;
        }
        if let Some(digest) = &entry.schema_digest {
            entry.spec.schema = Arc::new(self.schema(cx, digest)?);
        }
        Some(described)
    }

    pub(crate) fn save_described(&self, id: &ModelId, described: &Described) -> Result<()> {
        let mut slim = described.clone();
        if let Some(entry) = &described.entry {
            if let Some(digest) = &entry.schema_digest {
                let path = self.schema_path(digest)?;
                // Named by its content: one that is there is the same.
                if !path.exists() {
                    Self::write_lazily(&path, &*entry.spec.schema)?;
                }
            }
            slim.entry = Some(entry.slim());
        }
        Self::write_lazily(&self.model_path(id), &slim)
    }

    pub(crate) fn schema(&self, cx: &Context, digest: &str) -> Option<Schema> {
        Self::read(cx, &self.schema_path(digest).ok()?, MODEL_LIMIT)
    }

    pub(crate) fn prices(&self, cx: &Context) -> Prices {
        Self::read(cx, &self.folder.join("prices.json"), MODEL_LIMIT).unwrap_or_default()
    }

    pub(crate) fn save_prices(&self, prices: &Prices) -> Result<()> {
        Self::write(&self.folder.join("prices.json"), prices)
    }

    /// Removes everything.
    pub(crate) fn clear(&self) -> Result<()> {
        match std::fs::remove_dir_all(&self.folder) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failed("clear", &self.folder, e)),
            _ => Ok(()),
        }
    }

    /// The lock of the process that refreshes `what`. Not blocking.
    ///
    /// # Errors
    /// `Cancelled`; `Io` when the file cannot be made or locked.
    pub(crate) async fn lock(&self, cx: &Context, what: &str) -> Result<Lock> {
        let path = self.folder.join(format!("{what}.lock"));
        let taken = cx.until_cancelled(Lock::take(cx.clock(), &path, Access::Usual)).await?;
        taken.map_err(|e| failed("lock", &path, e))
    }

    /// A name of fixed length: ids hold slashes, and may differ by case alone.
    fn model_path(&self, id: &ModelId) -> PathBuf {
        let name = blake3::hash(id.to_string().as_bytes()).to_hex();
        self.folder.join("models").join(format!("{}.json", &name[..32]))
    }

    fn schema_path(&self, digest: &str) -> Result<PathBuf> {
        let plain = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
        if !plain {
            return Err(Error::new(ErrorKind::InvalidResponse, "a schema's digest is no hash"));
        }
        Ok(self.folder.join("schemas").join(format!("{digest}.json")))
    }

    /// The content of a file; `None` where there is none, where its shape is another, or where it is damaged. A damaged
    /// one is set aside with a warning.
    fn read<T: DeserializeOwned>(cx: &Context, path: &Path, limit: u64) -> Option<T> {
        let bytes = read_at_most(path, limit).ok()?;
        // The head alone tells another shape from damage.
        let damaged = match serde_json::from_slice::<Head>(&bytes) {
            Ok(head) if head.format != FORMAT => return None,
            Ok(_) => match serde_json::from_slice::<Opened<T>>(&bytes) {
                Ok(opened) => return Some(opened.content),
                Err(error) => error,
            },
            Err(error) => error,
        };
        let aside = set_aside(path);
        let aside = aside.map_or_else(String::new, |aside| format!("; kept as `{}`", aside.display()));
        cx.emit(Event::Warning(format!("`{}` is damaged and is read again ({damaged}){aside}", path.display())));
        None
    }

    fn write<T: Serialize>(path: &Path, content: &T) -> Result<()> {
        mediagen_disk::write(path, &json(content)?, Access::Usual).map_err(|e| failed("write", path, e))
    }

    /// Writes one of thousands of files, each of which is read again from the provider when it was lost.
    fn write_lazily<T: Serialize>(path: &Path, content: &T) -> Result<()> {
        mediagen_disk::replace(path, &json(content)?, Access::Usual).map_err(|e| failed("write", path, e))
    }
}

fn json<T: Serialize>(content: &T) -> Result<Vec<u8>> {
    serde_json::to_vec(&Envelope { format: FORMAT, content })
        .map_err(|e| Error::new(ErrorKind::Unexpected, "the catalogue cannot be written as JSON").with_source(e))
}

/// Gives a damaged file another name and returns it; an older one that was set aside is replaced.
fn set_aside(path: &Path) -> Option<PathBuf> {
    let mut name = path.file_name()?.to_os_string();
    name.push(".damaged");
    let aside = path.with_file_name(name);
    std::fs::rename(path, &aside).ok()?;
    Some(aside)
}

fn failed(what: &str, path: &Path, error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("cannot {what} the cache `{}`", path.display())).with_source(error)
}

/// Whether something fetched at `fetched_at` is young enough at `now`; with a longest age of 0 nothing is.
pub(crate) fn is_fresh(fetched_at: u64, now: u64, max_age: Duration) -> bool {
    // What claims to come from the future has an unknown age.
    now.checked_sub(fetched_at).is_some_and(|age| age < max_age.as_secs())
}

#[cfg(test)]
mod tests;

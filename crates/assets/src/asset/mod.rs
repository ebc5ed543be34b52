//! Media that is owned: in memory, in a file, or at an address that is still good.

mod export;
mod file;
mod saved;
mod temporary;
mod typed;

pub(crate) use file::hash_file;
pub use saved::SavedFile;
pub use temporary::TemporaryFile;
pub use typed::{AudioAsset, ImageAsset, Model3dAsset, OtherAsset, TextAsset, Typed, VideoAsset};

use crate::record::Record;
use bytes::Bytes;
use mediagen_core::MediaFacts;
use mediagen_core::{BoxStream, Error, ErrorKind, MediaInput, Result};
use mediagen_disk::blocking;
use mediagen_probe::{probe, sniff, sniff::FileType};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};
use url::Url;

/// Bytes that a reader gives at once.
const CHUNK: usize = 64 << 10;

/// Where the bytes of an [`Asset`] are.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AssetSource {
    /// In memory.
    Bytes(Bytes),
    /// In a file.
    File(PathBuf),
    /// At an address; they were never here.
    Url(Url),
}

impl fmt::Debug for AssetSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(data) => write!(f, "Bytes({} bytes)", data.len()),
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Url(url) => write!(f, "Url({})", mediagen_http::redact(url)),
        }
    }
}

/// A picture, film, sound or other file, wherever its bytes are. Cheap to clone: clones share everything.
///
/// It goes into the next request by [`Asset::input`], which passes an address on that is still good, so that no byte
/// moves. [`Asset::typed`] gives a handle with the facts of its class.
#[derive(Debug, Clone)]
pub struct Asset(Arc<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    source: AssetSource,
    name: String,
    facts: MediaFacts,
    /// An address where the same content is, as long as it lives.
    url: Option<Url>,
    blake3: Option<String>,
    record: Option<Record>,
}

impl Asset {
    /// Media in memory; `name` is its file name. Its type is told by the first bytes, else by the name; sizes and
    /// lengths are unknown (`None`) until it is in a file.
    pub fn from_bytes(data: impl Into<Bytes>, name: impl Into<String>) -> Self {
        let (data, name) = (data.into(), name.into());
        let kind = type_of(&data[..data.len().min(sniff::HEAD_BYTES)], &name);
        let facts = MediaFacts::new().with_bytes(data.len() as u64).with_media_type(kind.media_type);
        let blake3 = Some(blake3::hash(&data).to_hex().to_string());
        Self::new(Inner { source: AssetSource::Bytes(data), name, facts, url: None, blake3, record: None })
    }

    /// The file at `path`, measured. Its record is read from its sidecar, else from the file itself; one that cannot
    /// be read counts as none.
    ///
    /// # Errors
    /// `Io` when it cannot be read.
    pub async fn from_file(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        blocking(move || {
            let asset = Self::measured(&path)?;
            Ok(match Record::of_file(&path) {
                Some(record) => asset.with_record(record),
                None => asset,
            })
        })
        .await
    }

    /// The file at `path` without its record. Blocking.
    pub(crate) fn measured(path: &Path) -> Result<Self> {
        let mut facts = probe(path)?;
        let name = file_name(path);
        if facts.media_type.is_none() {
            facts.media_type = Some(by_name(&name).media_type.to_owned());
        }
        let source = AssetSource::File(path.to_owned());
        Ok(Self::new(Inner { source, name, facts, url: None, blake3: None, record: None }))
    }

    /// With the address, hash and type that are known of `saved`, the same file.
    pub(crate) fn with_saved(self, saved: &SavedFile) -> Self {
        self.change(|inner| {
            inner.url.clone_from(&saved.url);
            inner.blake3 = Some(saved.blake3.clone());
            inner.facts.media_type = Some(saved.media_type.clone());
        })
    }

    /// Media at an address that a provider can read. Nothing is asked of it.
    pub fn from_url(url: Url) -> Self {
        let name = url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default().to_owned();
        let facts = MediaFacts::new().with_media_type(by_name(&name).media_type);
        let source = AssetSource::Url(url.clone());
        Self::new(Inner { source, name, facts, url: Some(url), blake3: None, record: None })
    }

    fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Says where it comes from.
    pub fn with_record(self, record: Record) -> Self {
        self.change(|inner| inner.record = Some(record))
    }

    /// Says that the same content is at `url` for now: a provider is given this address instead of the bytes.
    pub fn with_url(self, url: Url) -> Self {
        self.change(|inner| inner.url = Some(url))
    }

    /// Forgets the address, such as one that has expired or that another provider cannot read. An asset that is
    /// nothing but an address keeps it.
    pub fn without_url(self) -> Self {
        self.change(|inner| {
            if !matches!(inner.source, AssetSource::Url(_)) {
                inner.url = None;
            }
        })
    }

    /// Where its bytes are.
    pub fn source(&self) -> &AssetSource {
        &self.0.source
    }

    /// Its file; `None` for media that is in none.
    pub fn path(&self) -> Option<&Path> {
        match &self.0.source {
            AssetSource::File(path) => Some(path),
            _ => None,
        }
    }

    /// An address where the same content is, as long as it lives.
    pub fn url(&self) -> Option<&Url> {
        self.0.url.as_ref()
    }

    /// Its file name, or what its address ends with.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// What was measured; `bytes` is unknown for media that was never here.
    pub fn facts(&self) -> &MediaFacts {
        &self.0.facts
    }

    /// Media type by the first bytes, else by the name, else `application/octet-stream`.
    pub fn media_type(&self) -> &str {
        self.0.facts.media_type.as_deref().unwrap_or(sniff::UNKNOWN.media_type)
    }

    /// Its type with class and extension.
    pub fn file_type(&self) -> FileType {
        sniff::by_media_type(self.media_type()).unwrap_or(sniff::UNKNOWN)
    }

    /// Size in bytes; `None` for media that was never here.
    pub fn bytes(&self) -> Option<u64> {
        self.0.facts.bytes
    }

    /// Where it comes from, as far as it is known.
    pub fn record(&self) -> Option<&Record> {
        self.0.record.as_ref()
    }

    /// BLAKE3 of its content, 64 hexadecimal digits; a file is read for it unless it was just made.
    ///
    /// # Errors
    /// `InvalidInput` for media that was never here, `Io` for a file that cannot be read.
    pub async fn blake3(&self) -> Result<String> {
        if let Some(known) = &self.0.blake3 {
            return Ok(known.clone());
        }
        let path = self.path().ok_or_else(|| self.elsewhere())?.to_owned();
        blocking(move || hash_file(&path)).await
    }

    /// Its bytes in chunks of at most 64 KiB.
    ///
    /// # Errors
    /// `InvalidInput` for media that was never here, `Io` for a file that cannot be read.
    pub async fn read(&self) -> Result<BoxStream<'static, Result<Bytes>>> {
        match &self.0.source {
            AssetSource::Bytes(data) => Ok(file::chunks_of(data.clone(), CHUNK)),
            AssetSource::File(path) => file::chunks_of_file(path.clone(), CHUNK).await,
            AssetSource::Url(_) => Err(self.elsewhere()),
        }
    }

    fn elsewhere(&self) -> Error {
        Error::new(ErrorKind::InvalidInput, format!("the content of `{}` was never here", self.0.name))
            .with_hint("download it first, with `Downloader::save`")
    }

    /// As an input: by its address while it has one, so that no byte moves; else by its file or its bytes.
    pub fn input(&self) -> MediaInput {
        match (&self.0.url, &self.0.source) {
            (Some(url), _) | (None, AssetSource::Url(url)) => MediaInput::Url(url.clone()),
            (None, AssetSource::File(path)) => MediaInput::Path(path.clone()),
            (None, AssetSource::Bytes(data)) => MediaInput::bytes(data.clone(), self.0.name.clone()),
        }
    }
}

impl From<SavedFile> for Asset {
    /// The saved file, which knows the address that it came from.
    fn from(saved: SavedFile) -> Self {
        let mut facts = MediaFacts::new().with_media_type(saved.media_type).with_bytes(saved.bytes);
        (facts.width, facts.height) = (saved.width, saved.height);
        (facts.duration_s, facts.fps) = (saved.duration_s, saved.fps);
        Self::new(Inner {
            name: file_name(&saved.path),
            source: AssetSource::File(saved.path),
            facts,
            url: saved.url,
            blake3: Some(saved.blake3),
            record: None,
        })
    }
}

impl From<&Asset> for MediaInput {
    fn from(asset: &Asset) -> Self {
        asset.input()
    }
}

impl From<Asset> for MediaInput {
    fn from(asset: Asset) -> Self {
        asset.input()
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn type_of(head: &[u8], name: &str) -> FileType {
    sniff::file_type(head, name)
}

fn by_name(name: &str) -> FileType {
    sniff::by_name(name).unwrap_or(sniff::UNKNOWN)
}

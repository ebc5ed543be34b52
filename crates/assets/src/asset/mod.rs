//! Media that is owned: in memory, in a file, or at an address that is still good.

mod export;
mod file;
mod temporary;
mod view;

pub(crate) use file::hash_file;
pub use temporary::TemporaryFile;

use crate::record::Record;
use bytes::Bytes;
use mediagen_core::{BoxStream, Error, ErrorKind, MediaFacts, MediaInput, Note, Origin, Result};
use mediagen_disk::blocking;
use mediagen_probe::{
    probe,
    sniff::{self, FileType},
};
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

/// An image, video, audio or other file, wherever its bytes are. Cheap to clone: clones share everything.
///
/// It goes into the next request by [`Asset::input`], which passes an address on that is still good, so that no byte
/// moves.
///
/// ```
/// use mediagen_assets::Asset;
///
/// let asset = Asset::from_bytes("{\"a\": 1}", "a.json");
/// assert_eq!((asset.media_type(), asset.bytes()), ("application/json", Some(8)));
/// assert_eq!(asset.known_blake3().map(str::len), Some(64));
/// ```
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
    /// What turned out differently from what was announced.
    notes: Vec<Note>,
    record: Option<Record>,
}

impl Inner {
    fn at(source: AssetSource) -> Self {
        Self {
            source,
            name: String::new(),
            facts: MediaFacts::default(),
            url: None,
            blake3: None,
            notes: Vec::new(),
            record: None,
        }
    }
}

impl Asset {
    /// Media in memory; `name` is its file name. Its type is that of the first bytes, otherwise of the name; sizes and
    /// lengths are unknown (`None`) until it is in a file.
    pub fn from_bytes(data: impl Into<Bytes>, name: impl Into<String>) -> Self {
        let (data, name) = (data.into(), name.into());
        let kind = type_of(&data[..data.len().min(sniff::HEAD_BYTES)], &name);
        let facts = MediaFacts::new().with_bytes(data.len() as u64).with_media_type(kind.media_type);
        let blake3 = Some(blake3::hash(&data).to_hex().to_string());
        Self::new(Inner { name, facts, blake3, ..Inner::at(AssetSource::Bytes(data)) })
    }

    /// The file at `path`, measured. Its record is read from its sidecar, otherwise from the file itself; one that cannot
    /// be read counts as none.
    ///
    /// # Errors
    /// `Io` when it cannot be read.
    pub async fn from_file(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        blocking(move || {
            let asset = Self::measure(&path)?;
            Ok(match Record::of_file(&path) {
                Some(record) => asset.with_record(record),
                None => asset,
            })
        })
        .await
    }

    /// The file at `path`, measured, without its record. Blocking: call it off the async threads.
    ///
    /// # Errors
    /// `Io` when it cannot be read.
    pub fn measure(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let facts = probe(&path)?;
        Ok(Self::measured(path, facts))
    }

    /// The file at `path`, of which `facts` are known. Nothing is read.
    pub fn measured(path: impl Into<PathBuf>, mut facts: MediaFacts) -> Self {
        let path = path.into();
        let name = file_name(&path);
        facts.media_type.get_or_insert_with(|| by_name(&name).media_type.to_owned());
        Self::new(Inner { name, facts, ..Inner::at(AssetSource::File(path)) })
    }

    /// Media at an address that a provider can read. Nothing is asked of it.
    pub fn from_url(url: Url) -> Self {
        let name = url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default().to_owned();
        let facts = MediaFacts::new().with_media_type(by_name(&name).media_type);
        let source = AssetSource::Url(url.clone());
        Self::new(Inner { name, facts, url: Some(url), ..Inner::at(source) })
    }

    fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Sets the media type, where something surer than the bytes and the name says it.
    pub fn with_media_type(self, media_type: impl Into<String>) -> Self {
        self.change(|inner| inner.facts.media_type = Some(media_type.into()))
    }

    /// Sets the content's BLAKE3 (64 hexadecimal digits) and its size in bytes, as they are now.
    pub fn with_content(self, blake3: impl Into<String>, bytes: u64) -> Self {
        self.change(|inner| (inner.blake3, inner.facts.bytes) = (Some(blake3.into()), Some(bytes)))
    }

    /// Adds what turned out differently from what was announced.
    pub fn with_note(self, note: Note) -> Self {
        self.change(|inner| inner.notes.push(note))
    }

    /// Sets where it comes from.
    pub fn with_record(self, record: Record) -> Self {
        self.change(|inner| inner.record = Some(record))
    }

    /// Sets an address where the same content is for now: a provider is given this address instead of the bytes.
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

    /// Its file name, or the end of its address.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// What was measured; `bytes` is unknown for media that has not been downloaded.
    pub fn facts(&self) -> &MediaFacts {
        &self.0.facts
    }

    /// Media type by the first bytes, otherwise by the name, otherwise `application/octet-stream`.
    pub fn media_type(&self) -> &str {
        self.0.facts.media_type.as_deref().unwrap_or(sniff::UNKNOWN.media_type)
    }

    /// Its type with class and extension.
    pub fn file_type(&self) -> FileType {
        sniff::by_media_type(self.media_type()).unwrap_or(sniff::UNKNOWN)
    }

    /// Size in bytes; `None` for media that has not been downloaded.
    pub fn bytes(&self) -> Option<u64> {
        self.0.facts.bytes
    }

    /// Where it comes from, as far as it is known.
    pub fn record(&self) -> Option<&Record> {
        self.0.record.as_ref()
    }

    /// What turned out differently from what was announced, such as the type that a server claimed.
    pub fn notes(&self) -> &[Note] {
        &self.0.notes
    }

    /// BLAKE3 of its content, 64 hexadecimal digits, where it is known without reading: of what was just made.
    pub fn known_blake3(&self) -> Option<&str> {
        self.0.blake3.as_deref()
    }

    /// BLAKE3 of its content, 64 hexadecimal digits; a file is read for it unless it is known.
    ///
    /// # Errors
    /// `InvalidInput` for media that has not been downloaded, `Io` for a file that cannot be read.
    pub async fn blake3(&self) -> Result<String> {
        if let Some(known) = &self.0.blake3 {
            return Ok(known.clone());
        }
        let path = self.path().ok_or_else(|| self.elsewhere())?.to_owned();
        let hash = mediagen_probe::hash_file(&path).await.map_err(|e| file::unreadable(&path, e))?;
        Ok(hash.blake3.to_hex().to_string())
    }

    /// Its bytes in chunks of at most 64 KiB.
    ///
    /// # Errors
    /// `InvalidInput` for media that has not been downloaded, `Io` for a file that cannot be read.
    pub async fn read(&self) -> Result<BoxStream<'static, Result<Bytes>>> {
        match &self.0.source {
            AssetSource::Bytes(data) => Ok(file::chunks_of(data.clone(), CHUNK)),
            AssetSource::File(path) => file::chunks_of_file(path.clone(), CHUNK).await,
            AssetSource::Url(_) => Err(self.elsewhere()),
        }
    }

    fn elsewhere(&self) -> Error {
        Error::new(ErrorKind::InvalidInput, format!("`{}` has not been downloaded", self.0.name))
            .with_hint("download it first, with `Downloader::save`")
    }

    /// As an input: by its address while it has one, so that no byte moves; otherwise by its file or its bytes. Its record
    /// comes along, so that what is made of it can list every step.
    pub fn input(&self) -> MediaInput {
        let media = match (&self.0.url, &self.0.source) {
            (Some(url), _) | (None, AssetSource::Url(url)) => MediaInput::Url(url.clone()),
            (None, AssetSource::File(path)) => MediaInput::Path(path.clone()),
            (None, AssetSource::Bytes(data)) => MediaInput::bytes(data.clone(), self.0.name.clone()),
        };
        match self.record().and_then(|record| serde_json::to_value(record).ok()) {
            Some(record) => media.with_origin(Origin::new(record)),
            None => media,
        }
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

//! Files on disk, in a temporary folder that goes away with the emulator.

use super::parts::Multipart;
use crate::wire::lock;
use axum::body::Body;
use bytes::Bytes;
use crc_fast::CrcAlgorithm;
use futures_util::StreamExt;
use std::{
    collections::HashMap,
    io::{Error, Result},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

/// CRC-32C.
pub(super) const CRC: CrcAlgorithm = CrcAlgorithm::Crc32Iscsi;

/// One complete file.
#[derive(Debug, Clone)]
pub(crate) struct StoredFile {
    pub(crate) path: PathBuf,
    pub(crate) media_type: String,
    pub(crate) size: u64,
    /// Of the content; of a file in parts, of the tags of its parts. Of a file that was not kept, its CRC-32C in hex.
    pub(crate) digest: String,
}

/// A place that a signed address lets one upload to.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    pub(crate) key: String,
    pub(crate) media_type: String,
    pub(crate) signature: String,
}

#[derive(Debug)]
pub(crate) struct Store {
    /// Address of the emulator, without a slash at its end.
    base: String,
    folder: tempfile::TempDir,
    files: Mutex<HashMap<String, StoredFile>>,
    signed: Mutex<HashMap<String, Signed>>,
    multiparts: Mutex<HashMap<String, Arc<Multipart>>>,
    /// Bodies of this length and above are checked and not kept.
    keep_below: AtomicU64,
}

/// What was written, and what serves as its entity tag: the hash of its bytes in hex, or their CRC-32C.
pub(crate) struct Written {
    pub(crate) path: PathBuf,
    pub(crate) size: u64,
    pub(crate) etag: String,
    /// `None` where there is a file at `path`, otherwise the CRC-32C of what was dropped.
    pub(crate) dropped: Option<u64>,
}

impl Store {
    pub(crate) fn new(base: String) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("mediagen-emulator-").tempdir()?;
        let keep_below = AtomicU64::new(u64::MAX);
        Ok(Self {
            base,
            folder,
            files: Mutex::default(),
            signed: Mutex::default(),
            multiparts: Mutex::default(),
            keep_below,
        })
    }

    /// Address of the CDN, without a slash at its end.
    pub(crate) fn address(&self) -> String {
        format!("{}/cdn", self.base)
    }

    /// The public address of the file under `key`.
    pub(crate) fn url(&self, key: &str) -> String {
        format!("{}/files/{key}", self.address())
    }

    /// The file behind one of this emulator's CDN addresses.
    pub(crate) fn at(&self, url: &str) -> Option<StoredFile> {
        let rest = url.strip_prefix(&self.base)?.strip_prefix("/cdn/files/")?;
        self.get(rest.split(['?', '#']).next().unwrap_or(rest))
    }

    /// From now on, bodies of `bytes` and above are dropped: the file has its size and CRC-32C, and a download of it
    /// answers 404. Measurements of clients want a server that does little: a CRC costs a tenth of a hash.
    pub(crate) fn keep_below(&self, bytes: u64) {
        self.keep_below.store(bytes, Ordering::Relaxed);
    }

    /// Key, size and digest of every file that was uploaded or made.
    pub(crate) fn all(&self) -> Vec<(String, StoredFile)> {
        lock(&self.files).iter().map(|(key, file)| (key.clone(), file.clone())).collect()
    }

    /// A new key in the shape of the v3b addresses (protocol 6.7).
    pub(crate) fn new_key(file_name: Option<&str>, media_type: &str) -> String {
        let id = Uuid::new_v4().simple().to_string();
        let (shard, id) = id.split_at(8);
        let id = &id[..21];
        let clean = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
        let name: String = file_name.unwrap_or("").chars().map(clean).collect();
        let name = name.trim_matches('.');
        let has_extension = Path::new(name).extension().is_some();
        let extension = if has_extension { String::new() } else { format!(".{}", extension_of(media_type)) };
        let separator = if name.is_empty() { "" } else { "_" };
        format!("b/{shard}/{id}{separator}{name}{extension}")
    }

    pub(crate) fn new_path(&self) -> PathBuf {
        self.folder.path().join(Uuid::new_v4().simple().to_string())
    }

    pub(crate) fn get(&self, key: &str) -> Option<StoredFile> {
        lock(&self.files).get(key).cloned()
    }

    pub(crate) fn add(&self, key: &str, file: StoredFile) {
        lock(&self.files).insert(key.to_owned(), file);
    }

    /// Stores a whole file and returns its key.
    pub(crate) async fn put(&self, content: Bytes, file_name: &str, media_type: &str) -> Result<String> {
        let (path, size) = (self.new_path(), content.len() as u64);
        let digest = tag(&blake3::hash(&content));
        tokio::fs::write(&path, content).await?;
        let key = Self::new_key(Some(file_name), media_type);
        self.add(&key, StoredFile { path, media_type: media_type.to_owned(), size, digest });
        Ok(key)
    }

    /// Writes a body of `announced` bytes, if known, to a new file piece by piece; nothing is left of an interrupted one.
    pub(crate) async fn write(&self, body: Body, announced: Option<u64>) -> Result<Written> {
        let path = self.new_path();
        let kept = announced.is_none_or(|bytes| bytes < self.keep_below.load(Ordering::Relaxed));
        let done = if kept { write_to(&path, body).await } else { drop_all(body).await };
        match done {
            Ok((size, etag, dropped)) => Ok(Written { path, size, etag, dropped }),
            Err(error) => {
                let _ = tokio::fs::remove_file(&path).await;
                Err(error)
            }
        }
    }

    /// A new signed place; the id is part of its address.
    pub(crate) fn sign(&self, key: String, media_type: String) -> (String, Signed) {
        let id = Uuid::new_v4().simple().to_string();
        let signed = Signed { key, media_type, signature: Uuid::new_v4().simple().to_string() };
        lock(&self.signed).insert(id.clone(), signed.clone());
        (id, signed)
    }

    pub(crate) fn signed(&self, id: &str) -> Option<Signed> {
        lock(&self.signed).get(id).cloned()
    }

    pub(crate) fn begin(&self, id: String, multipart: Multipart) {
        lock(&self.multiparts).insert(id, Arc::new(multipart));
    }

    pub(crate) fn multipart(&self, id: &str) -> Option<Arc<Multipart>> {
        lock(&self.multiparts).get(id).cloned()
    }

    pub(crate) fn forget(&self, id: &str) {
        lock(&self.multiparts).remove(id);
    }
}

async fn write_to(path: &Path, body: Body) -> Result<(u64, String, Option<u64>)> {
    let mut file = tokio::fs::File::create(path).await?;
    let mut hasher = blake3::Hasher::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(Error::other)?;
        hasher.update(&chunk);
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    Ok((hasher.count(), tag(&hasher.finalize()), None))
}

/// Size and CRC-32C of a body that is kept nowhere.
async fn drop_all(body: Body) -> Result<(u64, String, Option<u64>)> {
    let (mut size, mut crc) = (0, crc_fast::Digest::new(CRC));
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(Error::other)?;
        crc.update(&chunk);
        size += chunk.len() as u64;
    }
    let crc = crc.finalize();
    Ok((size, crc_tag(crc), Some(crc)))
}

/// A CRC-32C as a tag.
pub(super) fn crc_tag(crc: u64) -> String {
    format!("{crc:08x}")
}

fn tag(hash: &blake3::Hash) -> String {
    hash.to_hex()[..32].to_owned()
}

/// The usual extension of a media type.
fn extension_of(media_type: &str) -> &'static str {
    match media_type.split(';').next().unwrap_or("").trim() {
        "image/png" => "png",
        "image/jpeg" => "jpeg",
        "image/webp" => "webp",
        "image/gif" => "gif",
        "video/mp4" => "mp4",
        "video/webm" => "webm",
        "audio/mpeg" => "mp3",
        "audio/wav" | "audio/x-wav" => "wav",
        "audio/flac" => "flac",
        "audio/ogg" => "ogg",
        "application/json" => "json",
        "text/plain" => "txt",
        "model/gltf-binary" => "glb",
        _ => "bin",
    }
}

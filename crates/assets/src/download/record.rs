//! `NAME.part.json`: what a later process must know to go on with `NAME.part`.

use super::digest::Expected;
use mediagen_disk::{Access, read_at_most, replace};
use serde::{Deserialize, Serialize};
use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};
use url::Url;

/// The layout; a record of another is not understood, and its file is left alone.
const VERSION: u32 = 1;
/// No record is longer; a longer file was not written here.
const LONGEST: u64 = 64 << 10;

/// The file that a `.part` is the beginning of, and how much of it is vouched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    version: u32,
    /// For people: without its query, which may hold a signature.
    url: String,
    /// BLAKE3 of the whole URL.
    url_blake3: String,
    /// Strong `ETag`, else `Last-Modified`.
    pub(super) validator: String,
    /// Length of the whole file.
    pub(super) total: Option<u64>,
    /// `Content-Type`.
    pub(super) content_type: Option<String>,
    /// What the server says the content comes to.
    pub(super) digest: Option<Expected>,
    /// So many bytes of the `.part` are vouched for; what follows is not used.
    pub(super) bytes: u64,
    /// Their BLAKE3.
    pub(super) blake3: String,
}

impl Record {
    /// A record of nothing written yet.
    pub(super) fn new(url: &Url, validator: String) -> Self {
        Self {
            version: VERSION,
            url: mediagen_http::redact(url),
            url_blake3: identity(url),
            validator,
            total: None,
            content_type: None,
            digest: None,
            bytes: 0,
            blake3: String::new(),
        }
    }

    /// Whether it is about this URL, in a layout that is understood, with something to go on from.
    pub(super) fn is_of(&self, url: &Url) -> bool {
        self.version == VERSION && self.bytes > 0 && self.url_blake3 == identity(url)
    }

    /// The record of `part`; `None` when there is none that can be read.
    pub(super) fn read(part: &Path) -> Option<Self> {
        serde_json::from_slice(&read_at_most(&path_of(part), LONGEST).ok()?).ok()
    }

    /// Replaces the record of `part` in one step: a reader sees the old one or the new one.
    pub(super) fn write(&self, part: &Path) -> io::Result<()> {
        replace(&path_of(part), &serde_json::to_vec(self)?, Access::Usual)
    }
}

/// Where the record of `part` is.
pub(super) fn path_of(part: &Path) -> PathBuf {
    let mut name = OsString::from(part);
    name.push(".json");
    name.into()
}

/// Removes the record of `part`, if there is one.
pub(super) fn remove(part: &Path) {
    // Without its `.part` a record is never used, so one that cannot be removed does no harm.
    let _ = fs::remove_file(path_of(part));
}

/// A fragment never reaches the server.
fn identity(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    blake3::hash(url.as_str().as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_found_again_for_its_url_only_and_holds_no_signature() {
        let dir = tempfile::tempdir().unwrap();
        let part = dir.path().join("a.part");
        let url = |text: &str| Url::parse(text).unwrap();
        let mut record = Record::new(&url("https://h/a?sig=s3cret#x"), "\"v\"".into());
        assert!(!record.is_of(&url("https://h/a?sig=s3cret")), "nothing to go on from");
        record.bytes = 7;
        record.write(&part).unwrap();
        assert!(!fs::read_to_string(path_of(&part)).unwrap().contains("s3cret"));
        let read = Record::read(&part).unwrap();
        assert_eq!(read, record);
        assert!(read.is_of(&url("https://h/a?sig=s3cret")) && !read.is_of(&url("https://h/a?sig=other")));
        for spoilt in ["", "{}", "[1]", "{\"version\":2"] {
            fs::write(path_of(&part), spoilt).unwrap();
            assert_eq!(Record::read(&part), None, "{spoilt}");
        }
    }
}

//! The provenance record inside the file, where its format has a place: a text chunk in PNG, XMP in JPEG, WebP, MP4
//! and MOV. A file that is moved without its sidecar still says where it comes from.
//!
//! A file is copied in chunks with the record put in, and replaces the old one only when it is whole. Pixels, samples
//! and the offsets to them stay as they were.

mod jpeg;
mod mp4;
mod png;
mod splice;
mod webp;
mod xmp;

use crate::record::Record;
use mediagen_core::{Error, ErrorKind, Result};
use mediagen_disk::sync_folder;
use mediagen_probe::sniff;
use splice::Edit;
use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

/// The largest record that is put into a file, in bytes of JSON; ancestors that do not fit are named by their hash.
pub const MAX_EMBEDDED_BYTES: u64 = 256 << 10;
/// What a segment of JPEG holds, less the packet around the record.
const MAX_JPEG_BYTES: u64 = 60 << 10;
/// The most chunks, segments or boxes of a file that are walked.
const MAX_CHUNKS: usize = 4 << 20;

/// What became of a record that was to go into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Embedded {
    /// It is in the file, which has these properties now.
    Written {
        /// BLAKE3 of the file, 64 hexadecimal digits.
        blake3: String,
        /// Its size in bytes.
        bytes: u64,
    },
    /// The file was left as it is, for this reason.
    Skipped(&'static str),
}

/// How to put a record into a file.
enum Plan {
    Edits(Vec<Edit>),
    Skip(&'static str),
}

const NO_PLACE: Plan = Plan::Skip("the format has no place for it");
const SIGNED: Plan = Plan::Skip("the file carries a signature (C2PA), which a change would break");
const OTHER_XMP: Plan = Plan::Skip("the file carries XMP of another program");
const DAMAGED: Plan = Plan::Skip("the file is not whole");

/// Puts `record` into the file at `path`, in place of one that is there. Hash and size of the file as it is stored are
/// left out of the copy: it cannot know them. Blocking: call it off the async threads.
///
/// A file without a place for it, with XMP of another program, with a signature over its bytes, or with damage is left
/// alone and no error. Memory does not grow with the file.
///
/// # Errors
/// `Io` for the disk; the file is then as it was.
pub fn write(path: impl AsRef<Path>, record: &Record) -> Result<Embedded> {
    let path = path.as_ref();
    let written = place(path, record)?;
    if matches!(written, Embedded::Written { .. }) {
        sync_folder(path.parent().unwrap_or(Path::new("")));
    }
    Ok(written)
}

/// As [`write`]; the folder is not forced to disk.
pub(crate) fn place(path: &Path, record: &Record) -> Result<Embedded> {
    let failed = |e: io::Error| {
        Error::new(ErrorKind::Io, format!("the record cannot be put into `{}`", path.display())).with_source(e)
    };
    let mut inner = record.clone();
    (inner.asset.blake3, inner.asset.facts.bytes) = (None, None);
    let mut file = BufReader::new(File::open(path).map_err(failed)?);
    let plan = match plan(&mut file, &inner) {
        // A file that ends too early, and headers that do not fit, are the file's fault.
        Err(e) if matches!(e.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData) => DAMAGED,
        other => other.map_err(failed)?,
    };
    match plan {
        Plan::Skip(why) => Ok(Embedded::Skipped(why)),
        Plan::Edits(edits) => {
            let (blake3, bytes) = splice::replace(path, file.into_inner(), edits).map_err(failed)?;
            Ok(Embedded::Written { blake3, bytes })
        }
    }
}

fn plan(file: &mut BufReader<File>, record: &Record) -> io::Result<Plan> {
    let end = file.seek(SeekFrom::End(0))?;
    let media_type = media_type(file)?;
    let limit = if media_type == Some("image/jpeg") { MAX_JPEG_BYTES } else { MAX_EMBEDDED_BYTES };
    let Ok(record) = record.bounded(limit) else { return Ok(Plan::Skip("the record is too large")) };
    match media_type {
        Some("image/png") => png::plan(file, &record),
        Some("image/jpeg") => jpeg::plan(file, &record),
        Some("image/webp") => webp::plan(file, end, &record),
        Some("video/mp4" | "video/quicktime" | "audio/mp4") => mp4::plan(file, end, &record),
        _ => Ok(NO_PLACE),
    }
}

/// Reads the record inside the file at `path`; `None` where there is none. Blocking: call it off the async threads.
///
/// # Errors
/// `Io` when the file cannot be read, and those of [`Record::from_json`] for a record that is there.
pub fn read(path: impl AsRef<Path>) -> Result<Option<Record>> {
    let path = path.as_ref();
    let found = || -> io::Result<Option<Vec<u8>>> {
        let mut file = BufReader::new(File::open(path)?);
        match media_type(&mut file)? {
            Some("image/png") => png::find(&mut file),
            Some("image/jpeg") => jpeg::find(&mut file),
            Some("image/webp") => webp::find(&mut file),
            Some("video/mp4" | "video/quicktime" | "audio/mp4") => mp4::find(&mut file),
            _ => Ok(None),
        }
    };
    match found() {
        Ok(Some(json)) => Record::from_json(&json).map(Some),
        Ok(None) => Ok(None),
        Err(e) if matches!(e.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData) => Ok(None),
        Err(e) => Err(Error::new(ErrorKind::Io, format!("`{}` cannot be read", path.display())).with_source(e)),
    }
}

fn media_type(file: &mut BufReader<File>) -> io::Result<Option<&'static str>> {
    let mut head = Vec::with_capacity(sniff::HEAD_BYTES);
    file.seek(SeekFrom::Start(0))?;
    file.by_ref().take(sniff::HEAD_BYTES as u64).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(sniff::sniff(&head).map(|kind| kind.media_type))
}

/// `record` as JSON in one line, of characters that XML allows.
fn json(record: &Record) -> io::Result<String> {
    let json = serde_json::to_string(record)?;
    // JSON has escaped the control characters; these two are left.
    Ok(json.replace('\u{FFFE}', "\\ufffe").replace('\u{FFFF}', "\\uffff"))
}

/// The next `N` bytes.
fn take<const N: usize>(file: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The next `length` bytes, where that is no more than a record has.
fn take_content(file: &mut impl Read, length: u64) -> io::Result<Option<Vec<u8>>> {
    if length > crate::record::MAX_RECORD_BYTES {
        return Ok(None);
    }
    let mut content = Vec::new();
    file.take(length).read_to_end(&mut content)?;
    if content.len() as u64 == length { Ok(Some(content)) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Steps over `bytes`.
fn skip(file: &mut BufReader<File>, bytes: u64) -> io::Result<()> {
    let bytes = i64::try_from(bytes).map_err(|_| io::ErrorKind::InvalidData)?;
    file.seek_relative(bytes)
}

impl Record {
    /// What is known of the file at `path`: the record next to it, otherwise the one inside it. One that cannot be read
    /// counts as none. Whether the file was changed since is not looked at. Blocking: call it off the async threads.
    pub fn of_file(path: impl AsRef<Path>) -> Option<Self> {
        let beside = Self::beside(&path).ok().flatten();
        beside.or_else(|| read(path).ok().flatten())
    }
}

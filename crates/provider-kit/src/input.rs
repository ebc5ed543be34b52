//! Local inputs: opened and measured once, typed by their first bytes, under a clean name.

mod name;
mod role;

use crate::stamp::Stamp;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use blake3::Hash;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, TryStreamExt as _};
use mediagen_core::{
    Dispatch, Error, ErrorKind, Input, Measured, MediaFacts, MediaInput, MediaStream, Note, Result, Role,
};
use mediagen_http::Body;
use mediagen_probe::{probe_bytes, probe_file, sniff};
use name::clean_name;
use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

/// As much of an input as decides its type, in bytes.
const HEAD: usize = 8 * 1024;
/// Inputs of at most this many bytes are read whole when they are measured, so that their hash is known.
pub const SMALL: u64 = 1 << 20;

/// A local input that was opened and measured, and can be sent.
///
/// ```
/// use mediagen_core::MediaInput;
/// use mediagen_provider_kit::LocalInput;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let gif = MediaInput::bytes(&b"GIF89a\x40\x01\xf0\x00\x00\x00\x00"[..], "my logo.gif");
/// let input = LocalInput::open(&gif).await.unwrap().unwrap();
/// assert_eq!((input.name.as_str(), input.media_type.as_str()), ("my_logo.gif", "image/gif"));
/// assert!(input.hash.is_some(), "what is small is hashed by the same reading");
/// # });
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LocalInput {
    /// The path, or the name of the bytes, as the caller gave it.
    pub given: String,
    /// The name for the provider: no folders, and nothing that a header cannot carry.
    pub name: String,
    /// The type of the content, whatever the name says.
    pub media_type: String,
    /// Length in bytes; unknown for some streams.
    pub len: Option<u64>,
    /// Type, size, dimensions and length, as far as the content shows them; of a stream its type alone.
    pub facts: MediaFacts,
    /// BLAKE3 of the content, where it was read whole or is known from before.
    pub hash: Option<Hash>,
    /// Which file it is, for a file.
    pub stamp: Option<Stamp>,
    /// Whether the name promises another type than the content has.
    pub misnamed: bool,
    /// Whether the content is text without a type of its own.
    is_text: bool,
    pub(crate) body: Body,
}

/// What one reading found.
struct Reading {
    head: Bytes,
    len: Option<u64>,
    facts: MediaFacts,
    hash: Option<Hash>,
    stamp: Option<Stamp>,
}

impl LocalInput {
    /// Opens `media` once, measures it, and reads all of it where it is [`SMALL`]; `None` for an address, which is passed
    /// on as it is.
    ///
    /// # Errors
    /// `NotFound` and `Io` for a file that cannot be read, `InvalidInput` for an empty one.
    pub async fn open(media: &MediaInput) -> Result<Option<Self>> {
        let (given, body, reading) = match media {
            MediaInput::Path(path) => {
                let reading = read_file(path).await.map_err(|e| unreadable_path(path, e))?;
                let body = Body::File { path: path.clone(), bytes: reading.len.unwrap_or(0) };
                (path.display().to_string(), body, reading)
            }
            MediaInput::Bytes { data, name } => {
                let reading = read_bytes(data.clone()).await.map_err(|e| unreadable(name, e))?;
                (name.clone(), Body::Bytes(data.clone()), reading)
            }
            MediaInput::Stream(stream) => {
                let reading = read_stream(stream).await.map_err(|e| unreadable(stream.name(), e))?;
                let source = stream.clone();
                (stream.name().to_owned(), Body::stream(reading.len, move || source.open()), reading)
            }
            _ => return Ok(None),
        };
        if reading.len == Some(0) {
            return Err(Error::new(ErrorKind::InvalidInput, format!("the input `{given}` is empty"))
                .with_dispatch(Dispatch::NotSent));
        }
        let Reading { head, len, facts, hash, stamp } = reading;
        let found = sniff::sniff(&head);
        let media_type = match (&facts.media_type, found) {
            (Some(measured), _) => measured.clone(),
            (None, Some(found)) => found.media_type.to_owned(),
            (None, None) => type_by_name(&given).to_owned(),
        };
        let misnamed = found.is_some_and(|found| sniff::is_misnamed(&given, found));
        let name = clean_name(&given, found.map(|found| found.extension));
        let is_text = found.is_none() && role::is_text(&head);
        Ok(Some(Self { given, name, media_type, len, facts, hash, stamp, misnamed, is_text, body }))
    }

    /// The input that was measured as `measured`, without reading it again: a file is recognised by its stamp. One whose
    /// stamp differs is opened once more, and goes on when its content is the same. `None` for an address.
    ///
    /// # Errors
    /// `InputChanged` for other content, and those of [`LocalInput::open`].
    pub async fn reopen(measured: &Measured, media: &MediaInput) -> Result<Option<Self>> {
        let (given, body) = match media {
            MediaInput::Path(path) => {
                let found = Stamp::of(path, SystemTime::now()).await;
                let same = found.is_some() && found.as_ref().map(Stamp::in_plan) == measured.stamp;
                let (Some(len), true) = (measured.facts.bytes, same) else {
                    return Self::opened_again(measured, media).await;
                };
                let mut input =
                    Self::of_plan(measured, path.display().to_string(), Body::File { path: path.clone(), bytes: len });
                input.stamp = found;
                return Ok(Some(input));
            }
            MediaInput::Bytes { data, name } => (name.clone(), Body::Bytes(data.clone())),
            MediaInput::Stream(stream) => {
                let source = stream.clone();
                (stream.name().to_owned(), Body::stream(measured.facts.bytes, move || source.open()))
            }
            _ => return Ok(None),
        };
        Ok(Some(Self::of_plan(measured, given, body)))
    }

    async fn opened_again(measured: &Measured, media: &MediaInput) -> Result<Option<Self>> {
        let Some(input) = Self::open(media).await? else { return Ok(None) };
        let found = input.hash.map(|hash| hash.to_hex().to_string());
        if found.is_some() && found == measured.blake3 {
            return Ok(Some(input));
        }
        Err(Error::new(ErrorKind::InputChanged, format!("`{}` changed after the request was prepared", input.given))
            .with_dispatch(Dispatch::NotSent)
            .with_hint("prepare the request again"))
    }

    fn of_plan(measured: &Measured, given: String, body: Body) -> Self {
        let facts = measured.facts.clone();
        let media_type = facts.media_type.clone().unwrap_or_else(|| sniff::UNKNOWN.media_type.to_owned());
        let found = sniff::by_media_type(&media_type);
        Self {
            name: clean_name(&given, found.map(|found| found.extension)),
            media_type,
            len: facts.bytes,
            facts,
            hash: measured.blake3.as_ref().and_then(|hex| Hash::from_hex(hex).ok()),
            stamp: None,
            misnamed: found.is_some_and(|found| sniff::is_misnamed(&given, found)),
            is_text: false,
            given,
            body,
        }
    }

    /// What is known of it, for a plan.
    pub fn measured(&self, input: &Input) -> Measured {
        let mut measured = Measured::from(input);
        if matches!(input.media, MediaInput::Path(_)) {
            measured.path = Some(self.given.clone());
        }
        measured.facts = self.facts.clone();
        measured.facts.media_type = Some(self.media_type.clone());
        measured.facts.bytes = self.len;
        measured.blake3 = self.hash.map(|hash| hash.to_hex().to_string());
        measured.stamp = self.stamp.as_ref().map(Stamp::in_plan);
        measured
    }

    /// Refuses content that cannot be what `role` says, such as text as an image. What is not recognised passes.
    ///
    /// # Errors
    /// `InvalidInput` naming the role and the content's type.
    pub fn check_role(&self, role: Role) -> Result<()> {
        role::check(role, self)
    }

    /// The content, to be sent.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// The note that the name contradicts the content; `option` gave the input.
    pub fn note(&self, option: &str) -> Option<Note> {
        let why = "the content decides the type, whatever the name says";
        self.misnamed.then(|| Note::new(option, self.name.as_str(), self.media_type.as_str(), why))
    }

    /// The content as a `data:` address, read now, and its hash; for inputs that go inside the body.
    ///
    /// # Errors
    /// `Io` when it cannot be read, or is longer than it was.
    pub async fn data_uri(&self) -> Result<(String, Hash)> {
        let most = self.len.unwrap_or(SMALL);
        let chunks = self.body.open().try_fold(Vec::new(), |mut content, chunk| async move {
            content.extend_from_slice(&chunk);
            let whole = content.len() as u64 <= most;
            if whole { Ok(content) } else { Err(io::Error::other("it is longer than it was")) }
        });
        let content = chunks.await.map_err(|e| unreadable(&self.given, e))?;
        let uri = format!("data:{};base64,{}", self.media_type, STANDARD.encode(&content));
        Ok((uri, blake3::hash(&content)))
    }

    /// The place of its [`LocalInput::data_uri`] in what is shown and written down.
    pub fn shown_data_uri(&self) -> String {
        format!("data:{};base64,…", self.media_type)
    }
}

/// The type of content that is not recognised: what its name says, as far as content of that type has no mark.
fn type_by_name(given: &str) -> &'static str {
    match sniff::by_name(given) {
        Some(named) if !sniff::is_misnamed(given, sniff::UNKNOWN) => named.media_type,
        _ => sniff::UNKNOWN.media_type,
    }
}

async fn read_bytes(data: Bytes) -> io::Result<Reading> {
    let len = data.len() as u64;
    let head = data.slice(..data.len().min(HEAD));
    let measured = tokio::task::spawn_blocking(move || {
        let hash = (len <= SMALL).then(|| blake3::hash(&data));
        (probe_bytes(&data), hash)
    });
    let (facts, hash) = measured.await.map_err(io::Error::other)?;
    Ok(Reading { head, len: Some(len), facts, hash, stamp: None })
}

async fn read_stream(stream: &MediaStream) -> io::Result<Reading> {
    let small = stream.bytes().is_some_and(|len| len <= SMALL);
    let most = if small { usize::try_from(SMALL).unwrap_or(HEAD) } else { HEAD };
    let (mut chunks, mut read) = (stream.open(), BytesMut::new());
    let mut ended = false;
    while read.len() <= most {
        let Some(chunk) = chunks.next().await else {
            ended = true;
            break;
        };
        let chunk = chunk?;
        read.extend_from_slice(&chunk[..chunk.len().min(most + 1)]);
    }
    // The announced length counts only where it is the real one; the upload refuses the others.
    let hash = (ended && stream.bytes() == Some(read.len() as u64)).then(|| blake3::hash(&read));
    let len = if read.is_empty() { Some(0) } else { stream.bytes() };
    read.truncate(HEAD);
    let mut facts = MediaFacts::new();
    facts.media_type = sniff::sniff(&read).map(|found| found.media_type.to_owned());
    facts.bytes = len;
    Ok(Reading { head: read.freeze(), len, facts, hash, stamp: None })
}

async fn read_file(path: &Path) -> io::Result<Reading> {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || read_file_now(path)).await.map_err(io::Error::other)?
}

fn read_file_now(path: PathBuf) -> io::Result<Reading> {
    // Checked before it is opened: opening a pipe waits for its other end.
    if !std::fs::metadata(&path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"));
    }
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    let stamp = Stamp::read(&metadata, SystemTime::now());
    let len = metadata.len();
    let most = if len <= SMALL { SMALL + 1 } else { HEAD as u64 };
    let mut read = Vec::with_capacity(usize::try_from(len.min(most)).unwrap_or(HEAD));
    io::Read::by_ref(&mut file).take(most).read_to_end(&mut read)?;
    // One that grows while it is read is hashed when it is sent.
    let whole = read.len() as u64 == len;
    let hash = whole.then(|| blake3::hash(&read));
    let facts = if whole { probe_bytes(&read) } else { probe_file(&mut file)? };
    read.truncate(HEAD);
    Ok(Reading { head: read.into(), len: Some(len), facts, hash, stamp })
}

fn unreadable_path(path: &Path, error: io::Error) -> Error {
    let kind = match error.kind() {
        io::ErrorKind::NotFound => ErrorKind::NotFound,
        io::ErrorKind::InvalidInput => ErrorKind::InvalidInput,
        _ => ErrorKind::Io,
    };
    unreadable(&path.display().to_string(), error).with_kind(kind)
}

pub(crate) fn unreadable(given: &str, error: io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("the input `{given}` cannot be read"))
        .with_dispatch(Dispatch::NotSent)
        .with_source(error)
}

#[cfg(test)]
mod tests;

//! Inputs between a process and a journal: content of this process goes to the spool, files are checked before they leave.

use crate::{Journal, content, journal};
use bytes::Bytes;
use futures_util::stream;
use mediagen_core::{
    Error, ErrorKind, FieldProblem, Input, Measured, MediaInput, MediaStream, Plan, Prepared, Request, Result, Stamp,
    Uploaded,
};
use serde_json::Value;
use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::task::spawn_blocking;

/// Bytes hashed at once.
const PIECE: usize = 128 << 10;
/// `data:` addresses that are longer go to the spool.
const LONG: usize = 1024;

/// The request as it can be written down: what only this process has is spooled.
pub(crate) async fn kept(journal: &dyn Journal, mut request: Request) -> Result<Request> {
    for input in &mut request.inputs {
        let name = input.media.name().to_owned();
        let spooled = match &mut input.media {
            MediaInput::Bytes { data, .. } => journal.spool(journal::whole(data.clone())).await?,
            MediaInput::Stream(stream) => journal.spool(journal::incoming(stream.open(), &name)).await?,
            MediaInput::Url(url) if url.scheme() == "data" && url.as_str().len() > LONG => {
                let data = content::decoded(url.as_str())?;
                let spooled = journal.spool(journal::whole(data)).await?;
                input.media = MediaInput::Spool { name: "data".to_owned(), hash: spooled.blake3 };
                continue;
            }
            MediaInput::Path(path) => {
                // The process that takes the job up may stand in another folder.
                *path = std::path::absolute(&*path).unwrap_or_else(|_| path.clone());
                if path.to_str().is_some() {
                    continue;
                }
                // Such a path cannot be written down as text.
                journal.spool(journal::incoming(opened(path.clone()), &name)).await?
            }
            _ => continue,
        };
        input.media = MediaInput::Spool { name, hash: spooled.blake3 };
    }
    Ok(request)
}

pub(crate) fn opened(path: PathBuf) -> journal::Opened {
    Box::pin(stream::unfold(Err(path), |state| async move {
        let read = spawn_blocking(move || {
            let mut file = match state {
                Ok(file) => file,
                Err(path) => File::open(path)?,
            };
            let mut piece = vec![0; PIECE];
            let read = file.read(&mut piece)?;
            piece.truncate(read);
            io::Result::Ok((Bytes::from(piece), file))
        });
        match read.await.unwrap_or_else(|stopped| Err(io::Error::other(stopped))) {
            Ok((piece, _)) if piece.is_empty() => None,
            Ok((piece, file)) => Some((Ok(piece), Ok(file))),
            // An unreadable path ends the stream after its error.
            Err(error) => Some((Err(error), Err(PathBuf::new()))),
        }
    }))
}

/// The inputs of a row, ready to be read: content comes out of the spool when it is opened.
pub(crate) fn restored(journal: &Arc<dyn Journal>, request: &Request, plan: &Plan) -> Vec<MediaInput> {
    let restore = |(index, input): (usize, &Input)| {
        let MediaInput::Spool { name, hash } = &input.media else { return input.media.clone() };
        let bytes = plan.inputs.get(index).and_then(|measured| measured.facts.bytes);
        let (journal, hash) = (Arc::clone(journal), hash.clone());
        MediaInput::Stream(MediaStream::new(name.clone(), bytes, move || journal.open(&hash)))
    };
    request.inputs.iter().enumerate().map(restore).collect()
}

/// An upload as a row holds it: content that goes into the body is left out.
pub(crate) fn without_content(upload: &Uploaded) -> Uploaded {
    let mut upload = upload.clone();
    if upload.shown.is_some() {
        upload.reference = Value::Null;
    }
    upload
}

/// Checks that the files that are about to be moved are those that were prepared: an equal stamp is trusted, otherwise
/// the content decides.
pub(crate) async fn check(prepared: &Prepared) -> Result<()> {
    let mut files = Vec::new();
    for (slot, measured) in prepared.plan().uploads() {
        if let (Some(MediaInput::Path(path)), Some(_)) = (prepared.inputs().get(slot.input), &measured.stamp) {
            files.push((path.clone(), measured.clone()));
        }
    }
    if files.is_empty() {
        return Ok(());
    }
    let checked = spawn_blocking(move || files.iter().try_for_each(|(path, measured)| check_file(path, measured)));
    checked.await.map_err(|e| Error::new(ErrorKind::Unexpected, "checking the inputs stopped").with_source(e))?
}

fn check_file(path: &Path, measured: &Measured) -> Result<()> {
    let gone = |e| {
        Error::new(ErrorKind::InputGone, format!("`{}` cannot be read any more", measured.name))
            .with_field(FieldProblem::new(measured.role.as_str(), "the file is gone or cannot be read"))
            .with_source(e)
    };
    let stamp = stamp(&std::fs::metadata(path).map_err(gone)?);
    if measured.stamp.is_some_and(|planned| is_same(planned, stamp)) {
        return Ok(());
    }
    if let Some(planned) = &measured.blake3
        && hash(path).map_err(gone)? == *planned
    {
        return Ok(());
    }
    Err(Error::new(ErrorKind::InputChanged, format!("`{}` changed after the request was prepared", measured.name))
        .with_field(FieldProblem::new(measured.role.as_str(), "the content changed"))
        .with_hint("prepare the request again; nothing was paid"))
}

/// Numbers that one of the two lacks are not compared.
fn is_same(planned: Stamp, now: Stamp) -> bool {
    let same = |a: u64, b: u64| a == 0 || b == 0 || a == b;
    (planned.len, planned.modified) == (now.len, now.modified)
        && same(planned.device, now.device)
        && same(planned.inode, now.inode)
}

fn stamp(metadata: &std::fs::Metadata) -> Stamp {
    let stamp = Stamp::new(metadata.len(), metadata.modified().unwrap_or(std::time::UNIX_EPOCH));
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        stamp.with_file(metadata.dev(), metadata.ino())
    }
    #[cfg(not(unix))]
    stamp
}

fn hash(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    let mut file = File::open(path)?;
    let mut piece = vec![0; PIECE];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(hasher.finalize().to_hex().to_string());
        }
        hasher.update(&piece[..read]);
    }
}

//! One file over several connections: pieces asked for in parallel and written in order, so that hash, record and
//! memory stay those of one stream.

use super::{
    fetch::{Fetch, another_range, refused, verify},
    part_file::PartFile,
    progress::Progress,
    read,
    resume::Resume,
};
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use mediagen_core::Result;

/// Bytes of a piece; as many pieces as connections are in memory.
const PIECE: u64 = 2 << 20;

/// Fills `part` from where it is. A server without ranges, or without a strong tag, is served by one stream.
pub(super) async fn fetch(
    fetch: &Fetch<'_>,
    connections: usize,
    part: &mut PartFile,
    resume: &mut Resume,
    progress: &mut Progress<'_>,
) -> Result<()> {
    if part.written() == 0 {
        let response = fetch.follow(Resume::default().piece_headers(0, PIECE)).await?;
        match (response.status(), Resume::of_first_piece(&response, PIECE)) {
            (206, Some(found)) => fetch.begin(found, part, resume).await?,
            // Of an empty file there is no first byte.
            (206 | 416, _) => return fetch.one_stream(part, resume, progress).await,
            _ => return fetch.take(response, part, resume, progress).await,
        }
        if let Some(total) = resume.total {
            part.check_size(total)?;
        }
        fetch.append(response, part, resume, progress).await?;
    }
    let Some(total) = resume.total else { return fetch.one_stream(part, resume, progress).await };
    let starts = stream::iter((part.written()..total).step_by(usize::try_from(PIECE).unwrap_or(usize::MAX)));
    let known = &*resume;
    let piece = |start: u64| piece(fetch, known, start, (start + PIECE).min(total));
    let mut pieces = starts.map(piece).buffered(connections);
    while let Some(chunks) = pieces.try_next().await? {
        for chunk in chunks {
            part.write(chunk).await?;
        }
        progress.at(part.written(), resume.total);
    }
    verify(part, resume).await
}

/// The bytes from `start` to before `end`.
async fn piece(fetch: &Fetch<'_>, resume: &Resume, start: u64, end: u64) -> Result<Vec<Bytes>> {
    let response = fetch.follow(resume.piece_headers(start, end)).await?;
    match response.status() {
        206 if resume.covers(&response, start, end) => {}
        200..=299 | 416 => return Err(another_range(&response)),
        _ => return Err(refused(&response)),
    }
    let (mut chunks, mut came) = (response.into_stream(), Vec::new());
    let mut missing = end - start;
    while let Some(chunk) = read::next(fetch.cx, &mut chunks).await? {
        // More than was asked for is not taken.
        let chunk = chunk.slice(..chunk.len().min(usize::try_from(missing).unwrap_or(usize::MAX)));
        missing -= chunk.len() as u64;
        came.push(chunk);
    }
    if missing == 0 { Ok(came) } else { Err(super::fetch::again(format!("{missing} bytes of a piece did not come"))) }
}

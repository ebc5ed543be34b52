//! A text file as plain text: UTF-8 without a byte order mark.

use super::{copy, io};
use crate::{CastEntry, CastJob, check, run::Stop};
use mediagen_core::{BoxFuture, Context, Error, ErrorKind, Result};
use mediagen_disk::blocking;
use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
};

/// Markup, JSON and subtitles as the text that they are.
pub(super) const ENTRY: CastEntry = CastEntry::new(
    "text",
    module_path!(),
    &["application/json", "text/html", "application/xml", "application/x-subrip", "text/vtt", "model/gltf+json"],
    &["text/plain"],
    run,
);

const MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

fn run<'a>(_cx: &'a Context, job: CastJob<'a>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let (input, output, most) = (job.input.to_owned(), job.output.to_owned(), job.options.max_bytes);
        let stop = Stop::default();
        let go_on = stop.watched();
        blocking(move || {
            if !check::is_text(&input)? {
                let message = format!("`{}` is not text in UTF-8", input.display());
                return Err(Error::new(ErrorKind::InvalidInput, message));
            }
            let mut from = File::open(&input).map_err(io(&input))?;
            let mut head = Vec::new();
            Read::by_ref(&mut from).take(3).read_to_end(&mut head).map_err(io(&input))?;
            let start = if head == MARK { 3 } else { 0 };
            from.seek(SeekFrom::Start(start)).map_err(io(&input))?;
            copy(from, (&input, &output), most, go_on)
        })
        .await
    })
}

//! A text file as plain text: UTF-8 without a byte order mark.

use super::io;
use crate::cast::{
    CastEntry, CastJob, check,
    run::{Stop, blocking},
};
use mediagen_core::{BoxFuture, Context, Error, ErrorKind, Result};
use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
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
            let mut to = OpenOptions::new().write(true).open(&output).map_err(io(&output))?;
            let (mut buffer, mut written) = (vec![0; 64 << 10], 0);
            loop {
                go_on()?;
                let count = from.read(&mut buffer).map_err(io(&input))?;
                written += count as u64;
                if written > most {
                    return Err(crate::program::too_long(most));
                }
                if count == 0 {
                    return Ok(());
                }
                to.write_all(&buffer[..count]).map_err(io(&output))?;
            }
        })
        .await
    })
}

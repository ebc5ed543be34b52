//! The same type again: the same bytes.

use super::{copy, io};
use crate::{CastEntry, CastJob, CastWish, run::Stop};
use mediagen_core::{BoxFuture, Context, Result};
use mediagen_disk::blocking;
use std::fs::File;

/// Copies, where nothing is to change.
pub(super) const ENTRY: CastEntry = CastEntry::new("identity", module_path!(), &[], &[], run).when(is_same);

fn is_same(wish: CastWish<'_>) -> bool {
    let keeps = |asked: Option<u32>, is: Option<u32>| asked.is_none() || asked == is;
    wish.from == wish.to
        && keeps(wish.options.sample_rate, wish.facts.sample_rate)
        && keeps(wish.options.channels.map(u32::from), wish.facts.channels.map(u32::from))
}

fn run<'a>(_cx: &'a Context, job: CastJob<'a>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let (input, output, most) = (job.input.to_owned(), job.output.to_owned(), job.options.max_bytes);
        let stop = Stop::default();
        let go_on = stop.watched();
        blocking(move || {
            let from = File::open(&input).map_err(io(&input))?;
            copy(from, (&input, &output), most, go_on)
        })
        .await
    })
}

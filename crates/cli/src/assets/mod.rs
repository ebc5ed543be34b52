//! `mediagen assets`: what was made, with its lineage.

mod gallery;
mod list;
mod show;
mod verify;

pub(crate) use gallery::GalleryArgs;

use crate::{
    args::{AssetsCommand, Global},
    interrupt,
};
use mediagen::{
    assets::{Store, StoreConfig, record::Record},
    core::Result,
};
use std::process::ExitCode;

/// Runs one of the commands on the store that the environment names.
pub(crate) async fn run(global: &Global, command: &AssetsCommand) -> Result<ExitCode> {
    let cx = interrupt::context(global)?;
    match command {
        AssetsCommand::List => cx.until_cancelled(list::run(global, &open()?)).await?,
        AssetsCommand::Show { id } => cx.until_cancelled(show::run(global, &open()?, id)).await?,
        AssetsCommand::Verify => verify::run(global, &cx, &open()?).await,
        AssetsCommand::Gallery(arguments) => cx.until_cancelled(gallery::run(global, arguments)).await?,
    }
}

/// The store that the environment names.
pub(crate) fn open() -> Result<Store> {
    Store::open(&StoreConfig::from_env()?)
}

/// What a record is about in a few words: pixels, seconds.
fn shape(record: &Record) -> String {
    let facts = &record.asset.facts;
    let pixels = facts.width.zip(facts.height).map(|(width, height)| format!("{width}x{height}"));
    let seconds = facts.duration_s.map(|seconds| format!("{seconds:.2} s"));
    pixels.into_iter().chain(seconds).collect::<Vec<_>>().join(", ")
}

/// `text` on one line, cut to `most` characters.
fn cut(text: &str, most: usize) -> String {
    let line = crate::ui::plain(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most { line } else { line.chars().take(most.saturating_sub(1)).chain(['…']).collect() }
}

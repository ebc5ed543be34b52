//! `mediagen assets`: what was made.

mod gallery;

use crate::args::Global;
use clap::Subcommand;
use gallery::GalleryArgs;
use mediagen::core::Result;
use std::process::ExitCode;

/// What to do with what was made.
#[derive(Debug, Subcommand)]
pub(crate) enum AssetsCommand {
    /// One page to look at it all, which works from the disk
    Gallery(GalleryArgs),
}

/// Does it.
pub(crate) async fn run(global: &Global, command: &AssetsCommand) -> Result<ExitCode> {
    match command {
        AssetsCommand::Gallery(arguments) => gallery::run(global, arguments).await,
    }
}

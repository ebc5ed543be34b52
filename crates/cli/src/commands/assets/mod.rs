//! `mediagen assets`: what was made, with its lineage.

mod gallery;
mod list;
mod show;
mod verify;

use crate::{
    args::{AssetsCommand, Global},
    interrupt,
};
use mediagen::{
    assets::{Store, StoreConfig},
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
fn open() -> Result<Store> {
    Store::open(&StoreConfig::from_env()?)
}

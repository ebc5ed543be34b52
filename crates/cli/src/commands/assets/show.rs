//! `mediagen assets show`.

use crate::{args::Global, report::ShownAsset, ui};
use mediagen::{
    assets::{Asset, Store},
    core::{Error, ErrorKind, FieldProblem, Result},
};
use std::{path::Path, process::ExitCode};

/// An asset by the beginning of its hash, or by a file.
pub(super) async fn run(global: &Global, store: &Store, id: &str) -> Result<ExitCode> {
    let shown = if Path::new(id).is_file() { of_file(store, id).await? } else { of_id(store, id).await? };
    ui::report(global, &shown)?;
    Ok(ExitCode::SUCCESS)
}

async fn of_file(store: &Store, path: &str) -> Result<ShownAsset> {
    let asset = Asset::from_file(path).await?;
    let id = asset.blake3().await?;
    let known = store.find(&id).await?.map(|found| found.record);
    let Some(record) = known.or_else(|| asset.record().cloned()) else {
        return Err(unknown(path, "the file has no record: it is not beside it, not in it, and not in the store"));
    };
    // A record inside a file does not know the file's hash.
    let changed = record.asset.blake3.as_ref().is_some_and(|recorded| *recorded != id);
    Ok(ShownAsset::new(id, Some(path.to_owned()), changed, record))
}

async fn of_id(store: &Store, id: &str) -> Result<ShownAsset> {
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(unknown(id, "neither a file nor the beginning of an asset's id"));
    }
    let Some(found) = store.find(id).await? else {
        return Err(unknown(id, "no asset has an id that begins like this"));
    };
    let path = store.local_path(&found.blake3).map(|path| path.to_string_lossy().into_owned());
    Ok(ShownAsset::new(found.blake3, path, false, found.record))
}

fn unknown(id: &str, why: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("`{id}` was not found"))
        .with_field(FieldProblem::new("id", why))
        .with_hint("`mediagen assets list` shows every asset")
}

//! `mediagen assets verify`.

use crate::{args::Global, progress::Progress, report::VerifiedReport, ui};
use mediagen::{
    assets::Store,
    core::{Context, Result},
};
use std::process::ExitCode;

/// Some of it is not as it should be: the code of a batch of which a part failed.
const PART_FAILED: u8 = 6;

/// Reads everything again; the exit code says whether it is sound.
pub(super) async fn run(global: &Global, cx: &Context, store: &Store) -> Result<ExitCode> {
    let progress = Progress::new(global, "assets");
    let found = store.verify(cx, |at| progress.moved("hashing", at.bytes, Some(at.total))).await?;
    progress.finish();
    let code = if found.is_sound() { ExitCode::SUCCESS } else { ExitCode::from(PART_FAILED) };
    ui::report(global, &VerifiedReport::new(store.url().to_string(), found))?;
    Ok(code)
}

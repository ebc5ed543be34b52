//! `mediagen upload`.

use crate::{
    args::{Global, UploadArgs},
    engine::engine,
    interrupt,
    progress::Progress,
    report::UploadReport,
    ui,
};
use mediagen::core::{Delivery, Error, ErrorKind, Event, FieldProblem, MediaInput, Result};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Instant,
};

/// Puts a file on the provider's storage and prints its address.
pub(crate) async fn run(global: &Global, arguments: &UploadArgs) -> Result<ExitCode> {
    let path = local(&arguments.file)?;
    check(&path)?;
    let progress = Arc::new(Progress::new(global, &ui::plain(&path.display().to_string())));
    let shown = Arc::clone(&progress);
    let cx = interrupt::context(global)?.with_observer(move |event: &Event| shown.see(event));
    let engine = engine(global, cx)?;
    let provider = engine.default_provider()?;
    provider.check_credentials()?;
    let mut delivery = Delivery::default();
    delivery.reuse_uploads = arguments.force_upload.then_some(false);
    let begun = Instant::now();
    let uploaded = engine.upload(provider.name().as_str(), &MediaInput::Path(path.clone()), &delivery).await?;
    uploaded.notes.iter().for_each(|note| progress.see(&Event::Adjusted(note.clone())));
    progress.finish();
    ui::report(global, &UploadReport::new(&provider.info().id, &path, uploaded, begun.elapsed()))?;
    Ok(ExitCode::SUCCESS)
}

/// The local file that the text names.
fn local(text: &str) -> Result<PathBuf> {
    match text.parse()? {
        MediaInput::Path(path) => Ok(path),
        _ => Err(refused("is an address already; a local file is needed", text)
            .with_hint("models read http:// and https:// addresses as they are: pass it to `generate`")),
    }
}

/// Refuses what is not a file with content, before anything is sent.
fn check(path: &Path) -> Result<()> {
    let shown = path.display().to_string();
    match std::fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => Err(refused("is not a file", &shown)),
        Ok(metadata) if metadata.len() == 0 => Err(refused("is empty", &shown)),
        Ok(_) => Ok(()),
        Err(error) => Err(refused(&format!("cannot be read: {error}"), &shown)),
    }
}

fn refused(what: &str, file: &str) -> Error {
    let shown = if file.starts_with("data:") { "data:…" } else { file };
    Error::new(ErrorKind::InvalidInput, format!("`{shown}` {what}")).with_field(FieldProblem::new("file", what))
}

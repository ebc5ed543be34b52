//! `mediagen assets gallery`: one page to look at what was made.

use crate::{
    args::{GalleryArgs, Global},
    report::GalleryReport,
    ui,
};
use futures_util::StreamExt as _;
use mediagen::{
    assets::{Record, Store, StoreConfig},
    core::{Error, ErrorKind, FieldProblem, ProblemCode, Result},
    gallery::{Entry, Gallery, collect},
};
use std::{
    collections::{BTreeMap, btree_map::Entry as Slot},
    path::Path,
    process::{Command, ExitCode, Stdio},
    time::Duration,
};

/// How long a program that opens files may take to say that it cannot: `xdg-open` tries one after the other.
const OPENING: Duration = Duration::from_secs(3);

/// Writes the page, and opens it when that is wanted.
pub(crate) async fn run(global: &Global, arguments: &GalleryArgs) -> Result<ExitCode> {
    let (entries, unreadable) = match &arguments.from {
        Some(folder) => of_folder(folder)?,
        None => of_store(&Store::open(&StoreConfig::from_env()?)?).await?,
    };
    let page = &arguments.out;
    let written = Gallery::new("Generated files").with_entries(entries).write(page)?;
    let opened = if arguments.open { Some(open(page).await) } else { None };
    let report = GalleryReport {
        status: "completed",
        gallery: page.to_string_lossy().into_owned(),
        assets: written.assets,
        missing: written.missing,
        unreadable: unreadable.iter().map(ToString::to_string).collect(),
        opened: opened.as_ref().map(std::result::Result::is_ok),
        not_opened: opened.and_then(std::result::Result::err),
    };
    ui::report(global, &report)?;
    Ok(ExitCode::SUCCESS)
}

/// What a gallery is made of, and why records were left out.
type Collected = (Vec<Entry>, Vec<Error>);

fn of_folder(folder: &Path) -> Result<Collected> {
    let refused = |error: Error| {
        let field = FieldProblem::new("from", folder.display().to_string()).with_code(ProblemCode::Media);
        error.with_field(field).with_hint("name a folder with files of `mediagen generate` and the records beside them")
    };
    let missing = |e: Error| if e.kind() == ErrorKind::NotFound { e.with_kind(ErrorKind::InvalidInput) } else { e };
    let found = collect(folder).map_err(|e| refused(missing(e)))?;
    if found.entries.is_empty() {
        let message = format!("the folder `{}` holds no record that can be read", folder.display());
        return Err(refused(Error::new(ErrorKind::InvalidInput, message)));
    }
    Ok((found.entries, found.unreadable))
}

/// Every record of the store; of several about one file the newest.
async fn of_store(store: &Store) -> Result<Collected> {
    let (mut newest, mut unreadable) = (BTreeMap::new(), Vec::new());
    let mut records = store.records(None);
    while let Some(found) = records.next().await {
        match found {
            Ok(found) => match newest.entry(found.blake3) {
                Slot::Vacant(slot) => drop(slot.insert(found.record)),
                Slot::Occupied(mut slot) if slot.get().created_at() < found.record.created_at() => {
                    slot.insert(found.record);
                }
                Slot::Occupied(_) => {}
            },
            Err(error) if error.kind() == ErrorKind::InvalidResponse => unreadable.push(error),
            Err(error) => return Err(error),
        }
    }
    if newest.is_empty() {
        let message = format!("the store `{}` holds no record", store.url());
        return Err(Error::new(ErrorKind::InvalidInput, message)
            .with_hint("generate something first, or show a folder with --from"));
    }
    let entry = |(blake3, record): (String, Record)| {
        let entry = Entry::new(record);
        match store.local_path(&blake3) {
            Some(path) => entry.at(path),
            None => entry,
        }
    };
    Ok((newest.into_iter().map(entry).collect(), unreadable))
}

/// Hands the page to the program that opens files on this system.
async fn open(page: &Path) -> std::result::Result<(), String> {
    let page = std::path::absolute(page).map_err(|e| e.to_string())?;
    let name = if cfg!(windows) {
        "explorer"
    } else if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let mut command = Command::new(name);
    command.arg(&page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => format!("`{name}` is not installed"),
        _ => format!("`{name}` cannot be started ({e})"),
    })?;
    // One that is still at work then has found a browser and stays with it.
    let step = Duration::from_millis(50);
    for _ in 0..OPENING.as_millis() / step.as_millis() {
        match child.try_wait() {
            // Explorer answers 1 when it has done its work.
            Ok(Some(status)) if status.success() || cfg!(windows) => return Ok(()),
            Ok(Some(status)) => return Err(format!("`{name}` ended with {status}")),
            Ok(None) => tokio::time::sleep(step).await,
            Err(e) => return Err(e.to_string()),
        }
    }
    Ok(())
}

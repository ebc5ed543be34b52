//! `mediagen assets gallery`: one page to look at what was made.

use crate::{args::Global, ui};
use mediagen::{
    assets::gallery::{Found, Gallery, collect},
    core::{Error, ErrorKind, FieldProblem, Result},
};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    thread,
    time::Duration,
};

/// How long a program that opens files may take to say that it cannot: `xdg-open` tries one after the other.
const OPENING: Duration = Duration::from_secs(3);

/// Arguments of `assets gallery`.
#[derive(Debug, clap::Args)]
pub(crate) struct GalleryArgs {
    /// The folder with the files and their records
    #[arg(long, value_name = "DIR", default_value = "mediagen-out")]
    from: PathBuf,
    /// Where the page goes [default: gallery.html in that folder]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Open the page in a browser
    #[arg(long)]
    open: bool,
}

/// Writes the page, and opens it when that is wanted.
pub(crate) fn run(global: &Global, arguments: &GalleryArgs) -> Result<ExitCode> {
    let Found { entries, unreadable, .. } = collect(&arguments.from).map_err(|e| at(&arguments.from, e))?;
    if entries.is_empty() {
        let what = if unreadable.is_empty() { "holds no record" } else { "holds no record that can be read" };
        let nothing = Error::new(ErrorKind::NotFound, format!("the folder `{}` {what}", arguments.from.display()));
        return Err(at(&arguments.from, nothing));
    }
    let page = arguments.out.clone().unwrap_or_else(|| arguments.from.join("gallery.html"));
    let written = Gallery::new("What was made").with_entries(entries).write(&page)?;
    let opened = arguments.open.then(|| open(&page));
    let problem = opened.as_ref().and_then(|opened| opened.as_ref().err());
    let document = json!({
        "status": "completed", "gallery": page.to_string_lossy(), "assets": written.assets, "missing": written.missing,
        "unreadable": unreadable.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "opened": opened.as_ref().map(std::result::Result::is_ok),
    });
    let mut lines =
        vec![format!("{} assets; look at them all: {}", written.assets, ui::plain(&page.display().to_string()))];
    if written.missing > 0 {
        lines.push(format!("{} of them have no file there", written.missing));
    }
    lines.extend(unreadable.iter().map(|error| ui::plain(&format!("left out: {error}"))));
    lines.extend(problem.map(|why| format!("not opened: {why}; open the page yourself")));
    ui::result(global, &document, &lines.join("\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn at(folder: &Path, error: Error) -> Error {
    let kind = if error.kind() == ErrorKind::NotFound { ErrorKind::InvalidInput } else { error.kind() };
    let field = FieldProblem::new("from", folder.display().to_string());
    error.with_kind(kind).with_field(field).with_hint("name a folder that `mediagen generate --out` has filled")
}

/// Gives the page to the program that opens files here.
fn open(page: &Path) -> std::result::Result<(), String> {
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
            Ok(None) => thread::sleep(step),
            Err(e) => return Err(e.to_string()),
        }
    }
    Ok(())
}

//! `mediagen assets list`.

use crate::{args::Global, report::AssetsReport, ui};
use futures_util::StreamExt as _;
use mediagen::{
    assets::Store,
    core::{Error, Result},
};
use std::{io::Write as _, process::ExitCode};

fn warn(error: &Error) {
    drop(writeln!(std::io::stderr(), "warning: {}", ui::plain(&error.to_string())));
}

/// Every record, the newest first.
pub(super) async fn run(global: &Global, store: &Store) -> Result<ExitCode> {
    let (mut report, mut broken) = (AssetsReport::new(store), None);
    let mut records = store.records(None);
    while let Some(found) = records.next().await {
        match found {
            Ok(found) => report.add(store, found),
            // One broken record hides no other.
            Err(error) if broken.is_some() || !report.is_empty() => warn(&error),
            Err(error) => broken = Some(error),
        }
    }
    // Where nothing at all can be read, the store is not empty: it does not work.
    match broken {
        Some(error) if report.is_empty() => return Err(error),
        Some(error) => warn(&error),
        None => {}
    }
    report.sort();
    ui::report(global, &report)?;
    Ok(ExitCode::SUCCESS)
}

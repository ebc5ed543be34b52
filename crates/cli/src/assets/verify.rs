//! `mediagen assets verify`.

use crate::{args::Global, progress::Progress, ui};
use mediagen::{
    assets::{Store, store::VerifyReport},
    core::{Context, Result},
};
use serde_json::json;
use std::process::ExitCode;

/// Some of it is not as it should be: the code of a batch of which a part failed.
const PART_FAILED: u8 = 6;

/// Reads everything again; the exit code tells whether it is sound.
pub(super) async fn run(global: &Global, cx: &Context, store: &Store) -> Result<ExitCode> {
    let progress = Progress::new(global, "assets");
    let verified = store.verify(cx, |at| progress.moved("hashing", at.bytes, Some(at.total))).await;
    progress.finish();
    let report = verified?;
    let mut document = json!(report);
    document["status"] = json!(if report.is_sound() { "completed" } else { "damaged" });
    document["store"] = json!(store.url());
    ui::result(global, &document, &text(&report))?;
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::from(PART_FAILED) })
}

fn text(report: &VerifyReport) -> String {
    let damaged = report.damaged.iter().map(|damage| format!("damaged   {}: {}", damage.object, damage.why));
    let missing = report.missing.iter().map(|missing| format!("missing   {} ({})", missing.blake3, missing.file));
    let orphaned = report.orphaned.iter().map(|hash| format!("orphaned  {hash}: whole, but without a record"));
    let mut lines: Vec<String> = damaged.chain(missing).chain(orphaned).map(|line| ui::plain(&line)).collect();
    lines.push(format!(
        "{} assets, {}, {} records: {} damaged, {} missing, {} orphaned",
        report.contents,
        ui::size(report.bytes),
        report.records,
        report.damaged.len(),
        report.missing.len(),
        report.orphaned.len()
    ));
    lines.join("\n")
}

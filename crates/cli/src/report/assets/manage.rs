//! The reports of `mediagen assets verify` and `mediagen assets gallery`.

use crate::ui::{self, Report};
use mediagen::assets::store::VerifyReport;
use serde::Serialize;

/// What is whole in a store, and what is not.
#[derive(Debug, Serialize)]
pub(crate) struct VerifiedReport {
    status: &'static str,
    store: String,
    #[serde(flatten)]
    found: VerifyReport,
}

impl VerifiedReport {
    pub(crate) fn new(store: String, found: VerifyReport) -> Self {
        Self { status: if found.is_sound() { "completed" } else { "damaged" }, store, found }
    }
}

impl Report for VerifiedReport {
    fn text(&self) -> String {
        let found = &self.found;
        let damaged = found.damaged.iter().map(|damage| format!("damaged   {}: {}", damage.object, damage.why));
        let missing = found.missing.iter().map(|missing| format!("missing   {} ({})", missing.blake3, missing.file));
        let orphaned = found.orphaned.iter().map(|hash| format!("orphaned  {hash}: whole, but without a record"));
        let mut lines: Vec<String> = damaged.chain(missing).chain(orphaned).map(|line| ui::plain(&line)).collect();
        lines.push(format!(
            "{} assets, {}, {} records: {} damaged, {} missing, {} orphaned",
            found.contents,
            ui::size(found.bytes),
            found.records,
            found.damaged.len(),
            found.missing.len(),
            found.orphaned.len()
        ));
        lines.join("\n")
    }
}

/// A page that was written.
#[derive(Debug, Serialize)]
pub(crate) struct GalleryReport {
    pub(crate) status: &'static str,
    /// Where the page is.
    pub(crate) gallery: String,
    pub(crate) assets: usize,
    /// Assets without a file on this machine.
    pub(crate) missing: usize,
    /// Why records were left out.
    pub(crate) unreadable: Vec<String>,
    /// Whether the page was opened; null where that was not requested.
    pub(crate) opened: Option<bool>,
    /// Why it was not.
    pub(crate) not_opened: Option<String>,
}

impl Report for GalleryReport {
    fn text(&self) -> String {
        let mut lines = vec![format!("{} assets in {}", self.assets, self.gallery)];
        if self.missing > 0 {
            lines.push(format!("{} of them have no file on this machine", self.missing));
        }
        lines.extend(self.unreadable.iter().map(|error| format!("left out: {error}")));
        lines.extend(self.not_opened.iter().map(|why| format!("not opened: {why}; open the page yourself")));
        ui::plain(&lines.join("\n"))
    }
}

//! The reports of `mediagen emulate` and `mediagen demo`.

use super::GenerationReport;
use crate::ui::{self, Report};
use serde::Serialize;
use std::path::Path;

/// An emulator that listens.
#[derive(Debug, Serialize)]
pub(crate) struct ListeningReport {
    status: &'static str,
    base_url: String,
    endpoints: usize,
}

impl ListeningReport {
    pub(crate) fn new(base_url: String, endpoints: usize) -> Self {
        Self { status: "listening", base_url, endpoints }
    }
}

impl Report for ListeningReport {
    fn text(&self) -> String {
        let Self { base_url, endpoints, .. } = self;
        format!("{endpoints} endpoints at {base_url}\nexport FAL_BASE_URL={base_url} FAL_KEY=any:key\nCtrl-C stops it")
    }
}

/// What the demo made.
#[derive(Debug, Serialize)]
pub(crate) struct DemoReport {
    status: &'static str,
    runs: Vec<GenerationReport>,
    gallery: String,
}

impl DemoReport {
    pub(crate) fn new(runs: Vec<GenerationReport>, page: &Path) -> Self {
        Self { status: "completed", runs, gallery: page.to_string_lossy().into_owned() }
    }
}

impl Report for DemoReport {
    fn text(&self) -> String {
        let mut rows = vec![["kind", "model", "file", "type", "what", "size", "time"].map(str::to_owned).to_vec()];
        for report in &self.runs {
            let Some(head) = &report.head else { continue };
            for file in &report.outputs {
                let mut row = vec![head.kind.to_string(), head.model.clone()];
                row.extend(file.row());
                row.push(format!("{} ms", report.timings_ms.total));
                rows.push(row);
            }
        }
        format!("{}\n{} files; see them all: {}", ui::heading(&ui::table(&rows)), rows.len() - 1, self.gallery)
    }
}

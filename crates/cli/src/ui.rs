//! Writing results and errors; nothing else in this crate touches stdout.

use crate::args::Global;
use mediagen::core::Error;
use serde_json::Value;
use std::{error::Error as _, io::Write as _};

/// Prints a result: the document with `--json`, else the text.
pub(crate) fn result(global: &Global, document: &Value, text: &str) {
    let out = if global.json { document.to_string() } else { text.trim_end().to_owned() };
    // A reader that closed the pipe has seen what it wanted.
    drop(writeln!(std::io::stdout(), "{out}"));
}

/// Prints a failure: the document on stdout with `--json`, and the sentence on stderr otherwise.
pub(crate) fn failure(global: &Global, error: &Error, job: Option<&str>) {
    if global.json {
        drop(writeln!(std::io::stdout(), "{}", crate::exit::document(error, job)));
        return;
    }
    let mut lines = vec![format!("error: {error}")];
    let mut source = error.source();
    while let Some(cause) = source {
        lines.push(format!("  because: {cause}"));
        source = cause.source();
    }
    lines.extend(error.hint().map(|hint| format!("  hint: {hint}")));
    drop(writeln!(std::io::stderr(), "{}", lines.join("\n")));
}

/// Bytes for a person: `312.4 kB`.
pub(crate) fn size(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
    let mut value = bytes as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if value < 1000.0 {
            return if unit == "B" { format!("{value:.0} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1000.0;
    }
    format!("{value:.1} TB")
}

/// A table with left-aligned columns, each as wide as its widest cell.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|r| r.get(column)).map(|c| c.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

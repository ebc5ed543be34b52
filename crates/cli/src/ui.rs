//! Writing reports; nothing else in this crate touches stdout.

use crate::args::Global;
use console::style;
use mediagen::core::{Error, ErrorKind, Result};
use serde::Serialize;
use std::io::Write as _;

/// What a command reports: JSON and text are two renderings of one value.
pub(crate) trait Report: Serialize {
    /// For a person.
    fn text(&self) -> String;
}

/// Prints a report: as one JSON document with `--json`, otherwise as text.
///
/// # Errors
/// `Io` when it cannot be written: a script must not take silence for success.
pub(crate) fn report(global: &Global, report: &impl Report) -> Result<()> {
    let out = if global.json { json(report)? } else { report.text().trim_end().to_owned() };
    print(format!("{out}\n").as_bytes())
}

/// `document` on one line.
pub(crate) fn json(document: &impl Serialize) -> Result<String> {
    serde_json::to_string(document)
        .map_err(|e| Error::new(ErrorKind::Unexpected, "the report cannot be written as JSON").with_source(e))
}

/// Writes to stdout.
///
/// # Errors
/// `Io` when it cannot be written.
pub(crate) fn print(bytes: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        // A reader that closed the pipe has seen what it wanted.
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::new(ErrorKind::Io, "standard output cannot be written").with_source(e))
        }
        _ => Ok(()),
    }
}

/// `text` without control characters: the words of a server and the name of a file must not steer the terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{FFFD}' } else { c }).collect()
}

/// A table's first line, as a heading.
pub(crate) fn heading(table: &str) -> String {
    match table.split_once('\n') {
        Some((first, rest)) => format!("{}\n{rest}", style(first).bold()),
        None => table.to_owned(),
    }
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

#[cfg(test)]
mod tests {
    #[test]
    fn words_of_others_cannot_steer_the_terminal() {
        assert_eq!(super::plain("a\u{1b}[2Jb\rc\u{9b}d\n"), "a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}d\n");
    }
}

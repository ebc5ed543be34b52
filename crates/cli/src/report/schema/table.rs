//! The table of `schema`.

use super::{Input, SchemaReport, flag};
use crate::ui;
use console::Term;
use serde_json::Value;

/// Characters of a last column that are too few to read it well.
const LEAST_ROOM: usize = 36;
/// Most characters of a default in a table.
const MAX_DEFAULT: usize = 32;

/// What a model takes and returns, for a person.
pub(super) fn of(report: &SchemaReport) -> String {
    let mut lines = vec![head(report), String::new()];
    if report.inputs.is_empty() {
        lines.push(UNKNOWN.to_owned());
    } else {
        let mut rows = vec![["option", "field", "required", "default", "takes"].map(str::to_owned).to_vec()];
        rows.extend(report.inputs.iter().map(row));
        lines.push(ui::heading(&table(rows)));
        lines.push("`-P FIELD=VALUE` sets any of these fields by name.".to_owned());
    }
    lines.push(String::new());
    lines.push(returns(report));
    lines.join("\n")
}

/// What is said of a model without a schema.
pub(super) const UNKNOWN: &str =
    "The model has no schema: every option and every -P is sent under its own name, unchecked.";

/// The model, its kind, and what else there is to know.
pub(super) fn head(report: &SchemaReport) -> String {
    let mut lines = vec![ui::plain(&format!("{} ({}): {}", report.model, report.kind, report.title))];
    if report.deprecated {
        lines.push("Deprecated by the provider.".to_owned());
    }
    let others: Vec<&str> =
        report.kinds.iter().filter(|kind| **kind != report.kind).map(|kind| kind.as_str()).collect();
    if !others.is_empty() {
        lines.push(format!("Also available with --kind {}.", others.join(", --kind ")));
    }
    lines.join("\n")
}

/// What the model returns.
pub(super) fn returns(report: &SchemaReport) -> String {
    if let Some(root) = &report.output {
        return format!("returns  {}", ui::plain(&root.takes));
    }
    if report.outputs.is_empty() {
        return "The schema does not say what the model returns.".to_owned();
    }
    let mut rows = vec![["returns", "what"].map(str::to_owned).to_vec()];
    rows.extend(report.outputs.iter().map(|field| vec![ui::plain(&field.field), ui::plain(&field.takes)]));
    ui::heading(&table(rows))
}

fn row(input: &Input) -> Vec<String> {
    let options: Vec<String> = input.options.iter().map(|option| flag(option)).collect();
    let required = if input.required { "yes" } else { "" };
    let default = input.default.as_ref().map(default).unwrap_or_default();
    vec![options.join(", "), ui::plain(&input.field), required.to_owned(), default, ui::plain(&input.takes)]
}

/// A default in few characters.
pub(super) fn default(value: &Value) -> String {
    let text = ui::plain(&value.to_string());
    if text.chars().count() <= MAX_DEFAULT {
        return text;
    }
    text.chars().take(MAX_DEFAULT - 1).chain(['…']).collect()
}

/// A table whose last column is broken at the edge of a terminal; elsewhere each row is one line.
pub(super) fn table(rows: Vec<Vec<String>>) -> String {
    let term = Term::stdout();
    let width = term.is_term().then(|| usize::from(term.size().1));
    ui::table(&match width {
        Some(width) => broken(&rows, width),
        None => rows,
    })
}

/// Rows whose last cell, and where that is not enough the first one, goes on below, to keep within `width` characters.
fn broken(rows: &[Vec<String>], width: usize) -> Vec<Vec<String>> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cells = |column: usize| rows.iter().filter_map(move |row| row.get(column));
    let widest = |column: usize| cells(column).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let longest_word =
        cells(0).flat_map(|cell| cell.split(' ')).map(|word| word.chars().count() + 1).max().unwrap_or(1);
    let before =
        |first: usize| (1..columns.saturating_sub(1)).map(|column| widest(column) + 2).sum::<usize>() + first + 2;
    let mut rooms = vec![usize::MAX; columns];
    let mut room = width.saturating_sub(before(widest(0)));
    if room < LEAST_ROOM && columns > 2 {
        rooms[0] = longest_word;
        room = width.saturating_sub(before(longest_word));
    }
    if let Some(last) = rooms.last_mut() {
        // A terminal that is still too narrow breaks the lines itself.
        *last = room.max(LEAST_ROOM / 2);
    }
    let mut all = Vec::new();
    for row in rows {
        let cells: Vec<Vec<String>> = row.iter().zip(&rooms).map(|(cell, room)| words(cell, *room)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        let line = |index: usize| cells.iter().map(|lines| lines.get(index).cloned().unwrap_or_default()).collect();
        all.extend((0..height).map(line));
    }
    all
}

/// `text` in lines of at most `room` characters where its words allow it.
fn words(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line =
            lines.last_mut().filter(|line| line.is_empty() || line.chars().count() + 1 + word.chars().count() <= room);
        match line {
            Some(line) if line.is_empty() => word.clone_into(line),
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_column_is_broken_between_words_and_nothing_is_lost() {
        let cells = |row: [&str; 2]| row.map(str::to_owned).to_vec();
        let rows =
            vec![cells(["field", "takes"]), cells(["voice", "one of \"aria\", \"bill\", \"charlie\", \"daniel\""])];
        let table = broken(&rows, 31);
        assert_eq!(table[1], cells(["voice", "one of \"aria\", \"bill\","]));
        assert_eq!(table[2], cells(["", "\"charlie\", \"daniel\""]));
        assert_eq!(table.len(), 3);
        assert!(ui::table(&table).lines().all(|line| line.chars().count() <= 31));
        let cells = |row: [&str; 3]| row.map(str::to_owned).to_vec();
        let table = broken(&[cells(["--size, --aspect-ratio", "image_size", "one of the sizes"])], 48);
        assert_eq!(table, [cells(["--size,", "image_size", "one of the sizes"]), cells(["--aspect-ratio", "", ""])]);
    }

    #[test]
    fn a_long_default_is_cut() {
        assert_eq!(default(&Value::from(4)), "4");
        assert_eq!(default(&Value::from("x".repeat(99))).chars().count(), MAX_DEFAULT);
    }
}

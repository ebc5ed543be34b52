//! The table of `schema`.

use super::{Asked, flag};
use crate::ui;
use console::Term;
use mediagen::core::Place;
use serde_json::Value;

/// Characters of a last column that are too few to read it well.
const LEAST_ROOM: usize = 36;
/// Most characters of a default in a table.
const MAX_DEFAULT: usize = 32;

/// What `asked` takes and gives, for a person.
pub(super) fn of(asked: &Asked<'_>) -> String {
    let mut lines = vec![head(asked), String::new()];
    if asked.places.is_empty() {
        lines.push(UNKNOWN.to_owned());
    } else {
        let mut rows = vec![["option", "field", "required", "default", "takes"].map(str::to_owned).to_vec()];
        rows.extend(asked.places.iter().map(row));
        lines.push(ui::heading(&table(rows)));
        lines.push("`-P FIELD=VALUE` sets any of these fields by name.".to_owned());
    }
    lines.push(String::new());
    lines.extend(returns(asked));
    lines.join("\n")
}

/// What is said of a model without a schema.
pub(super) const UNKNOWN: &str =
    "What it takes is not known: every option and every -P goes under its own name, unchecked.";

/// The model, what it is asked for, and what to know about that.
pub(super) fn head(asked: &Asked<'_>) -> String {
    let spec = asked.spec;
    let mut lines = vec![ui::plain(&format!("{} ({}): {}", spec.id.name, asked.kind, spec.title))];
    if spec.deprecated {
        lines.push("It is deprecated: the provider wants it to be used no more.".to_owned());
    }
    let others: Vec<&str> = spec.kinds.iter().filter(|kind| **kind != asked.kind).map(|kind| kind.as_str()).collect();
    if !others.is_empty() {
        lines.push(format!("With --kind it can be asked for {}, too.", others.join(", ")));
    }
    lines.join("\n")
}

/// What comes back.
pub(super) fn returns(asked: &Asked<'_>) -> Vec<String> {
    let Some(root) = &asked.spec.schema.output else {
        return vec!["What it returns is not known.".to_owned()];
    };
    let outputs = asked.spec.schema.outputs();
    if outputs.is_empty() {
        return vec![format!("returns  {}", ui::plain(&root.to_string()))];
    }
    let mut rows = vec![["returns", "what"].map(str::to_owned).to_vec()];
    rows.extend(outputs.iter().map(|field| vec![ui::plain(&field.name), ui::plain(&field.ty.to_string())]));
    vec![ui::heading(&table(rows))]
}

fn row(place: &Place) -> Vec<String> {
    let options: Vec<String> = place.options.iter().map(|option| flag(option)).collect();
    let required = if place.required { "yes" } else { "" };
    let default = place.default.as_ref().map(default).unwrap_or_default();
    vec![options.join(", "), ui::plain(&place.field), required.to_owned(), default, ui::plain(&place.ty.to_string())]
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

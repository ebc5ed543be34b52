//! What the sweep found, as a table and as a list of what is not honoured.

use crate::{catalogue::Endpoint, oracle::Miss};
use std::{collections::BTreeMap, fmt::Write as _};

/// One endpoint's result.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) category: String,
    pub(crate) held_back: bool,
    pub(crate) has_schema: bool,
    pub(crate) violations: Vec<String>,
    pub(crate) unknown: Vec<String>,
    pub(crate) expressible: usize,
    pub(crate) misses: Vec<Miss>,
    pub(crate) refused: Option<String>,
    pub(crate) own: Vec<String>,
}

impl Row {
    pub(crate) fn new(endpoint: &Endpoint) -> Self {
        Self {
            id: endpoint.id.clone(),
            category: endpoint.category.clone(),
            held_back: endpoint.held_back(),
            has_schema: false,
            violations: Vec::new(),
            unknown: Vec::new(),
            expressible: 0,
            misses: Vec::new(),
            refused: None,
            own: Vec::new(),
        }
    }
}

fn groups(rows: &[Row]) -> BTreeMap<&str, Vec<&Row>> {
    let mut groups: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.has_schema) {
        groups.entry(&row.category).or_default().push(row);
    }
    groups
}

/// The share of rows that satisfy `test`; 1 where there are none.
fn share<'a>(rows: impl Iterator<Item = &'a &'a Row>, test: impl Fn(&Row) -> bool) -> f64 {
    let (mut good, mut all) = (0_u32, 0_u32);
    for row in rows {
        all += 1;
        good += u32::from(test(row));
    }
    if all == 0 { 1.0 } else { f64::from(good) / f64::from(all) }
}

/// The share of each category's endpoints on which every expressible wish is honoured.
pub(crate) fn shares(rows: &[Row]) -> Vec<(String, f64)> {
    let honoured = |row: &Row| row.misses.is_empty();
    groups(rows).into_iter().map(|(name, rows)| (name.to_owned(), share(rows.iter(), honoured))).collect()
}

/// The table of a sweep.
pub(crate) fn table(title: &str, rows: &[Row]) -> String {
    let mut text = format!(
        "\n{title:<18} endpoints  valid  unknown  wishes  honoured  (seen)  (held back)  refused  own fields  no schema\n"
    );
    let mut all = groups(rows);
    let total: Vec<&Row> = rows.iter().filter(|row| row.has_schema).collect();
    all.insert("~ together", total);
    for (name, group) in all {
        let percent = |test: &dyn Fn(&Row) -> bool| share(group.iter(), test) * 100.0;
        let honoured =
            |held: bool| share(group.iter().filter(|row| row.held_back == held), |row| row.misses.is_empty()) * 100.0;
        let count = |test: &dyn Fn(&Row) -> bool| group.iter().filter(|row| test(row)).count();
        let none = rows.iter().filter(|row| !row.has_schema && row.category == name).count();
        let wishes: usize = group.iter().map(|row| row.expressible).sum();
        writeln!(
            text,
            "{name:<18} {:>9}  {:>4.0}%  {:>7}  {wishes:>6}  {:>7.1}%  {:>5.1}%  {:>10.1}%  {:>7}  {:>10}  {none:>9}",
            group.len(),
            percent(&|row| row.violations.is_empty()),
            count(&|row| !row.unknown.is_empty()),
            percent(&|row| row.misses.is_empty()),
            honoured(false),
            honoured(true),
            count(&|row| row.refused.is_some()),
            count(&|row| !row.own.is_empty()),
        )
        .unwrap();
    }
    if let Ok(shown) = std::env::var("MEDIAGEN_SWEEP_SHOW") {
        let all = shown == "all";
        for row in rows.iter().filter(|row| all || !row.held_back) {
            for miss in &row.misses {
                writeln!(text, "MISS {} [{}] {}: {}", row.id, row.category, miss.option, miss.why).unwrap();
            }
            for other in row.violations.iter().chain(&row.unknown) {
                writeln!(text, "BAD {} [{}] {other}", row.id, row.category).unwrap();
            }
            if !row.own.is_empty() {
                writeln!(text, "OWN {} [{}] {:?}", row.id, row.category, row.own).unwrap();
            }
        }
    }
    text
}

const INTRODUCTION: &str = "# What is mapped

Written by the sweep of `mediagen-params` (`tests/sweep`), not by hand: `MEDIAGEN_WRITE_DOCS=1 MEDIAGEN_FAL_DATA=<folder>
cargo test -p mediagen-params --test sweep`. It is a dated snapshot of one catalogue; endpoints change within days.

Every endpoint gets a plain request (a prompt, the kind's own input, and the options that everybody sets) and a rich one
(every option and every role). *Valid* is the word of an independent JSON Schema validator. *Honoured* means that every
wish which the endpoint can express is in the body, in the judgement of an oracle that reads the endpoint's names and types
by their words and knows nothing of the mapper's tables. The *held back* fifth of the endpoints, chosen by a hash of their
names, was not looked at while tables and rules were written: at the first measurement its rates were 99.4 % (plain) and
97.8 % (rich), against 99.9 % and 99.9 % of those that had been seen. Its five misses were looked at after that, and what
was general in them was mended, so the columns below flatter it a little. *Own fields* are fields that only the model knows (a LoRA, an
effect, an avatar): the refusal names them, and the sweep then gives them through `extra`. *Refused* endpoints have no
place for the input itself: the request is refused with the reason, before anything is sent.

";

/// The document of what is mapped and what is not.
pub(crate) fn document(plain: &[Row], rich: &[Row]) -> String {
    let mut text = INTRODUCTION.to_owned();
    for (title, rows) in [("Plain", plain), ("Rich", rich)] {
        writeln!(text, "## {title} request\n").unwrap();
        text += "| kind | endpoints | valid bodies | unknown fields | honoured | of those seen | of those held back | refused | own fields |\n";
        text += "|---|---|---|---|---|---|---|---|---|\n";
        for (name, group) in groups(rows) {
            let percent = |held: Option<bool>| {
                let chosen = group.iter().filter(|row| held.is_none_or(|held| row.held_back == held));
                format!("{:.1} %", share(chosen, |row| row.misses.is_empty()) * 100.0)
            };
            let count = |test: &dyn Fn(&Row) -> bool| group.iter().filter(|row| test(row)).count();
            let cells = [
                name.to_owned(),
                group.len().to_string(),
                format!(
                    "{} of {}",
                    count(&|row| row.refused.is_none() && row.violations.is_empty()),
                    count(&|row| row.refused.is_none())
                ),
                count(&|row| !row.unknown.is_empty()).to_string(),
                percent(None),
                percent(Some(false)),
                percent(Some(true)),
                count(&|row| row.refused.is_some()).to_string(),
                count(&|row| !row.own.is_empty()).to_string(),
            ];
            writeln!(text, "| {} |", cells.join(" | ")).unwrap();
        }
        section(&mut text, "Not honoured", rows, |row| {
            let misses = row.misses.iter().map(|miss| format!("{}: {}", miss.option, miss.why));
            misses.collect::<Vec<_>>().join("; ")
        });
        section(&mut text, "Refused", rows, |row| row.refused.clone().unwrap_or_default());
        section(&mut text, "Own fields", rows, |row| row.own.join(", "));
    }
    section(&mut text, "Without a schema: everything passes unchecked, with a note", plain, |row| {
        if row.has_schema { String::new() } else { row.category.clone() }
    });
    text
}

/// A list of the rows of which `about` has something to say.
fn section(text: &mut String, title: &str, rows: &[Row], about: impl Fn(&Row) -> String) {
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| (row, about(row)))
        .filter(|(_, about)| !about.is_empty())
        .map(|(row, about)| format!("- `{}`: {about}\n", row.id))
        .collect();
    lines.sort();
    let lines = if lines.is_empty() { "None.\n".to_owned() } else { lines.concat() };
    write!(text, "\n### {title}\n\n{lines}").unwrap();
    text.push('\n');
}

//! Numbers in what a caller sets say their unit and their range or default.

use super::{files, shown};
use crate::workspace;

/// Endings of the names of structs that callers fill in.
const OPTIONS: &[&str] = &["Options", "Policy", "Config", "Deadlines", "Delivery", "Limit", "Wish", "Query", "Size"];
/// Types that mean nothing without a unit or a range.
const NUMBERS: &[&str] = &["u8", "u16", "u32", "u64", "usize", "f32", "f64", "Duration"];
/// Words that tell a unit or what is counted.
const UNITS: &[&str] = &[
    "second",
    " ms",
    " min",
    " h;",
    " h.",
    "minute",
    "hour",
    "bytes",
    "pixel",
    "frames",
    "hz",
    "usd",
    "currency",
    "degree",
    "characters",
    "steps",
    "results",
    "attempts",
    "redirects",
    "connections",
    "models",
    "pages",
    "times",
    "factor",
    "rate",
    "calls",
    "schemas",
    "whole number",
    "files",
    "parts",
    "threads",
    "channels",
    "choices",
    "samples",
    "scale",
    "strength",
    "seed",
    "pause",
    "wait",
    "age",
    "long",
    "unit",
    "across",
    "down",
    "sound",
    "wide",
    "high",
    "time ",
    "requests",
    "dollars",
    "port",
    "number",
];
/// Words that tell a range or a default.
const RANGES: &[&str] = &[
    "default",
    "from ",
    "at most",
    "at least",
    "most ",
    " up",
    "above 0",
    "0 to 1",
    "to 1",
    "between",
    "longest",
    "largest",
    "smallest",
    "no limit",
    "unlimited",
    "or more",
    "usual",
    "model's",
    "none",
    "more than",
    "0 is",
    "1 is",
    "fewest",
    "needed",
    "such as",
];

/// A public field with a number in it, and its documentation.
struct Number {
    place: String,
    doc: String,
}

fn numbers() -> Vec<Number> {
    let folders = workspace::library_folders();
    let sources = folders.iter().flat_map(|folder| files(folder, &[".rs"]));
    let mut found = Vec::new();
    for path in sources.filter(|path| !shown(path).contains("tests")) {
        let text = std::fs::read_to_string(&path).expect("a source file");
        let (mut inside, mut doc) = (None::<String>, String::new());
        for line in text.lines() {
            let code = line.trim();
            if let Some(name) = code.strip_prefix("pub struct ").and_then(|rest| rest.split([' ', '<', '(']).next()) {
                let counts = OPTIONS.iter().any(|ending| name.ends_with(ending)) && code.ends_with('{');
                inside = counts.then(|| name.to_owned());
            } else if line == "}" {
                inside = None;
            }
            if let Some(words) = code.strip_prefix("///") {
                doc.push_str(&words.to_lowercase());
                continue;
            }
            if let (Some(name), Some((field, ty))) =
                (&inside, code.strip_prefix("pub ").and_then(|c| c.split_once(": ")))
                && ty.split(|c: char| !c.is_alphanumeric()).any(|word| NUMBERS.contains(&word))
            {
                found.push(Number { place: format!("{} {name}::{field}", shown(&path)), doc: doc.clone() });
            }
            if !code.starts_with("#[") {
                doc.clear();
            }
        }
    }
    found
}

#[test]
fn a_124_every_number_that_a_caller_sets_says_its_unit_and_its_range_or_default() {
    let numbers = numbers();
    assert!(numbers.len() > 30, "only {} numbers were found", numbers.len());
    let has = |doc: &str, words: &[&str]| words.iter().any(|word| doc.contains(word));
    let bad: Vec<_> = numbers
        .iter()
        .filter(|number| !has(&number.doc, UNITS) || !has(&number.doc, RANGES))
        .map(|number| format!("{}:{}", number.place, number.doc))
        .collect();
    assert!(bad.is_empty(), "{} of {}: {bad:#?}", bad.len(), numbers.len());
}

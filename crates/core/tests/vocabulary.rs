//! Core speaks no provider's language (C5.14): a scan of its sources for words of one provider's wire.

use std::{fs, io, path::Path};

/// Found anywhere in a source file.
const FRAGMENTS: &[&str] = &["queue_position", "image_url", "IN_QUEUE", "response_url", "x-fal"];
/// Found as a whole word, so that `false` is no hit.
const WORDS: &[&str] = &["fal"];

#[test]
fn c5_14_core_contains_no_word_of_a_providers_wire() {
    let mut hits = Vec::new();
    let files = scan(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut hits).unwrap();
    assert!(files > 30, "only {files} files were scanned");
    assert!(hits.is_empty(), "{hits:#?}");
}

#[test]
fn the_scan_finds_what_it_looks_for() {
    assert_eq!(offending("let url = \"https://fal.example\";"), Some("fal"));
    assert_eq!(offending("body[\"image_url\"]"), Some("image_url"));
    assert_eq!(offending("if false { falter() }"), None);
}

fn scan(folder: &Path, hits: &mut Vec<String>) -> io::Result<usize> {
    let mut files = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files += scan(&path, hits)?;
        } else if path.extension().is_some_and(|e| e == "rs") {
            files += 1;
            for (number, line) in fs::read_to_string(&path)?.lines().enumerate() {
                if let Some(word) = offending(line) {
                    hits.push(format!("{}:{}: `{word}`", path.display(), number + 1));
                }
            }
        }
    }
    Ok(files)
}

fn offending(line: &str) -> Option<&'static str> {
    let is_word =
        |word: &str| line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w.eq_ignore_ascii_case(word));
    let fragment = FRAGMENTS.iter().find(|f| line.contains(**f));
    fragment.or_else(|| WORDS.iter().find(|w| is_word(w))).copied()
}

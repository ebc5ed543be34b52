//! Small rooms: no file above 400 lines.

use super::{files, shown};

/// The line at which a file has to be split.
const LIMIT: usize = 400;

#[test]
fn no_source_file_is_longer_than_the_limit() {
    let mut long = Vec::new();
    for path in files(&crate::steps::root(), &[".rs", ".py", ".mjs", ".js"]) {
        let lines = std::fs::read_to_string(&path).expect("a source file").lines().count();
        if lines > LIMIT {
            long.push(format!("{} has {lines} lines", shown(&path)));
        }
    }
    assert!(long.is_empty(), "files over {LIMIT} lines: {long:#?}");
}

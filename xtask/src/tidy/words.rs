//! What must not stand in the sources: printing libraries, the environment outside `config.rs`, model names in code.

use super::{files, shown};
use crate::{steps::root, workspace};
use std::path::PathBuf;

/// The sources of the crates that people link, which is all but the program: they neither print nor read the environment
/// (A-122, law 7).
fn library_sources() -> Vec<PathBuf> {
    workspace::library_folders().iter().flat_map(|folder| files(folder, &[".rs"])).collect()
}

/// Lines of `path` that hold one of `words` outside comments, as `file:line: text`.
fn hits(path: &PathBuf, words: &[&str]) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("a source file");
    let code = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    code.filter(|(_, line)| words.iter().any(|word| line.contains(word)))
        .map(|(number, line)| format!("{}:{}: {}", shown(path), number + 1, line.trim()))
        .collect()
}

#[test]
fn a_122_libraries_never_print() {
    let words = ["println!(", "eprintln!(", "print!(", "eprint!(", "dbg!(", "stdout()", "stderr()"];
    let found: Vec<_> = library_sources().iter().filter(|p| !is_test(p)).flat_map(|p| hits(p, &words)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn only_config_reads_the_environment() {
    let sources = library_sources();
    let sources = sources.iter().filter(|p| !p.ends_with("config.rs") && !is_test(p));
    let found: Vec<_> = sources.flat_map(|p| hits(p, &["env::var(", "env::var_os(", "env::vars("])).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn model_differences_are_data() {
    let words = ["id.contains(", "model.contains(", "endpoint.contains(", "id.starts_with(\"fal"];
    let folders = workspace::source_folders();
    // The emulator plays the models, so it has to know them.
    let folders = folders.iter().filter(|folder| !folder.ends_with("emulator/src"));
    let sources = folders.flat_map(|folder| files(folder, &[".rs"]));
    let found: Vec<_> = sources.filter(|p| !is_test(p)).flat_map(|p| hits(&p, &words)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn core_reads_no_files_and_knows_no_runtime() {
    let words = ["std::fs", "tokio::runtime", "tokio::spawn", "tokio::time", "tokio::net", "reqwest"];
    let sources = files(&root().join("crates/core/src"), &[".rs"]);
    let found: Vec<_> = sources.iter().filter(|p| !is_test(p)).flat_map(|p| hits(p, &words)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_crate_has_a_readme() {
    for entry in std::fs::read_dir(root().join("crates")).expect("crates").flatten() {
        assert!(entry.path().join("README.md").is_file(), "{} has no README.md", shown(&entry.path()));
    }
}

pub(super) fn is_test(path: &std::path::Path) -> bool {
    path.file_name().is_some_and(|name| name == "tests.rs") || path.components().any(|c| c.as_os_str() == "tests")
}

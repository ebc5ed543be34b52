//! The README's program is the example, and the example runs.
#![cfg(all(feature = "fal", feature = "assets"))]

use mediagen_emulator::fal::{Emulator, EmulatorConfig};
use std::{path::PathBuf, process::Command};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_readmes_show_the_example_to_the_letter() {
    let example = std::fs::read_to_string(root().join("examples/lighthouse.rs")).unwrap();
    let (_, code) = example.split_once("use mediagen").unwrap();
    let code = format!("use mediagen{}", code.trim_end());
    for readme in [root().join("README.md"), root().join("../../README.md")] {
        let text = std::fs::read_to_string(&readme).unwrap();
        assert!(text.contains(&code), "{} shows another program", readme.display());
    }
}

#[test]
fn the_readme_shows_the_chain_to_the_letter() {
    let example = std::fs::read_to_string(root().join("examples/chain.rs")).unwrap();
    let (_, code) = example.split_once("use mediagen").unwrap();
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.contains(&format!("use mediagen{}", code.trim_end())), "the README shows another chain");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_makes_a_picture_against_the_emulator() {
    let emulator = Emulator::start(EmulatorConfig::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    // Examples are built beside the tests, one folder up.
    let test = std::env::current_exe().unwrap();
    let example = test.parent().unwrap().parent().unwrap().join("examples").join("lighthouse");
    let mut command = Command::new(example);
    command.current_dir(folder.path()).env("FAL_BASE_URL", emulator.base_url()).env("FAL_KEY", "a:b");
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let path = folder.path().join(String::from_utf8(output.stdout).unwrap().trim());
    let bytes = std::fs::read(path).unwrap();
    assert!(bytes.starts_with(b"\x89PNG") || bytes.starts_with(b"\xff\xd8\xff"), "not a picture");
    assert_eq!(emulator.jobs_created(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_of_the_readme_ends_with_three_files_of_one_lineage() {
    let emulator = Emulator::start(EmulatorConfig::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let test = std::env::current_exe().unwrap();
    let mut command = Command::new(test.parent().unwrap().parent().unwrap().join("examples").join("chain"));
    command.current_dir(folder.path()).env("FAL_BASE_URL", emulator.base_url()).env("FAL_KEY", "a:b");
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let shown = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = shown.lines().map(str::trim).collect();
    assert_eq!(lines.len(), 4, "{shown}");
    assert!(folder.path().join(lines[0]).is_file());
    assert_eq!(emulator.jobs_created(), 3);
}

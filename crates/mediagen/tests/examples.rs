//! Each example runs against the emulator, and does what it says.
#![cfg(all(feature = "fal", feature = "assets"))]
#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use mediagen_emulator::fal::{Emulator, EmulatorConfig};
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// The longest body of an example's `main`.
const LINES: usize = 15;

struct Ran {
    shown: String,
    folder: tempfile::TempDir,
    jobs: usize,
}

impl Ran {
    fn files(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.folder.path().join("out")) else { return Vec::new() };
        let media = entries.filter_map(|entry| Some(entry.ok()?.path()));
        media.filter(|path| !path.to_string_lossy().ends_with(".json")).collect()
    }
}

/// Runs the example `name` in a folder of its own.
async fn run(name: &str, config: EmulatorConfig) -> Ran {
    let emulator = Emulator::start(config).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    // Examples are built beside the tests, one folder up.
    let test = std::env::current_exe().unwrap();
    let mut command = Command::new(test.parent().unwrap().parent().unwrap().join("examples").join(name));
    command.current_dir(folder.path()).env("FAL_BASE_URL", emulator.base_url()).env("FAL_KEY", "a:b");
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{name}: {shown}{}", String::from_utf8_lossy(&output.stderr));
    Ran { shown, folder, jobs: emulator.jobs_created() }
}

fn is_image(path: &Path) -> bool {
    let bytes = std::fs::read(path).unwrap();
    bytes.starts_with(b"\x89PNG") || bytes.starts_with(b"\xff\xd8\xff")
}

#[tokio::test(flavor = "multi_thread")]
async fn lighthouse_saves_one_image() {
    let ran = run("lighthouse", EmulatorConfig::default()).await;
    let path = ran.folder.path().join("out").join(ran.shown.trim());
    assert!(is_image(&path));
    assert!(path.with_file_name(format!("{}.mediagen.json", ran.shown.trim())).is_file(), "its record is beside it");
    assert_eq!(ran.jobs, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn chain_ends_with_three_files_of_one_lineage() {
    let ran = run("chain", EmulatorConfig::default()).await;
    assert_eq!((ran.shown.lines().count(), ran.files().len(), ran.jobs), (4, 3, 3), "{}", ran.shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_shows_events_and_ends_with_an_address() {
    let ran = run("progress", EmulatorConfig::default()).await;
    assert!(ran.shown.contains("Completed"), "{}", ran.shown);
    assert!(ran.shown.lines().last().unwrap().starts_with("Some("), "{}", ran.shown);
    assert_eq!(ran.jobs, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_ends_the_wait_and_the_job() {
    let ran = run("cancel", slow()).await;
    assert!(ran.shown.contains("Err(Cancelled)"), "{}", ran.shown);
    assert_eq!(ran.jobs, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn timeout_takes_the_job_up_and_pays_once() {
    let ran = run("timeout", slow()).await;
    assert!(ran.shown.contains("Err(Timeout("), "{}", ran.shown);
    assert_eq!((ran.files().len(), ran.jobs), (1, 1), "{}", ran.shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_makes_twenty_images() {
    let ran = run("batch", EmulatorConfig::default()).await;
    assert_eq!(ran.shown.trim(), "20 images");
    assert_eq!((ran.files().len(), ran.jobs), (20, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_go_in_and_out_without_a_file() {
    let ran = run("bytes", EmulatorConfig::default()).await;
    let sizes: Vec<usize> = ran.shown.lines().map(|line| line.split(' ').next().unwrap().parse().unwrap()).collect();
    assert!(sizes.len() == 2 && sizes.iter().all(|size| *size > 100), "{}", ran.shown);
    assert_eq!((ran.files().len(), ran.jobs), (0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_cost_nothing_and_say_what_to_do() {
    let ran = run("errors", EmulatorConfig::default()).await;
    let lines: Vec<&str> = ran.shown.lines().collect();
    assert!(lines[0].starts_with("budget: ") && lines[1].starts_with("invalid-input: "), "{}", ran.shown);
    assert!(lines[1].contains("num_images"), "{}", ran.shown);
    assert_eq!(ran.jobs, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_alone_returns_an_address() {
    let ran = run("provider_alone", EmulatorConfig::default()).await;
    assert!(ran.shown.starts_with("Some("), "{}", ran.shown);
    assert_eq!((ran.files().len(), ran.jobs), (0, 1));
}

/// Jobs that run for a second.
fn slow() -> EmulatorConfig {
    EmulatorConfig::default().with_run_delay(Duration::from_secs(1))
}

#[test]
fn no_example_has_a_long_main() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let (_, main) = text.split_once("async fn main()").unwrap();
        let body = main.lines().skip(1).take_while(|line| *line != "}").filter(|line| !line.trim().is_empty());
        let lines = body.count();
        assert!(lines <= LINES, "{}: {lines} lines", path.display());
        seen += 1;
    }
    assert_eq!(seen, 9, "the nine programs");
}

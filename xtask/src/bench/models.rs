//! The whole catalogue: how many calls a cold listing takes, and how long a warm search.

use super::measure::{Served, median, ms};
use crate::steps::{Outcome, cargo, program, root, step};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Output,
    time::Instant,
};

/// How many runs a median is taken over.
const RUNS: usize = 50;
/// Calls that a cold listing may take.
const CALLS_LIMIT: u64 = 15;
/// What a warm search may take, whole process, at the median, in milliseconds.
const PROCESS_LIMIT_MS: f64 = 30.0;
/// What the search itself may take, at the median, in milliseconds.
const SEARCH_LIMIT_MS: f64 = 5.0;
/// Words to search for: an id's part, a title, a typo.
const WORDS: &[&str] = &["kling", "image editing", "upsacler"];

/// Lists and searches the snapshot that `MEDIAGEN_FAL_DATA` names, else the emulator's own endpoints.
pub(crate) fn run() -> Outcome {
    step("release build", &mut cargo(&["build", "--release", "--bin", "mediagen"]))?;
    let home = root().join("target/bench/models-home");
    drop(std::fs::remove_dir_all(&home));
    let snapshot = std::env::var_os("MEDIAGEN_FAL_DATA").map(|data| PathBuf::from(data).join("catalogue.jsonl.gz"));
    let snapshot = snapshot.filter(|path| path.is_file());
    if snapshot.is_none() {
        println!("MEDIAGEN_FAL_DATA names no snapshot: measuring the emulator's own endpoints");
    }
    let catalog: Vec<String> =
        snapshot.iter().flat_map(|path| ["--catalog".to_owned(), path.display().to_string()]).collect();
    let emulator = Served::start_with(&catalog)?;
    let begun = Instant::now();
    let cold = models(&emulator, &home, &["--json", "--deprecated"])?;
    let cold_ms = ms(begun);
    let document: Value = serde_json::from_slice(&cold.stdout).map_err(|e| format!("not a document: {e}"))?;
    let total = document["total"].as_u64().unwrap_or_default();
    let calls = emulator.stats()?["counts"]["models"].as_u64().ok_or("the emulator counts no catalogue calls")?;
    println!(
        "cold listing               {total} models in {calls} calls, {cold_ms:.0} ms       limit {CALLS_LIMIT} calls"
    );
    let mut worst = (0.0_f64, 0.0_f64);
    for word in WORDS {
        let mut runs = Vec::new();
        for _ in 0..RUNS {
            let begun = Instant::now();
            let output = models(&emulator, &home, &[word, "--json", "-v"])?;
            runs.push((ms(begun), searched_ms(&output)?));
        }
        let process = median(runs.iter().map(|run| run.0).collect());
        let search = median(runs.iter().map(|run| run.1).collect());
        println!(
            "{:<26} {process:8.1} ms  whole process   {search:6.2} ms  search, medians of {RUNS}",
            format!("`{word}`")
        );
        worst = (worst.0.max(process), worst.1.max(search));
    }
    println!("limits                     {PROCESS_LIMIT_MS:8.1} ms                  {SEARCH_LIMIT_MS:6.2} ms");
    let after = emulator.stats()?["counts"]["models"].as_u64().unwrap_or_default();
    if after != calls {
        return Err(format!("a warm search asked the catalogue {} times", after - calls));
    }
    if calls > CALLS_LIMIT || worst.0 > PROCESS_LIMIT_MS || worst.1 > SEARCH_LIMIT_MS {
        return Err("above a limit".into());
    }
    Ok(())
}

fn models(emulator: &Served, home: &Path, words: &[&str]) -> Result<Output, String> {
    let mut command = program("target/release/mediagen");
    command.arg("models").args(words).env("FAL_BASE_URL", &emulator.base).env("FAL_KEY", "bench:bench");
    let output = command.env("MEDIAGEN_HOME", home).env("NO_COLOR", "1").output().map_err(|e| e.to_string())?;
    if output.status.success() { Ok(output) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// What the trace of `-v` says about the search.
fn searched_ms(output: &Output) -> Result<f64, String> {
    let trace = String::from_utf8_lossy(&output.stderr);
    let micros =
        trace.split("micros=").nth(1).map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
    let micros: f64 =
        micros.and_then(|digits| digits.parse().ok()).ok_or_else(|| format!("no trace of a search: {trace}"))?;
    Ok(micros / 1000.0)
}

//! What `mediagen generate` adds to the emulator's own time, and how long the binary takes to start.

use super::measure::{Served, median, ms};
use crate::steps::{Outcome, cargo, program, root, step};
use serde_json::Value;
use std::{path::Path, time::Instant};

/// How many runs a median is taken over.
const RUNS: usize = 50;
/// What a generation may add to the emulator's own time, at the median, in milliseconds.
const OVERHEAD_LIMIT_MS: f64 = 12.0;
/// What `--version` may take, at the median, in milliseconds.
const START_LIMIT_MS: f64 = 15.0;

/// Builds the binary and measures it.
pub(crate) fn run() -> Outcome {
    step("release build", &mut cargo(&["build", "--release", "--bin", "mediagen"]))?;
    let folder = root().join("target/bench");
    std::fs::create_dir_all(&folder).map_err(|e| format!("cannot make {}: {e}", folder.display()))?;
    let start = median((0..RUNS).map(|_| version_ms()).collect::<Result<_, _>>()?);
    let emulator = Served::start()?;
    let warm = one(&emulator, &folder)?;
    let runs: Vec<Run> = (0..RUNS).map(|_| one(&emulator, &folder)).collect::<Result<_, _>>()?;
    let wrong = runs.iter().find(|run| run.queue_requests != 3);
    if let Some(run) = wrong {
        return Err(format!("a run made {} requests on the queue host instead of 3", run.queue_requests));
    }
    let added = median(runs.iter().map(|run| run.process_ms - run.work_ms).collect());
    let library = median(runs.iter().map(|run| run.total_ms - run.work_ms).collect());
    let work = median(runs.iter().map(|run| run.work_ms).collect());
    println!("{RUNS} runs of generate fal-ai/flux/dev 1024x768 (after one to warm up, {:.1} ms)", warm.process_ms);
    println!("emulator's own time        {work:8.1} ms  median");
    println!("added, inside the process  {library:8.1} ms  median");
    println!("added, whole process       {added:8.1} ms  median  limit {OVERHEAD_LIMIT_MS} ms");
    println!("mediagen --version         {start:8.1} ms  median  limit {START_LIMIT_MS} ms");
    println!("requests on the queue host        3 each");
    if added > OVERHEAD_LIMIT_MS || start > START_LIMIT_MS {
        return Err("above a limit".into());
    }
    Ok(())
}

struct Run {
    process_ms: f64,
    total_ms: f64,
    work_ms: f64,
    queue_requests: u64,
}

fn one(emulator: &Served, folder: &Path) -> Result<Run, String> {
    let before = emulator.stats()?;
    let begun = Instant::now();
    let output = program("target/release/mediagen")
        .args(["generate", "fal-ai/flux/dev", "a lighthouse", "--size", "1024x768", "--seed", "7", "--json", "--out"])
        .arg(folder)
        .env("FAL_BASE_URL", &emulator.base)
        .env("FAL_KEY", "bench:bench")
        .env("MEDIAGEN_HOME", folder.join("home"))
        .output()
        .map_err(|e| e.to_string())?;
    let process_ms = ms(begun);
    let document: Value = serde_json::from_slice(&output.stdout).map_err(|e| format!("not a document: {e}"))?;
    if !output.status.success() {
        return Err(format!("generate failed: {document}"));
    }
    for file in document["outputs"].as_array().into_iter().flatten() {
        let path = file["path"].as_str().unwrap_or_default();
        for path in [path.to_owned(), format!("{path}.mediagen.json")] {
            std::fs::remove_file(root().join(path)).map_err(|e| e.to_string())?;
        }
    }
    let after = emulator.stats()?;
    let count = |stats: &Value| -> u64 {
        ["submit", "status", "stream", "result", "cancel"].iter().filter_map(|r| stats["counts"][r].as_u64()).sum()
    };
    let work_ms = after["jobs"].as_array().and_then(|jobs| jobs.last()).and_then(|job| job["work_ms"].as_f64());
    Ok(Run {
        process_ms,
        total_ms: document["timings_ms"]["total"].as_f64().unwrap_or(f64::NAN),
        work_ms: work_ms.ok_or("the emulator does not tell its own time")?,
        queue_requests: count(&after) - count(&before),
    })
}

fn version_ms() -> Result<f64, String> {
    let begun = Instant::now();
    let output = program("target/release/mediagen").arg("--version").output().map_err(|e| e.to_string())?;
    output.status.success().then(|| ms(begun)).ok_or_else(|| "--version failed".into())
}

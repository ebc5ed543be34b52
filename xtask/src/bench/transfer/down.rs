//! One large file from the emulator: our downloader beside curl.

use crate::bench::measure::{Served, median};
use crate::steps::{Outcome, cargo, program, root, step};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    time::Instant,
};

/// Bytes of the file.
const SIZE: u64 = 1 << 30;
/// Bytes of the run that warms up.
const WARM: u64 = 64 << 20;
/// Runs of each program, taking turns.
const RUNS: usize = 5;
/// How much resident memory may grow while the file comes, in KiB.
const GROWTH_LIMIT_KIB: u64 = 20 << 10;
/// How many connections are shown beside the default of one.
const SEVERAL: usize = 4;
/// Our throughput over curl's, at the medians.
const RATIO_LIMIT: f64 = 0.9;

/// Builds, measures, and fails below a limit.
///
/// Both write to the same folder and the file is removed after each run. "written" ends when the last byte was given to
/// the system, ours hashed with BLAKE3 by then; "on disk" ends when it was forced to disk, which ours does before the
/// file gets its name, and curl does not: there `sync FILE` follows. The start of the processes is in neither.
pub(super) fn run() -> Outcome {
    if super::missing("down", "curl") {
        return Ok(());
    }
    let packages = ["-p", "mediagen-cli", "--bin", "mediagen", "-p", "mediagen-assets", "--example", "save"];
    step("release build", cargo(&["build", "--release"]).args(packages))?;
    let folder = root().join("target/bench/transfer");
    std::fs::create_dir_all(&folder).map_err(|e| format!("cannot make {}: {e}", folder.display()))?;
    let emulator = Served::start()?;
    let url = |bytes: u64| format!("{}/cdn/files/synthetic/{bytes}.bin", emulator.base);
    let hash = ours(&url(WARM), WARM, &folder, 1)?.blake3;
    if hash != curl(&url(WARM), WARM, &folder, true)?.blake3 {
        return Err("curl and we got different files".into());
    }
    let (mut mine, mut theirs, mut several) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        mine.push(ours(&url(SIZE), SIZE, &folder, 1)?);
        theirs.push(curl(&url(SIZE), SIZE, &folder, false)?);
        several.push(ours(&url(SIZE), SIZE, &folder, SEVERAL)?);
    }
    report(&mine, &theirs, &several)
}

/// One transfer.
struct Run {
    written_ms: f64,
    on_disk_ms: f64,
    grown_kib: u64,
    blake3: String,
}

fn ours(url: &str, bytes: u64, folder: &Path, connections: usize) -> Result<Run, String> {
    let mut command = program("target/release/examples/save");
    command.arg(url).arg(folder).arg(connections.to_string());
    let output = command.output().map_err(|e| e.to_string())?;
    if !output.status.success() {
        return Err(format!("the download failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let told: Value = serde_json::from_slice(&output.stdout).map_err(|e| format!("not a document: {e}"))?;
    let path = PathBuf::from(told["path"].as_str().ok_or("no path")?);
    taken_away(&path, bytes)?;
    Ok(Run {
        written_ms: told["written_ms"].as_f64().ok_or("no time")?,
        on_disk_ms: told["total_ms"].as_f64().ok_or("no time")?,
        grown_kib: told["grown_kib"].as_u64().ok_or("this system does not tell how much memory is resident")?,
        blake3: told["blake3"].as_str().unwrap_or_default().to_owned(),
    })
}

fn curl(url: &str, bytes: u64, folder: &Path, hashed: bool) -> Result<Run, String> {
    let path = folder.join("curl.bin");
    let mut command = program("curl");
    command.args(["--silent", "--show-error", "--fail", "--noproxy", "*", "--write-out", "%{time_total}", "--output"]);
    let output = command.arg(&path).arg(url).output().map_err(|e| format!("cannot start curl: {e}"))?;
    if !output.status.success() {
        return Err(format!("curl failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let seconds: f64 =
        String::from_utf8_lossy(&output.stdout).trim().parse().map_err(|e| format!("curl's time: {e}"))?;
    let begun = Instant::now();
    let synced = program("sync").arg(&path).status().map_err(|e| format!("cannot start sync: {e}"))?;
    if !synced.success() {
        return Err(format!("sync failed ({synced})"));
    }
    let written_ms = seconds * 1e3;
    let on_disk_ms = written_ms + begun.elapsed().as_secs_f64() * 1e3;
    // The warm-up compares the content.
    let blake3 = if hashed { blake3_of(&path)? } else { String::new() };
    taken_away(&path, bytes)?;
    Ok(Run { written_ms, on_disk_ms, grown_kib: 0, blake3 })
}

fn blake3_of(path: &Path) -> Result<String, String> {
    let content = std::fs::read(path).map_err(|e| e.to_string())?;
    Ok(blake3::hash(&content).to_hex().to_string())
}

/// Checks the size of a file, and removes it.
fn taken_away(path: &Path, bytes: u64) -> Outcome {
    let found = std::fs::metadata(path).map_err(|e| format!("{}: {e}", path.display()))?.len();
    if found != bytes {
        return Err(format!("{} has {found} bytes instead of {bytes}", path.display()));
    }
    std::fs::remove_file(path).map_err(|e| e.to_string())
}

fn report(mine: &[Run], theirs: &[Run], several: &[Run]) -> Outcome {
    let written = |runs: &[Run]| median(runs.iter().map(|run| run.written_ms).collect());
    let on_disk = |runs: &[Run]| median(runs.iter().map(|run| run.on_disk_ms).collect());
    #[expect(clippy::cast_precision_loss, reason = "a size in MiB is far below 2^52")]
    let rate = |ms: f64| (SIZE >> 20) as f64 / ms * 1e3;
    let grown = |runs: &[Run]| runs.iter().map(|run| run.grown_kib).max().unwrap_or(u64::MAX);
    println!("1 GiB from the emulator in another process, {RUNS} runs each, taking turns; medians");
    println!("                        mediagen        curl       ratio");
    let mut slow = false;
    for (name, mine, theirs) in
        [("written", written(mine), written(theirs)), ("on disk", on_disk(mine), on_disk(theirs))]
    {
        let ratio = theirs / mine;
        let (mine, theirs) = (rate(mine), rate(theirs));
        println!("{name}            {mine:8.0} MiB/s {theirs:8.0} MiB/s     {ratio:5.2}   limit {RATIO_LIMIT}");
        slow |= ratio.is_nan() || ratio < RATIO_LIMIT;
    }
    println!("resident memory grew by {:8} KiB at most                limit {GROWTH_LIMIT_KIB} KiB", grown(mine));
    let (rate_of_several, faster) = (rate(written(several)), written(mine) / written(several));
    let more = grown(several);
    println!(
        "{SEVERAL} connections, written {rate_of_several:8.0} MiB/s, {faster:.2} of one, memory grew by {more} KiB"
    );
    for (mine, theirs) in mine.iter().zip(theirs) {
        let (a, b, c, d) = (mine.written_ms, mine.on_disk_ms, theirs.written_ms, theirs.on_disk_ms);
        println!("  run: written {a:7.0} ms, on disk {b:7.0} ms; curl: written {c:7.0} ms, on disk {d:7.0} ms");
    }
    if slow || grown(mine) > GROWTH_LIMIT_KIB { Err("a limit is not kept".into()) } else { Ok(()) }
}

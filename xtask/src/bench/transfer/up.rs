//! One large file to the emulator, in parts: our uploader beside fal's Python client.

use crate::bench::measure::{Served, median, ms};
use crate::{
    interop,
    steps::{Outcome, cargo, program, root, step},
};
use serde_json::Value;
use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

/// Bytes of the file.
const SIZE: u64 = 1 << 30;
/// Bytes of the run that warms up: above what goes in one piece.
const WARM: u64 = 120 << 20;
/// Runs of each program, taking turns.
const RUNS: usize = 9;
/// Bodies from here on are checked and dropped by the emulator, so that a disk is not what is measured.
const KEPT: u64 = 1 << 20;
/// How much resident memory may grow while the file goes, in KiB.
const GROWTH_LIMIT_KIB: u64 = 100 << 10;
/// Our throughput over the Python client's, at the medians.
const RATIO_LIMIT: f64 = 2.0;

/// Builds, measures, and fails below a limit.
///
/// Times are those of the call alone, from the name of a file to its address, without the start of a process. Ours uploads
/// by force: it looks for no earlier upload and so hashes nothing, as the Python client does not; a row of its own tells
/// what a first upload takes that is hashed to be known again. Both send parts of 10 MiB; the emulator takes a CRC-32C of every
/// part, and that of the whole has to be the file's for both.
pub(super) fn run() -> Outcome {
    if super::missing("up", "python3") {
        return Ok(());
    }
    let python = match interop::python() {
        Ok(python) => python,
        Err(error) => {
            println!("bench transfer up: skipped, fal's Python client cannot be installed here: {error}");
            return Ok(());
        }
    };
    step("release build", &mut cargo(&["build", "--release", "--bin", "mediagen"]))?;
    let folder = root().join("target/bench/transfer");
    std::fs::create_dir_all(&folder).map_err(|e| format!("cannot make {}: {e}", folder.display()))?;
    let emulator = Served::start()?;
    emulator.control("POST", "keep_below", &KEPT.to_string())?;
    let bench = Bench { emulator, python, folder };
    let (small, warm, large) =
        (bench.file("small.bin", 1 << 10)?.0, bench.file("warm.bin", WARM)?, bench.file("large.bin", SIZE)?);
    let base = bench.ours(&small, true)?.peak_kib;
    let (mut mine, mut theirs, mut hashed) = (Vec::new(), Vec::new(), Vec::new());
    for run in [bench.ours(&warm.0, true)?, bench.theirs(&warm.0)?] {
        bench.whole(&run, WARM, warm.1)?;
    }
    for _ in 0..RUNS {
        mine.push(bench.ours(&large.0, true)?);
        theirs.push(bench.theirs(&large.0)?);
        hashed.push(bench.ours(&large.0, false)?);
    }
    for run in mine.iter().chain(&theirs).chain(&hashed) {
        bench.whole(run, SIZE, large.1)?;
    }
    let (warm, large) = (warm.0, large.0);
    for file in [small, warm, large] {
        std::fs::remove_file(file).map_err(|e| e.to_string())?;
    }
    report(base, &mine, &theirs, &hashed)
}

struct Bench {
    emulator: Served,
    python: PathBuf,
    folder: PathBuf,
}

/// One transfer.
struct Run {
    ms: f64,
    /// Of the process from its start to its end, where we measured that.
    process_ms: f64,
    url: String,
    peak_kib: u64,
}

impl Bench {
    /// A file of which no two stretches are alike, and its CRC-32C.
    fn file(&self, name: &str, bytes: u64) -> Result<(PathBuf, u64), String> {
        let path = self.folder.join(name);
        let mut crc = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc32Iscsi);
        let mut write = || -> std::io::Result<()> {
            let mut file = File::create(&path)?;
            let mut state = 0x9E37_79B9_7F4A_7C15_u64;
            let mut block = vec![0; usize::try_from(bytes).unwrap_or(usize::MAX).min(1 << 20)];
            for _ in 0..bytes / block.len() as u64 {
                for word in block.chunks_exact_mut(8) {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    word.copy_from_slice(&state.to_le_bytes());
                }
                crc.update(&block);
                file.write_all(&block)?;
            }
            // Else the system writes it to the disk beside what is measured.
            file.sync_all()
        };
        write().map_err(|e| format!("cannot write {}: {e}", path.display()))?;
        Ok((path, crc.finalize()))
    }

    /// By force, or as the first upload of a home that remembers nothing.
    fn ours(&self, file: &Path, force: bool) -> Result<Run, String> {
        let home = self.folder.join("home");
        drop(std::fs::remove_dir_all(&home));
        let mut command = program("target/release/mediagen");
        command.args(["upload", "--json"]).args(force.then_some("--force-upload")).arg(file);
        command.env("FAL_BASE_URL", &self.emulator.base).env("FAL_KEY", "bench:bench");
        command.env("MEDIAGEN_HOME", home);
        let begun = Instant::now();
        let child = command.stdout(Stdio::piped()).spawn().map_err(|e| e.to_string())?;
        let status = PathBuf::from(format!("/proc/{}/status", child.id()));
        // The peak so far, until the process is gone.
        let watching = std::thread::spawn(move || {
            let mut peak = 0;
            while let Some(now) = std::fs::read_to_string(&status).ok().and_then(|text| peak_of(&text)) {
                peak = now;
                std::thread::sleep(Duration::from_millis(2));
            }
            peak
        });
        let output = child.wait_with_output().map_err(|e| e.to_string())?;
        let process_ms = ms(begun);
        let peak_kib = watching.join().unwrap_or(0);
        let told = document(&output)?;
        let ms = told["timings_ms"]["total"].as_f64().ok_or("no time")?;
        Ok(Run { ms, process_ms, url: told["url"].as_str().ok_or("no address")?.to_owned(), peak_kib })
    }

    fn theirs(&self, file: &Path) -> Result<Run, String> {
        let mut command = program(&self.python);
        command.arg(root().join("xtask/interop/upload.py")).arg(file);
        command.env("FAL_BASE_URL", &self.emulator.base).env("FAL_KEY", "bench:bench");
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONWARNINGS", "ignore");
        command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
        let told = document(&command.output().map_err(|e| e.to_string())?)?;
        let url = told["url"].as_str().ok_or("no address")?.to_owned();
        Ok(Run { ms: told["ms"].as_f64().ok_or("no time")?, process_ms: f64::NAN, url, peak_kib: 0 })
    }

    /// The file arrived with all its bytes.
    fn whole(&self, run: &Run, bytes: u64, crc: u64) -> Outcome {
        let files = self.emulator.control("GET", "files", "")?;
        let file = files.as_array().into_iter().flatten().find(|file| file["url"] == run.url.as_str());
        let file = file.ok_or_else(|| format!("{} is not there", run.url))?;
        if file["bytes"] == bytes && file["digest"] == format!("{crc:08x}") {
            return Ok(());
        }
        Err(format!("{bytes} bytes with the CRC-32C {crc:08x} were sent, and {file} arrived"))
    }
}

fn document(output: &std::process::Output) -> Result<Value, String> {
    let told = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        return Err(format!("an upload failed: {told} {}", String::from_utf8_lossy(&output.stderr)));
    }
    serde_json::from_str(&told).map_err(|e| format!("not a document: {e}"))
}

fn peak_of(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn report(base: u64, mine: &[Run], theirs: &[Run], hashed: &[Run]) -> Outcome {
    #[expect(clippy::cast_precision_loss, reason = "a size in MiB is far below 2^52")]
    let rate = |runs: &[Run]| (SIZE >> 20) as f64 / median(runs.iter().map(|run| run.ms).collect()) * 1e3;
    let (ours, python) = (rate(mine), rate(theirs));
    let ratio = ours / python;
    let known = rate(hashed);
    let peak = mine.iter().chain(hashed).map(|run| run.peak_kib).max().unwrap_or(u64::MAX);
    let grown = peak.saturating_sub(base);
    println!("1 GiB to the emulator in another process, in parts of 10 MiB, {RUNS} runs each, taking turns; medians");
    println!("                        mediagen   fal-client       ratio");
    println!("uploaded            {ours:8.0} MiB/s {python:8.0} MiB/s     {ratio:5.2}   limit {RATIO_LIMIT}");
    println!("hashed to be reused {known:8.0} MiB/s {python:8.0} MiB/s     {:5.2}", known / python);
    println!("resident memory grew by  {grown:7} KiB at most above {base} KiB   limit {GROWTH_LIMIT_KIB} KiB");
    for (mine, theirs) in mine.iter().zip(theirs) {
        let (ours, whole, theirs) = (mine.ms, mine.process_ms, theirs.ms);
        println!("  run: {ours:7.0} ms ({whole:.0} ms for the whole process); fal-client {theirs:7.0} ms");
    }
    if ratio.is_nan() || ratio < RATIO_LIMIT || base == 0 || grown > GROWTH_LIMIT_KIB {
        return Err("a limit is not kept".into());
    }
    Ok(())
}

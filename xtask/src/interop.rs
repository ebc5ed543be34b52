//! `cargo xtask interop`: fal's published clients, unchanged, judge the emulator.
//!
//! Each check of a driver prints `ok - name` or `not ok - name: why`; those lines are passed on
//! and counted. Python and npm must be there, and their package registries the first time.

use crate::steps::{program, root};
use mediagen_emulator::fal::{Emulator, EmulatorConfig};
use std::{
    fs,
    io::{BufRead, BufReader, Error, Result, Write},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

/// The only key that the emulator lets in, so that a wrong one is refused.
const KEY: &str = "interop-id:interop-secret";
/// More than the clients ever have under way at once.
const CONCURRENCY: usize = 16;

#[derive(Debug, Default)]
struct Tally {
    passed: usize,
    failed: usize,
}

/// Installs both clients under `target/interop`, runs their checks, prints one line for each and the sum.
pub(crate) fn run() -> ExitCode {
    let mut out = std::io::stdout();
    let tally = match checks(&mut out) {
        Ok(tally) => tally,
        Err(error) => {
            let _ = writeln!(out, "not ok - interop: {error}");
            Tally { passed: 0, failed: 1 }
        }
    };
    let _ = writeln!(out, "{} passed, {} failed", tally.passed, tally.failed);
    if tally.failed == 0 && tally.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn checks(out: &mut impl Write) -> Result<Tally> {
    let root = root();
    let (scripts, target) = (root.join("xtask/interop"), root.join("target/interop"));
    fs::create_dir_all(&target)?;
    let python = install_python(&scripts, &target)?;
    let javascript = install_javascript(&scripts, &target)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let config = EmulatorConfig::default().with_accepted_key(KEY).with_concurrency(CONCURRENCY);
    let emulator = runtime.block_on(Emulator::start(config)).map_err(Error::other)?;
    let base = emulator.base_url();
    let mut tally = Tally::default();
    drive(program(python).arg(scripts.join("check.py")), "python", &base, &mut tally, out)?;
    drive(program("node").arg(javascript), "javascript", &base, &mut tally, out)?;
    Ok(tally)
}

/// The interpreter of a virtual environment with the published Python client in it, made when it is not there.
pub(crate) fn python() -> Result<PathBuf> {
    let root = root();
    let target = root.join("target/interop");
    fs::create_dir_all(&target)?;
    install_python(&root.join("xtask/interop"), &target)
}

/// The interpreter of a virtual environment with `fal-client` in it.
fn install_python(scripts: &Path, target: &Path) -> Result<PathBuf> {
    let folder = target.join("python");
    let python = folder.join("bin/python");
    if !python.exists() {
        install(program("python3").args(["-m", "venv"]).arg(&folder), "python3 (with its venv module)")?;
    }
    let mut pip = program(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]);
    install(pip.arg(scripts.join("requirements.txt")), "pip")?;
    Ok(python)
}

/// The driver, next to the `node_modules` with `@fal-ai/client` that it imports from.
fn install_javascript(scripts: &Path, target: &Path) -> Result<PathBuf> {
    let folder = target.join("javascript");
    fs::create_dir_all(&folder)?;
    for name in ["package.json", "check.mjs"] {
        fs::copy(scripts.join(name), folder.join(name))?;
    }
    let mut npm = program("npm");
    npm.args(["install", "--silent", "--no-audit", "--no-fund"]).current_dir(&folder);
    install(&mut npm, "npm")?;
    Ok(folder.join("check.mjs"))
}

fn install(command: &mut Command, what: &str) -> Result<()> {
    // What an installer prints is not a check; its complaints stay visible on stderr.
    let done = command.stdout(Stdio::null()).status();
    let status = done.map_err(|error| Error::other(format!("{what} is needed and does not start: {error}")))?;
    if status.success() { Ok(()) } else { Err(Error::other(format!("{what} failed: {status}"))) }
}

/// Runs one driver and counts its lines; ending badly or without a single check is a failure too.
fn drive(command: &mut Command, name: &str, base: &str, tally: &mut Tally, out: &mut impl Write) -> Result<()> {
    command
        .env("FAL_BASE_URL", base)
        .env("FAL_KEY", KEY)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONWARNINGS", "ignore");
    // A proxy of the machine must not come between a client and loopback.
    command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| Error::other(format!("the {name} driver does not start: {error}")))?;
    let before = tally.passed + tally.failed;
    for line in child.stdout.take().into_iter().flat_map(|pipe| BufReader::new(pipe).lines()) {
        let line = line?;
        writeln!(out, "{line}")?;
        tally.passed += usize::from(line.starts_with("ok - "));
        tally.failed += usize::from(line.starts_with("not ok - "));
    }
    let status = child.wait()?;
    if !status.success() || tally.passed + tally.failed == before {
        tally.failed += 1;
        writeln!(out, "not ok - {name} driver: ended with {status}")?;
    }
    Ok(())
}

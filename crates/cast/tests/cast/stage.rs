//! A context on real time, and files to cast.

pub(crate) use mediagen_testkit::context;

use mediagen_assets::{Asset, Target};
use mediagen_cast::{CastOptions, CastRegistry, CastSource, Plan};
use mediagen_core::{MediaFacts, Result};
use mediagen_probe::sniff::{self, FileType};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The type with this extension.
pub(crate) fn kind(extension: &str) -> FileType {
    sniff::by_extension(extension).unwrap()
}

/// Options under which ffmpeg cannot be found, so that only pure Rust is left.
pub(crate) fn without_ffmpeg() -> CastOptions {
    let mut options = CastOptions::default();
    options.ffmpeg = "/nowhere/ffmpeg".into();
    options
}

/// What a plan made, with the names of its steps.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) asset: Asset,
    pub(crate) path: PathBuf,
    pub(crate) kind: FileType,
    pub(crate) facts: MediaFacts,
    pub(crate) steps: Vec<&'static str>,
}

/// Runs `plan`.
pub(crate) async fn run(plan: &Plan, target: &Target) -> Result<Made> {
    let asset = plan.run(&context(), target).await?;
    let steps = plan.steps.iter().map(|step| step.entry.id).collect();
    let path = asset.path().unwrap().to_owned();
    Ok(Made { path, kind: asset.file_type(), facts: asset.facts().clone(), steps, asset })
}

/// Plans and runs with everything that is linked.
pub(crate) async fn cast(from: &Path, to: &str, dir: &Path, options: &CastOptions) -> Result<Made> {
    let source = CastSource::open(from).await?;
    let plan = CastRegistry::linked()?.plan(&source, kind(to), options)?;
    run(&plan, &Target::new(dir).with_name("made")).await
}

/// The names of what is in `dir`.
pub(crate) fn names(dir: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Whether ffmpeg is there; says so where it is not.
pub(crate) fn has_ffmpeg() -> bool {
    let there = Command::new("ffmpeg").arg("-version").output().is_ok();
    if !there {
        eprintln!("SKIPPED: ffmpeg is not installed, so what it converts is not tested");
    }
    there
}

/// A file that ffmpeg makes of `arguments`, separated by blanks.
pub(crate) fn make(dir: &Path, name: &str, arguments: &str) -> PathBuf {
    std::fs::create_dir_all(dir).unwrap();
    let path = dir.join(name);
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y"]).args(arguments.split(' '));
    let mut target = std::ffi::OsString::from("file:");
    target.push(&path);
    let output = command.arg(target).output().unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    path
}

/// A video of 2 s, 64 by 48, red and then blue, with a tone of 2 s.
pub(crate) fn video(dir: &Path, name: &str) -> PathBuf {
    let red = "-f lavfi -i color=red:size=64x48:rate=20:duration=1";
    let blue = "-f lavfi -i color=blue:size=64x48:rate=20:duration=1";
    let tone = "-f lavfi -i sine=frequency=440:duration=2:sample_rate=44100";
    let joined = "-filter_complex [0:v][1:v]concat=n=2:v=1[v] -map [v] -map 2:a -pix_fmt yuv420p";
    make(dir, name, &format!("{red} {blue} {tone} {joined} -c:v libx264 -c:a aac -ac 2"))
}

/// A program of these lines of shell.
#[cfg(unix)]
pub(crate) fn script(dir: &Path, lines: &str) -> PathBuf {
    use std::{io::Write, process::Stdio};
    let path = dir.join("program");
    // Another process writes it: a file that this one has open for writing, and a child of another test with it, cannot
    // be run.
    let mut shell = Command::new("sh");
    shell.args(["-c", "cat > \"$0\" && chmod 755 \"$0\""]).arg(&path).stdin(Stdio::piped());
    let mut writer = shell.spawn().unwrap();
    writer.stdin.take().unwrap().write_all(format!("#!/bin/sh\n{lines}\n").as_bytes()).unwrap();
    assert!(writer.wait().unwrap().success());
    path
}

//! Large files are cast in small memory. Each cast runs in a process of its own, whose peak is measured.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test")]

use mediagen_assets::Target;
use mediagen_cast::{CastOptions, CastRegistry, CastSource, MAX_BYTES_PER_PIXEL};
use mediagen_probe::{MAX_MEMORY, sniff};
use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

/// What measuring the files may take, and a little for buffers, threads and pages of the program that are first used.
const MOST_KIB: u64 = (MAX_MEMORY as u64 >> 10) + (8 << 10);

/// Casts the file that the environment names, and prints by how many KiB the peak grew; run by the test below.
#[tokio::test]
#[ignore = "a part of the test below"]
async fn child_that_casts() {
    let (from, to) = (std::env::var_os("CAST_FROM").unwrap(), std::env::var("CAST_TO").unwrap());
    let before = mediagen_testkit::peak::kib();
    let source = CastSource::open(from).await.unwrap();
    let kind = sniff::by_extension(&to).unwrap();
    let plan = CastRegistry::linked().unwrap().plan(&source, kind, &CastOptions::default()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let made = plan.run(&mediagen_testkit::context(), &Target::new(dir.path())).await.unwrap();
    println!(
        "grown={} made={}",
        mediagen_testkit::peak::grown_kib(before).unwrap_or_default(),
        made.bytes().unwrap_or_default()
    );
}

/// Gives back by how many KiB the process grew, and the length of what it made.
#[track_caller]
fn cast(from: &Path, to: &str) -> (u64, u64) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "child_that_casts", "--ignored", "--nocapture"]).env("CAST_FROM", from).env("CAST_TO", to);
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let number = |name: &str| {
        let rest = said.split(name).nth(1).unwrap();
        rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
    };
    let (grown, made) = (number("grown="), number("made="));
    println!("{} -> {to}: {grown} KiB of memory, {made} bytes made", from.file_name().unwrap().display());
    (grown, made)
}

/// A WAV file of silence: a header, and a hole of `bytes`.
fn silence(dir: &Path, bytes: u32) -> PathBuf {
    let path = dir.join("long.wav");
    let mut header = Vec::new();
    header.extend_from_slice(b"RIFF");
    header.extend_from_slice(&(bytes + 36).to_le_bytes());
    header.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x02\0");
    header.extend_from_slice(&48_000_u32.to_le_bytes());
    header.extend_from_slice(&192_000_u32.to_le_bytes());
    header.extend_from_slice(b"\x04\0\x10\0data");
    header.extend_from_slice(&bytes.to_le_bytes());
    let mut file = File::create(&path).unwrap();
    file.write_all(&header).unwrap();
    file.set_len(u64::from(bytes) + header.len() as u64).unwrap();
    path
}

#[test]
fn large_files_are_cast_in_the_memory_that_the_limits_say() {
    let dir = tempfile::tempdir().unwrap();
    // 40 megapixels with alpha, which becomes white: 4 bytes a pixel as decoded, and 3 without alpha.
    let pixels = 8000 * 5000;
    let png = dir.path().join("large.png");
    image::RgbaImage::from_fn(8000, 5000, |x, y| image::Rgba([x, y, x ^ y, x + y].map(|value| value.to_le_bytes()[0])))
        .save(&png)
        .unwrap();
    let (grown, _) = cast(&png, "jpg");
    let needed = 4 + 3;
    assert!(needed < u64::from(MAX_BYTES_PER_PIXEL));
    let most = MOST_KIB + pixels * needed / 1024;
    assert!(grown < most, "{grown} KiB of {most}");

    // The same type again, by a copy: 200 MiB.
    let wav = silence(dir.path(), 200 << 20);
    let length = fs::metadata(&wav).unwrap().len();
    let (grown, made) = cast(&wav, "wav");
    assert_eq!(made, length);
    assert!(grown < MOST_KIB, "{grown} KiB");

    if Command::new("ffmpeg").arg("-version").output().is_err() {
        println!("SKIPPED: ffmpeg is not installed, so long audio in other formats are not tested");
        return;
    }
    // By the program, and back by the decoder here.
    let (grown, _) = cast(&wav, "flac");
    assert!(grown < MOST_KIB, "{grown} KiB");
    let flac = dir.path().join("long.flac");
    let run = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", "anoisesrc=duration=600:sample_rate=44100:amplitude=0.1"])
        .args(["-sample_fmt", "s16", "-compression_level", "0"])
        .arg(&flac)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let (grown, made) = cast(&flac, "wav");
    assert!(made > 50 << 20 && grown < MOST_KIB, "{grown} KiB for {made} bytes");
}

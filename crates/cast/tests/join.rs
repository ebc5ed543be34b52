//! Audio joined sample by sample.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking and says what it skips"
)]

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use mediagen_assets::Target;
use mediagen_cast::join;
use mediagen_core::{Context, ErrorKind};
use mediagen_testkit::NoClock;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

fn cx() -> Context {
    Context::new(NoClock)
}

fn spec(rate: u32, channels: u16, bits: u16) -> WavSpec {
    let sample_format = if bits == 0 { SampleFormat::Float } else { SampleFormat::Int };
    WavSpec { channels, sample_rate: rate, bits_per_sample: if bits == 0 { 32 } else { bits }, sample_format }
}

/// Samples that are unlike each other at every place, so that any that is lost or moved is seen.
fn noise(seed: i32, count: i32, bits: u32) -> Vec<i32> {
    (0..count).map(|n| (n.wrapping_mul(-1_640_531_527) ^ seed.wrapping_mul(40_503)) >> (32 - bits)).collect()
}

fn wav(dir: &TempDir, name: &str, spec: WavSpec, samples: &[i32]) -> PathBuf {
    let path = dir.path().join(name);
    let mut writer = WavWriter::create(&path, spec).unwrap();
    for sample in samples {
        writer.write_sample(*sample).unwrap();
    }
    writer.finalize().unwrap();
    path
}

fn samples(path: &Path) -> Vec<i32> {
    WavReader::open(path).unwrap().samples::<i32>().map(Result::unwrap).collect()
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_071_parts_are_one_audio_in_order_and_every_sample_is_there() {
    let dir = tempfile::tempdir().unwrap();
    for (rate, channels, bits) in [(24_000, 1, 16), (44_100, 2, 16), (48_000, 2, 24), (8_000, 1, 32)] {
        // Lengths that are no multiple of anybody's block.
        let parts = [noise(1, 10_007 * 2, bits), noise(2, 2, bits), noise(3, 4_099 * 2, bits)];
        let form = spec(rate, channels, bits.try_into().unwrap());
        let paths: Vec<_> =
            parts.iter().enumerate().map(|(n, part)| wav(&dir, &format!("{n}.wav"), form, part)).collect();
        let out = tempfile::tempdir().unwrap();
        let asset = join(&cx(), &paths, &Target::new(out.path()).with_name("whole")).await.unwrap();
        assert_eq!(asset.path().unwrap(), out.path().join("whole.wav"));
        assert_eq!(WavReader::open(asset.path().unwrap()).unwrap().spec(), form);
        assert_eq!(samples(asset.path().unwrap()), parts.concat());
        let file = fs::read(asset.path().unwrap()).unwrap();
        assert_eq!(
            (asset.bytes().unwrap(), asset.known_blake3().unwrap()),
            (file.len() as u64, &*blake3::hash(&file).to_hex())
        );
        let seconds = f64::from(u32::try_from(parts.concat().len()).unwrap()) / f64::from(rate) / f64::from(channels);
        assert!((asset.facts().duration_s.unwrap() - seconds).abs() < 1e-6, "{asset:?}");
        assert_eq!(asset.media_type(), "audio/wav");
        assert_eq!(names(out.path()), ["whole.wav"]);
        // The parts stay, and a second file takes the next name.
        assert!(paths.iter().all(|path| path.is_file()));
        let again = join(&cx(), &paths, &Target::new(out.path()).with_name("whole")).await.unwrap();
        assert_eq!(
            (again.path().unwrap(), again.known_blake3().unwrap()),
            (&*out.path().join("whole-2.wav"), asset.known_blake3().unwrap())
        );
    }
}

#[tokio::test]
async fn the_greatest_depth_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let (low, high) = (noise(4, 500, 16), noise(5, 500, 24));
    let parts = [wav(&dir, "low.wav", spec(16_000, 1, 16), &low), wav(&dir, "high.wav", spec(16_000, 1, 24), &high)];
    let asset = join(&cx(), &parts, &Target::new(dir.path())).await.unwrap();
    let widened: Vec<i32> = low.iter().map(|sample| sample << 8).chain(high.iter().copied()).collect();
    assert_eq!(samples(asset.path().unwrap()), widened);

    let path = dir.path().join("float.wav");
    let mut writer = WavWriter::create(&path, spec(16_000, 1, 0)).unwrap();
    let floats = [0.1_f32, -0.75, 1.5, f32::MIN_POSITIVE];
    for sample in floats {
        writer.write_sample(sample).unwrap();
    }
    writer.finalize().unwrap();
    let asset = join(&cx(), &[path, parts[0].clone()], &Target::new(dir.path())).await.unwrap();
    let mut reader = WavReader::open(asset.path().unwrap()).unwrap();
    assert_eq!(reader.spec(), spec(16_000, 1, 0));
    let all: Vec<f32> = reader.samples::<f32>().map(Result::unwrap).collect();
    let rest = low.iter().map(|sample| f32::from(i16::try_from(*sample).unwrap()) / 32768.0);
    assert_eq!(all, floats.into_iter().chain(rest).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_header_that_was_written_before_the_length_was_known_loses_no_sample() {
    let dir = tempfile::tempdir().unwrap();
    let part = noise(6, 5_003, 16);
    let whole = wav(&dir, "whole.wav", spec(24_000, 1, 16), &part);
    for stated in [u32::MAX, 0, 2_000_000_000] {
        let mut bytes = fs::read(&whole).unwrap();
        let data = bytes.windows(4).position(|window| window == b"data").unwrap();
        bytes[4..8].copy_from_slice(&stated.to_le_bytes());
        bytes[data + 4..data + 8].copy_from_slice(&stated.to_le_bytes());
        let streamed = dir.path().join("streamed.wav");
        fs::write(&streamed, bytes).unwrap();
        let asset = join(&cx(), &[streamed, whole.clone()], &Target::new(dir.path()).with_name("out")).await.unwrap();
        assert_eq!(samples(asset.path().unwrap()), [&part[..], &part[..]].concat(), "{stated}");
    }
}

#[tokio::test]
async fn audio_of_different_form_and_what_is_none_are_refused_and_nothing_stays() {
    let dir = tempfile::tempdir().unwrap();
    let mono = wav(&dir, "mono.wav", spec(24_000, 1, 16), &noise(1, 1000, 16));
    let stereo = wav(&dir, "stereo.wav", spec(24_000, 2, 16), &noise(1, 1000, 16));
    let fast = wav(&dir, "fast.wav", spec(44_100, 1, 16), &noise(1, 1000, 16));
    let empty = wav(&dir, "empty.wav", spec(24_000, 1, 16), &[]);
    let text = dir.path().join("text.wav");
    fs::write(&text, "no audio at all").unwrap();
    let missing = dir.path().join("missing.wav");
    let out = dir.path().join("out");
    for (second, kind, words) in [
        (&stereo, ErrorKind::InvalidInput, "24000 Hz in 1 channel, and then 24000 Hz in 2 channels"),
        (&fast, ErrorKind::InvalidInput, "24000 Hz in 1 channel, and then 44100 Hz"),
        (&empty, ErrorKind::InvalidInput, "empty"),
        (&text, ErrorKind::InvalidInput, "cannot be read"),
        (&missing, ErrorKind::Io, "missing.wav"),
    ] {
        let error = join(&cx(), &[mono.clone(), second.clone()], &Target::new(&out)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.message().contains(words), "{error}");
        assert_eq!(error.fields()[0].path, "parts[1]");
        assert!(!out.exists() || names(&out).is_empty());
    }
    let error = join(&cx(), &[], &Target::new(&out)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let stopped = cx();
    stopped.cancellation().cancel();
    let error = join(&stopped, &[mono.clone(), mono], &Target::new(&out)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert_eq!(names(&out), Vec::<String>::new());
}

/// A file that ffmpeg makes of a WAV file, and all samples that ffmpeg reads back from it.
fn encoded(dir: &TempDir, source: &Path, name: &str, options: &[&str]) -> Option<(PathBuf, Vec<i32>)> {
    let path = dir.path().join(name);
    let run = |arguments: &[&str]| Command::new("ffmpeg").args(["-v", "error", "-y"]).args(arguments).output().ok();
    let source = source.to_str().unwrap();
    let Some(made) = run(&[&["-i", source], options, &[path.to_str().unwrap()]].concat()) else {
        println!("SKIPPED: ffmpeg is not installed; no {name} was made");
        return None;
    };
    if !made.status.success() {
        println!("SKIPPED: this ffmpeg makes no {name}: {}", String::from_utf8_lossy(&made.stderr));
        return None;
    }
    let read = run(&["-i", path.to_str().unwrap(), "-f", "s16le", "-"]).unwrap().stdout;
    Some((path, read.chunks_exact(2).map(|b| i32::from(i16::from_le_bytes([b[0], b[1]]))).collect()))
}

#[tokio::test]
async fn compressed_parts_join_to_what_ffmpeg_reads_from_them() {
    let dir = tempfile::tempdir().unwrap();
    // A triangle wave: whole numbers, and every codec follows it well.
    let tone: Vec<i32> = (0..30_011_i32).map(|n| ((n * 150) % 24_000 - 12_000).abs() * 2 - 12_000).collect();
    let source = wav(&dir, "source.wav", spec(24_000, 1, 16), &tone);
    let forms: [(&str, &[&str], i32); 3] =
        [("tone.flac", &[], 0), ("tone.mp3", &["-b:a", "64k"], 1), ("tone.ogg", &["-c:a", "libvorbis"], 1)];
    for (name, options, tolerance) in forms {
        let Some((path, expected)) = encoded(&dir, &source, name, options) else { continue };
        let asset = join(&cx(), &[path, source.clone()], &Target::new(dir.path()).with_name("out")).await.unwrap();
        let joined = samples(asset.path().unwrap());
        assert_eq!(joined.len(), expected.len() + tone.len(), "{name}");
        let (first, second) = joined.split_at(expected.len());
        let worst = first.iter().zip(&expected).map(|(a, b)| (a - b).abs()).max().unwrap();
        assert!(worst <= tolerance, "{name}: {worst}");
        assert_eq!(second, tone, "{name}");
    }
}

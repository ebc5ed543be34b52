//! How often an input is opened and how much of it is read by one run, counted by the system: each request is prepared
//! once, whatever stands in front of its submission.
#![cfg(target_os = "linux")]

use crate::{Ran, Rig};
use mediagen_emulator::fal::Route;
use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

const MIB: u64 = 1 << 20;
const LARGE: u64 = 300 * MIB;
/// Calls that open a file, or may read from it.
const CALLS: &str = "trace=openat,read,pread64,readv,preadv,preadv2,mmap,sendfile,splice,copy_file_range";

/// What one run did to a file.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    opens: usize,
    bytes: u64,
}

/// Whether system calls can be traced here; says so where they cannot.
fn can_trace() -> bool {
    let traced =
        Command::new("strace").args(["--seccomp-bpf", "-f", "-qq", "-e", CALLS, "-o", "/dev/null", "true"]).status();
    let can = traced.is_ok_and(|status| status.success());
    if !can {
        println!("SKIPPED: strace is not installed or may not trace here, so reads are not counted");
    }
    can
}

/// Runs the binary and counts what it does to `file`.
fn counted(rig: &Rig, file: &Path, arguments: &[&str]) -> (Ran, Count) {
    let log = rig.folder.path().join("calls.log");
    let inner = rig.command(arguments);
    let mut command = Command::new("strace");
    command.args(["--seccomp-bpf", "-f", "-qq", "-e", CALLS, "-P"]).arg(file).arg("-o").arg(&log);
    command.arg(inner.get_program()).args(inner.get_args()).current_dir(rig.folder.path()).env_clear();
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let ran = Ran::of(command.output().unwrap());
    let mut count = Count::default();
    for line in std::fs::read_to_string(&log).unwrap().lines() {
        let result = line.rsplit_once(" = ").map_or("", |(_, result)| result.split(' ').next().unwrap_or_default());
        if line.contains("openat(") {
            count.opens += usize::from(result.parse::<u64>().is_ok());
        } else if line.contains("mmap(") {
            count.bytes += line.split(", ").nth(1).and_then(|length| length.parse::<u64>().ok()).unwrap_or_default();
        } else {
            count.bytes += result.parse::<u64>().unwrap_or_default();
        }
    }
    (ran, count)
}

/// A video that the service can read, with a box of nothing that makes it large.
fn video(rig: &Rig, path: &Path) {
    let text_to_video = ["generate", "fal-ai/ltx-video-13b-distilled", "waves", "--no-embed", "--json"];
    let made = rig.run(&text_to_video).good();
    std::fs::copy(rig.folder.path().join(made["outputs"][0]["path"].as_str().unwrap()), path).unwrap();
    let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(&u32::try_from(LARGE).unwrap().to_be_bytes()).unwrap();
    file.write_all(b"free").unwrap();
    let length = file.metadata().unwrap().len();
    file.set_len(length - 8 + LARGE).unwrap();
}

fn image(rig: &Rig) -> PathBuf {
    let path = rig.folder.path().join("small.png");
    image::RgbImage::from_pixel(64, 64, image::Rgb([200, 40, 90])).save(&path).unwrap();
    let mut content = std::fs::read(&path).unwrap();
    content.resize(40_000, 7);
    std::fs::write(&path, content).unwrap();
    path
}

#[test]
fn a_300_mib_video_is_read_once_by_its_first_generation_and_hardly_by_the_second() {
    if !can_trace() {
        return;
    }
    let rig = Rig::new();
    let path = rig.folder.path().join("large.mp4");
    video(&rig, &path);
    // A file that was written just now may change again without a trace.
    std::thread::sleep(std::time::Duration::from_millis(700));
    let file = path.to_str().unwrap();
    let arguments = ["generate", "fal-ai/video-upscaler", "--video", file, "--json"];
    let (first, read) = counted(&rig, &path, &arguments);
    first.good();
    assert!((LARGE..=LARGE / 10 * 11).contains(&read.bytes), "the first one: {read:?}");
    let (second, read) = counted(&rig, &path, &arguments);
    second.good();
    assert!(read.bytes > 0 && read.bytes <= MIB, "the second one: {read:?}");
    let requests = rig.emulator.requests();
    let moved: u64 = requests.iter().filter(|r| r.route == Route::Upload).map(|r| r.body_bytes).sum();
    assert!((LARGE..LARGE + MIB).contains(&moved), "{moved} bytes moved for both");
}

#[test]
fn a_limit_on_the_cost_and_a_dry_run_prepare_the_request_once() {
    if !can_trace() {
        return;
    }
    let run = |more: &[&str]| {
        // Each on a service of its own, so that none finds what another one uploaded.
        let rig = Rig::new();
        let path = image(&rig);
        let file = path.to_str().unwrap();
        let arguments = [&["generate", "fal-ai/esrgan", "--image", file, "--json"], more].concat();
        let (ran, count) = counted(&rig, &path, &arguments);
        ran.good();
        assert_eq!(rig.emulator.count(Route::Models), 1, "the schema is read once: {arguments:?}");
        count
    };
    let dry = run(&["--dry-run"]);
    assert_eq!(
        (dry.opens, run(&["--dry-run", "--max-cost", "1", "--allow-unknown-cost"])),
        (1, Count { opens: 1, ..dry })
    );
    let plain = run(&[]);
    let capped = run(&["--max-cost", "1", "--allow-unknown-cost"]);
    assert!((2..=3).contains(&plain.opens), "once to measure it, once to send it: {plain:?}");
    assert_eq!(capped, plain);
}

#[test]
fn each_part_of_a_split_text_is_prepared_once() {
    if !can_trace() {
        return;
    }
    let rig = Rig::new();
    let path = rig.folder.path().join("voice.wav");
    let spec =
        hound::WavSpec { channels: 1, sample_rate: 8000, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut sound = hound::WavWriter::create(&path, spec).unwrap();
    (0..16_000).for_each(|sample| sound.write_sample((sample % 100) as i16).unwrap());
    sound.finalize().unwrap();
    let file = path.to_str().unwrap();
    let text = "The lamp is lit, and it turns all night. Does anybody out there see it? Then a bell rings twice.";
    let speak = ["generate", "fal-ai/f5-tts", text, "--voice-sample", file, "-P", "model_type=F5-TTS", "--json"];
    let (whole, one) = counted(&rig, &path, &[&speak[..], &["--dry-run"]].concat());
    whole.good();
    assert_eq!(one.opens, 1, "{one:?}");
    let split = [&speak[..], &["--split-text=45"]].concat();
    for limit in [&["--dry-run"][..], &["--dry-run", "--max-cost", "1", "--allow-unknown-cost"]] {
        let (ran, each) = counted(&rig, &path, &[&split[..], limit].concat());
        assert_eq!(ran.good()["parts"].as_array().unwrap().len(), 3);
        assert_eq!(each, Count { opens: 3 * one.opens, bytes: 3 * one.bytes });
    }
    let (ran, all) = counted(&rig, &path, &split);
    assert_eq!(ran.good()["parts"].as_array().unwrap().len(), 3);
    assert!(all.opens <= 3 * 3, "each part measures it and looks for it at the service, and one sends it: {all:?}");
}

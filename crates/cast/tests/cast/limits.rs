//! Converters that lie, hang or write too much.

use crate::stage::{cast, context, has_ffmpeg, kind, make, names};
use mediagen_assets::Target;
use mediagen_cast::{CastEntry, CastJob, CastOptions, CastRegistry, CastSource};
use mediagen_core::{BoxFuture, Context, ErrorKind, Result};
use std::path::{Path, PathBuf};

/// Writes what its source's name says, whatever was asked for.
const LIAR: CastEntry = CastEntry::new("liar", module_path!(), &["image/png"], &["image/jpeg"], lie);

fn lie<'a>(_cx: &'a Context, job: CastJob<'a>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let jpeg = image::ImageFormat::Jpeg;
        match job.input.file_stem().unwrap().to_str().unwrap() {
            "nothing" => {}
            "other" => drop(std::fs::copy(job.input, job.output).unwrap()),
            "small" => image::RgbImage::new(2, 2).save_with_format(job.output, jpeg).unwrap(),
            "cut" => std::fs::write(job.output, b"\xFF\xD8\xFF\xE0\0\x10JFIF").unwrap(),
            _ => image::RgbImage::new(8, 8).save_with_format(job.output, jpeg).unwrap(),
        }
        Ok(())
    })
}

fn png(dir: &Path, name: &str) -> PathBuf {
    let path = dir.join(name).with_extension("png");
    image::RgbImage::new(8, 8).save(&path).unwrap();
    path
}

#[tokio::test]
async fn a_111_wrong_bytes_are_an_error_and_never_a_result() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let registry = CastRegistry::from_entries([&LIAR]).unwrap();
    for (name, told) in [
        ("nothing", "nothing"),
        ("other", "wrote image/png where image/jpeg"),
        ("small", "2x2 where its source is shown as 8x8"),
        ("cut", "without a size"),
    ] {
        let source = CastSource::open(png(dir.path(), name)).await.unwrap();
        let plan = registry.plan(&source, kind("jpg"), &CastOptions::default()).unwrap();
        let error = plan.run(&context(), &Target::new(&out)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{name}");
        assert!(error.message().contains(told), "{name}: {error}");
        assert_eq!(names(&out), Vec::<String>::new(), "{name}");
    }
    let source = CastSource::open(png(dir.path(), "honest")).await.unwrap();
    let plan = registry.plan(&source, kind("jpg"), &CastOptions::default()).unwrap();
    assert_eq!(plan.run(&context(), &Target::new(&out)).await.unwrap().file_type(), kind("jpg"));
    // A source that changed after the plan was made.
    std::fs::write(&source.path, "short").unwrap();
    assert_eq!(plan.run(&context(), &Target::new(&out)).await.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn a_result_that_is_too_long_is_stopped() {
    if !has_ffmpeg() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let flac = make(dir.path(), "a.flac", "-f lavfi -i sine=duration=20");
    let out = dir.path().join("out");
    let mut options = CastOptions::default();
    options.max_bytes = 100_000;
    // By ffmpeg, by the decoder here, and by the copy.
    for to in ["opus", "wav", "flac"] {
        let error = cast(&flac, to, &out, &options).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transfer, "{to}: {error:?}");
        assert!(error.message().contains("100000"), "{to}: {error}");
        assert_eq!(names(&out), Vec::<String>::new(), "{to}");
    }
}

#[tokio::test]
async fn a_107_damaged_images_and_audio_are_results_or_errors_and_never_panic() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let mut seeds = Vec::new();
    for extension in ["png", "jpg", "gif", "webp", "bmp", "tiff"] {
        let path = dir.path().join("seed").with_extension(extension);
        image::RgbImage::from_fn(40, 30, |x, y| image::Rgb([x, y, 77].map(|value| u8::try_from(value * 3).unwrap())))
            .save(&path)
            .unwrap();
        seeds.push((path, if extension == "png" { "bmp" } else { "png" }));
    }
    if has_ffmpeg() {
        for name in ["a.flac", "a.mp3", "a.ogg"] {
            seeds.push((make(dir.path(), name, "-f lavfi -i sine=duration=0.3:sample_rate=16000"), "wav"));
        }
    }
    let mut options = CastOptions::default();
    options.max_pixels = 1_000_000;
    options.max_bytes = 8 << 20;
    let (mut made, mut refused, mut state) = (0, 0, 0x2545_f491_4f6c_dd1d_u64);
    for (path, to) in seeds {
        let seed = std::fs::read(&path).unwrap();
        for _ in 0..25 {
            let mut bytes = seed.clone();
            let mut roll = |sides: usize| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                usize::try_from(state >> 33).unwrap() % sides
            };
            for _ in 0..=roll(6) {
                let at = roll(bytes.len());
                bytes[at] = [0, 0xFF, 0x80, 0x7F][roll(4)];
            }
            if roll(4) == 0 {
                bytes.truncate(roll(seed.len()));
            }
            std::fs::write(&path, &bytes).unwrap();
            match cast(&path, to, &out, &options).await {
                Ok(result) => {
                    made += 1;
                    assert_eq!(result.kind, kind(to));
                    std::fs::remove_file(result.path).unwrap();
                }
                Err(error) => {
                    refused += 1;
                    assert_ne!(error.kind(), ErrorKind::Unexpected, "{}: {error:?}", path.display());
                }
            }
            assert_eq!(names(&out), Vec::<String>::new());
        }
    }
    assert!(made > 20 && refused > 20, "{made} made, {refused} refused: the damage says little");
}

#[cfg(unix)]
mod programs {
    use super::*;
    use crate::stage::script;
    use mediagen_cast::{Ffprobe, complete};
    use mediagen_core::Deadline;
    use mediagen_core::MediaFacts;
    use mediagen_probe::probe;
    use std::time::{Duration, Instant};

    /// A wav that needs a program to become an MP3, and options that name `program` as ffmpeg.
    async fn plan_with(dir: &Path, program: &Path) -> (mediagen_cast::Plan, Target) {
        let path = dir.join("a.wav");
        let bytes = b"RIFF\x2C\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x40\x1F\0\0\x01\0\x08\0data\x08\0\0\0\0\0\0\0\0\0\0\0";
        std::fs::write(&path, bytes).unwrap();
        let mut options = CastOptions::default();
        options.ffmpeg = program.into();
        options.timeout = Duration::from_millis(700);
        let source = CastSource::open(path).await.unwrap();
        let plan = CastRegistry::linked().unwrap().plan(&source, kind("mp3"), &options).unwrap();
        (plan, Target::new(dir.join("out")))
    }

    /// Waits until process `pid`, written into the file, is gone.
    async fn assert_gone(dir: &Path) {
        let pid = std::fs::read_to_string(dir.join("pid")).unwrap();
        let process = PathBuf::from(format!("/proc/{}/stat", pid.trim()));
        let start = Instant::now();
        // A killed process may be a zombie for a moment.
        let runs = || std::fs::read_to_string(&process).is_ok_and(|stat| !stat.contains(") Z "));
        while runs() {
            assert!(start.elapsed() < Duration::from_secs(5), "the program runs on");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    #[tokio::test]
    async fn a_program_that_hangs_is_killed_after_its_time() {
        let dir = tempfile::tempdir().unwrap();
        let lines = format!("echo $$ > '{}'; exec sleep 60", dir.path().join("pid").display());
        let (plan, target) = plan_with(dir.path(), &script(dir.path(), &lines)).await;
        let start = Instant::now();
        let error = plan.run(&context(), &target).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout(Deadline::Run));
        assert!(start.elapsed() < Duration::from_secs(5));
        assert_gone(dir.path()).await;
        assert_eq!(names(target.dir()), Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_program_that_nobody_waits_for_is_killed() {
        let dir = tempfile::tempdir().unwrap();
        let lines = format!("echo $$ > '{}'; exec sleep 60", dir.path().join("pid").display());
        let (mut plan, target) = plan_with(dir.path(), &script(dir.path(), &lines)).await;
        plan.options.timeout = Duration::from_mins(1);
        let cx = context();
        let running = Box::pin(plan.run(&cx, &target));
        tokio::time::timeout(Duration::from_millis(700), running).await.unwrap_err();
        assert_gone(dir.path()).await;
        assert_eq!(names(target.dir()), Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_program_that_writes_without_end_is_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pid");
        let lines =
            format!("echo $$ > '{}'; for last; do :; done; exec cat /dev/zero > \"${{last#file:}}\"", path.display());
        let (mut plan, target) = plan_with(dir.path(), &script(dir.path(), &lines)).await;
        plan.options.timeout = Duration::from_mins(1);
        plan.options.max_bytes = 1 << 20;
        let error = plan.run(&context(), &target).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transfer, "{error:?}");
        assert_gone(dir.path()).await;
        assert_eq!(names(target.dir()), Vec::<String>::new());
    }

    #[tokio::test]
    async fn ffmpeg_is_given_one_file_one_protocol_and_the_reader_of_its_type() {
        let dir = tempfile::tempdir().unwrap();
        let lines = format!("printf '%s\\n' \"$@\" > '{}'; exit 1", dir.path().join("args").display());
        let (mut plan, target) = plan_with(dir.path(), &script(dir.path(), &lines)).await;
        plan.options.timeout = Duration::from_mins(1);
        plan.run(&context(), &target).await.unwrap_err();
        let told = std::fs::read_to_string(dir.path().join("args")).unwrap();
        let told: Vec<&str> = told.lines().collect();
        let input = told.iter().position(|word| *word == "-i").unwrap();
        assert_eq!(told.iter().filter(|word| **word == "-i").count(), 1, "{told:?}");
        assert_eq!(told[input + 1], format!("file:{}", plan.source.path.display()));
        assert_eq!(told[input - 2..input], ["-f", "wav"]);
        assert!(told[..input].windows(2).any(|pair| pair == ["-protocol_whitelist", "file"]), "{told:?}");
        assert!(told.contains(&"-nostdin") && told.last().unwrap().starts_with("file:"), "{told:?}");
    }

    #[tokio::test]
    async fn what_a_failing_program_says_is_told_in_one_line() {
        let dir = tempfile::tempdir().unwrap();
        let lines = "yes complaint | head -c 100000 >&2; echo 'the last word' >&2; exit 3";
        let (mut plan, target) = plan_with(dir.path(), &script(dir.path(), lines)).await;
        plan.options.timeout = Duration::from_mins(1);
        let error = plan.run(&context(), &target).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.message().contains("failed: compl"), "the first 4 KiB are kept: {error}");
        assert!(error.message().len() < 300, "{error}");
    }

    #[tokio::test]
    async fn ffprobe_fills_only_what_is_unknown_and_only_when_asked() {
        let dir = tempfile::tempdir().unwrap();
        let mut known = MediaFacts::default();
        known.width = Some(5);
        let mut program = Ffprobe::default();
        program.program = "/nowhere/ffprobe".into();
        let error = complete(&context(), known.clone(), dir.path(), &program).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        // More than 1 MiB of answer is refused, however much comes.
        program.program = script(dir.path(), "head -c 3000000 /dev/zero").into();
        let error = complete(&context(), known.clone(), dir.path(), &program).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        if !has_ffmpeg() {
            return;
        }
        let video = make(dir.path(), "-a.avi", "-f lavfi -i testsrc2=size=64x48:rate=24:duration=1 -c:v mpeg4");
        let ours = probe(&video).unwrap();
        assert_eq!((ours.media_type.as_deref(), ours.width), (Some("video/x-msvideo"), None), "no reader of our own");
        let facts = complete(&context(), ours, &video, &Ffprobe::default()).await.unwrap();
        assert_eq!((facts.width, facts.height, facts.has_audio), (Some(64), Some(48), Some(false)));
        assert_eq!(
            (facts.frame_rate.unwrap().to_string().as_str(), facts.video_codec.as_deref()),
            ("24/1", Some("mpeg4"))
        );
        let kept = complete(&context(), known, &video, &Ffprobe::default()).await.unwrap();
        assert_eq!((kept.width, kept.height), (Some(5), Some(48)), "what is known stays");
    }
}

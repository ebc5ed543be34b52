//! Frames and audio of videos, by the ffmpeg program.

use crate::stage::{cast, context, has_ffmpeg, kind, make, names, video, without_ffmpeg};
use mediagen_assets::Target;
use mediagen_cast::{CastOptions, CastRegistry, CastSource};
use mediagen_core::ErrorKind;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

#[tokio::test]
async fn a_111_the_audio_of_a_video_decodes_as_audio() {
    if !has_ffmpeg() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    // Neither the name of the folder nor that of the file may be taken for an option, a protocol or a pattern.
    let video = video(&dir.path().join("-odd: %d [x] 'q' http:"), "-i.mp4");
    for to in ["wav", "mp3", "m4a", "flac", "opus", "ogg"] {
        let made = cast(&video, to, &dir.path().join("out: %03d"), &CastOptions::default()).await.unwrap();
        assert_eq!((made.kind, made.steps.as_slice()), (kind(to), ["ffmpeg-audio"].as_slice()));
        assert_eq!((made.facts.has_audio, made.facts.channels), (Some(true), Some(2)), "{to}");
        assert!((made.facts.duration_s.unwrap() - 2.0).abs() < 0.15, "{to}: {:?}", made.facts);
        if to == "wav" {
            let mut reader = hound::WavReader::open(&made.path).unwrap();
            let samples: Vec<i16> = reader.samples().map(|sample| sample.unwrap()).collect();
            assert!(samples.len().abs_diff(2 * 88_200) < 4410 * 2, "{}", samples.len());
            let crossings = samples.iter().step_by(2).zip(samples.iter().step_by(2).skip(1));
            let crossings = crossings.filter(|(a, b)| (**a < 0) != (**b < 0)).count();
            // 440 Hz for 2 s crosses zero 1760 times, and some more where the coder starts and ends.
            assert!(crossings.abs_diff(1760) < 90, "{crossings}");
        }
    }
    assert_eq!(names(&dir.path().join("out: %03d")).len(), 6, "nothing else is left");
}

#[tokio::test]
async fn a_111_without_a_converter_the_error_says_what_to_install() {
    let dir = tempfile::tempdir().unwrap();
    // A head alone is a video without known facts: enough to plan with.
    let path = dir.path().join("a.mp4");
    std::fs::write(&path, b"\0\0\0\x14ftypisom\0\0\0\0isom").unwrap();
    let out = dir.path().join("out");
    let error = cast(&path, "wav", &out, &without_ffmpeg()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.hint().unwrap().contains("install ffmpeg"), "{error:?}");
    assert!(error.message().contains("ffmpeg"), "{error:?}");
    assert_eq!(names(&out), Vec::<String>::new());
    // And where no entry leads there at all.
    let registry = CastRegistry::from_entries([]).unwrap();
    let source = CastSource::open(&path).await.unwrap();
    let error = registry.plan(&source, kind("wav"), &CastOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("audio/wav") && error.message().contains("video/mp4"), "{error}");
}

#[tokio::test]
async fn a_111_a_silent_video_has_no_audio_to_give() {
    if !has_ffmpeg() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let silent = make(dir.path(), "a.mp4", "-f lavfi -i color=red:size=64x48:rate=10:duration=1 -c:v mpeg4");
    let error = cast(&silent, "wav", dir.path(), &CastOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.fields()[0].path.as_str()), (ErrorKind::InvalidInput, "to"));
    assert_eq!(names(dir.path()), ["a.mp4"]);
}

#[tokio::test]
async fn a_frame_is_that_of_the_moment() {
    if !has_ffmpeg() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let video = video(dir.path(), "a.mp4");
    let mut options = CastOptions::default();
    for (millis, to, is_red) in [(0, "png", true), (500, "jpg", true), (1500, "png", false), (1900, "webp", false)] {
        options.at = Duration::from_millis(millis);
        let made = cast(&video, to, dir.path(), &options).await.unwrap();
        assert_eq!((made.facts.width, made.facts.height), (Some(64), Some(48)), "{millis}");
        let [red, _, blue] = image::open(&made.path).unwrap().to_rgb8().get_pixel(30, 20).0;
        assert_eq!((red > 200 && blue < 50, blue > 200 && red < 50), (is_red, !is_red), "{millis}: {red} {blue}");
        let steps: &[&str] = if to == "png" { &["ffmpeg-frame"] } else { &["ffmpeg-frame", "image"] };
        assert_eq!(made.steps, steps, "{to}");
    }
    options.at = Duration::from_secs(2);
    let before = names(dir.path()).len();
    let error = cast(&video, "png", dir.path(), &options).await.unwrap_err();
    assert_eq!((error.kind(), error.fields()[0].path.as_str()), (ErrorKind::InvalidInput, "at"));
    assert!(error.message().contains("2 s") && error.message().contains("2.0"), "{error}");
    assert_eq!(names(dir.path()).len(), before);
}

#[tokio::test]
async fn a_hostile_playlist_fetches_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let visits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&visits);
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    let playlist =
        format!("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:{port}/a.ts\n#EXT-X-ENDLIST\n");
    let concat = format!("ffconcat version 1.0\nfile 'http://127.0.0.1:{port}/a.mp4'\n");
    // A video by its first bytes, a playlist behind them.
    let dressed = format!("\0\0\0\x14ftypisom\0\0\0\0isom{playlist}");
    for content in [&playlist, &concat, &dressed] {
        let path = dir.path().join("a.mp4");
        std::fs::write(&path, content).unwrap();
        for to in ["png", "wav"] {
            let source = CastSource::open(&path).await.unwrap();
            let planned = CastRegistry::linked().unwrap().plan(&source, kind(to), &CastOptions::default());
            let Ok(plan) = planned else { continue };
            let error = plan.run(&context(), &Target::new(dir.path())).await.unwrap_err();
            let refused = [ErrorKind::InvalidInput, ErrorKind::InvalidResponse, ErrorKind::Unsupported];
            assert!(refused.contains(&error.kind()), "{error:?}");
        }
    }
    assert_eq!(visits.load(Ordering::SeqCst), 0);
    assert_eq!(names(dir.path()), ["a.mp4"]);
}

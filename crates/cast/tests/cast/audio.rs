//! Audio in other formats.

use crate::stage::{cast, has_ffmpeg, make, without_ffmpeg};
use mediagen_cast::CastOptions;
use std::path::Path;

const TONE: &str = "-f lavfi -i sine=frequency=440:duration=1.5:sample_rate=32000 -ac 2";

/// The samples of a WAV, at 16 bits.
fn samples(path: &Path) -> Vec<i32> {
    let mut reader = hound::WavReader::open(path).unwrap();
    let shift = reader.spec().bits_per_sample - 16;
    reader.samples::<i32>().map(|sample| sample.unwrap() >> shift).collect()
}

#[tokio::test]
async fn a_111_flac_mp3_and_vorbis_become_wav_without_a_program() {
    if !has_ffmpeg() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let original = samples(&make(dir.path(), "a.wav", TONE));
    let loudest = *original.iter().max().unwrap();
    let cases = [
        ("a.flac", "", 0),
        ("b.flac", "-sample_fmt s32", 0),
        ("a.mp3", "-b:a 192k", 5000),
        ("a.ogg", "-c:a libvorbis", 200),
    ];
    for (name, more, allowed) in cases {
        let source = make(dir.path(), name, format!("{TONE} {more}").trim());
        let made = cast(&source, "wav", dir.path(), &without_ffmpeg()).await.unwrap();
        assert_eq!(made.steps, ["audio"], "{name}");
        assert_eq!((made.facts.sample_rate, made.facts.channels), (Some(32_000), Some(2)), "{name}");
        let decoded = samples(&made.path);
        assert!(decoded.len().abs_diff(original.len()) <= allowed, "{name}: {} of {}", decoded.len(), original.len());
        if allowed == 0 {
            // ffmpeg rounds where it makes 24 bits of the tone for two channels.
            let same = decoded.iter().zip(&original).all(|(a, b)| a.abs_diff(*b) <= 1);
            assert!(same, "{name} is lossless");
            assert!(name == "b.flac" || decoded == original, "{name} is lossless");
        }
        let peak = *decoded.iter().max().unwrap();
        assert!((peak - loudest).abs() < loudest / 4, "{name}: {peak} against {loudest}");
        if name == "b.flac" {
            assert_eq!(made.facts.audio_codec.as_deref(), Some("pcm_s24le"));
        }
    }
}

#[tokio::test]
async fn ffmpeg_makes_every_audio_format_at_the_rate_that_is_asked_for() {
    if !has_ffmpeg() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let source = make(dir.path(), "a.wav", TONE);
    for to in ["flac", "mp3", "ogg", "opus", "m4a", "aac", "weba", "wav"] {
        let mut options = CastOptions::default();
        options.sample_rate = Some(48_000);
        options.channels = Some(1);
        let made = cast(&source, to, dir.path(), &options).await.unwrap();
        assert_eq!(made.path.extension().unwrap(), to);
        assert_eq!((made.facts.sample_rate, made.facts.channels), (Some(48_000), Some(1)), "{to}");
        let length = made.facts.duration_s.unwrap();
        assert!((length - 1.5).abs() < 0.12, "{to}: {length}");
        assert_eq!(made.facts.has_audio, Some(true), "{to}");
    }
}

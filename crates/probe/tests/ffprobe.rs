//! The facts of more than fifty files, made by ffmpeg, against what ffprobe says about them.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests; they print what they compared")]

mod samples;

use mediagen_core::MediaFacts;
use mediagen_probe::{probe, sniff};
use samples::{AUDIO_FILES, IMAGES, Sample, VIDEOS, are_installed, make};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

fn folder(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("probe").join(name);
    let _ = std::fs::remove_dir_all(&dir);
    dir
}

fn ffprobe(path: &Path, more: &[&str]) -> Value {
    let options = ["-v", "error", "-of", "json", "-show_format", "-show_streams"];
    let output = Command::new("ffprobe").args(options).args(more).arg(path).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
}

fn stream<'a>(told: &'a Value, kind: &str) -> Option<&'a Value> {
    told["streams"].as_array()?.iter().find(|stream| stream["codec_type"] == kind)
}

fn number(value: &Value) -> Option<f64> {
    value.as_str()?.parse().ok()
}

fn fraction(value: &Value) -> Option<f64> {
    let (over, under) = value.as_str()?.split_once('/')?;
    let (over, under): (f64, f64) = (over.parse().ok()?, under.parse().ok()?);
    (over > 0.0 && under > 0.0).then(|| over / under)
}

fn row(sample: &Sample, facts: &MediaFacts) {
    let shown = |value: Option<String>| value.unwrap_or_else(|| "-".into());
    eprintln!(
        "{:18} {:17} {:>9} {:>5} {:>7} {:>12} {:>7} {:>10} {:>6} {:>3} {:>6} {:>9}",
        sample.name,
        shown(facts.media_type.clone()),
        shown(facts.width.zip(facts.height).map(|(w, h)| format!("{w}x{h}"))),
        shown(facts.has_alpha.map(|a| a.to_string())),
        shown(facts.frames.map(|f| f.to_string())),
        shown(facts.frame_rate.map(|r| r.to_string())),
        shown(facts.video_codec.clone()),
        shown(facts.audio_codec.clone()),
        shown(facts.sample_rate.map(|r| r.to_string())),
        shown(facts.channels.map(|c| c.to_string())),
        shown(facts.has_audio.map(|a| a.to_string())),
        shown(facts.duration_s.map(|d| format!("{d:.3}"))),
    );
}

/// Compares length, rate, channels, coding and bit rate of an audio or video file.
fn compare(sample: &Sample, path: &Path, facts: &MediaFacts, told: &Value) {
    let name = sample.name;
    let audio = stream(told, "audio");
    // Without a table ffprobe guesses the length from the first bit rates; the packets that it counts are the truth.
    let per_packet = match name {
        "vbr-bare.mp3" => Some(1152.0),
        "8k.mp3" => Some(576.0),
        "bare.aac" => Some(1024.0),
        _ => None,
    };
    let length = match per_packet {
        Some(samples) => {
            let counted = ffprobe(path, &["-count_packets"]);
            let packets = number(&counted["streams"][0]["nb_read_packets"]).unwrap();
            packets * samples / number(&audio.unwrap()["sample_rate"]).unwrap()
        }
        None => number(&told["format"]["duration"]).unwrap_or(2.0),
    };
    let allowed = if name.starts_with("vbr") { length * 0.02 } else { 0.05 };
    let ours = facts.duration_s.unwrap_or_else(|| panic!("{name}: {facts:?}"));
    assert!((ours - length).abs() <= allowed, "{name}: {ours} s against {length} s");
    assert_eq!(facts.has_audio, Some(audio.is_some()), "{name}");
    if let Some(audio) = audio {
        assert_eq!(facts.sample_rate.map(|r| r.to_string()).as_deref(), audio["sample_rate"].as_str(), "{name}");
        assert_eq!(facts.channels.map(u64::from), audio["channels"].as_u64(), "{name}");
        assert_eq!(facts.audio_codec.as_deref(), audio["codec_name"].as_str(), "{name}");
    } else {
        assert_eq!((&facts.audio_codec, facts.sample_rate, facts.channels), (&None, None, None), "{name}");
    }
    if let Some(theirs) = number(&told["format"]["bit_rate"]).filter(|_| per_packet.is_none()) {
        let ours = f64::from(u32::try_from(facts.bitrate.unwrap()).unwrap());
        assert!((ours - theirs).abs() <= theirs * 0.05, "{name}: {ours} bit/s against {theirs}");
    }
}

#[test]
fn a_103_the_sizes_alpha_and_frames_of_images_are_those_that_were_made() {
    if !are_installed() {
        return;
    }
    let made = make(&folder("images"), IMAGES);
    assert!(made.len() >= 14, "{} images were made", made.len());
    for (sample, path) in made {
        let facts = probe(&path).unwrap();
        row(sample, &facts);
        let name = sample.name;
        assert_eq!(facts.media_type.as_deref(), Some(sample.media_type), "{name}");
        let size = if name.starts_with("turned") { (64, 96) } else { (96, 64) };
        assert_eq!((facts.width, facts.height), (Some(size.0), Some(size.1)), "{name}");
        let told = ffprobe(&path, &[]);
        if let Some(video) = stream(&told, "video").filter(|video| video["width"].as_u64().unwrap_or(0) > 0) {
            assert_eq!((video["width"].as_u64(), video["height"].as_u64()), (Some(96), Some(64)), "{name}: as coded");
        } else {
            eprintln!("{name}: this ffprobe reads no size; compared with the size that was asked for");
        }
        let frames = match name {
            "moving.png" => 7,
            "moving.gif" => 8,
            "moving.webp" => 6,
            _ => 1,
        };
        assert_eq!(facts.frames, Some(frames), "{name}");
        if frames == 1 {
            assert_eq!((facts.duration_s, facts.frame_rate), (None, None), "{name}");
        } else {
            let seconds = f64::from(u32::try_from(frames).unwrap()) / 10.0;
            assert!((facts.duration_s.unwrap() - seconds).abs() < 0.05, "{name}: {facts:?}");
            assert!((facts.fps.unwrap() - 10.0).abs() < 0.1, "{name}: {facts:?}");
        }
        let alpha = matches!(name, "alpha.png" | "moving.png" | "alpha.webp" | "alpha-lossy.webp" | "alpha.tiff");
        // Whether ffmpeg keeps a transparent colour in a GIF or an animated WebP is its own choice.
        if !matches!(name, "moving.gif" | "still.gif" | "moving.webp") {
            assert_eq!(facts.has_alpha, Some(alpha), "{name}");
        }
        assert_eq!((facts.has_audio, facts.bitrate), (Some(false), None), "{name}");
    }
}

#[test]
fn a_104_the_lengths_rates_and_codings_of_audio_files_are_ffprobes() {
    if !are_installed() {
        return;
    }
    let made = make(&folder("audio"), AUDIO_FILES);
    assert!(made.len() >= 18, "{} audio files were made", made.len());
    for (sample, path) in made {
        let facts = probe(&path).unwrap();
        row(sample, &facts);
        assert_eq!(facts.media_type.as_deref(), Some(sample.media_type), "{}", sample.name);
        compare(sample, &path, &facts, &ffprobe(&path, &[]));
        assert_eq!((facts.width, facts.frame_rate, &facts.video_codec), (None, None, &None), "{}", sample.name);
    }
}

#[test]
fn a_105_the_sizes_rates_lengths_and_codings_of_videos_are_ffprobes() {
    if !are_installed() {
        return;
    }
    let made = make(&folder("videos"), VIDEOS);
    assert!(made.len() >= 12, "{} videos were made", made.len());
    for (sample, path) in made {
        let facts = probe(&path).unwrap();
        row(sample, &facts);
        let name = sample.name;
        assert_eq!(facts.media_type.as_deref(), Some(sample.media_type), "{name}");
        let told = ffprobe(&path, &[]);
        compare(sample, &path, &facts, &told);
        let video = stream(&told, "video").unwrap();
        let coded = (video["width"].as_u64(), video["height"].as_u64());
        let ours = (facts.width.map(u64::from), facts.height.map(u64::from));
        let shown = if name.starts_with("turned") { (coded.1, coded.0) } else { coded };
        assert_eq!(ours, shown, "{name}");
        if name.starts_with("turned") {
            let turn = video["side_data_list"][0]["rotation"].as_f64().unwrap();
            assert!((turn.abs() - 90.0).abs() < 0.1, "{name}: ffprobe sees the turn too, {turn}");
        }
        assert_eq!(facts.video_codec.as_deref(), video["codec_name"].as_str(), "{name}");
        assert_eq!(facts.has_alpha.unwrap_or(false), name == "alpha.webm", "{name}");
        if let Some(theirs) = fraction(&video["avg_frame_rate"]) {
            let ours = facts.fps.unwrap_or_else(|| panic!("{name}: {facts:?}"));
            assert!((ours - theirs).abs() < theirs * 0.001, "{name}: {ours} against {theirs}");
        }
        let asked = [("23976", "24000/1001"), ("2997", "30000/1001"), ("5994", "60000/1001"), ("-25", "25/1")];
        for (part, rate) in asked.iter().filter(|(part, _)| name.contains(part)) {
            assert_eq!(facts.frame_rate.unwrap().to_string(), *rate, "{name}: {part}");
        }
        // What it says of fragments is only what stands before them; so it counts.
        let counted = ffprobe(&path, &["-count_packets", "-select_streams", "v"]);
        if let Some(theirs) = number(&counted["streams"][0]["nb_read_packets"]) {
            assert_eq!(facts.frames.map(|f| f.to_string()), Some(theirs.to_string()), "{name}");
        }
    }
}

#[test]
fn a_106_a_wrong_name_changes_nothing_and_every_type_has_its_own_name() {
    if !are_installed() {
        return;
    }
    let dir = folder("names");
    let all = [IMAGES, AUDIO_FILES, VIDEOS].map(|samples| make(&dir, samples)).into_iter().flatten();
    let mut count = 0;
    for (sample, path) in all {
        let facts = probe(&path).unwrap();
        let wrong = path.with_extension("txt");
        std::fs::rename(&path, &wrong).unwrap();
        assert_eq!(probe(&wrong).unwrap(), facts, "{}", sample.name);
        let kind = sniff::by_media_type(facts.media_type.as_deref().unwrap()).unwrap();
        assert_eq!((kind.media_type, facts.media_type.as_deref()), (sample.media_type, Some(sample.media_type)));
        assert_eq!(sniff::by_extension(kind.extension), Some(kind), "{}", sample.name);
        std::fs::remove_file(wrong).unwrap();
        count += 1;
    }
    assert!(count >= 30, "{count} files were compared");
}

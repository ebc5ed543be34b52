//! Measured facts: files made here by hand, and by ffmpeg where it is installed, compared with ffprobe.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests; a skipped comparison says so")]

use mediagen_assets::probe::{Facts, probe};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A PCM wav file of 16 bits, written by its format's description.
fn wav(rate: u32, channels: u16, frames: u32) -> Vec<u8> {
    let block = u32::from(channels) * 2;
    let data = frames * block;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16u32.to_le_bytes());
    bytes.extend(1u16.to_le_bytes());
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * block).to_le_bytes());
    bytes.extend([block.to_le_bytes()[0], 0, 16, 0]);
    bytes.extend(b"data");
    bytes.extend(data.to_le_bytes());
    bytes.extend((0..data).map(|i| i.to_le_bytes()[0]));
    bytes
}

fn measured(dir: &Path, name: &str, bytes: &[u8]) -> Facts {
    let path = dir.join(name);
    std::fs::write(&path, bytes).unwrap();
    probe(path).unwrap()
}

#[test]
fn pictures_and_sounds_are_measured() {
    let dir = tempfile::tempdir().unwrap();
    for (format, name) in [
        (image::ImageFormat::Png, "a.png"),
        (image::ImageFormat::Jpeg, "a.jpg"),
        (image::ImageFormat::Gif, "a.gif"),
        (image::ImageFormat::WebP, "a.webp"),
    ] {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(17, 23).write_to(&mut bytes, format).unwrap();
        let facts = measured(dir.path(), name, &bytes.into_inner());
        assert_eq!((facts.width, facts.height, facts.duration_s), (Some(17), Some(23), None), "{name}");
    }
    let facts = measured(dir.path(), "a.wav", &wav(8000, 2, 12_000));
    assert_eq!((facts.sample_rate, facts.channels, facts.has_audio), (Some(8000), Some(2), Some(true)));
    assert!((facts.duration_s.unwrap() - 1.5).abs() < 1e-6, "{facts:?}");
    assert_eq!((facts.width, facts.frame_rate), (None, None));
    let facts = measured(dir.path(), "a.txt", b"just text");
    assert_eq!(facts, {
        let mut none = Facts::default();
        none.bytes = 9;
        none
    });
    assert_eq!(probe(dir.path().join("missing")).unwrap_err().kind(), mediagen_core::ErrorKind::Io);
}

/// A box of an MP4.
fn mp4_box(name: [u8; 4], content: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(content.len() + 8).unwrap().to_be_bytes().to_vec();
    bytes.extend(name);
    bytes.extend(content);
    bytes
}

/// An MP4 with one film track: 90 frames of 1001 / 30000 s, 64 by 36, turned by a quarter, and no samples at all.
fn mp4(frames: u32) -> Vec<u8> {
    let words = |values: &[u32]| values.iter().flat_map(|v| v.to_be_bytes()).collect::<Vec<u8>>();
    let mut tkhd = words(&[0, 0, 0, 1, 0, 90_090, 0, 0, 0, 0]);
    tkhd.extend(words(&[0, 0x1_0000, 0, 0xFFFF_0000, 0, 0, 0, 0, 0x4000_0000, 64 << 16, 36 << 16]));
    let mut entry = vec![0; 24];
    entry.extend([0, 64, 0, 36]);
    entry.extend([0; 50]);
    let stsd = [words(&[0, 1]), mp4_box(*b"avc1", &entry)].concat();
    let stbl = [mp4_box(*b"stsd", &stsd), mp4_box(*b"stts", &words(&[0, 1, frames, 1001]))].concat();
    let hdlr = [words(&[0, 0]), b"vide".to_vec(), vec![0; 13]].concat();
    let mdia = [
        mp4_box(*b"mdhd", &words(&[0, 0, 0, 30_000, 90_090, 0])),
        mp4_box(*b"hdlr", &hdlr),
        mp4_box(*b"minf", &mp4_box(*b"stbl", &stbl)),
    ]
    .concat();
    let trak = [mp4_box(*b"tkhd", &tkhd), mp4_box(*b"mdia", &mdia)].concat();
    let moov = [mp4_box(*b"mvhd", &words(&[0, 0, 0, 1000, 3003])), mp4_box(*b"trak", &trak)].concat();
    [mp4_box(*b"ftyp", b"isom\0\0\x02\0isomiso2"), mp4_box(*b"free", &[0; 9]), mp4_box(*b"moov", &moov)].concat()
}

#[test]
fn a_064_a_film_has_a_rational_frame_rate_and_its_turned_size() {
    let dir = tempfile::tempdir().unwrap();
    let facts = measured(dir.path(), "a.mp4", &mp4(90));
    assert_eq!(facts.frame_rate.unwrap().to_string(), "30000/1001");
    assert_eq!((facts.width, facts.height, facts.frames), (Some(36), Some(64), Some(90)));
    assert_eq!((facts.duration_s, facts.has_audio), (Some(3.003), Some(false)));
    // A count of 4 billion frames costs no memory, and a rate of no frames is unknown.
    assert_eq!(measured(dir.path(), "b.mp4", &mp4(u32::MAX)).frames, Some(u64::from(u32::MAX)));
    assert_eq!(measured(dir.path(), "c.mp4", &mp4(0)).frame_rate, None);
}

#[test]
fn damaged_files_neither_panic_nor_fail() {
    let dir = tempfile::tempdir().unwrap();
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(9, 9).write_to(&mut png, image::ImageFormat::Png).unwrap();
    let mut seeds = vec![("m.mp4", mp4(90)), ("w.wav", wav(8000, 1, 300)), ("p.png", png.into_inner())];
    let made = made_by_ffmpeg(dir.path());
    for path in &made {
        let mut bytes = std::fs::read(path).unwrap();
        bytes.truncate(6000);
        seeds.push((path.extension().unwrap().to_str().unwrap().to_owned().leak(), bytes));
    }
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    for (name, seed) in &seeds {
        for round in 0..200 {
            let mut bytes = seed.clone();
            if round % 3 == 0 {
                bytes.truncate(random(bytes.len()));
            }
            for _ in 0..random(12) {
                if !bytes.is_empty() {
                    // The first bytes stay, so that the readers are reached.
                    let at = 12.min(bytes.len() - 1) + random(bytes.len().saturating_sub(12).max(1));
                    let last = bytes.len() - 1;
                    bytes[at.min(last)] = [0, 1, 0x7F, 0xFF, 0x80][random(5)];
                }
            }
            measured(dir.path(), name, &bytes);
        }
    }
}

/// Files of every kind that is measured; empty, with a word about it, where ffmpeg is not installed.
fn made_by_ffmpeg(dir: &Path) -> Vec<PathBuf> {
    let film = ["-f", "lavfi", "-i", "testsrc=size=128x72:rate=RATE:duration=2"];
    let sound = ["-f", "lavfi", "-i", "sine=frequency=440:duration=2.3:sample_rate=44100"];
    let cases: &[(&str, &str, bool, &[&str])] = &[
        ("f25.mp4", "25", true, &["-pix_fmt", "yuv420p", "-c:a", "aac"]),
        ("f2997.mp4", "30000/1001", false, &["-pix_fmt", "yuv420p"]),
        ("f24.mp4", "24", true, &["-pix_fmt", "yuv420p", "-ac", "1", "-c:a", "aac", "-ar", "22050"]),
        ("frag.mp4", "30", true, &["-pix_fmt", "yuv420p", "-movflags", "frag_keyframe+empty_moov", "-g", "15"]),
        ("f60.mov", "60", false, &["-c:v", "mpeg4"]),
        ("f10.webm", "10", true, &["-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libvorbis"]),
        ("f10.mkv", "10", true, &["-c:v", "mpeg4", "-c:a", "flac"]),
        ("a.wav", "", true, &[]),
        ("a.flac", "", true, &["-ac", "2"]),
        ("a.mp3", "", true, &["-b:a", "64k"]),
        ("vbr.mp3", "", true, &["-q:a", "5"]),
        ("a.ogg", "", true, &["-c:a", "libvorbis"]),
        ("a.opus", "", true, &["-c:a", "libopus"]),
        ("a.m4a", "", true, &["-c:a", "aac", "-ac", "1"]),
    ];
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        eprintln!("ffmpeg is not installed: nothing is compared with it");
        return Vec::new();
    }
    let mut made = Vec::new();
    for (name, rate, with_sound, options) in cases {
        let path = dir.join(name);
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-nostdin", "-y", "-threads", "1"]);
        if !rate.is_empty() {
            command.args(film.map(|word| word.replace("RATE", rate)));
        }
        if *with_sound {
            command.args(sound);
        }
        match command.args(*options).arg(&path).output() {
            Ok(output) if output.status.success() => made.push(path),
            _ => eprintln!("this ffmpeg cannot make {name}: it is not compared"),
        }
    }
    made
}

fn ffprobe(path: &Path) -> Option<Value> {
    let options = ["-v", "error", "-of", "json", "-show_format", "-show_streams"];
    let output = Command::new("ffprobe").args(options).arg(path).output().ok()?;
    serde_json::from_slice(&output.stdout).ok()
}

#[test]
fn the_facts_agree_with_ffprobe() {
    let dir = tempfile::tempdir().unwrap();
    for path in made_by_ffmpeg(dir.path()) {
        let Some(theirs) = ffprobe(&path) else {
            eprintln!("ffprobe is not installed: nothing is compared with it");
            return;
        };
        let facts = probe(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let stream =
            |kind: &str| theirs["streams"].as_array().unwrap().iter().find(|s| s["codec_type"] == kind).cloned();
        let number = |value: &Value| value.as_str().and_then(|text| text.parse::<f64>().ok());
        let duration = number(&theirs["format"]["duration"]).unwrap();
        let allowed = if name == "vbr.mp3" { duration * 0.02 } else { 0.05 };
        assert!((facts.duration_s.unwrap() - duration).abs() <= allowed, "{name}: {facts:?} against {duration}");
        if let Some(film) = stream("video") {
            assert_eq!(facts.width.map(u64::from), film["width"].as_u64(), "{name}");
            assert_eq!(facts.height.map(u64::from), film["height"].as_u64(), "{name}");
            if path.extension().is_some_and(|e| e == "mp4" || e == "mov") {
                let rate = facts.frame_rate.unwrap().to_string();
                assert_eq!(Some(rate.as_str()), film["avg_frame_rate"].as_str(), "{name}");
            }
        }
        let sound = stream("audio");
        assert_eq!(facts.has_audio, Some(sound.is_some()), "{name}");
        if let Some(sound) = sound {
            assert_eq!(facts.sample_rate.map(|r| r.to_string()).as_deref(), sound["sample_rate"].as_str(), "{name}");
            assert_eq!(facts.channels.map(u64::from), sound["channels"].as_u64(), "{name}");
        }
    }
}

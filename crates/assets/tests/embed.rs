//! The record inside the file: found again, with the media as they were.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::cast_possible_truncation, reason = "a test")]

use image::{DynamicImage, ImageFormat, RgbaImage};
use mediagen_assets::{
    embed::{self, Embedded},
    record::{AssetFacts, InputRecord, Made, Record},
};
use mediagen_probe::probe;
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

fn record() -> Record {
    let mut facts = AssetFacts::default();
    facts.blake3 = Some("0".repeat(64));
    facts.facts.bytes = Some(5);
    let mut made = Made::new("toy", "toy/model", "text-to-image");
    made.prompt = Some("a <b> & \"c\" ünd 灯台 \u{FFFF} \u{1}".to_owned());
    made.body = json!({"prompt": made.prompt});
    let mut input = InputRecord::new("image", "in.png");
    input.record = Some(Box::new(Record::new(AssetFacts::default()).with_made(made.clone())));
    Record::new(facts).with_made(made).with_input(input)
}

/// The record as it is inside a file.
fn inside(record: &Record) -> Record {
    let mut record = record.clone();
    (record.asset.blake3, record.asset.facts.bytes) = (None, None);
    record
}

/// Puts the record in twice, and checks the file's own word about itself.
#[track_caller]
fn embed_and_read(path: &Path) {
    assert_eq!(embed::read(path).unwrap(), None);
    let before = std::fs::read(path).unwrap().len() as u64;
    let mut size = 0;
    for seed in [1, 2] {
        let mut record = record();
        record.made.as_mut().unwrap().seed = Some(seed);
        let Embedded::Written { blake3, bytes } = embed::write(path, &record).unwrap() else {
            panic!("not written into {}", path.display())
        };
        let content = std::fs::read(path).unwrap();
        assert_eq!(blake3, blake3::hash(&content).to_hex().as_str());
        assert_eq!(bytes, content.len() as u64);
        assert_eq!(embed::read(path).unwrap(), Some(inside(&record)));
        assert!(size == 0 || size == bytes, "the second record replaces the first");
        size = bytes;
    }
    assert!(size > before);
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "a temporary file stays");
}

fn picture() -> DynamicImage {
    RgbaImage::from_fn(37, 21, |x, y| image::Rgba([x as u8 * 6, y as u8 * 9, 80, 200])).into()
}

#[test]
fn pictures_keep_their_pixels() {
    for (name, format) in [("a.png", ImageFormat::Png), ("a.jpg", ImageFormat::Jpeg), ("a.webp", ImageFormat::WebP)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let picture = if format == ImageFormat::Jpeg { DynamicImage::from(picture().to_rgb8()) } else { picture() };
        picture.save_with_format(&path, format).unwrap();
        let before = image::open(&path).unwrap().to_rgba8();
        embed_and_read(&path);
        assert_eq!(image::open(&path).unwrap().to_rgba8(), before, "{name}");
        let facts = probe(&path).unwrap();
        assert_eq!((facts.width, facts.height), (Some(37), Some(21)), "{name}");
        decodes(&path);
    }
}

#[test]
fn a_lossy_webp_gets_the_extended_header() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.webp");
    if !ffmpeg(&["-f", "lavfi", "-i", "testsrc=s=51x33:d=1", "-frames:v", "1", "-c:v", "libwebp"], &path) {
        return;
    }
    assert_eq!(&std::fs::read(&path).unwrap()[12..16], b"VP8 ");
    let before = image::open(&path).unwrap().to_rgba8();
    embed_and_read(&path);
    assert_eq!(&std::fs::read(&path).unwrap()[12..16], b"VP8X");
    assert_eq!(image::open(&path).unwrap().to_rgba8(), before);
    decodes(&path);
}

#[test]
fn films_and_sounds_in_mp4_keep_every_frame() {
    let film = ["-f", "lavfi", "-i", "testsrc=s=64x48:d=1:r=10", "-f", "lavfi", "-i", "sine=d=1", "-shortest"];
    let faststart = [&film[..], &["-movflags", "+faststart"]].concat();
    let sound = ["-f", "lavfi", "-i", "sine=d=1"];
    for (name, arguments) in [("a.mp4", &film[..]), ("b.mov", &film), ("c.mp4", &faststart), ("d.m4a", &sound)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        if !ffmpeg(arguments, &path) {
            return;
        }
        let (before, facts) = (frames(&path), probe(&path).unwrap());
        embed_and_read(&path);
        assert_eq!(frames(&path), before, "{name}");
        let after = probe(&path).unwrap();
        assert_eq!(
            (after.duration_s, after.frames, after.has_audio),
            (facts.duration_s, facts.frames, facts.has_audio)
        );
        decodes(&path);
    }
}

#[test]
fn a_file_that_must_not_be_changed_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut png = std::io::Cursor::new(Vec::new());
    picture().write_to(&mut png, ImageFormat::Png).unwrap();
    let png = png.into_inner();
    let signed = [&png[..33], &[0, 0, 0, 0], b"caBX", &[0; 4], &png[33..]].concat();
    let mut jpeg = std::io::Cursor::new(Vec::new());
    picture().to_rgb8().write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
    let jpeg = jpeg.into_inner();
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>";
    let length = u16::try_from(xmp.len() + 2).unwrap().to_be_bytes();
    let edited = [&jpeg[..2], &[0xFF, 0xE1], &length, xmp, &jpeg[2..]].concat();
    let open_end = [&24u32.to_be_bytes()[..], b"ftypisom\0\0\0\0isommp42", &[0, 0, 0, 0], b"mdat", b"xyz"].concat();
    let cases: [(&str, &[u8], &str); 7] = [
        ("signed.png", &signed, "signature"),
        ("edited.jpg", &edited, "XMP of another program"),
        ("cut.png", &png[..png.len() - 20], "not whole"),
        ("cut.jpg", &jpeg[..100], "not whole"),
        ("open.mp4", &open_end, "no end"),
        ("a.gif", b"GIF89a\x01\0\x01\0\0\0\0;", "no place"),
        ("a.txt", b"hello", "no place"),
    ];
    for (name, content, reason) in cases {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let Embedded::Skipped(why) = embed::write(&path, &record()).unwrap() else { panic!("{name} was changed") };
        assert!(why.contains(reason), "{name}: {why}");
        assert_eq!(std::fs::read(&path).unwrap(), content);
        assert_eq!(embed::read(&path).unwrap(), None);
    }
}

#[test]
fn damaged_files_neither_panic_nor_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let mut whole = std::io::Cursor::new(Vec::new());
        DynamicImage::from(picture().to_rgb8()).write_to(&mut whole, format).unwrap();
        let whole = whole.into_inner();
        for at in (0..whole.len().min(160)).step_by(3) {
            let mut content = whole.clone();
            content[at] ^= 0xFF;
            std::fs::write(&path, &content).unwrap();
            if matches!(embed::write(&path, &record()).unwrap(), Embedded::Skipped(_)) {
                assert_eq!(std::fs::read(&path).unwrap(), content);
            }
            std::fs::write(&path, &whole[..at]).unwrap();
            embed::write(&path, &record()).unwrap();
            embed::read(&path).unwrap();
        }
    }
}

#[test]
fn a_record_too_large_for_a_segment_loses_its_ancestors_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jpg");
    picture().to_rgb8().save(&path).unwrap();
    let mut record = record();
    let ancestor = record.inputs[0].record.as_mut().unwrap();
    ancestor.made.as_mut().unwrap().prompt = Some("long ".repeat(30_000));
    assert!(matches!(embed::write(&path, &record).unwrap(), Embedded::Written { .. }));
    let found = embed::read(&path).unwrap().unwrap();
    assert_eq!(found.made, record.made);
    assert!(found.inputs[0].record.is_none());
}

/// Makes a file; says so and gives `false` where there is no ffmpeg.
fn ffmpeg(arguments: &[&str], path: &Path) -> bool {
    let run = Command::new("ffmpeg").args(["-v", "error", "-y"]).args(arguments).arg(path).output();
    match run {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            true
        }
        Err(e) => {
            println!("SKIPPED: ffmpeg cannot be run: {e}");
            false
        }
    }
}

/// A hash of every decoded frame and sample.
fn frames(path: &Path) -> String {
    let output = Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(path).args(["-f", "framemd5", "-"]).output();
    String::from_utf8(output.unwrap().stdout).unwrap()
}

/// ffmpeg reads the file to its end without a word.
fn decodes(path: &Path) {
    let path: PathBuf = path.to_owned();
    match Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(&path).args(["-f", "null", "-"]).output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && said.is_empty(), "{}: {said}", path.display());
        }
        Err(e) => println!("SKIPPED: ffmpeg cannot be run: {e}"),
    }
}

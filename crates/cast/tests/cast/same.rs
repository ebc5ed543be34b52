//! The same type again, and text.

use crate::stage::{cast, kind, names, without_ffmpeg};
use mediagen_cast::CastSource;
use mediagen_core::ErrorKind;
use mediagen_probe::sniff::{self, MediaClass};
use std::path::{Path, PathBuf};

fn png(dir: &Path) -> PathBuf {
    let path = dir.join("a.png");
    image::RgbaImage::from_pixel(9, 7, image::Rgba([1, 2, 3, 4])).save(&path).unwrap();
    path
}

fn wav(dir: &Path) -> PathBuf {
    let path = dir.join("a.wav");
    let spec =
        hound::WavSpec { channels: 2, sample_rate: 8000, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    (0..8000_i16).for_each(|sample| writer.write_sample(sample).unwrap());
    writer.finalize().unwrap();
    path
}

#[tokio::test]
async fn a_113_the_own_type_gives_the_same_bytes_with_all_facts() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.txt"), "Grüße\n").unwrap();
    std::fs::write(dir.path().join("a.json"), "{\"a\": 1}").unwrap();
    let files = [png(dir.path()), wav(dir.path()), dir.path().join("a.txt"), dir.path().join("a.json")];
    for path in files {
        let extension = path.extension().unwrap().to_str().unwrap();
        let mut source = CastSource::open(&path).await.unwrap();
        source.facts.media_type = Some(source.kind.media_type.to_owned());
        let made = cast(&path, extension, &dir.path().join("out"), &without_ffmpeg()).await.unwrap();
        assert_eq!(std::fs::read(&made.path).unwrap(), std::fs::read(&path).unwrap(), "{extension}");
        assert_eq!((made.kind, &made.facts), (source.kind, &source.facts), "{extension}");
        assert_eq!(made.steps, ["identity"], "{extension}");
        assert_eq!(made.path.file_name().unwrap().to_str().unwrap(), format!("made.{extension}"));
        match made.kind.class {
            MediaClass::Image => {
                assert_eq!((made.facts.width, made.facts.height, made.facts.has_alpha), (Some(9), Some(7), Some(true)));
                assert_eq!(made.asset.text(100).await.unwrap_err().kind(), ErrorKind::KindMismatch);
            }
            MediaClass::Audio => {
                assert_eq!((made.facts.sample_rate, made.facts.channels), (Some(8000), Some(2)));
                assert!((made.facts.duration_s.unwrap() - 0.5).abs() < 1e-6);
            }
            _ => {
                assert_eq!(made.asset.text(100).await.unwrap(), std::fs::read_to_string(&path).unwrap());
                assert_eq!(made.asset.text(3).await.unwrap_err().kind(), ErrorKind::InvalidInput);
            }
        }
    }
    assert_eq!(names(&dir.path().join("out")).len(), 4);
}

#[tokio::test]
async fn a_113_a_second_result_never_takes_the_name_of_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let (path, out) = (png(dir.path()), dir.path().join("out"));
    let first = cast(&path, "png", &out, &without_ffmpeg()).await.unwrap();
    let second = cast(&path, "png", &out, &without_ffmpeg()).await.unwrap();
    assert_eq!(first.path, out.join("made.png"));
    assert_eq!(second.path, out.join("made-2.png"));
    // An unknown type is still the same bytes.
    std::fs::write(dir.path().join("a.dat"), [1, 2, 3]).unwrap();
    let source = CastSource::open(dir.path().join("a.dat")).await.unwrap();
    assert_eq!(source.kind, sniff::UNKNOWN);
}

#[tokio::test]
async fn a_113_text_becomes_plain_text_and_other_bytes_do_not() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let marked = dir.path().join("a.srt");
    // Longer than a buffer, with characters of several bytes across its end.
    let text = "1\n00:00:01,000 --> 00:00:02,000\nGrüße, 世界\n".repeat(5000);
    std::fs::write(&marked, [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat()).unwrap();
    let made = cast(&marked, "txt", &out, &without_ffmpeg()).await.unwrap();
    assert_eq!(made.asset.text(1 << 20).await.unwrap(), text);
    assert_eq!((made.kind, made.steps.as_slice()), (kind("txt"), ["text"].as_slice()));
    for bytes in [b"caf\xE9 au lait".as_slice(), b"a\0b", b"cut \xE4\xB8"] {
        std::fs::write(dir.path().join("b.txt"), bytes).unwrap();
        let error = cast(&dir.path().join("b.txt"), "txt", &out, &without_ffmpeg()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{bytes:?}");
    }
    assert_eq!(names(&out), ["made.txt"]);
}

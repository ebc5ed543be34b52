//! Measured facts of files that are made here without any program; `probe_ffprobe.rs` compares more of them.
#![expect(clippy::unwrap_used, reason = "tests")]

use mediagen_core::MediaFacts;
use mediagen_probe::probe;
use std::path::Path;

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

fn measured(dir: &Path, name: &str, bytes: &[u8]) -> MediaFacts {
    let path = dir.join(name);
    std::fs::write(&path, bytes).unwrap();
    probe(path).unwrap()
}

fn image(format: image::ImageFormat, with_alpha: bool) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let plain = image::RgbImage::new(17, 23);
    if with_alpha {
        image::DynamicImage::ImageRgb8(plain).to_rgba8().write_to(&mut bytes, format).unwrap();
    } else {
        plain.write_to(&mut bytes, format).unwrap();
    }
    bytes.into_inner()
}

#[test]
fn a_103_the_size_of_every_image_format_is_read_from_its_bytes() {
    use image::ImageFormat::{Bmp, Gif, Jpeg, Png, Tiff, WebP};
    let dir = tempfile::tempdir().unwrap();
    let cases = [
        (Png, false, Some(false)),
        (Png, true, Some(true)),
        (Jpeg, false, Some(false)),
        (Gif, false, Some(false)),
        (WebP, true, Some(true)),
        (WebP, false, Some(false)),
        (Bmp, false, Some(false)),
        (Bmp, true, Some(true)),
        (Tiff, false, Some(false)),
    ];
    for (format, with_alpha, alpha) in cases {
        // the name says something else each time.
        let facts = measured(dir.path(), "a.mp3", &image(format, with_alpha));
        assert_eq!(facts.media_type.as_deref(), Some(format.to_mime_type()), "{format:?}");
        assert_eq!((facts.width, facts.height, facts.duration_s), (Some(17), Some(23), None), "{format:?}");
        assert_eq!((facts.has_alpha, facts.frames, facts.has_audio), (alpha, Some(1), Some(false)), "{format:?}");
    }
    // The mark of a bitmap is two letters; prose may begin with them too.
    assert_eq!(measured(dir.path(), "a.bmp", b"BMW builds cars, and this is not an image").media_type, None);
}

#[test]
fn a_104_audio_that_says_too_much_or_nothing_is_as_long_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let whole = wav(8000, 2, 12_000);
    let facts = measured(dir.path(), "a.wav", &whole);
    assert_eq!((facts.sample_rate, facts.channels, facts.has_audio), (Some(8000), Some(2), Some(true)));
    assert_eq!((facts.width, facts.frame_rate, facts.audio_codec.as_deref()), (None, None, Some("pcm_s16le")));
    assert!((facts.duration_s.unwrap() - 1.5).abs() < 1e-6, "{facts:?}");
    assert_eq!(facts.bitrate, Some(256_235), "48,044 bytes in 1.5 s");
    for stated in [0, u32::MAX] {
        // Written to a pipe: the length was never put right.
        let mut open = whole.clone();
        open[40..44].copy_from_slice(&stated.to_le_bytes());
        let facts = measured(dir.path(), "a.wav", &open);
        assert!((facts.duration_s.unwrap() - 1.5).abs() < 1e-6, "{facts:?}");
    }
    // Half of it is there.
    let facts = measured(dir.path(), "a.wav", &whole[..44 + 24_000]);
    assert!((facts.duration_s.unwrap() - 0.75).abs() < 1e-6, "{facts:?}");
    let facts = measured(dir.path(), "a.txt", b"just text");
    assert_eq!(facts, {
        let mut none = MediaFacts::default();
        none.bytes = Some(9);
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

/// An MP4 with one video track: 90 frames of 1001 / 30000 s, 64 by 36, turned by a quarter, and no samples at all.
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
fn a_064_a_105_a_video_has_a_rational_frame_rate_and_its_turned_size() {
    let dir = tempfile::tempdir().unwrap();
    let facts = measured(dir.path(), "a.mp4", &mp4(90));
    assert_eq!(facts.frame_rate.unwrap().to_string(), "30000/1001");
    assert_eq!((facts.width, facts.height, facts.frames), (Some(36), Some(64), Some(90)));
    assert_eq!((facts.duration_s, facts.has_audio), (Some(3.003), Some(false)));
    // A count of 4 billion frames costs no memory, and a rate of no frames is unknown.
    assert_eq!(measured(dir.path(), "b.mp4", &mp4(u32::MAX)).frames, Some(u64::from(u32::MAX)));
    assert_eq!(measured(dir.path(), "c.mp4", &mp4(0)).frame_rate, None);
}

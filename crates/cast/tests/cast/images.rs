//! Images in other formats.

use crate::stage::{cast, has_ffmpeg, make, names, without_ffmpeg};
use image::{Rgba, RgbaImage};
use mediagen_cast::CastOptions;
use mediagen_core::ErrorKind;

/// Opaque red on the left, half-transparent blue on the right.
fn two_halves() -> RgbaImage {
    RgbaImage::from_fn(16, 10, |x, _| if x < 8 { Rgba([255, 0, 0, 255]) } else { Rgba([0, 0, 255, 128]) })
}

#[tokio::test]
async fn a_111_every_image_format_becomes_every_other_without_a_program() {
    let dir = tempfile::tempdir().unwrap();
    let source = dir.path().join("a.png");
    two_halves().save(&source).unwrap();
    let formats = ["png", "jpg", "webp", "gif", "bmp", "tiff"];
    for from in formats {
        let first = cast(&source, from, &dir.path().join(from), &without_ffmpeg()).await.unwrap();
        for to in formats {
            let made = cast(&first.path, to, &dir.path().join(from), &without_ffmpeg()).await.unwrap();
            assert_eq!(made.path.extension().unwrap(), to);
            assert_eq!((made.facts.width, made.facts.height), (Some(16), Some(10)), "{from} to {to}");
            let image = image::open(&made.path).unwrap().to_rgba8();
            let (left, right) = (image.get_pixel(2, 5).0, image.get_pixel(13, 5).0);
            assert!(left[0] > 240 && left[1] < 20 && left[2] < 20, "{from} to {to}: {left:?}");
            if from == "jpg" || to == "jpg" {
                // A GIF has no half-transparent pixels; all others are blended with white.
                let blue = right[2] > 240 && right[3] == 255 && (right[0] < 20 || (110..145).contains(&right[0]));
                assert!(blue, "{from} to {to}: {right:?}");
            } else if from != "gif" && to != "gif" {
                assert_eq!(right, [0, 0, 255, 128], "{from} to {to}");
            }
        }
    }
}

#[tokio::test]
async fn a_103_a_turned_photo_stands_upright_after_the_cast() {
    let dir = tempfile::tempdir().unwrap();
    let plain = dir.path().join("plain.jpg");
    image::DynamicImage::ImageRgba8(two_halves()).to_rgb8().save(&plain).unwrap();
    let bytes = std::fs::read(&plain).unwrap();
    let exif = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let turned = [&bytes[..2], &[0xFF, 0xE1], &length, exif, &bytes[2..]].concat();
    std::fs::write(dir.path().join("turned.jpg"), turned).unwrap();
    let made = cast(&dir.path().join("turned.jpg"), "png", dir.path(), &without_ffmpeg()).await.unwrap();
    assert_eq!((made.facts.width, made.facts.height), (Some(10), Some(16)));
    let image = image::open(&made.path).unwrap().to_rgb8();
    assert!(image.get_pixel(5, 2).0[0] > 200, "what was left is above after a turn to the right");
    assert!(image.get_pixel(5, 13).0[2] > 200);
}

#[tokio::test]
async fn a_image_of_too_many_pixels_and_a_broken_one_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let source = dir.path().join("a.png");
    two_halves().save(&source).unwrap();
    let out = dir.path().join("out");
    let mut options = without_ffmpeg();
    options.max_pixels = 100;
    let error = cast(&source, "jpg", &out, &options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.message().contains("160 pixels") && error.message().contains("100"), "{error}");
    let bytes = std::fs::read(&source).unwrap();
    std::fs::write(&source, &bytes[..bytes.len() - 30]).unwrap();
    let error = cast(&source, "jpg", &out, &without_ffmpeg()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(names(&out), Vec::<String>::new());
}

#[tokio::test]
async fn ffmpeg_adds_avif_and_keeps_an_animation() {
    if !has_ffmpeg() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let source = dir.path().join("a.jpg");
    image::DynamicImage::ImageRgba8(two_halves()).to_rgb8().save(&source).unwrap();
    // Two steps: the JPEG as PNG here, then as AVIF by the program.
    let avif = cast(&source, "avif", dir.path(), &CastOptions::default()).await.unwrap();
    assert_eq!(avif.steps, ["image", "ffmpeg-image"]);
    assert_eq!((avif.facts.width, avif.facts.height), (Some(16), Some(10)));
    let moving = make(dir.path(), "m.gif", "-f lavfi -i testsrc2=size=32x32:rate=10 -frames:v 5");
    let webp = cast(&moving, "webp", dir.path(), &CastOptions::default()).await.unwrap();
    assert_eq!(webp.steps, ["ffmpeg-image"]);
    // The encoder joins frames that look alike.
    assert!((2..=5).contains(&webp.facts.frames.unwrap()), "{:?}", webp.facts);
    assert!((webp.facts.duration_s.unwrap() - 0.5).abs() < 0.11, "{:?}", webp.facts);
    // A still of it is its first frame.
    let still = cast(&moving, "jpg", dir.path(), &without_ffmpeg()).await.unwrap();
    assert_eq!((still.facts.frames, still.facts.width), (Some(1), Some(32)));
}

#[tokio::test]
async fn a_file_with_more_bytes_than_its_pixels_can_need_is_refused_before_it_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("long.jpg");
    image::RgbImage::new(40, 30).save(&path).unwrap();
    // Its decoder would take all of it into memory.
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(100 << 20).unwrap();
    let out = dir.path().join("out");
    let error = cast(&path, "png", &out, &without_ffmpeg()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
    assert!(error.message().contains("104857600 bytes for 1200 pixels"), "{error}");
    assert_eq!(names(&out), Vec::<String>::new());
}

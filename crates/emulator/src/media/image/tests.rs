use super::*;
use crate::media::paint;

const ALL: [ImageFormat; 3] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP];

fn scene(prompt: &str, seed: u64) -> Image {
    paint(320, 240, prompt, seed).unwrap()
}

#[test]
fn the_same_prompt_and_seed_give_the_same_bytes_and_others_do_not() {
    for format in ALL {
        let bytes = scene("a lighthouse", 7).encode(format).unwrap();
        assert_eq!(bytes, scene("a lighthouse", 7).encode(format).unwrap());
        assert_ne!(bytes, scene("a lighthouse", 8).encode(format).unwrap());
        assert_ne!(bytes, scene("a windmill", 7).encode(format).unwrap());
    }
}

#[test]
fn another_seed_is_seen_and_not_only_measured() {
    let (one, other) = (scene("a lighthouse", 1), scene("a lighthouse", 2));
    let pairs = one.pixels.pixels().zip(other.pixels.pixels());
    let different = pairs.filter(|(a, b)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 24)).count();
    assert!(different > 320 * 240 / 4, "{different} pixels differ");
}

#[test]
fn the_prompt_is_written_at_the_foot() {
    // The same hills and colours cannot come from two prompts, so the band alone is compared.
    let bright = |image: &Image| -> Vec<bool> {
        let band = image.crop(0, 217, 320, 23).unwrap();
        band.pixels.pixels().map(|pixel| pixel.0[0] == 250).collect()
    };
    let (lower, upper) = (bright(&scene("lower", 0)), bright(&scene("upper", 0)));
    assert!(lower.iter().filter(|dot| **dot).count() > 60);
    assert_ne!(lower, upper);
}

#[test]
fn every_format_decodes_to_the_wanted_size() {
    for format in ALL {
        for (width, height) in [(1, 1), (17, 9), (640, 480)] {
            let bytes = paint(width, height, "size", 3).unwrap().encode(format).unwrap();
            assert_eq!(infer_media_type(&bytes), format.media_type());
            let back = Image::from_bytes(&bytes).unwrap();
            assert_eq!((back.width(), back.height()), (width, height));
        }
    }
}

/// By the first bytes, as the formats' specifications give them.
fn infer_media_type(bytes: &[u8]) -> &'static str {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        _ => "unknown",
    }
}

#[test]
fn a_cut_out_keeps_its_alpha_in_png_and_webp() {
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let cut_out = scene("a cat", 5).cut_out_background();
        let back = Image::from_bytes(&cut_out.encode(format).unwrap()).unwrap();
        let alpha: Vec<u8> = back.pixels.pixels().map(|pixel| pixel.0[3]).collect();
        let clear = alpha.iter().filter(|alpha| matches!(alpha, 0)).count();
        assert!(clear > alpha.len() / 10, "{clear} of {} pixels are transparent", alpha.len());
        assert!(alpha.len() - clear > alpha.len() / 50, "the subject is gone");
    }
}

#[test]
fn the_subject_is_found_by_its_colour() {
    let mut image = Image::plain(60, 40, [240, 240, 240, 255]).unwrap();
    for y in 10..30 {
        for x in 20..40 {
            image.pixels.put_pixel(x, y, image::Rgba([200, 20, 20, 255]));
        }
    }
    let cut_out = image.cut_out_background();
    assert_eq!(cut_out.pixel(30, 20), Some([200, 20, 20, 255]));
    assert_eq!(cut_out.pixel(19, 20), Some([0; 4]));
    assert_eq!(cut_out.pixel(0, 0), Some([0; 4]));
    assert_eq!(image.subject_mask().pixel(30, 20), Some([255; 4]));
    let blue = Image::plain(5, 5, [0, 0, 255, 255]).unwrap();
    let moved = image.with_background(&blue).unwrap();
    assert_eq!((moved.pixel(30, 20), moved.pixel(1, 1)), (Some([200, 20, 20, 255]), Some([0, 0, 255, 255])));
}

#[test]
fn upscaling_makes_more_pixels_and_keeps_the_content() {
    let small = scene("a tower", 1);
    let large = small.upscale(2.0).unwrap();
    assert_eq!((large.width(), large.height()), (640, 480));
    let again = large.resize(320, 240).unwrap();
    let pairs = again.pixels.as_raw().iter().zip(small.pixels.as_raw());
    let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    assert!(sum / (320 * 240 * 4) < 6, "mean difference {}", sum / (320 * 240 * 4));
    assert_eq!(small.upscale(1.5).unwrap().width(), 480);
}

#[test]
fn sizes_outside_the_limits_are_refused_in_words() {
    let why = paint(8193, 10, "", 0).unwrap_err().to_string();
    assert_eq!(why, "image width is 8193, allowed is 1 to 8192");
    assert!(paint(10, 0, "", 0).is_err());
    assert!(scene("", 0).upscale(40.0).is_err());
    assert!(scene("", 0).upscale(f64::NAN).is_err());
    assert!(scene("", 0).crop(300, 0, 21, 10).is_err());
    assert!(scene("", 0).crop(u32::MAX, 0, 2, 10).is_err());
}

#[test]
fn restyling_follows_strength_prompt_and_seed() {
    let before = scene("a street", 1);
    let slight = before.restyle("oil painting", 1, 0.1).unwrap();
    assert_ne!(slight, before);
    assert_ne!(slight, before.restyle("watercolour", 1, 0.1).unwrap());
    assert_ne!(slight, before.restyle("oil painting", 2, 0.1).unwrap());
    assert_eq!(before.restyle("new", 3, 1.0).unwrap(), paint(320, 240, "new", 3).unwrap());
    assert!(before.restyle("", 0, 1.5).is_err());
}

#[test]
fn inpainting_changes_only_what_is_white_in_the_mask() {
    let before = scene("a wall", 1);
    let mut mask = Image::flagged(320, 240).unwrap();
    for y in 50..100 {
        for x in 50..100 {
            mask.pixels.put_pixel(x, y, image::Rgba([255; 4]));
        }
    }
    let after = before.inpaint(&mask, "a window", 9).unwrap();
    let window = paint(320, 240, "a window", 9).unwrap();
    assert_eq!(after.pixel(10, 10), before.pixel(10, 10));
    assert_eq!(after.pixel(75, 75), window.pixel(75, 75));
    assert_ne!(after, before);
}

#[test]
fn the_swapped_face_comes_from_the_source() {
    let target = Image::plain(90, 60, [10, 10, 10, 255]).unwrap();
    let green = Image::plain(30, 30, [0, 200, 0, 255]).unwrap();
    let swapped = target.swap_face(&green).unwrap();
    let middle = swapped.pixel(45, 22).unwrap();
    assert!(middle[1] > 150 && middle[0] < 40, "{middle:?}");
    assert_eq!(swapped.pixel(2, 58), Some([10, 10, 10, 255]));
    for size in [1, 2, 3] {
        let tiny = Image::plain(size, size, [9, 9, 9, 255]).unwrap();
        assert_eq!(tiny.swap_face(&green).unwrap().width(), size);
        assert_eq!(green.swap_face(&tiny).unwrap().width(), 30);
    }
}

#[test]
fn the_flagged_image_is_black() {
    let black = Image::from_bytes(&Image::flagged(64, 32).unwrap().encode(ImageFormat::Jpeg).unwrap()).unwrap();
    assert!(black.pixels.pixels().all(|pixel| pixel.0 == [0, 0, 0, 255]));
}

#[test]
fn hostile_bytes_are_errors() {
    let whole = scene("x", 0).encode(ImageFormat::Png).unwrap();
    for bytes in [&b""[..], b"no image", b"\x89PNG\r\n\x1a\n", &whole[..whole.len() / 2], b"BM000000000000000000"] {
        assert!(matches!(Image::from_bytes(bytes), Err(MediaError::Unreadable { .. })), "{}", bytes.len());
    }
    let mut vast = whole;
    vast[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    assert!(Image::from_bytes(&vast).is_err());
}

#[test]
fn formats_are_read_from_what_endpoints_call_them() {
    assert_eq!(ImageFormat::parse("jpg"), Some(ImageFormat::Jpeg));
    assert_eq!(ImageFormat::parse("image/JPEG"), Some(ImageFormat::Jpeg));
    assert_eq!(ImageFormat::parse(" png"), Some(ImageFormat::Png));
    assert_eq!(ImageFormat::parse("webp"), Some(ImageFormat::WebP));
    assert_eq!(ImageFormat::parse("tiff"), None);
}

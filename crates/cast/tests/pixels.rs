//! The memory that a cast of an image needs, in bytes for each pixel, for every format and depth that is written here.
//! One test, because the peak is that of the whole process.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test")]

use image::DynamicImage;
use mediagen_assets::Target;
use mediagen_cast::{CastOptions, CastRegistry, CastSource, MAX_BYTES_PER_PIXEL};
use mediagen_probe::sniff;
use peak_alloc::PeakAlloc;
use std::path::{Path, PathBuf};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const WIDTH: u32 = 800;
const HEIGHT: u32 = 600;
/// What does not grow with the image: buffers, tables of the codecs, the measuring of the files.
const FIXED: usize = 1 << 20;

/// Noise, which no format makes smaller.
fn noise(channels: u32) -> Vec<u8> {
    let mut bytes = vec![0; (WIDTH * HEIGHT * channels) as usize];
    blake3::Hasher::new().finalize_xof().fill(&mut bytes);
    bytes
}

fn sources(dir: &Path) -> Vec<PathBuf> {
    let rgb = DynamicImage::from(image::RgbImage::from_raw(WIDTH, HEIGHT, noise(3)).unwrap());
    let rgba = DynamicImage::from(image::RgbaImage::from_raw(WIDTH, HEIGHT, noise(4)).unwrap());
    let deep = noise(8).chunks(2).map(|pair| u16::from_ne_bytes([pair[0], pair[1]])).collect();
    let deep: DynamicImage = image::ImageBuffer::<image::Rgba<u16>, _>::from_raw(WIDTH, HEIGHT, deep)
        .map(DynamicImage::ImageRgba16)
        .unwrap();
    let mut made = Vec::new();
    let mut save = |name: &str, image: &DynamicImage| {
        let path = dir.join(name);
        image.save(&path).unwrap();
        made.push(path);
    };
    for extension in ["png", "jpg", "webp", "gif", "bmp", "tiff"] {
        save(&format!("rgb.{extension}"), &rgb);
    }
    for extension in ["png", "webp", "tiff"] {
        save(&format!("rgba.{extension}"), &rgba);
    }
    for extension in ["png", "tiff"] {
        save(&format!("deep.{extension}"), &deep);
    }
    save("float.tiff", &DynamicImage::ImageRgba32F(rgba.to_rgba32f()));
    made
}

#[tokio::test]
async fn every_cast_of_a_image_keeps_within_its_bytes_for_each_pixel() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let mut too_much = Vec::new();
    for path in sources(dir.path()) {
        for to in ["png", "jpg", "webp", "gif", "bmp", "tiff"] {
            let kind = sniff::by_extension(to).unwrap();
            let source = CastSource::open(&path).await.unwrap();
            // Choosing the colors of a GIF takes the longest by far; noise of one kind is enough.
            if source.kind == kind || (to == "gif" && !path.ends_with("rgba.png")) {
                continue;
            }
            let mut options = CastOptions::default();
            options.ffmpeg = "/nowhere/ffmpeg".into();
            let plan = CastRegistry::linked().unwrap().plan(&source, kind, &options).unwrap();
            let before = ALLOCATED.current_usage();
            ALLOCATED.reset_peak_usage();
            plan.run(&mediagen_testkit::context(), &Target::new(&out)).await.unwrap();
            let grown = ALLOCATED.peak_usage() - before;
            let name = path.file_name().unwrap().display().to_string();
            let pixels = (WIDTH * HEIGHT) as usize;
            println!("{name} -> {to}: {} hundredths of a byte a pixel", grown * 100 / pixels);
            // A pixel of the deepest kind has 16 bytes itself.
            let most = if name.starts_with("float") { 32 } else { MAX_BYTES_PER_PIXEL as usize };
            if grown > most * pixels + FIXED {
                too_much.push(format!("{name} -> {to}: {grown} bytes"));
            }
        }
    }
    assert!(too_much.is_empty(), "{too_much:#?}");
}

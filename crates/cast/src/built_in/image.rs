//! Images in another format, in pure Rust.

use super::{io, png_rows};
use crate::{CastEntry, CastJob, CastWish, MAX_BYTES_PER_PIXEL, run::Stop};
use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Pixel as _, RgbImage, Rgba, RgbaImage,
    codecs::jpeg::JpegEncoder,
};
use mediagen_core::{BoxFuture, Context, Error, ErrorKind, Result};
use mediagen_disk::blocking;
use std::{
    fs::{File, OpenOptions},
    io::{BufReader, BufWriter, Write},
    path::Path,
};

const READ: &[&str] = &["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "image/tiff"];
const WRITTEN: &[&str] = READ;

/// What a JPEG may hold beside its pixels, in bytes: previews, profiles, a video behind it.
const MAX_BESIDE_PIXELS: u64 = 64 << 20;
/// The quality of JPEG, of 100.
const QUALITY: u8 = 90;

/// Decodes, turns upright as the file asks, encodes. Transparent parts become white in JPEG. An animation gives its
/// first frame to a format of stills, and is left to others where it could stay one.
pub(super) const ENTRY: CastEntry = CastEntry::new("image", module_path!(), READ, WRITTEN, run).when(can);

fn can(wish: CastWish<'_>) -> bool {
    let moves = wish.facts.duration_s.is_some();
    wish.from != wish.to && !(moves && matches!(wish.to.media_type, "image/gif" | "image/webp"))
}

fn run<'a>(_cx: &'a Context, job: CastJob<'a>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let (input, output) = (job.input.to_owned(), job.output.to_owned());
        let (from, to) = (format(job.from.media_type)?, format(job.to.media_type)?);
        let most = job.options.max_pixels;
        check_length(job)?;
        let stop = Stop::default();
        let go_on = stop.watched();
        blocking(move || {
            let image = decode(&input, from, most)?;
            go_on()?;
            encode(image, &output, to)
        })
        .await
    })
}

fn format(media_type: &str) -> Result<ImageFormat> {
    ImageFormat::from_mime_type(media_type)
        .ok_or_else(|| Error::new(ErrorKind::Unsupported, format!("{media_type} is no image that is known here")))
}

/// Refuses a JPEG that is much longer than its pixels could need: its decoder takes the whole file in.
fn check_length(job: CastJob<'_>) -> Result<()> {
    if job.from.media_type != "image/jpeg" {
        return Ok(());
    }
    let size = job.facts.width.zip(job.facts.height).map(|(width, height)| u64::from(width) * u64::from(height));
    let pixels = size.unwrap_or(job.options.max_pixels).min(job.options.max_pixels);
    let most = MAX_BESIDE_PIXELS.saturating_add(pixels.saturating_mul(u64::from(MAX_BYTES_PER_PIXEL)));
    let Some(bytes) = job.facts.bytes.filter(|bytes| *bytes > most) else { return Ok(()) };
    let shown = job.input.display();
    let message = format!("`{shown}` has {bytes} bytes for {pixels} pixels; {most} are allowed");
    Err(Error::new(ErrorKind::InvalidInput, message))
}

fn decode(path: &Path, format: ImageFormat, max_pixels: u64) -> Result<DynamicImage> {
    let broken = |e: image::ImageError| {
        Error::new(ErrorKind::InvalidInput, format!("`{}` cannot be decoded", path.display())).with_source(e)
    };
    let mut reader = ImageReader::with_format(BufReader::new(File::open(path).map_err(io(path))?), format);
    let mut limits = Limits::no_limits();
    // 8 bytes for each pixel of 16 bits with alpha, twice because decoders work on a copy.
    limits.max_alloc = Some(max_pixels.saturating_mul(16));
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > max_pixels {
        let message = format!("the image has {width}x{height} = {pixels} pixels; {max_pixels} are allowed");
        return Err(Error::new(ErrorKind::InvalidInput, message).with_hint("raise `max_pixels`"));
    }
    let orientation = decoder.orientation().map_err(broken)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(broken)?;
    image.apply_orientation(orientation);
    Ok(image)
}

fn encode(image: DynamicImage, path: &Path, format: ImageFormat) -> Result<()> {
    let failed = |e: image::ImageError| Error::new(ErrorKind::Io, "the image cannot be encoded").with_source(e);
    let mut file = BufWriter::new(OpenOptions::new().write(true).open(path).map_err(io(path))?);
    match format {
        ImageFormat::Jpeg => {
            let opaque = if image.color().has_alpha() { on_white(&image.into_rgba8()) } else { image.into_rgb8() };
            opaque.write_with_encoder(JpegEncoder::new_with_quality(&mut file, QUALITY)).map_err(failed)?;
        }
        // These know 8 bits with or without alpha, and no greys.
        ImageFormat::WebP | ImageFormat::Gif | ImageFormat::Bmp => {
            let plain = if image.color().has_alpha() {
                DynamicImage::ImageRgba8(image.into_rgba8())
            } else {
                DynamicImage::ImageRgb8(image.into_rgb8())
            };
            plain.write_to(&mut file, format).map_err(failed)?;
        }
        ImageFormat::Png => png_rows::write(image, &mut file)
            .map_err(|e| Error::new(ErrorKind::Io, "the image cannot be encoded").with_source(e))?,
        _ => image.write_to(&mut file, format).map_err(failed)?,
    }
    file.flush().map_err(io(path))
}

fn on_white(image: &RgbaImage) -> RgbImage {
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let mut ground = Rgba([255; 4]);
        ground.blend(image.get_pixel(x, y));
        ground.to_rgb()
    })
}

//! PNG row by row: the encoder of `image` holds the whole compressed image, and a copy of it while it grows.

use image::{DynamicImage, ExtendedColorType};
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError};
use std::io::Write;

/// Bytes in a chunk of the file.
const CHUNK: usize = 64 << 10;

/// Writes `image` at the depth that it has; numbers with a point become 16 bits. Three rows and a chunk are held.
pub(super) fn write(image: DynamicImage, to: impl Write) -> Result<(), EncodingError> {
    let image = match image {
        DynamicImage::ImageRgb32F(_) => DynamicImage::ImageRgb16(image.into_rgb16()),
        DynamicImage::ImageRgba32F(_) => DynamicImage::ImageRgba16(image.into_rgba16()),
        other => other,
    };
    let (color, depth) = match ExtendedColorType::from(image.color()) {
        ExtendedColorType::L8 => (ColorType::Grayscale, BitDepth::Eight),
        ExtendedColorType::La8 => (ColorType::GrayscaleAlpha, BitDepth::Eight),
        ExtendedColorType::Rgb8 => (ColorType::Rgb, BitDepth::Eight),
        ExtendedColorType::L16 => (ColorType::Grayscale, BitDepth::Sixteen),
        ExtendedColorType::La16 => (ColorType::GrayscaleAlpha, BitDepth::Sixteen),
        ExtendedColorType::Rgb16 => (ColorType::Rgb, BitDepth::Sixteen),
        ExtendedColorType::Rgba16 => (ColorType::Rgba, BitDepth::Sixteen),
        _ => (ColorType::Rgba, BitDepth::Eight),
    };
    let image = match (color, depth) {
        (ColorType::Rgba, BitDepth::Eight) => DynamicImage::ImageRgba8(image.into_rgba8()),
        _ => image,
    };
    let mut encoder = Encoder::new(to, image.width(), image.height());
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.set_compression(Compression::Fast);
    let mut header = encoder.write_header()?;
    let mut rows = header.stream_writer_with_size(CHUNK)?;
    let row = usize::from(image.color().bytes_per_pixel()) * image.width() as usize;
    let mut turned = Vec::new();
    for bytes in image.as_bytes().chunks(row) {
        if depth == BitDepth::Sixteen {
            turned.clear();
            turned.extend(bytes.chunks_exact(2).flat_map(|pair| u16::from_ne_bytes([pair[0], pair[1]]).to_be_bytes()));
            rows.write_all(&turned)?;
        } else {
            rows.write_all(bytes)?;
        }
    }
    rows.finish()?;
    header.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageBuffer, ImageReader};
    use std::io::Cursor;

    /// Every kind of image comes back as it was, numbers with a point at 16 bits.
    #[test]
    fn what_is_written_is_read_again() {
        let rgba = image::RgbaImage::from_fn(311, 97, |x, y| {
            image::Rgba([x, y, x * y, x + y].map(|value| value.to_le_bytes()[0]))
        });
        let rgba = DynamicImage::from(rgba);
        let deep = ImageBuffer::from_fn(311, 97, |x, y| {
            image::Rgba([x * 200, y * 600, x * y, 0x1234 + y].map(|value| u16::try_from(value & 0xFFFF).unwrap()))
        });
        let deep = DynamicImage::ImageRgba16(deep);
        let all = [
            DynamicImage::from(rgba.to_luma8()),
            DynamicImage::from(rgba.to_luma_alpha8()),
            DynamicImage::from(rgba.to_rgb8()),
            DynamicImage::ImageLuma16(deep.to_luma16()),
            DynamicImage::ImageLumaA16(deep.to_luma_alpha16()),
            DynamicImage::ImageRgb16(deep.to_rgb16()),
            DynamicImage::ImageRgb32F(deep.to_rgb32f()),
            DynamicImage::ImageRgba32F(deep.to_rgba32f()),
            rgba,
            deep,
        ];
        for image in all {
            let mut written = Cursor::new(Vec::new());
            write(image.clone(), &mut written).unwrap();
            written.set_position(0);
            let read = ImageReader::with_format(written, image::ImageFormat::Png).decode().unwrap();
            let expected = match image.color() {
                image::ColorType::Rgb32F => DynamicImage::ImageRgb16(image.to_rgb16()),
                image::ColorType::Rgba32F => DynamicImage::ImageRgba16(image.to_rgba16()),
                _ => image.clone(),
            };
            assert!(read == expected, "{:?}", image.color());
        }
    }
}

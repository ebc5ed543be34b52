//! Images: reading, writing and resizing them. What is done to their content is in [`edit`] and [`subject`].

pub(crate) mod edit;
mod subject;
#[cfg(test)]
mod tests;

use super::limits::{MAX_SIDE, MediaError, image_size, within_real};
use image::{
    ExtendedColorType, ImageEncoder, ImageFormat as FileFormat, ImageReader, Limits, RgbaImage,
    codecs::{jpeg::JpegEncoder, png, webp::WebPEncoder},
    imageops::{self, FilterType},
};
use std::io::Cursor;

/// Quality of JPEG files, 1 to 100.
const JPEG_QUALITY: u8 = 90;
/// Most bytes that reading one image may take: the largest allowed one, twice.
const MAX_READ_BYTES: u64 = 2 * 4 * MAX_SIDE as u64 * MAX_SIDE as u64;

/// How an image is stored in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ImageFormat {
    /// PNG; keeps transparency.
    Png,
    /// JPEG at quality 90; transparency becomes white.
    Jpeg,
    /// Lossless WebP; keeps transparency.
    WebP,
}

impl ImageFormat {
    /// `image/png`, `image/jpeg` or `image/webp`.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
        }
    }

    /// `png`, `jpg` or `webp`, without a dot.
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::WebP => "webp",
        }
    }

    /// Reads `png`, `jpg`, `jpeg` or `webp` in any case, with or without `image/` before it; `None` for any other text.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let name = text.trim().to_ascii_lowercase();
        match name.strip_prefix("image/").unwrap_or(&name) {
            "png" => Some(Self::Png),
            "jpg" | "jpeg" => Some(Self::Jpeg),
            "webp" => Some(Self::WebP),
            _ => None,
        }
    }
}

/// An image in memory: eight bits each of red, green, blue and alpha.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) pixels: RgbaImage,
}

impl std::fmt::Debug for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Image").field("width", &self.width()).field("height", &self.height()).finish_non_exhaustive()
    }
}

impl Image {
    /// Reads a PNG, JPEG, WebP or GIF file (of an animation, its first frame).
    ///
    /// # Errors
    /// [`MediaError::Unreadable`] for other or broken bytes, [`MediaError::OutOfRange`] above [`MAX_SIDE`] pixels.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, MediaError> {
        let unreadable = |why: &dyn std::fmt::Display| MediaError::unreadable("image", why);
        let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|e| unreadable(&e))?;
        match reader.format() {
            Some(FileFormat::Png | FileFormat::Jpeg | FileFormat::WebP | FileFormat::Gif) => {}
            _ => return Err(unreadable(&"the bytes are not PNG, JPEG, WebP or GIF")),
        }
        let (width, height) = reader.into_dimensions().map_err(|e| unreadable(&e))?;
        image_size(width, height)?;
        let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|e| unreadable(&e))?;
        let mut limits = Limits::default();
        limits.max_alloc = Some(MAX_READ_BYTES);
        reader.limits(limits);
        let decoded = reader.decode().map_err(|e| unreadable(&e))?;
        Ok(Self { pixels: decoded.into_rgba8() })
    }

    /// An image of one colour (red, green, blue, alpha).
    ///
    /// # Errors
    /// [`MediaError::OutOfRange`] when a side is not 1 to [`MAX_SIDE`] pixels.
    pub(crate) fn plain(width: u32, height: u32, colour: [u8; 4]) -> Result<Self, MediaError> {
        image_size(width, height)?;
        Ok(Self { pixels: RgbaImage::from_pixel(width, height, image::Rgba(colour)) })
    }

    /// What fal answers in place of an image that its safety checker flagged: all black.
    ///
    /// # Errors
    /// [`MediaError::OutOfRange`] when a side is not 1 to [`MAX_SIDE`] pixels.
    pub(crate) fn flagged(width: u32, height: u32) -> Result<Self, MediaError> {
        Self::plain(width, height, [0, 0, 0, 255])
    }

    /// In pixels.
    pub(crate) fn width(&self) -> u32 {
        self.pixels.width()
    }

    /// In pixels.
    pub(crate) fn height(&self) -> u32 {
        self.pixels.height()
    }

    /// Red, green, blue and alpha of one pixel; `None` outside the image.
    pub(crate) fn pixel(&self, x: u32, y: u32) -> Option<[u8; 4]> {
        self.pixels.get_pixel_checked(x, y).map(|pixel| pixel.0)
    }

    /// Whether any pixel lets something through.
    pub(crate) fn has_transparency(&self) -> bool {
        self.pixels.as_raw().chunks_exact(4).any(|pixel| pixel[3] != 255)
    }

    /// The image as a file.
    ///
    /// # Errors
    /// [`MediaError::Unencodable`] when the encoder refuses.
    pub(crate) fn encode(&self, format: ImageFormat) -> Result<Vec<u8>, MediaError> {
        let mut file = Vec::new();
        let transparent = format != ImageFormat::Jpeg && self.has_transparency();
        let (raw, colour) = if transparent {
            (self.pixels.as_raw().clone(), ExtendedColorType::Rgba8)
        } else {
            (self.on_white(), ExtendedColorType::Rgb8)
        };
        let (width, height) = self.pixels.dimensions();
        let written = match format {
            ImageFormat::Png => {
                png::PngEncoder::new_with_quality(&mut file, png::CompressionType::Fast, png::FilterType::Sub)
                    .write_image(&raw, width, height, colour)
            }
            ImageFormat::Jpeg => {
                JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY).write_image(&raw, width, height, colour)
            }
            ImageFormat::WebP => WebPEncoder::new_lossless(&mut file).write_image(&raw, width, height, colour),
        };
        written.map_err(|why| MediaError::unencodable("image", why))?;
        Ok(file)
    }

    /// Red, green and blue without alpha, laid on white.
    pub(crate) fn on_white(&self) -> Vec<u8> {
        let mut rgb = Vec::with_capacity(self.pixels.as_raw().len() / 4 * 3);
        for pixel in self.pixels.as_raw().chunks_exact(4) {
            let rest = 255 - u16::from(pixel[3]);
            if rest == 0 {
                rgb.extend_from_slice(&pixel[..3]);
            } else {
                rgb.extend(pixel[..3].iter().map(|&part| over_white(part, pixel[3], rest)));
            }
        }
        rgb
    }

    /// The image at another size, whatever its proportions.
    ///
    /// # Errors
    /// [`MediaError::OutOfRange`] when a side is not 1 to [`MAX_SIDE`] pixels.
    pub(crate) fn resize(&self, width: u32, height: u32) -> Result<Self, MediaError> {
        image_size(width, height)?;
        if (width, height) == self.pixels.dimensions() {
            return Ok(self.clone());
        }
        Ok(Self { pixels: imageops::resize(&self.pixels, width, height, FilterType::Triangle) })
    }

    /// The image larger (or, below 1, smaller) by `factor`, both sides rounded to whole pixels.
    ///
    /// # Errors
    /// [`MediaError::OutOfRange`] for a factor outside 0.01 to 100, or when a side leaves 1 to [`MAX_SIDE`] pixels.
    pub(crate) fn upscale(&self, factor: f64) -> Result<Self, MediaError> {
        within_real("scale factor", factor, 0.01, 100.0)?;
        self.resize(scaled(self.width(), factor), scaled(self.height(), factor))
    }

    /// The part that begins at (`x`, `y`).
    ///
    /// # Errors
    /// [`MediaError::OutOfRange`] when the part is empty or leaves the image.
    pub(crate) fn crop(&self, x: u32, y: u32, width: u32, height: u32) -> Result<Self, MediaError> {
        let fits =
            |start: u32, size: u32, whole: u32| size > 0 && start.checked_add(size).is_some_and(|end| end <= whole);
        if !fits(x, width, self.width()) || !fits(y, height, self.height()) {
            return Err(MediaError::OutOfRange {
                what: "part of the image",
                value: format!("{width}x{height} at {x},{y}"),
                allowed: format!("what lies within {}x{}", self.width(), self.height()),
            });
        }
        Ok(Self { pixels: imageops::crop_imm(&self.pixels, x, y, width, height).to_image() })
    }
}

fn over_white(part: u8, alpha: u8, rest: u16) -> u8 {
    let mixed = (u16::from(part) * u16::from(alpha) + 255 * rest) / 255;
    u8::try_from(mixed).unwrap_or(255)
}

/// A side times a factor, rounded; saturates far above every limit.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a saturating cast is what is wanted")]
pub(crate) fn scaled(side: u32, factor: f64) -> u32 {
    (f64::from(side) * factor).round().max(1.0) as u32
}

//! Pictures: the header alone, through the `image` crate's decoders.

use super::Facts;
use ::image::{ImageDecoder, ImageReader, Limits, metadata::Orientation};
use std::io::{BufReader, Read, Seek};

/// The most that a decoder may allocate while it reads a header.
const MAX_ALLOC: u64 = 16 << 20;

/// Fills width and height, with the EXIF orientation applied. Pixels are never decoded.
pub(super) fn measure(file: impl Read + Seek, facts: &mut Facts) {
    let Some((width, height)) = dimensions(file) else { return };
    facts.width = Some(width);
    facts.height = Some(height);
}

fn dimensions(file: impl Read + Seek) -> Option<(u32, u32)> {
    let mut reader = ImageReader::new(BufReader::new(file)).with_guessed_format().ok()?;
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_ALLOC);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    let turned = matches!(
        decoder.orientation(),
        Ok(Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH)
    );
    Some(if turned { (height, width) } else { (width, height) })
}

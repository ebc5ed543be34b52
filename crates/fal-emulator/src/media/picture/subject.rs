//! Finding a picture's subject: what differs from the border beside it, else an ellipse in the middle.

use super::Picture;
use image::RgbaImage;

/// Share of the picture that a subject found by colour must cover to be believed, in percent.
const BELIEVABLE_PERCENT: std::ops::RangeInclusive<usize> = 2..=80;
/// Sum of the three colour differences from which a pixel counts as different from another.
const DIFFERENT: u32 = 96;

impl Picture {
    /// The subject with its colours, everything else fully transparent.
    ///
    /// The subject is what differs from both ends of its own row (so that a sky with a gradient is background) or, where
    /// that is nothing or nearly everything, an ellipse in the middle: a result always has opaque and transparent
    /// pixels (from 4x4 pixels on).
    pub fn cut_out_background(&self) -> Self {
        let inside = self.subject();
        let mut pixels = self.pixels.clone();
        for (pixel, inside) in pixels.pixels_mut().zip(inside) {
            if inside {
                pixel.0[3] = pixel.0[3].max(1);
            } else {
                pixel.0 = [0; 4];
            }
        }
        Self { pixels }
    }

    /// The subject white, everything else black: what segmentation endpoints answer.
    pub fn subject_mask(&self) -> Self {
        let mut pixels = RgbaImage::new(self.width(), self.height());
        for (pixel, inside) in pixels.pixels_mut().zip(self.subject()) {
            pixel.0 = if inside { [255; 4] } else { [0, 0, 0, 255] };
        }
        Self { pixels }
    }

    /// The subject on another background (resized to fit): what background replacement answers.
    ///
    /// # Errors
    /// Those of [`Picture::resize`]: none for a picture within the limits.
    pub fn with_background(&self, background: &Self) -> Result<Self, super::MediaError> {
        let mut behind = background.resize(self.width(), self.height())?;
        for ((target, source), inside) in behind.pixels.pixels_mut().zip(self.pixels.pixels()).zip(self.subject()) {
            if inside {
                *target = *source;
            }
        }
        Ok(behind)
    }

    /// One flag for each pixel, row by row.
    pub(super) fn subject(&self) -> Vec<bool> {
        let stride = usize::try_from(self.width()).unwrap_or(1).max(1) * 4;
        let mut different = Vec::with_capacity(self.pixels.as_raw().len() / 4);
        for row in self.pixels.as_raw().chunks_exact(stride) {
            let (row, _) = row.as_chunks::<4>();
            if let [first, .., last] = row {
                different.extend(row.iter().map(|pixel| stands_out(*pixel, *first) && stands_out(*pixel, *last)));
            } else {
                different.push(false);
            }
        }
        let count = different.iter().filter(|inside| **inside).count();
        if BELIEVABLE_PERCENT.contains(&(count * 100 / different.len().max(1))) { different } else { self.ellipse() }
    }

    /// Half the width and two thirds of the height, in the middle.
    fn ellipse(&self) -> Vec<bool> {
        let (width, height) = (i64::from(self.width()), i64::from(self.height()));
        let mut inside = Vec::with_capacity(self.pixels.as_raw().len() / 4);
        for y in 0..height {
            for x in 0..width {
                // (2x - w) / w runs from -1 to 1; squared, times 4 for half the width, times 9/4 for two thirds.
                let (across, down) = (2 * x + 1 - width, 2 * y + 1 - height);
                let sum = 16 * across * across * height * height + 9 * down * down * width * width;
                inside.push(sum <= 4 * width * width * height * height);
            }
        }
        inside
    }
}

fn stands_out(pixel: [u8; 4], border: [u8; 4]) -> bool {
    let difference: u32 = (0..3).map(|part| u32::from(pixel[part].abs_diff(border[part]))).sum();
    pixel[3] >= 128 && difference >= DIFFERENT
}

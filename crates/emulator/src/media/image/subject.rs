//! Finding an image's subject: what no smooth way joins to the border, otherwise an ellipse in the middle.

use super::Image;
use image::RgbaImage;

/// Share of the image that a subject found by colour must cover to be believed, in percent.
const BELIEVABLE_PERCENT: std::ops::RangeInclusive<usize> = 2..=80;
/// Sum of the three colour differences from which two neighbouring pixels are an edge.
const EDGE: u32 = 40;

impl Image {
    /// The subject with its colours, everything else fully transparent.
    ///
    /// The subject is what an edge parts from the border (so that a sky with a gradient is background) or, where that
    /// is nothing or nearly everything, an ellipse in the middle: a result always has opaque and transparent pixels
    /// (from 4x4 pixels on).
    pub(crate) fn cut_out_background(&self) -> Self {
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
    pub(crate) fn subject_mask(&self) -> Self {
        let mut pixels = RgbaImage::new(self.width(), self.height());
        for (pixel, inside) in pixels.pixels_mut().zip(self.subject()) {
            pixel.0 = if inside { [255; 4] } else { [0, 0, 0, 255] };
        }
        Self { pixels }
    }

    /// The subject on another background (resized to fit): what background replacement answers.
    ///
    /// # Errors
    /// Those of [`Image::resize`]: none for an image within the limits.
    pub(crate) fn with_background(&self, background: &Self) -> Result<Self, super::MediaError> {
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
        let outside = self.joined_to_border();
        let count = outside.iter().filter(|outside| !**outside).count();
        if BELIEVABLE_PERCENT.contains(&(count * 100 / outside.len().max(1))) {
            outside.into_iter().map(|outside| !outside).collect()
        } else {
            self.ellipse()
        }
    }

    /// Grows the border inwards until there are edges all around.
    fn joined_to_border(&self) -> Vec<bool> {
        let (pixels, _) = self.pixels.as_raw().as_chunks::<4>();
        let width = usize::try_from(self.width()).unwrap_or(1).max(1);
        let mut reached: Vec<bool> = (0..pixels.len())
            .map(|at| at < width || at + width >= pixels.len() || at % width == 0 || at % width == width - 1)
            .collect();
        let mut open: Vec<usize> = (0..pixels.len()).filter(|at| reached[*at]).collect();
        while let Some(at) = open.pop() {
            // A border pixel has neighbours beyond its row's end in the next row: those are border pixels too.
            let around = [at.wrapping_sub(1), at + 1, at.wrapping_sub(width), at + width];
            for next in around {
                if reached.get(next) == Some(&false) && !is_edge(pixels[at], pixels[next]) {
                    reached[next] = true;
                    open.push(next);
                }
            }
        }
        reached
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

fn is_edge(one: [u8; 4], other: [u8; 4]) -> bool {
    let difference: u32 = (0..3).map(|part| u32::from(one[part].abs_diff(other[part]))).sum();
    difference >= EDGE || (one[3] < 128) != (other[3] < 128)
}

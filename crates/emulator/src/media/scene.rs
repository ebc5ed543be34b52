//! Painting a scene from a prompt and a seed: sky, sun, hills, shapes, and the prompt in letters.

use super::{
    glyphs,
    image::{Image, edit::blend},
    limits::{MediaError, image_size},
    noise::Noise,
};
use image::RgbaImage;

/// Paints a scene whose colours and shapes come from prompt and seed, with the prompt written on a band at the foot.
///
/// # Errors
/// [`MediaError::OutOfRange`] when a side is not 1 to [`MAX_SIDE`](super::MAX_SIDE) pixels.
pub(crate) fn paint(width: u32, height: u32, prompt: &str, seed: u64) -> Result<Image, MediaError> {
    image_size(width, height)?;
    let mut pixels = RgbaImage::new(width, height);
    let mut canvas = Canvas::new(&mut pixels);
    let mut noise = Noise::new(prompt, seed);
    sky(&mut canvas, &mut noise);
    sun(&mut canvas, &mut noise);
    for depth in 0..3 {
        hills(&mut canvas, &mut noise, depth);
    }
    for _ in 0..6 + noise.below(8) {
        shape(&mut canvas, &mut noise);
    }
    caption(&mut canvas, prompt, seed);
    Ok(Image { pixels })
}

/// The bytes of an image, with the few strokes that scenes are made of; every stroke is clipped to the image.
pub(crate) struct Canvas<'a> {
    bytes: &'a mut [u8],
    width: i32,
    height: i32,
}

impl<'a> Canvas<'a> {
    fn new(pixels: &'a mut RgbaImage) -> Self {
        let (width, height) = pixels.dimensions();
        let side = |length: u32| i32::try_from(length).unwrap_or(i32::MAX);
        Self { width: side(width), height: side(height), bytes: &mut *pixels }
    }

    /// Fills the pixels from `start` up to `end` of row `y`.
    fn span(&mut self, y: i32, start: i32, end: i32, colour: [u8; 3]) {
        if let Some(part) = self.part(y, start, end) {
            let [red, green, blue] = colour;
            for pixel in part.chunks_exact_mut(4) {
                pixel.copy_from_slice(&[red, green, blue, 255]);
            }
        }
    }

    fn part(&mut self, y: i32, start: i32, end: i32) -> Option<&mut [u8]> {
        let (start, end) = (start.max(0), end.min(self.width));
        if y < 0 || y >= self.height || start >= end {
            return None;
        }
        let at = |x: i32| usize::try_from(i64::from(y) * i64::from(self.width) + i64::from(x)).map(|pixel| pixel * 4);
        let (first, last) = (at(start).ok()?, at(end).ok()?);
        self.bytes.get_mut(first..last)
    }

    /// Fills a rectangle.
    pub(crate) fn rectangle(&mut self, left: i32, top: i32, width: i32, height: i32, colour: [u8; 3]) {
        for y in top.max(0)..(top + height).min(self.height) {
            self.span(y, left, left + width, colour);
        }
    }

    fn disc(&mut self, x: i32, y: i32, radius: i32, colour: [u8; 3]) {
        for row in -radius..=radius {
            let half = root(radius * radius - row * row);
            self.span(y + row, x - half, x + half + 1, colour);
        }
    }

    fn triangle(&mut self, x: i32, top: i32, side: i32, colour: [u8; 3]) {
        for row in 0..side {
            self.span(top + row, x - row / 2, x + row / 2 + 1, colour);
        }
    }

    fn shade(&mut self, top: i32, bottom: i32) {
        for y in top.max(0)..bottom.min(self.height) {
            if let Some(part) = self.part(y, 0, self.width) {
                for pixel in part.chunks_exact_mut(4) {
                    pixel[..3].iter_mut().for_each(|part| *part = blend(*part, 12, 200));
                }
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the root of an image's side squared fits")]
fn root(square: i32) -> i32 {
    f64::from(square.max(0)).sqrt() as i32
}

/// A number from 0 up to `end`, as a coordinate.
fn place(noise: &mut Noise, end: i32) -> i32 {
    i32::try_from(noise.below(u32::try_from(end).unwrap_or(0))).unwrap_or(0)
}

/// A colour with parts from `least` to 255.
fn colour(noise: &mut Noise, least: u8) -> [u8; 3] {
    std::array::from_fn(|_| {
        let span = 256 - u32::from(least);
        least.saturating_add(u8::try_from(noise.below(span)).unwrap_or(0))
    })
}

fn sky(canvas: &mut Canvas<'_>, noise: &mut Noise) {
    let (above, below) = (colour(noise, 0), colour(noise, 96));
    for y in 0..canvas.height {
        let share = u32::try_from(y * 256 / canvas.height).unwrap_or(0);
        let row = std::array::from_fn(|part| blend(above[part], below[part], share));
        canvas.span(y, 0, canvas.width, row);
    }
}

fn sun(canvas: &mut Canvas<'_>, noise: &mut Noise) {
    let short = canvas.width.min(canvas.height);
    let radius = short / 12 + place(noise, short / 10);
    let (x, y) = (place(noise, canvas.width), place(noise, canvas.height / 2));
    let colour = colour(noise, 160);
    canvas.disc(x, y, radius, colour);
}

/// One row of hills: a sum of two waves, darker the nearer.
fn hills(canvas: &mut Canvas<'_>, noise: &mut Noise, depth: u8) {
    let tint = colour(noise, 40).map(|part| part / (depth + 1));
    let (width, height) = (f64::from(canvas.width), f64::from(canvas.height));
    let phase = f64::from(noise.unit()) * std::f64::consts::TAU;
    let waves = f64::from(noise.between(1.0, 4.0));
    let base = height * (0.5 + 0.14 * f64::from(depth));
    for x in 0..canvas.width {
        let turn = f64::from(x) / width * waves * std::f64::consts::TAU + phase;
        let top = base + height * 0.06 * (turn.sin() + 0.4 * (turn * 2.7).sin());
        column(canvas, x, top, tint);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a height within the image fits")]
fn column(canvas: &mut Canvas<'_>, x: i32, top: f64, colour: [u8; 3]) {
    let [red, green, blue] = colour;
    let stride = usize::try_from(canvas.width).unwrap_or(0) * 4;
    let Ok(first) = usize::try_from((top as i32).max(0)) else { return };
    let start = first * stride + usize::try_from(x).unwrap_or(0) * 4;
    let Some(rest) = canvas.bytes.get_mut(start..) else { return };
    for row in rest.chunks_mut(stride) {
        if let Some(pixel) = row.get_mut(..4) {
            pixel.copy_from_slice(&[red, green, blue, 255]);
        }
    }
}

fn shape(canvas: &mut Canvas<'_>, noise: &mut Noise) {
    let short = canvas.width.min(canvas.height);
    let size = short / 30 + place(noise, short / 8);
    let (x, y) = (place(noise, canvas.width), place(noise, canvas.height));
    let colour = colour(noise, 0);
    match noise.below(3) {
        0 => canvas.disc(x, y, size, colour),
        1 => canvas.rectangle(x, y, size * 2, size, colour),
        _ => canvas.triangle(x, y, size * 2, colour),
    }
}

/// The prompt and the seed on a dark band; what does not fit in one line is left out.
fn caption(canvas: &mut Canvas<'_>, prompt: &str, seed: u64) {
    let band = canvas.height / 10;
    let dot = (band / 22).max(1);
    if band < 2 * 8 * dot + 2 || canvas.width < 8 * dot {
        return;
    }
    let top = canvas.height - band;
    canvas.shade(top, canvas.height);
    let letters = usize::try_from(canvas.width / (8 * dot)).unwrap_or(0).saturating_sub(1);
    let line: String =
        prompt.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(letters).collect();
    let gap = (band - 16 * dot) / 3;
    glyphs::write(canvas, &line, 4 * dot, top + gap, dot, [250, 250, 250]);
    let seed: String = format!("seed {seed}").chars().take(letters).collect();
    glyphs::write(canvas, &seed, 4 * dot, top + 2 * gap + 8 * dot, dot, [190, 200, 120]);
}

//! One frame as the codec sees it: brightness in full size, two colour differences in half size (BT.709, limited range).

use crate::media::image::{Image, edit::blend};
use image::RgbaImage;
use openh264::formats::YUVSource;

/// A frame; both sides are even.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Planes {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) luma: Vec<u8>,
    pub(super) blue: Vec<u8>,
    pub(super) red: Vec<u8>,
}

impl YUVSource for Planes {
    fn dimensions(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    fn strides(&self) -> (usize, usize, usize) {
        (self.width, self.width / 2, self.width / 2)
    }

    fn y(&self) -> &[u8] {
        &self.luma
    }

    fn u(&self) -> &[u8] {
        &self.blue
    }

    fn v(&self) -> &[u8] {
        &self.red
    }
}

impl Planes {
    /// The image on white, without a last odd row or column.
    pub(super) fn from_image(image: &Image) -> Self {
        let stride = usize::try_from(image.width()).unwrap_or(0);
        let (width, height) = (stride & !1, usize::try_from(image.height()).unwrap_or(0) & !1);
        let rgb = image.on_white();
        let (rgb, _) = rgb.as_chunks::<3>();
        let mut planes = Self {
            width,
            height,
            luma: Vec::with_capacity(width * height),
            blue: Vec::with_capacity(width * height / 4),
            red: Vec::with_capacity(width * height / 4),
        };
        for pair in rgb.chunks_exact(stride * 2) {
            let (above, below) = pair.split_at(stride);
            planes.luma.extend(above.iter().take(width).map(|rgb| brightness(*rgb)));
            planes.luma.extend(below.iter().take(width).map(|rgb| brightness(*rgb)));
            for (above, below) in above.as_chunks::<2>().0.iter().zip(below.as_chunks::<2>().0) {
                let (blue, red) = differences(mean([above[0], above[1], below[0], below[1]]));
                planes.blue.push(blue);
                planes.red.push(red);
            }
        }
        planes
    }

    /// Copies a decoded frame, without a last odd row or column.
    pub(super) fn copy_of(source: &impl YUVSource) -> Self {
        let (width, height) = source.dimensions();
        let (width, height) = (width & !1, height & !1);
        let strides = source.strides();
        let rows = |plane: &[u8], stride: usize, width: usize, height: usize| {
            plane.chunks(stride.max(1)).take(height).flat_map(|row| row.iter().take(width).copied()).collect()
        };
        Self {
            width,
            height,
            luma: rows(source.y(), strides.0, width, height),
            blue: rows(source.u(), strides.1, width / 2, height / 2),
            red: rows(source.v(), strides.2, width / 2, height / 2),
        }
    }

    pub(super) fn to_image(&self) -> Image {
        let mut bytes = Vec::with_capacity(self.width * self.height * 4);
        for (y, row) in self.luma.chunks_exact(self.width.max(1)).enumerate() {
            let half = y / 2 * (self.width / 2)..(y / 2 + 1) * (self.width / 2);
            let (blue, red) = (&self.blue[half.clone()], &self.red[half]);
            for ((pair, blue), red) in row.as_chunks::<2>().0.iter().zip(blue).zip(red) {
                bytes.extend_from_slice(&colour(pair[0], *blue, *red));
                bytes.extend_from_slice(&colour(pair[1], *blue, *red));
            }
        }
        let side = |length: usize| u32::try_from(length).unwrap_or(0);
        let pixels = RgbaImage::from_raw(side(self.width), side(self.height), bytes);
        Image { pixels: pixels.unwrap_or_default() }
    }

    /// The frame at another (even) size.
    pub(super) fn resized(&self, width: usize, height: usize) -> Self {
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let (from, to) = ((self.width, self.height), (width, height));
        let (half_from, half_to) = ((self.width / 2, self.height / 2), (width / 2, height / 2));
        Self {
            width,
            height,
            luma: resize_plane(&self.luma, from, to),
            blue: resize_plane(&self.blue, half_from, half_to),
            red: resize_plane(&self.red, half_from, half_to),
        }
    }

    /// Becomes a mixture of `a` and `b` (all of one size), `b` with `share` 256ths.
    pub(super) fn mix(&mut self, a: &Self, b: &Self, share: u32) {
        for (target, a, b) in
            [(&mut self.luma, &a.luma, &b.luma), (&mut self.blue, &a.blue, &b.blue), (&mut self.red, &a.red, &b.red)]
        {
            for ((target, a), b) in target.iter_mut().zip(a).zip(b) {
                *target = blend(*a, *b, share);
            }
        }
    }

    /// Takes over the content of a frame of the same size.
    pub(super) fn copy_from(&mut self, source: &Self) {
        self.luma.copy_from_slice(&source.luma);
        self.blue.copy_from_slice(&source.blue);
        self.red.copy_from_slice(&source.red);
    }

    /// Fills a disc, clipped to the frame; the centre may lie outside.
    pub(super) fn disc(&mut self, centre: (i32, i32), radius: i32, rgb: [u8; 3]) {
        let luma = brightness(rgb);
        let (blue, red) = differences(rgb.map(i32::from));
        let width = self.width;
        fill_disc(&mut self.luma, width, centre, radius, luma);
        let (half, near) = ((centre.0 / 2, centre.1 / 2), radius / 2);
        fill_disc(&mut self.blue, width / 2, half, near, blue);
        fill_disc(&mut self.red, width / 2, half, near, red);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the root of a frame's side squared fits")]
fn fill_disc(plane: &mut [u8], stride: usize, (x, y): (i32, i32), radius: i32, value: u8) {
    let width = i32::try_from(stride).unwrap_or(i32::MAX);
    for down in -radius..=radius {
        let half = f64::from(radius * radius - down * down).sqrt() as i32;
        let (start, end) = ((x - half).max(0), (x + half + 1).min(width));
        let (Ok(row), Ok(start), Ok(end)) = (usize::try_from(y + down), usize::try_from(start), usize::try_from(end))
        else {
            continue;
        };
        if start < end
            && let Some(part) = plane.get_mut(row * stride + start..row * stride + end)
        {
            part.fill(value);
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the sum lies in 16 to 236; a check would cost the speed")]
fn brightness(rgb: [u8; 3]) -> u8 {
    let [red, green, blue] = rgb.map(u32::from);
    (16 + ((47 * red + 157 * green + 16 * blue + 128) >> 8)) as u8
}

fn clamped(value: i32) -> u8 {
    u8::try_from(value.clamp(0, 255)).unwrap_or(u8::MAX)
}

fn mean(pixels: [[u8; 3]; 4]) -> [i32; 3] {
    std::array::from_fn(|part| pixels.iter().map(|pixel| i32::from(pixel[part])).sum::<i32>() / 4)
}

fn differences([red, green, blue]: [i32; 3]) -> (u8, u8) {
    let towards_blue = (-26 * red - 86 * green + 112 * blue + 128) >> 8;
    let towards_red = (112 * red - 102 * green - 10 * blue + 128) >> 8;
    (clamped(128 + towards_blue), clamped(128 + towards_red))
}

fn colour(luma: u8, blue: u8, red: u8) -> [u8; 4] {
    let (light, blue, red) = (298 * (i32::from(luma) - 16) + 128, i32::from(blue) - 128, i32::from(red) - 128);
    let parts = [light + 459 * red, light - 55 * blue - 136 * red, light + 541 * blue].map(|part| clamped(part >> 8));
    [parts[0], parts[1], parts[2], 255]
}

/// Bilinear, in 1/256 of a pixel: each source row is widened once, then neighbouring ones are mixed.
fn resize_plane(plane: &[u8], from: (usize, usize), to: (usize, usize)) -> Vec<u8> {
    let across = steps(from.0, to.0);
    let widened = |y: usize| -> Vec<u8> {
        let row = plane.get(y * from.0..(y + 1) * from.0).unwrap_or_default();
        let at = |x: usize| row.get(x).copied().unwrap_or(0);
        across.iter().map(|&(left, right, share)| blend(at(left), at(right), share)).collect()
    };
    let (mut upper, mut lower) = ((0, widened(0)), (0, widened(0)));
    let mut out = Vec::with_capacity(to.0 * to.1);
    for (above, below, share) in steps(from.1, to.1) {
        if upper.0 != above {
            upper = if lower.0 == above { lower.clone() } else { (above, widened(above)) };
        }
        if lower.0 != below {
            lower = (below, widened(below));
        }
        out.extend(upper.1.iter().zip(&lower.1).map(|(above, below)| blend(*above, *below, share)));
    }
    out
}

/// For each target place the two source places around it and the share of the second in 256ths.
fn steps(from: usize, to: usize) -> Vec<(usize, usize, u32)> {
    let last = from.saturating_sub(1);
    (0..to)
        .map(|place| {
            // The middle of the target pixel in source pixels, less half a pixel, in 256ths.
            let position = ((2 * place + 1) * from * 128 / to.max(1)).saturating_sub(128);
            let first = (position / 256).min(last);
            (first, (first + 1).min(last), u32::try_from(position % 256).unwrap_or(0))
        })
        .collect()
}

//! Changes of an image's content.

use super::{Image, MediaError};
use crate::media::{limits::within_real, noise::Noise, scene::paint};

impl Image {
    /// The image drawn towards a scene of the prompt: 0.0 changes only its tint, 1.0 leaves nothing of it.
    ///
    /// Two prompts or two seeds give two images at every strength.
    ///
    /// # Errors
    /// [`MediaError::OutOfRange`] for a strength outside 0.0 to 1.0.
    pub(crate) fn restyle(&self, prompt: &str, seed: u64, strength: f64) -> Result<Self, MediaError> {
        within_real("strength", strength, 0.0, 1.0)?;
        let scene = paint(self.width(), self.height(), prompt, seed)?;
        let tint = tint(prompt, seed);
        let share = share_of_256(strength);
        let mut pixels = self.pixels.clone();
        for (pixel, scene) in pixels.pixels_mut().zip(scene.pixels.pixels()) {
            for ((part, scene), tint) in pixel.0.iter_mut().zip(scene.0).zip(tint) {
                let tinted = blend(*part, tint, TINT_SHARE);
                *part = blend(tinted, scene, share);
            }
        }
        Ok(Self { pixels })
    }

    /// The middle of `source` laid over the middle of the image with a soft edge, where a portrait has its face.
    ///
    /// # Errors
    /// Those of [`Image::resize`]: none for images within the limits.
    pub(crate) fn swap_face(&self, source: &Self) -> Result<Self, MediaError> {
        Ok(self.with_face(&source.face_for(self.width(), self.height())?))
    }

    /// The middle of the image at the size of a face in an image of the given size.
    pub(crate) fn face_for(&self, width: u32, height: u32) -> Result<Self, MediaError> {
        self.middle_half()?.resize((width / 3).max(1), (height / 2).max(1))
    }

    /// Lays on a face that [`Image::face_for`] made for this size.
    pub(crate) fn with_face(&self, face: &Self) -> Self {
        let (face_width, face_height) = face.pixels.dimensions();
        let left = self.width().saturating_sub(face_width) / 2;
        let top = self.height().saturating_sub(face_height) / 4;
        let mut pixels = self.pixels.clone();
        for (x, y, pixel) in face.pixels.enumerate_pixels() {
            let share = softness(x, face_width, y, face_height);
            if let Some(target) = pixels.get_pixel_mut_checked(left + x, top + y) {
                for (part, new) in target.0.iter_mut().zip(pixel.0) {
                    *part = blend(*part, new, share);
                }
            }
        }
        Self { pixels }
    }

    /// The white part of `mask` (resized to fit; from grey 128 on) replaced by a scene of the prompt, the rest as it was.
    ///
    /// # Errors
    /// Those of [`Image::resize`]: none for images within the limits.
    pub(crate) fn inpaint(&self, mask: &Self, prompt: &str, seed: u64) -> Result<Self, MediaError> {
        let mask = mask.resize(self.width(), self.height())?;
        let scene = paint(self.width(), self.height(), prompt, seed)?;
        let mut pixels = self.pixels.clone();
        for ((pixel, scene), mask) in pixels.pixels_mut().zip(scene.pixels.pixels()).zip(mask.pixels.pixels()) {
            let [red, green, blue, alpha] = mask.0.map(u32::from);
            if (red + green + blue) * alpha >= 3 * 128 * 255 {
                *pixel = *scene;
            }
        }
        Ok(Self { pixels })
    }

    fn middle_half(&self) -> Result<Self, MediaError> {
        let (width, height) = (self.width(), self.height());
        self.crop(width / 4, height / 4, (width / 2).max(1), (height / 2).max(1))
    }
}

/// Share of the tint in every restyled pixel, in 256ths.
const TINT_SHARE: u32 = 40;

fn tint(prompt: &str, seed: u64) -> [u8; 4] {
    let mut noise = Noise::new(prompt, seed);
    let mut part = || u8::try_from(noise.below(256)).unwrap_or(u8::MAX);
    [part(), part(), part(), 255]
}

/// `a` and `b` mixed, `b` with `share` 256ths (0 to 256).
#[expect(clippy::cast_possible_truncation, reason = "the sum lies between the two bytes; a check would cost the speed")]
pub(crate) fn blend(a: u8, b: u8, share: u32) -> u8 {
    ((u32::from(a) * (256 - share) + u32::from(b) * share) >> 8) as u8
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the value lies in 0 to 256")]
pub(crate) fn share_of_256(strength: f64) -> u32 {
    (strength.clamp(0.0, 1.0) * 256.0).round() as u32
}

/// 256 in the middle of an ellipse, falling to 0 at its edge.
fn softness(x: u32, width: u32, y: u32, height: u32) -> u32 {
    let offset = |at: u32, size: u32| (2.0 * f64::from(at) + 1.0) / f64::from(size) - 1.0;
    let distance = offset(x, width).hypot(offset(y, height));
    share_of_256((1.0 - distance) * 4.0)
}

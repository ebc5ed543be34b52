//! What moves in a video: discs on closed paths before a scene or between two given images.

use super::{VideoSpec, planes::Planes};
use crate::media::{
    image::{Image, edit::share_of_256},
    limits::MediaError,
    noise::Noise,
    scene::paint,
};
use std::f64::consts::{PI, TAU};

/// Everything that is the same for all frames of one video.
pub(super) struct Scenery {
    first: Planes,
    last: Option<Planes>,
    discs: Vec<Disc>,
    frames: u32,
    /// Whether the discs vanish at both ends, so that given frames show as they are.
    between_given: bool,
}

/// A disc that runs round once or a few times; places and sizes are shares of the frame.
struct Disc {
    centre: (f64, f64),
    reach: (f64, f64),
    turns: (f64, f64),
    phase: f64,
    radius: f64,
    colour: [u8; 3],
}

impl Scenery {
    pub(super) fn new(spec: &VideoSpec, width: u32, height: u32) -> Result<Self, MediaError> {
        let planes = |image: &Image| image.resize(width, height).map(|image| Planes::from_image(&image));
        let first = match &spec.first_frame {
            Some(image) => planes(image)?,
            None => Planes::from_image(&paint(width, height, &spec.prompt, spec.seed)?),
        };
        let last = spec.last_frame.as_ref().map(planes).transpose()?;
        let mut noise = Noise::new(&spec.prompt, spec.seed ^ 0x00f1_1a00);
        let discs = (0..4 + noise.below(4)).map(|_| Disc::new(&mut noise)).collect();
        let between_given = spec.first_frame.is_some() || last.is_some();
        Ok(Self { first, last, discs, frames: spec.frames, between_given })
    }

    /// A frame to draw on.
    pub(super) fn blank(&self) -> Planes {
        self.first.clone()
    }

    /// Makes `frame` the frame number `index`, from 0.
    pub(super) fn draw(&self, index: u32, frame: &mut Planes) {
        // A video of one frame shows its beginning.
        let time = f64::from(index) / f64::from(self.frames.saturating_sub(1).max(1));
        match &self.last {
            Some(last) => frame.mix(&self.first, last, share_of_256(time)),
            None => frame.copy_from(&self.first),
        }
        let size = if self.between_given { presence(time, self.last.is_some()) } else { 1.0 };
        for disc in &self.discs {
            disc.draw(time, size, frame);
        }
    }
}

/// 0 at a given end, 1 in the middle.
fn presence(time: f64, ends: bool) -> f64 {
    if ends { (time * PI).sin() } else { (time * PI / 2.0).sin() }
}

impl Disc {
    fn new(noise: &mut Noise) -> Self {
        let mut share = |least: f32, most: f32| f64::from(noise.between(least, most));
        Self {
            centre: (share(0.2, 0.8), share(0.2, 0.7)),
            reach: (share(0.1, 0.4), share(0.1, 0.3)),
            turns: (share(1.0, 3.99).floor(), share(1.0, 2.99).floor()),
            phase: share(0.0, 1.0),
            radius: share(0.03, 0.09),
            colour: std::array::from_fn(|_| u8::try_from(noise.below(256)).unwrap_or(u8::MAX)),
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "places near the frame fit")]
    fn draw(&self, time: f64, size: f64, frame: &mut Planes) {
        let pixels = |length: usize| f64::from(u32::try_from(length).unwrap_or(0));
        let (width, height) = (pixels(frame.width), pixels(frame.height));
        let place = |centre: f64, reach: f64, turns: f64| centre + reach * ((time * turns + self.phase) * TAU).sin();
        let x = place(self.centre.0, self.reach.0, self.turns.0) * width;
        let y = place(self.centre.1, self.reach.1, self.turns.1) * height;
        let radius = self.radius * width.min(height) * size;
        if radius >= 1.0 {
            frame.disc((x as i32, y as i32), radius as i32, self.colour);
        }
    }
}

//! Films: made anew, out of pictures, or out of a film.

use super::{Made, Maker, soundtrack::with_sound};
use crate::{
    media::{
        Film, FilmChange, FilmSpec, MAX_FILM_LONG_SIDE, MAX_FILM_SHORT_SIDE, MAX_FRAMES, MIN_FILM_SIDE, MediaError,
        Picture, Restyle, Sound, film, transform_film,
    },
    work::{
        behaviour::Behaviour,
        kind::Kind,
        wishes::{Target, Wishes},
    },
};
use bytes::Bytes;
use serde_json::json;

/// Frames in a second where nothing says otherwise.
const USUAL_FPS: f64 = 24.0;
/// Seconds of a film where nothing says otherwise.
const USUAL_SECONDS: f64 = 2.0;
/// What stands behind a subject cut out of a film: H.264 knows no transparency.
const GREEN: [u8; 3] = [0, 255, 0];

impl Maker {
    /// The `index`-th film of a property.
    pub(super) fn film(&self, name: &str, index: usize) -> Result<Made, MediaError> {
        let changes = !matches!(self.behaviour, Behaviour::Generate | Behaviour::Animate);
        let made = match self.sources.film() {
            Some((bytes, _)) if changes => self.changed_film(bytes, name, index)?,
            _ => film(&self.film_spec(index))?,
        };
        let made = match self.soundtrack(made.duration_s)? {
            Some(sound) => with_sound(&made, &sound)?,
            None => made,
        };
        let facts = json!({
            "width": made.width, "height": made.height, "fps": made.fps, "num_frames": made.frames,
            "duration": made.duration_s,
        });
        Ok(Made::new(Kind::Film, made.bytes, Film::MEDIA_TYPE, Film::EXTENSION, &facts))
    }

    /// What is heard: the sound a film is fitted to, one made for it, or none.
    fn soundtrack(&self, seconds: f64) -> Result<Option<Sound>, MediaError> {
        let audible = self.behaviour == Behaviour::AddSound || self.wishes.value("film_sound") == Some(&json!(true));
        match self.sources.sound() {
            Some(given) if self.behaviour == Behaviour::Dub => Ok(Some(given.clone())),
            _ if audible => self.film_sound(seconds).map(Some),
            _ => Ok(None),
        }
    }

    fn changed_film(&self, bytes: &Bytes, name: &str, index: usize) -> Result<Film, MediaError> {
        let mut change = FilmChange::default();
        match self.behaviour {
            Behaviour::Upscale => {
                change.scale = Some(self.wishes.number("scale").unwrap_or(2.0));
                change.fps = self.wishes.number("fps");
            }
            Behaviour::Cutout => change.background = Some(if name.contains("mask") { [0; 3] } else { GREEN }),
            // A track of sound changes no frame, moving lips change too little to be worth imitating.
            Behaviour::Dub | Behaviour::AddSound => {}
            _ => match self.sources.pictures().next() {
                Some(face) if self.wishes.text("prompt").is_empty() => change.face = Some(face.clone()),
                _ => change.restyle = Some(self.restyle(index)),
            },
        }
        transform_film(bytes, &change)
    }

    fn restyle(&self, index: usize) -> Restyle {
        Restyle { prompt: self.wishes.text("prompt"), seed: self.seed(index), strength: self.strength() }
    }

    fn film_spec(&self, index: usize) -> FilmSpec {
        let last = Wishes::names("last_frame");
        let first_frame = match self.behaviour {
            Behaviour::Animate => self.sources.pictures().next().cloned(),
            _ => None,
        };
        let last_frame = self.sources.picture_in(|field| last.iter().any(|name| name == field)).cloned();
        let (width, height) = self.film_size(first_frame.as_ref());
        let fps = self.wishes.number("fps").unwrap_or(USUAL_FPS).clamp(1.0, 120.0);
        let mut spec =
            FilmSpec::new(width, height, fps, self.frames(fps), &self.wishes.text("prompt"), self.seed(index));
        (spec.first_frame, spec.last_frame) = (first_frame, last_frame);
        spec
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the allowed frames")]
    fn frames(&self, fps: f64) -> u32 {
        let seconds = || self.wishes.seconds().or_else(|| self.sources.sound().map(Sound::duration_s));
        let frames = self.wishes.number("frames").unwrap_or_else(|| seconds().unwrap_or(USUAL_SECONDS) * fps);
        frames.round().clamp(1.0, f64::from(MAX_FRAMES)) as u32
    }

    /// What is asked for, else the size of the first frame, made to fit an H.264 film.
    fn film_size(&self, first: Option<&Picture>) -> (u32, u32) {
        let own = first.map(|picture| (picture.width(), picture.height()));
        let ratio = own.map(|(width, height)| f64::from(width) / f64::from(height));
        let asked = self.wishes.asked_size(Target::Film, ratio);
        fitted(asked.or(own).unwrap_or_else(|| self.wishes.size(Target::Film)))
    }
}

/// The size with the same shape that an H.264 film can have.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "both sides are clamped to the limits")]
fn fitted((width, height): (u32, u32)) -> (u32, u32) {
    let (long, short) = (f64::from(width.max(height)), f64::from(width.min(height).max(1)));
    let most = (f64::from(MAX_FILM_LONG_SIDE) / long).min(f64::from(MAX_FILM_SHORT_SIDE) / short).min(1.0);
    let factor = most.max(f64::from(MIN_FILM_SIDE) / short);
    let side = |side: u32| {
        let side = (f64::from(side) * factor).clamp(f64::from(MIN_FILM_SIDE), f64::from(MAX_FILM_LONG_SIDE));
        side as u32 / 2 * 2
    };
    (side(width), side(height))
}

#[cfg(test)]
mod tests {
    use super::fitted;

    #[test]
    fn sizes_are_even_and_within_the_limits() {
        assert_eq!(fitted((1280, 720)), (1280, 720));
        assert_eq!(fitted((8000, 4000)), (3840, 1920));
        assert_eq!(fitted((101, 51)), (100, 50));
        assert_eq!(fitted((8, 8)), (16, 16));
    }
}

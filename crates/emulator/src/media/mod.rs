//! Real media made on the spot: pictures, films and sounds that depend on prompt and seed.
//!
//! Everything here is a pure function of its arguments: no network, no clock, no randomness, so that the same
//! arguments give the same bytes. What comes out is meant for players and decoders, not for connoisseurs.
//!
//! - [`paint`] makes a [`Picture`]; its methods make every picture-to-picture result (larger, cut out, restyled, …).
//! - [`film`] makes a [`Film`] (H.264 in MP4, `moov` first); [`probe_film`] reads one, [`transform_film`] changes one.
//! - [`sound`] makes a [`Sound`]; its methods encode it, split it into stems, remove noise.
//! - [`cube`] makes a binary glTF file.

mod film;
mod glb;
mod glyphs;
mod limits;
mod noise;
mod picture;
mod scene;
mod sound;

pub(crate) use film::{Film, FilmChange, FilmFacts, FilmSpec, Restyle, film, probe_film, transform_film};
pub(crate) use glb::{GLB_MEDIA_TYPE, cube};
pub(crate) use limits::{
    MAX_FILM_LONG_SIDE, MAX_FILM_SHORT_SIDE, MAX_FRAMES, MAX_SIDE, MAX_SOUND_SECONDS, MIN_FILM_SIDE, MediaError,
};
pub(crate) use picture::{Picture, PictureFormat};
pub(crate) use scene::paint;
pub(crate) use sound::{Sound, SoundFormat, SoundKind, SoundSpec, sound};

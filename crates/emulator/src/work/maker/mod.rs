//! Makes one file of the result.

mod audio;
mod soundtrack;
mod video;

use super::{
    behaviour::Behaviour,
    kind::Kind,
    sources::Sources,
    wishes::{Target, Wishes},
};
use crate::media::{GLB_MEDIA_TYPE, Image, ImageFormat, MediaError, cube, paint};
use bytes::Bytes;
use serde_json::{Map, Value, json};

/// Strength of an edit that does not say one.
const USUAL_STRENGTH: f64 = 0.7;

/// A finished file with what is known about it.
#[derive(Debug, Clone)]
pub(super) struct Made {
    /// What it is.
    pub(super) kind: Kind,
    /// The file.
    pub(super) bytes: Bytes,
    /// Its true media type.
    pub(super) media_type: String,
    /// File name extension, without a dot.
    pub(super) extension: String,
    /// Width, duration and so on, under the names of fal's file types (protocol 9.1).
    pub(super) facts: Map<String, Value>,
}

impl Made {
    fn new(kind: Kind, bytes: Vec<u8>, media_type: &str, extension: &str, facts: &Value) -> Self {
        Self {
            kind,
            bytes: Bytes::from(bytes),
            media_type: media_type.to_owned(),
            extension: extension.to_owned(),
            facts: facts.as_object().cloned().unwrap_or_default(),
        }
    }

    /// A fact as a number; 0 where it is not known.
    pub(super) fn fact(&self, name: &str) -> f64 {
        self.facts.get(name).and_then(Value::as_f64).unwrap_or_default()
    }
}

/// Everything that making a file depends on.
#[derive(Debug)]
pub(super) struct Maker {
    /// What the endpoint does.
    pub(super) behaviour: Behaviour,
    /// What is wanted.
    pub(super) wishes: Wishes,
    /// The input files.
    pub(super) sources: Sources,
    /// Whether the safety checker strikes: images come back black.
    pub(super) flagged: bool,
}

impl Maker {
    /// Makes the `index`-th file of a property; `name` distinguishes a mask from an image, one stem from another.
    ///
    /// # Errors
    /// [`MediaError`] when the wish is beyond what can be made.
    pub(super) fn make(&self, kind: Kind, name: &str, index: usize) -> Result<Made, MediaError> {
        match kind {
            Kind::Image => self.image(name, index),
            Kind::Video => self.video(name, index),
            Kind::Audio => self.audio(name, index),
            Kind::Mesh => {
                let mesh = cube(&self.wishes.text("prompt"), self.wishes.seed);
                Ok(Made::new(kind, mesh, GLB_MEDIA_TYPE, "glb", &json!({})))
            }
            Kind::Archive => Ok(self.archive(name)),
        }
    }

    /// A settings file; weights are bytes that no test reads, here the settings again.
    fn archive(&self, name: &str) -> Made {
        let settings = json!({"made_for": name, "seed": self.wishes.seed, "prompt": self.wishes.text("prompt")});
        let bytes = settings.to_string().into_bytes();
        if name.contains("config") {
            return Made::new(Kind::Archive, bytes, "application/json", "json", &json!({}));
        }
        // A safetensors file: the length of the header as 8 little-endian bytes, the header, no tensors.
        let header = json!({"__metadata__": {"settings": settings.to_string()}}).to_string();
        let mut file = (header.len() as u64).to_le_bytes().to_vec();
        file.extend_from_slice(header.as_bytes());
        Made::new(Kind::Archive, file, "application/octet-stream", "safetensors", &json!({}))
    }

    /// Another seed for every further file.
    fn seed(&self, index: usize) -> u64 {
        self.wishes.seed.wrapping_add(index as u64)
    }

    fn strength(&self) -> f64 {
        self.wishes.number("strength").unwrap_or(USUAL_STRENGTH).clamp(0.0, 1.0)
    }

    fn image(&self, name: &str, index: usize) -> Result<Made, MediaError> {
        let image = self.drawn(name, index)?;
        let image = if self.flagged { Image::flagged(image.width(), image.height())? } else { image };
        let wanted = self.wishes.word("format").and_then(ImageFormat::parse);
        let format = match wanted {
            // A JPEG would lose what was wanted.
            Some(ImageFormat::Jpeg) | None if image.has_transparency() => ImageFormat::Png,
            Some(format) => format,
            None => ImageFormat::Png,
        };
        let facts = json!({"width": image.width(), "height": image.height()});
        Ok(Made::new(Kind::Image, image.encode(format)?, format.media_type(), format.extension(), &facts))
    }

    fn drawn(&self, name: &str, index: usize) -> Result<Image, MediaError> {
        let (prompt, seed) = (self.wishes.text("prompt"), self.seed(index));
        let Some(source) = self.sources.images().next() else {
            let (width, height) = self.wishes.size(Target::Image);
            return paint(width, height, &prompt, seed);
        };
        match self.behaviour {
            _ if name.contains("mask") => Ok(source.subject_mask()),
            Behaviour::Cutout if self.wishes.field("mask_only") == Some(&json!(true)) => Ok(source.subject_mask()),
            Behaviour::Cutout => Ok(source.cut_out_background()),
            Behaviour::Upscale => source.upscale(self.wishes.number("scale").unwrap_or(2.0)),
            Behaviour::SwapFace => match self.sources.images().nth(1) {
                Some(face) => source.swap_face(face),
                None => Ok(source.clone()),
            },
            Behaviour::Inpaint => match self.sources.image_in(|field| field.contains("mask")) {
                Some(mask) => source.inpaint(mask, &prompt, seed),
                None => self.redrawn(source, &prompt, seed),
            },
            Behaviour::Generate => {
                let (width, height) = self.wishes.size(Target::Image);
                paint(width, height, &prompt, seed)
            }
            _ => self.redrawn(source, &prompt, seed),
        }
    }

    /// The source under the prompt, in the size that is wanted, or its own.
    fn redrawn(&self, source: &Image, prompt: &str, seed: u64) -> Result<Image, MediaError> {
        let own = (source.width(), source.height());
        let size = self.wishes.wanted_size(Target::Image, Some(f64::from(own.0) / f64::from(own.1)));
        let (width, height) = size.unwrap_or(own);
        let source = if (width, height) == own { source.clone() } else { source.resize(width, height)? };
        source.restyle(prompt, seed, self.strength())
    }
}

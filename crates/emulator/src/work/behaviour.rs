//! What an endpoint does with its input: a word of the data, or a guess from category and schema.

use super::{
    kind::{FileSchema, Kind},
    schema::Document,
    wishes::Wishes,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// Kinds of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Behaviour {
    /// Something new out of words (and perhaps references).
    Generate,
    /// The first image redrawn.
    Edit,
    /// The white part of the mask repainted.
    Inpaint,
    /// One image's face put into another.
    SwapFace,
    /// Larger images or videos.
    Upscale,
    /// Subject without backdrop.
    Cutout,
    /// A video that starts (and may end) on given images.
    Animate,
    /// A video redrawn.
    Restyle,
    /// A video fitted to an audio track.
    Dub,
    /// A video that gets an audio track.
    AddAudio,
    /// Speech.
    Speak,
    /// Music or effects.
    Music,
    /// Audio changed, its length kept.
    ReworkAudio,
    /// Audio split into parts.
    Stems,
    /// Words out of speech.
    Transcribe,
    /// Words out of words or images.
    Answer,
    /// A 3D model.
    #[serde(rename = "model3d")]
    Model3d,
    /// Weights out of an archive.
    Train,
}

/// Input names that only background removal has.
const CUTOUT_FIELDS: [&str; 5] = ["refine_foreground", "output_mask", "crop_to_bbox", "mask_only", "background_color"];
/// Output names that only stem separation has.
const STEM_FIELDS: [&str; 3] = ["vocals", "instrumental", "drums"];

impl Behaviour {
    /// What an endpoint of this category does: its own word for it, otherwise a guess.
    pub(super) fn of(word: Option<&str>, category: &str, document: Document<'_>) -> Self {
        let known = word.and_then(|word| serde_json::from_value(json!(word)).ok());
        known.unwrap_or_else(|| Signature::read(category, document).guess())
    }

    /// Whether there is nothing to do without an input file.
    pub(super) const fn needs_source(self) -> bool {
        matches!(
            self,
            Self::Upscale
                | Self::Cutout
                | Self::ReworkAudio
                | Self::Stems
                | Self::Transcribe
                | Self::Dub
                | Self::AddAudio
        )
    }
}

/// What distinguishes kinds of work in a schema.
struct Signature<'a> {
    category: &'a str,
    inputs: Vec<&'a str>,
    takes: Vec<Kind>,
    outputs: Vec<&'a str>,
    gives: Vec<Kind>,
}

impl<'a> Signature<'a> {
    fn read(category: &'a str, document: Document<'a>) -> Self {
        let inputs = document.input().map(|schema| document.properties(schema)).unwrap_or_default();
        let outputs = document.output().map(|schema| document.properties(schema)).unwrap_or_default();
        let gives = |(name, schema): &(&'a str, &'a Value)| {
            FileSchema::of(document, name, schema).map(|file| file.kind(name, category))
        };
        Self {
            category,
            takes: inputs.iter().filter_map(|(name, schema)| Kind::of_input(name, schema)).collect(),
            gives: outputs.iter().filter_map(gives).collect(),
            inputs: inputs.into_iter().map(|(name, _)| name).collect(),
            outputs: outputs.into_iter().map(|(name, _)| name).collect(),
        }
    }

    fn takes(&self, kind: Kind) -> bool {
        self.takes.contains(&kind)
    }

    fn has(&self, meaning: &str) -> bool {
        Wishes::names(meaning).iter().any(|name| self.inputs.contains(&name.as_str()))
    }

    fn has_any(&self, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.inputs.contains(field))
    }

    fn guess(&self) -> Behaviour {
        if self.category == "training" {
            return Behaviour::Train;
        }
        match self.gives.iter().min_by_key(|kind| self.rank(**kind)) {
            Some(Kind::Image) => self.image(),
            Some(Kind::Video) => self.video(),
            Some(Kind::Audio) => self.audio(),
            Some(Kind::Mesh) => Behaviour::Model3d,
            Some(Kind::Archive) => Behaviour::Train,
            None if self.takes(Kind::Audio) => Behaviour::Transcribe,
            None => Behaviour::Answer,
        }
    }

    /// The kind of the category comes first, a preview image next to a video or mesh last.
    fn rank(&self, kind: Kind) -> u8 {
        let main = Kind::of_category(self.category) == Some(kind);
        match kind {
            _ if main => 0,
            Kind::Video => 1,
            Kind::Audio => 2,
            Kind::Mesh => 3,
            Kind::Image => 4,
            Kind::Archive => 5,
        }
    }

    fn image(&self) -> Behaviour {
        let masked = self.inputs.iter().any(|name| name.contains("mask") && name.ends_with("url"));
        let images = self.takes.iter().filter(|kind| **kind == Kind::Image).count();
        match images {
            0 => Behaviour::Generate,
            _ if masked && self.has("prompt") => Behaviour::Inpaint,
            _ if self.has("scale") => Behaviour::Upscale,
            _ if !self.has("prompt") && self.has_any(&CUTOUT_FIELDS) => Behaviour::Cutout,
            2 if !self.has("prompt") => Behaviour::SwapFace,
            _ => Behaviour::Edit,
        }
    }

    fn video(&self) -> Behaviour {
        match () {
            () if self.takes(Kind::Video) && self.has("scale") => Behaviour::Upscale,
            () if self.takes(Kind::Video) && self.takes(Kind::Audio) => Behaviour::Dub,
            () if self.takes(Kind::Video) && self.has_any(&CUTOUT_FIELDS) => Behaviour::Cutout,
            () if self.takes(Kind::Video) => Behaviour::Restyle,
            () if self.takes(Kind::Image) => Behaviour::Animate,
            () => Behaviour::Generate,
        }
    }

    fn audio(&self) -> Behaviour {
        let split = STEM_FIELDS.iter().filter(|name| self.outputs.contains(name)).count() > 1;
        match () {
            () if split => Behaviour::Stems,
            () if self.category == "text-to-speech" || self.has("speed") => Behaviour::Speak,
            () if self.has_any(&["gen_text", "ref_text", "voice"]) => Behaviour::Speak,
            () if self.takes(Kind::Audio) && self.category != "text-to-audio" => Behaviour::ReworkAudio,
            () => Behaviour::Music,
        }
    }
}

//! What a model is good for: the closed list of purposes.

use crate::{Error, ErrorKind};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

macro_rules! capabilities {
    ($($(#[$doc:meta])* $name:ident = $wire:literal),+ $(,)?) => {
        /// The purpose of a model, such as upscaling a picture.
        ///
        /// A capability is not a kind: `video-to-video` says what goes in and out ([`ModelKind`](crate::ModelKind)),
        /// `video-face-swap` says what for, and a model has it only with evidence. The wire text is kebab-case;
        /// [`FromStr`] also takes the `SCREAMING_CASE` name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum MediaCapability { $($(#[$doc])* #[serde(rename = $wire)] $name),+ }

        impl MediaCapability {
            /// Every capability, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable kebab-case text used in files, flags and JSON.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $wire),+ } }
        }
    };
}

capabilities! {
    /// Pictures from a description.
    ImageGeneration = "image-generation",
    /// More pixels for a picture.
    ImageUpscaling = "image-upscaling",
    /// A better picture of the same size: restored, denoised, recoloured.
    ImageEnhancement = "image-enhancement",
    /// A picture in another style.
    ImageStyleTransfer = "image-style-transfer",
    /// A masked part of a picture painted anew.
    ImageInpainting = "image-inpainting",
    /// A picture continued past its edges.
    ImageOutpainting = "image-outpainting",
    /// A description of a picture.
    ImageToText = "image-to-text",
    /// Films from a description.
    VideoGeneration = "video-generation",
    /// A picture set in motion.
    VideoAnimation = "video-animation",
    /// More pixels or frames for a film.
    VideoUpscaling = "video-upscaling",
    /// A film in another style.
    VideoStyleTransfer = "video-style-transfer",
    /// Another face in a film.
    VideoFaceSwap = "video-face-swap",
    /// Lips that follow a voice.
    VideoLipSync = "video-lip-sync",
    /// Sound made for a film.
    VideoToAudio = "video-to-audio",
    /// Sound from a description.
    AudioGeneration = "audio-generation",
    /// A voice reading a text.
    TextToSpeech = "text-to-speech",
    /// A voice that sounds like a sample.
    VoiceCloning = "voice-cloning",
    /// Cleaner or separated sound.
    AudioEnhancement = "audio-enhancement",
    /// Music from a description or lyrics.
    MusicGeneration = "music-generation",
    /// A transcript of speech.
    SpeechToText = "speech-to-text",
    /// A talking or moving person made from a description.
    AvatarGeneration = "avatar-generation",
    /// A given person set talking or moving.
    AvatarAnimation = "avatar-animation",
    /// A 3D model from text or pictures.
    Model3dGeneration = "3d-generation",
    /// A 3D model set in motion.
    Model3dAnimation = "3d-animation",
    /// Text from a prompt.
    TextGeneration = "text-generation",
    /// Text from text: rewriting, translation.
    TextToText = "text-to-text",
    /// Another face in a picture.
    ImageFaceSwap = "image-face-swap",
    /// A picture's subject cut out of its background.
    ImageBackgroundRemoval = "image-background-removal",
    /// A damaged, blurred or faded picture made good.
    ImageRestoration = "image-restoration",
    /// Masks of the things in a picture.
    ImageSegmentation = "image-segmentation",
    /// A person in other clothes.
    VirtualTryOn = "virtual-try-on",
    /// A film's subject cut out of its background.
    VideoBackgroundRemoval = "video-background-removal",
    /// More frames between the frames of a film, or between two pictures.
    VideoInterpolation = "video-interpolation",
    /// A film continued past its end or beginning.
    VideoExtension = "video-extension",
    /// A film's speech in another language.
    Dubbing = "dubbing",
    /// Noises and ambience from a description.
    SoundEffects = "sound-effects",
    /// One voice or instrument taken out of a mixture.
    AudioIsolation = "audio-isolation",
    /// A voice changed into another voice, with what it says kept.
    VoiceConversion = "voice-conversion",
}

impl MediaCapability {
    /// The name in `SCREAMING_CASE`, as the seed system spelt it.
    pub fn screaming(self) -> String {
        match self {
            Self::Model3dGeneration => "MODEL_3D_GENERATION".into(),
            Self::Model3dAnimation => "MODEL_3D_ANIMATION".into(),
            other => other.as_str().replace('-', "_").to_ascii_uppercase(),
        }
    }
}

impl fmt::Display for MediaCapability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for MediaCapability {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.iter().copied().find(|c| c.as_str() == text || c.screaming() == text).ok_or_else(|| {
            Error::new(ErrorKind::InvalidInput, format!("`{text}` is not a capability"))
                .with_hint(format!("known: {}", crate::nearest::join(Self::ALL.iter().map(|c| c.as_str()))))
        })
    }
}

/// A copyable set of capabilities, iterated in declaration order.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct CapabilitySet(u64);

impl CapabilitySet {
    /// The empty set.
    pub const EMPTY: Self = Self(0);

    /// The set with `capability` added.
    #[must_use]
    pub const fn with(self, capability: MediaCapability) -> Self {
        Self(self.0 | 1 << capability as u8)
    }

    /// Whether `capability` is in the set.
    pub const fn contains(self, capability: MediaCapability) -> bool {
        self.0 & (1 << capability as u8) != 0
    }

    /// The members.
    pub fn iter(self) -> impl Iterator<Item = MediaCapability> {
        MediaCapability::ALL.iter().copied().filter(move |c| self.contains(*c))
    }
}

impl fmt::Debug for CapabilitySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl FromIterator<MediaCapability> for CapabilitySet {
    fn from_iter<I: IntoIterator<Item = MediaCapability>>(iter: I) -> Self {
        iter.into_iter().fold(Self::EMPTY, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_001_seed_names_parse_in_both_spellings_and_print_the_wire_text() {
        let seed = [
            ("IMAGE_GENERATION", "image-generation"),
            ("VIDEO_GENERATION", "video-generation"),
            ("VIDEO_ANIMATION", "video-animation"),
            ("VIDEO_UPSCALING", "video-upscaling"),
            ("VIDEO_FACE_SWAP", "video-face-swap"),
            ("IMAGE_UPSCALING", "image-upscaling"),
            ("IMAGE_ENHANCEMENT", "image-enhancement"),
            ("AUDIO_GENERATION", "audio-generation"),
            ("TEXT_TO_SPEECH", "text-to-speech"),
            ("AUDIO_ENHANCEMENT", "audio-enhancement"),
        ];
        for (screaming, kebab) in seed {
            let parsed: MediaCapability = screaming.parse().unwrap();
            assert_eq!(parsed, kebab.parse().unwrap());
            assert_eq!(parsed.to_string(), kebab);
            assert_eq!(parsed.screaming(), screaming);
            assert_eq!(serde_json::to_value(parsed).unwrap(), kebab);
        }
    }

    #[test]
    fn every_capability_round_trips_and_the_set_keeps_order() {
        for capability in MediaCapability::ALL {
            assert_eq!(capability.screaming().parse::<MediaCapability>().unwrap(), *capability);
            assert_eq!(capability.as_str().parse::<MediaCapability>().unwrap(), *capability);
        }
        let all: CapabilitySet = MediaCapability::ALL.iter().rev().copied().collect();
        assert_eq!(all.iter().collect::<Vec<_>>(), MediaCapability::ALL);
        assert_eq!("MODEL_3D_GENERATION".parse::<MediaCapability>().unwrap().to_string(), "3d-generation");
    }

    #[test]
    fn an_unknown_name_says_which_are_known() {
        let error = "teleportation".parse::<MediaCapability>().unwrap_err();
        assert!(error.to_string().contains("teleportation"));
        assert!(error.hint().unwrap().contains("image-generation"));
    }
}

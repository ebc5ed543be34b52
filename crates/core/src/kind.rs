//! Kinds: what goes in and what comes out.

use crate::{
    Error, ErrorKind, Expected, FieldProblem, FieldType, Output, ProblemCode, Request, Result, Role, VideoComposition,
    request,
};
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    fmt::{self, Debug},
    str::FromStr,
};

/// A kind of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Modality {
    /// Plain text.
    Text,
    /// A still image.
    Image,
    /// Moving images.
    Video,
    /// Speech, music, noises.
    Audio,
    /// Structured data.
    Json,
}

mod sealed {
    pub trait Sealed {}
}

/// A kind at the type level, tying request and output together. Sealed: the list belongs to this crate.
pub trait Kind: sealed::Sealed + Debug + Copy + Send + Sync + 'static {
    /// The value-level twin.
    const KIND: ModelKind;
    /// What goes in.
    type Request: KindRequest;
    /// What comes out.
    type Output: KindOutput;
}

/// A typed request, which becomes the canonical [`Request`].
pub trait KindRequest: Debug + Clone + Send + Sync + 'static {
    /// The canonical form: the same for every kind.
    fn into_request(self) -> Request;
}

/// A typed output, built from the neutral [`Output`].
pub trait KindOutput: Debug + Clone + Send + Sync + 'static {
    /// From what the provider returned, and what went in next to the main input.
    fn from_output(output: Output) -> Self;
    /// The neutral form.
    fn output(&self) -> &Output;
}

impl KindOutput for Output {
    fn from_output(output: Output) -> Self {
        output
    }
    fn output(&self) -> &Output {
        self
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $wire:literal : $from:ident => $to:ident, $request:ident, $output:ty;)+) => {
        /// The signature of a model: what goes in and what comes out.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum ModelKind {
            $($(#[$doc])* #[serde(rename = $wire)] $name,)+
        }

        impl ModelKind {
            /// Every kind, the seven of media first, [`ModelKind::Raw`] last.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// The stable kebab-case text.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $wire),+ } }
            /// The main input.
            pub const fn input(self) -> Modality { match self { $(Self::$name => Modality::$from),+ } }
            /// The output.
            pub const fn output(self) -> Modality { match self { $(Self::$name => Modality::$to),+ } }
        }

        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub enum $name {}
            impl sealed::Sealed for $name {}
            impl Kind for $name {
                const KIND: ModelKind = ModelKind::$name;
                type Request = request::$request;
                type Output = $output;
            }
        )+
    };
}

kinds! {
    /// An image from text.
    TextToImage = "text-to-image": Text => Image, TextToImageRequest, Output;
    /// An image from images.
    ImageToImage = "image-to-image": Image => Image, ImageToImageRequest, Output;
    /// A video from text.
    TextToVideo = "text-to-video": Text => Video, TextToVideoRequest, Output;
    /// A video from an image.
    ImageToVideo = "image-to-video": Image => Video, ImageToVideoRequest, Output;
    /// A video from videos.
    VideoToVideo = "video-to-video": Video => Video, VideoToVideoRequest, VideoComposition;
    /// Audio from text.
    TextToAudio = "text-to-audio": Text => Audio, TextToAudioRequest, Output;
    /// Audio from audio.
    AudioToAudio = "audio-to-audio": Audio => Audio, AudioToAudioRequest, Output;
    /// Any other endpoint: JSON in, JSON and files out.
    Raw = "raw": Json => Json, RawRequest, Output;
}

impl ModelKind {
    /// The seven kinds of media: [`ModelKind::ALL`] without [`ModelKind::Raw`].
    pub const MEDIA: [Self; 7] = [
        Self::TextToImage,
        Self::ImageToImage,
        Self::TextToVideo,
        Self::ImageToVideo,
        Self::VideoToVideo,
        Self::TextToAudio,
        Self::AudioToAudio,
    ];

    /// Checks that `request` has what this kind is about: words for a kind from text, otherwise its main input.
    ///
    /// A request that brings fields of the model's own passes: whether they stand in for what is missing is decided by
    /// the model's schema.
    ///
    /// # Errors
    /// `InvalidInput` naming the part that is missing.
    pub fn check(self, request: &Request) -> Result<()> {
        if !request.extra.is_empty() {
            return Ok(());
        }
        let role = match self.input() {
            Modality::Text if request.prompt.is_none() => return Err(missing("prompt", "a prompt is required")),
            Modality::Text | Modality::Json => return Ok(()),
            Modality::Image => Role::Image,
            Modality::Video => Role::Video,
            Modality::Audio => Role::Audio,
        };
        let has = |role: Role| request.inputs.iter().any(|input| input.role == role);
        // The sound of a video stands in for audio.
        if has(role) || (role == Role::Audio && has(Role::Video)) {
            return Ok(());
        }
        let error = missing(role.as_str(), format!("at least one `{role}` is required"));
        if role == Role::Image && has(Role::Reference) {
            return Err(error.with_hint("give `image`: a model that uses nothing but references takes them as `image`"));
        }
        Err(error)
    }
}

fn missing(field: &str, message: impl Into<Cow<'static, str>>) -> Error {
    let format = (field != "prompt").then(|| "uri".to_owned());
    let expected = Expected::typed(field, &FieldType::Text { min_length: None, max_length: None, format });
    let problem = FieldProblem::new(field, "required").with_code(ProblemCode::Missing);
    Error::new(ErrorKind::InvalidInput, message)
        .with_field(problem.with_give(field).with_expected(expected))
        .with_hint(format!("give `{field}`"))
}

impl fmt::Display for ModelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ModelKind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wanted = text.to_ascii_lowercase().replace('_', "-");
        Self::ALL.iter().copied().find(|k| k.as_str() == wanted).ok_or_else(|| {
            Error::new(ErrorKind::InvalidInput, format!("`{text}` is not a kind"))
                .with_hint(format!("known: {}", crate::nearest::join(Self::ALL.iter().map(|k| k.as_str()))))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_004_seven_kinds_each_with_input_and_output() {
        use Modality::{Audio, Image, Text, Video};
        let pairs: Vec<_> = ModelKind::MEDIA.iter().map(|k| (k.input(), k.output())).collect();
        assert_eq!(
            pairs,
            [
                (Text, Image),
                (Image, Image),
                (Text, Video),
                (Image, Video),
                (Video, Video),
                (Text, Audio),
                (Audio, Audio)
            ]
        );
        assert_eq!(ModelKind::ALL.len(), 8);
        assert!(!ModelKind::MEDIA.contains(&ModelKind::Raw));
    }

    #[test]
    fn every_kind_is_read_from_its_own_text() {
        for kind in ModelKind::ALL {
            assert_eq!(kind.as_str().parse::<ModelKind>().unwrap(), *kind);
        }
        assert!("image-to-nothing".parse::<ModelKind>().is_err());
    }
}

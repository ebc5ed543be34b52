//! Kinds: what goes in and what comes out.

use crate::{Error, ErrorKind, Output, Request, Result, VideoComposition, request};
use serde::{Deserialize, Serialize};
use std::{
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
    /// A still picture.
    Image,
    /// A film.
    Video,
    /// Sound.
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

/// A typed request, convertible to and from the canonical [`Request`].
pub trait KindRequest: Debug + Clone + Send + Sync + 'static {
    /// The canonical form: the same for every kind.
    fn into_request(self) -> Request;
    /// From the canonical form.
    ///
    /// # Errors
    /// `InvalidInput` naming the part that this kind requires and the request lacks.
    fn from_request(request: Request) -> Result<Self>;
}

/// A typed output, built from the neutral [`Output`].
pub trait KindOutput: Debug + Clone + Send + Sync + 'static {
    /// From what the provider gave, and what went in beside the main input.
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

/// Runs generic code for a kind known only at run time: the one bridge from value to type.
pub trait KindVisitor {
    /// What the visit gives.
    type Out;
    /// Called with the kind's type.
    fn visit<K: Kind>(self) -> Self::Out;
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
            /// Calls `visitor` with this kind's type.
            pub fn visit<V: KindVisitor>(self, visitor: V) -> V::Out {
                match self { $(Self::$name => visitor.visit::<$name>()),+ }
            }
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
    /// A picture from text.
    TextToImage = "text-to-image": Text => Image, TextToImageRequest, Output;
    /// A picture from pictures.
    ImageToImage = "image-to-image": Image => Image, ImageToImageRequest, Output;
    /// A film from text.
    TextToVideo = "text-to-video": Text => Video, TextToVideoRequest, Output;
    /// A film from a picture.
    ImageToVideo = "image-to-video": Image => Video, ImageToVideoRequest, Output;
    /// A film from films.
    VideoToVideo = "video-to-video": Video => Video, VideoToVideoRequest, VideoComposition;
    /// Sound from text.
    TextToAudio = "text-to-audio": Text => Audio, TextToAudioRequest, Output;
    /// Sound from sound.
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
    fn the_visitor_meets_the_type_of_the_value() {
        struct Name;
        impl KindVisitor for Name {
            type Out = ModelKind;
            fn visit<K: Kind>(self) -> ModelKind {
                K::KIND
            }
        }
        for kind in ModelKind::ALL {
            assert_eq!(kind.visit(Name), *kind);
            assert_eq!(kind.as_str().parse::<ModelKind>().unwrap(), *kind);
        }
    }
}

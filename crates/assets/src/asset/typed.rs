//! Handles that know their class.

use super::Asset;
use futures_util::StreamExt as _;
use mediagen_core::FrameRate;
use mediagen_core::{Error, ErrorKind, Result};
use mediagen_probe::sniff::MediaClass;

/// An asset as what it is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Typed {
    /// A picture.
    Image(ImageAsset),
    /// A film.
    Video(VideoAsset),
    /// A sound.
    Audio(AudioAsset),
    /// Text, markup or JSON.
    Text(TextAsset),
    /// A 3D model.
    Model3d(Model3dAsset),
    /// Anything else.
    Other(OtherAsset),
}

macro_rules! handles {
    ($($(#[$doc:meta])* $name:ident: $class:ident, $into:ident, $what:literal;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone)]
            pub struct $name(Asset);

            impl $name {
                /// The asset.
                pub fn asset(&self) -> &Asset {
                    &self.0
                }
            }

            impl From<$name> for Asset {
                fn from(handle: $name) -> Self {
                    handle.0
                }
            }
        )+

        impl Asset {
            /// A handle for what it is, by its type.
            pub fn typed(&self) -> Typed {
                match self.file_type().class {
                    $(MediaClass::$class => Typed::$class($name(self.clone())),)+
                    _ => Typed::Other(OtherAsset(self.clone())),
                }
            }

            $(
                #[doc = concat!("It as ", $what, ".")]
                ///
                /// # Errors
                /// `KindMismatch` for media of another class.
                pub fn $into(&self) -> Result<$name> {
                    match self.file_type().class {
                        MediaClass::$class => Ok($name(self.clone())),
                        _ => Err(self.is_not($what)),
                    }
                }
            )+
        }
    };
}

handles! {
    /// A picture.
    ImageAsset: Image, as_image, "a picture";
    /// A film.
    VideoAsset: Video, as_video, "a film";
    /// A sound.
    AudioAsset: Audio, as_audio, "a sound";
    /// Text, markup or JSON.
    TextAsset: Text, as_text, "text";
    /// A 3D model.
    Model3dAsset: Model3d, as_model_3d, "a 3D model";
    /// A file of no class.
    OtherAsset: Other, as_other, "a file of no class";
}

impl Asset {
    fn is_not(&self, what: &str) -> Error {
        Error::new(ErrorKind::KindMismatch, format!("`{}` is `{}`, not {what}", self.name(), self.media_type()))
    }
}

impl ImageAsset {
    /// Pixels across and down as shown, where both are known.
    pub fn size(&self) -> Option<(u32, u32)> {
        self.0.facts().width.zip(self.0.facts().height)
    }
}

impl VideoAsset {
    /// Pixels across and down as shown, where both are known.
    pub fn size(&self) -> Option<(u32, u32)> {
        self.0.facts().width.zip(self.0.facts().height)
    }

    /// Length in seconds.
    pub fn duration_s(&self) -> Option<f64> {
        self.0.facts().duration_s
    }

    /// Mean frame rate.
    pub fn frame_rate(&self) -> Option<FrameRate> {
        self.0.facts().frame_rate
    }

    /// How many frames.
    pub fn frames(&self) -> Option<u64> {
        self.0.facts().frames
    }

    /// Whether there is sound, where that is known.
    pub fn has_audio(&self) -> Option<bool> {
        self.0.facts().has_audio
    }
}

impl AudioAsset {
    /// Length in seconds.
    pub fn duration_s(&self) -> Option<f64> {
        self.0.facts().duration_s
    }

    /// Samples per second and channel.
    pub fn sample_rate(&self) -> Option<u32> {
        self.0.facts().sample_rate
    }

    /// Channels.
    pub fn channels(&self) -> Option<u16> {
        self.0.facts().channels
    }
}

impl TextAsset {
    /// The text, where it has at most `max_bytes`.
    ///
    /// # Errors
    /// `InvalidInput` for longer text, for what is not UTF-8, and for text that was never here; `Io`.
    pub async fn text(&self, max_bytes: u64) -> Result<String> {
        let wrong = |why: &str| Error::new(ErrorKind::InvalidInput, format!("`{}` {why}", self.0.name()));
        let (mut content, mut chunks) = (Vec::new(), self.0.read().await?);
        while let Some(chunk) = chunks.next().await {
            content.extend_from_slice(&chunk?);
            if content.len() as u64 > max_bytes {
                return Err(wrong("is too long").with("limit", max_bytes));
            }
        }
        String::from_utf8(content).map_err(|e| wrong("is not UTF-8").with_source(e))
    }
}

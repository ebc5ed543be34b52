//! Canonical options: the same words for every provider and kind.

use crate::{Error, ErrorKind, JsonMap, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use std::{fmt, str::FromStr};

macro_rules! text_form {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                let value = Value::deserialize(deserializer)?;
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

fn invalid(what: &str, given: &str, form: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("`{given}` is not {what}")).with_hint(form)
}

/// Width and height in pixels; text form `1024x768`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Size {
    /// Pixels across, at least 1.
    pub width: u32,
    /// Pixels down, at least 1.
    pub height: u32,
}

impl Size {
    /// A size in pixels.
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

impl FromStr for Size {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let pair = text
            .split_once(['x', 'X', '*', '×'])
            .and_then(|(w, h)| Some((w.trim().parse().ok()?, h.trim().parse().ok()?)));
        match pair {
            Some((width, height)) if width > 0 && height > 0 => Ok(Self { width, height }),
            _ => Err(invalid("a size", text, "a size is WIDTHxHEIGHT in pixels, such as 1024x768")),
        }
    }
}
text_form!(Size);

/// Width to height; text form `16:9`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AspectRatio {
    /// The width's share, at least 1.
    pub width: u32,
    /// The height's share, at least 1.
    pub height: u32,
}

impl AspectRatio {
    /// A ratio.
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// Width divided by height.
    pub fn value(self) -> f64 {
        f64::from(self.width) / f64::from(self.height)
    }
}

impl fmt::Display for AspectRatio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.width, self.height)
    }
}

impl FromStr for AspectRatio {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let pair = text.split_once(':').and_then(|(w, h)| Some((w.trim().parse().ok()?, h.trim().parse().ok()?)));
        match pair {
            Some((width, height)) if width > 0 && height > 0 => Ok(Self { width, height }),
            _ => Err(invalid("an aspect ratio", text, "an aspect ratio is WIDTH:HEIGHT, such as 16:9")),
        }
    }
}
text_form!(AspectRatio);

/// How much care to take; text form `draft`, `standard`, `high` or a number of the model's own scale.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Quality {
    /// Fast and rough.
    Draft,
    /// The model's usual.
    Standard,
    /// Slow and fine.
    High,
    /// On the model's own scale.
    Exact(f64),
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draft => f.write_str("draft"),
            Self::Standard => f.write_str("standard"),
            Self::High => f.write_str("high"),
            Self::Exact(number) => write!(f, "{number}"),
        }
    }
}

impl FromStr for Quality {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "draft" | "low" => Ok(Self::Draft),
            "standard" | "medium" => Ok(Self::Standard),
            "high" | "ultra" => Ok(Self::High),
            other => other
                .parse()
                .ok()
                .filter(|n: &f64| n.is_finite())
                .map(Self::Exact)
                .ok_or_else(|| invalid("a quality", text, "a quality is draft, standard, high or a number")),
        }
    }
}
text_form!(Quality);

macro_rules! formats {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $mime:literal);+ $(;)?) => {
        /// The file format of an output; `jpg` is read as `jpeg`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum OutputFormat { $($(#[$doc])* $name),+ }

        impl OutputFormat {
            /// Every format.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// The text form.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $text),+ } }
            /// The media type.
            pub const fn media_type(self) -> &'static str { match self { $(Self::$name => $mime),+ } }
        }
    };
}

formats! {
    /// PNG picture.
    Png = "png", "image/png";
    /// JPEG picture.
    Jpeg = "jpeg", "image/jpeg";
    /// WebP picture.
    Webp = "webp", "image/webp";
    /// MP4 film.
    Mp4 = "mp4", "video/mp4";
    /// `WebM` film.
    Webm = "webm", "video/webm";
    /// MP3 sound.
    Mp3 = "mp3", "audio/mpeg";
    /// WAV sound.
    Wav = "wav", "audio/wav";
    /// FLAC sound.
    Flac = "flac", "audio/flac";
    /// Ogg sound.
    Ogg = "ogg", "audio/ogg";
}

impl fmt::Display for OutputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for OutputFormat {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wanted = if text.eq_ignore_ascii_case("jpg") { "jpeg".into() } else { text.to_ascii_lowercase() };
        Self::ALL
            .iter()
            .copied()
            .find(|f| f.as_str() == wanted)
            .ok_or_else(|| invalid("a format", text, "a format is png, jpeg, webp, mp4, webm, mp3, wav, flac or ogg"))
    }
}
text_form!(OutputFormat);

/// What may be asked of any model. `None` is "not said" and is never sent; 0 and `false` are values.
///
/// Which of them a model can take is decided by its schema; what it cannot take is noted or refused
/// ([`Policy`](crate::Policy)), never dropped in silence.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// What to keep out of the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negative_prompt: Option<String>,
    /// Width and height in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Width to height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<AspectRatio>,
    /// A resolution word, such as `720p` or `2K`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<String>,
    /// How many results, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// The seed that makes a run repeatable: a whole number from 0 up to 2^64 - 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Denoising steps, at least 1; wins over `quality`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<u32>,
    /// How closely to follow the prompt; the model's own scale, often 0 to 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guidance: Option<f64>,
    /// How far to leave the input: a strength of 0 to 1, where 1 leaves nothing of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strength: Option<f64>,
    /// How much care to take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
    /// The output's file format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<OutputFormat>,
    /// Length in seconds, above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<f64>,
    /// Frames a second, above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fps: Option<f64>,
    /// Whether the end joins the beginning.
    #[serde(rename = "loop", skip_serializing_if = "Option::is_none")]
    pub looping: Option<bool>,
    /// How much movement; the model's own scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub motion: Option<f64>,
    /// Enlargement factor, above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
    /// Likeness to the source face or voice: a factor of 0 to 1, where 1 is most alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub similarity: Option<f64>,
    /// Whether to remove noise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub denoise: Option<bool>,
    /// The voice's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// What is said in the voice sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice_sample_text: Option<String>,
    /// Language code, such as `en` or `pt-BR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Speaking rate, 1 is usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed: Option<f64>,
    /// Pitch; the model's own scale, 0 is often usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pitch: Option<f64>,
    /// Loudness; the model's own scale, 1 is often usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<f64>,
    /// Samples a second, in Hz, from 1 up; such as 44100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<u32>,
}

impl Options {
    /// The options that are set, by canonical name, in alphabetical order; sizes and ratios in their text form.
    pub fn to_map(&self) -> JsonMap {
        match serde_json::to_value(self) {
            Ok(Value::Object(map)) => map,
            _ => JsonMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_032_a_033_zero_and_false_are_values_and_unset_is_nothing() {
        let options = Options { seed: Some(0), guidance: Some(0.0), looping: Some(false), ..Options::default() };
        assert_eq!(Value::from(options.to_map()), serde_json::json!({"seed": 0, "guidance": 0.0, "loop": false}));
        assert!(Options::default().to_map().is_empty());
    }

    #[test]
    fn text_forms_round_trip() {
        assert_eq!("1024x768".parse::<Size>().unwrap(), Size::new(1024, 768));
        assert_eq!("16:9".parse::<AspectRatio>().unwrap().to_string(), "16:9");
        assert_eq!("jpg".parse::<OutputFormat>().unwrap(), OutputFormat::Jpeg);
        assert_eq!("28".parse::<Quality>().unwrap(), Quality::Exact(28.0));
        for bad in ["0x5", "12", "x", "-1x4"] {
            assert!(bad.parse::<Size>().unwrap_err().hint().is_some());
        }
        let options: Options = serde_json::from_value(serde_json::json!({"size": "64x32", "quality": 3})).unwrap();
        assert_eq!((options.size, options.quality), (Some(Size::new(64, 32)), Some(Quality::Exact(3.0))));
    }
}

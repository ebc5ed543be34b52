//! Media that goes in: a URL, bytes, a local file or a stream, each with a role.

mod stream;

pub use stream::{MediaStream, OpenStream};

use crate::{Error, ErrorKind, Result};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::{fmt, path::PathBuf, str::FromStr};
use url::Url;

/// Media handed to a model. Providers pass URLs on and upload the rest.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MediaInput {
    /// Reachable by the provider; sent unchanged. `http`, `https` or `data`.
    Url(Url),
    /// A local file, read when it is uploaded and not before.
    Path(PathBuf),
    /// Bytes in memory.
    Bytes {
        /// The content.
        data: Bytes,
        /// The file name to show to the provider, with an extension.
        name: String,
    },
    /// Anything else that can be read from its start more than once. Of this process only: it cannot be serialised.
    #[serde(skip)]
    Stream(MediaStream),
}

impl MediaInput {
    /// Bytes under a file name.
    pub fn bytes(data: impl Into<Bytes>, name: impl Into<String>) -> Self {
        Self::Bytes { data: data.into(), name: name.into() }
    }

    /// A stream that `open` starts from the beginning each time, `bytes` long where that is known.
    pub fn stream(
        name: impl Into<String>,
        bytes: Option<u64>,
        open: impl Fn() -> OpenStream + Send + Sync + 'static,
    ) -> Self {
        Self::Stream(MediaStream::new(name, bytes, open))
    }

    /// Whether it must be moved to the provider first.
    pub fn needs_upload(&self) -> bool {
        !matches!(self, Self::Url(_))
    }
}

impl FromStr for MediaInput {
    type Err = Error;

    /// `http:`, `https:` and `data:` are URLs, `file:` and everything else are paths.
    fn from_str(text: &str) -> Result<Self> {
        let scheme = text.split_once(':').map(|(s, _)| s.to_ascii_lowercase());
        match scheme.as_deref() {
            Some("http" | "https" | "data") => Url::parse(text)
                .map(Self::Url)
                .map_err(|e| Error::new(ErrorKind::InvalidInput, "the URL of an input is malformed").with_source(e)),
            Some("file") => Url::parse(text)
                .ok()
                .and_then(|u| u.to_file_path().ok())
                .map(Self::Path)
                .ok_or_else(|| Error::new(ErrorKind::InvalidInput, format!("`{text}` names no local file"))),
            _ if text.is_empty() => {
                Err(Error::new(ErrorKind::InvalidInput, "an input is empty; a file or a URL is needed"))
            }
            _ => Ok(Self::Path(PathBuf::from(text))),
        }
    }
}

impl fmt::Debug for MediaInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) if url.scheme() == "data" => write!(f, "Url(data:… {} characters)", url.as_str().len()),
            Self::Url(url) => write!(f, "Url({url})"),
            Self::Path(path) => write!(f, "Path({})", path.display()),
            Self::Bytes { data, name } => write!(f, "Bytes({name}, {} bytes)", data.len()),
            Self::Stream(stream) => stream.fmt(f),
        }
    }
}

/// What an input is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// The main picture, or the first frame. Repeatable.
    Image,
    /// The last frame of a film.
    EndImage,
    /// White where a picture is to be changed.
    Mask,
    /// A picture to take style or subject from. Repeatable.
    Reference,
    /// The main film. Repeatable.
    Video,
    /// The main sound, or the voice for lips to follow.
    Audio,
    /// The voice to sound like.
    VoiceSample,
    /// The face to put in.
    SourceFace,
}

impl Role {
    /// Every role.
    pub const ALL: &'static [Self] = &[
        Self::Image,
        Self::EndImage,
        Self::Mask,
        Self::Reference,
        Self::Video,
        Self::Audio,
        Self::VoiceSample,
        Self::SourceFace,
    ];

    /// The canonical option name, `snake_case`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::EndImage => "end_image",
            Self::Mask => "mask",
            Self::Reference => "reference",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::VoiceSample => "voice_sample",
            Self::SourceFace => "source_face",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One input and its role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Input {
    /// What it is for.
    pub role: Role,
    /// The media.
    pub media: MediaInput,
}

impl Input {
    /// `media` in the part of `role`.
    pub fn new(role: Role, media: MediaInput) -> Self {
        Self { role, media }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_a_url_or_a_path() {
        assert!(matches!("https://a.test/x.png".parse().unwrap(), MediaInput::Url(_)));
        assert!(matches!("data:image/png;base64,AA==".parse().unwrap(), MediaInput::Url(_)));
        assert_eq!("a/b.png".parse::<MediaInput>().unwrap(), MediaInput::Path("a/b.png".into()));
        assert_eq!("file:///a/b.png".parse::<MediaInput>().unwrap(), MediaInput::Path("/a/b.png".into()));
        assert!("".parse::<MediaInput>().is_err());
    }

    #[test]
    fn debug_hides_content() {
        let text = format!("{:?}", MediaInput::bytes(vec![1, 2, 3], "x.png"));
        assert_eq!(text, "Bytes(x.png, 3 bytes)");
    }
}

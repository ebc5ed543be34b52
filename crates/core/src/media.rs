//! Media that goes in: an address, bytes, a local file or a stream, each with a role.

mod stream;

pub use stream::{MediaStream, OpenStream};

use crate::{Error, ErrorKind, FieldProblem, Origin, ProblemCode, Result};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};
use url::Url;

/// Media handed to a model. Providers pass addresses on and upload the rest.
///
/// Text becomes an address where it begins with `http:`, `https:` or `data:`, and a path otherwise; what is malformed is
/// reported when the request is prepared, so making an input never fails.
///
/// ```
/// use mediagen_core::MediaInput;
///
/// assert!(matches!(MediaInput::from("https://example.com/a.png"), MediaInput::Url(_)));
/// assert!(matches!(MediaInput::from("a/b.png"), MediaInput::Path(_)));
/// assert!(matches!(MediaInput::from("http://"), MediaInput::Malformed(_)));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MediaInput {
    /// An address that the provider can reach; sent unchanged. `http`, `https` or `data`.
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
    /// Content that a journal holds, under its hash.
    Spool {
        /// The file name to show to the provider, with an extension.
        name: String,
        /// BLAKE3 of the content, in hexadecimal.
        hash: String,
    },
    /// An address that cannot be understood: refused when the request is prepared.
    Malformed(String),
    /// An asset of one's own, with the record that it comes with. [`Input`] takes the two apart.
    Owned {
        /// The media.
        media: Box<MediaInput>,
        /// The record.
        origin: Origin,
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

    /// The same, known to come from the asset of this record.
    pub fn with_origin(self, origin: Origin) -> Self {
        Self::Owned { media: Box::new(self), origin }
    }

    /// Whether it must be moved to the provider first.
    pub fn needs_upload(&self) -> bool {
        match self {
            Self::Url(_) => false,
            Self::Owned { media, .. } => media.needs_upload(),
            _ => true,
        }
    }

    /// Its file name; for an address or a path the whole text where that has no last part.
    pub fn name(&self) -> &str {
        match self {
            Self::Url(url) => url.as_str(),
            Self::Path(path) => path.file_name().and_then(|name| name.to_str()).unwrap_or_default(),
            Self::Bytes { name, .. } | Self::Spool { name, .. } => name,
            Self::Malformed(text) => text,
            Self::Owned { media, .. } => media.name(),
            Self::Stream(stream) => stream.name(),
        }
    }
}

impl From<&str> for MediaInput {
    fn from(text: &str) -> Self {
        text.parse().unwrap_or_else(|_| Self::Malformed(text.to_owned()))
    }
}

impl From<String> for MediaInput {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&String> for MediaInput {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<PathBuf> for MediaInput {
    fn from(path: PathBuf) -> Self {
        Self::Path(path)
    }
}

impl From<&Path> for MediaInput {
    fn from(path: &Path) -> Self {
        Self::Path(path.to_owned())
    }
}

impl From<Url> for MediaInput {
    fn from(url: Url) -> Self {
        Self::Url(url)
    }
}

impl From<Bytes> for MediaInput {
    /// Bytes without a name: the content shows the type.
    fn from(data: Bytes) -> Self {
        Self::bytes(data, "input")
    }
}

impl From<Vec<u8>> for MediaInput {
    fn from(data: Vec<u8>) -> Self {
        Bytes::from(data).into()
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
                .ok_or_else(|| Error::new(ErrorKind::InvalidInput, format!("`{text}` is not a local file"))),
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
            Self::Spool { name, hash } => write!(f, "Spool({name}, {hash})"),
            Self::Malformed(text) => write!(f, "Malformed({text})"),
            Self::Owned { media, .. } => media.fmt(f),
            Self::Stream(stream) => stream.fmt(f),
        }
    }
}

/// What an input is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// The main image, or the first frame. Repeatable.
    Image,
    /// The last frame of a video.
    EndImage,
    /// White where an image is to be changed.
    Mask,
    /// An image to take style or subject from. Repeatable.
    Reference,
    /// The main video. Repeatable.
    Video,
    /// The main audio, or the voice for lips to follow.
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
    /// Where it comes from, when it is an asset of one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

impl Input {
    /// `media` as the input of `role`.
    pub fn new(role: Role, media: impl Into<MediaInput>) -> Self {
        match media.into() {
            MediaInput::Owned { media, origin } => Self { origin: Some(origin), ..Self::new(role, *media) },
            media => Self { role, media, origin: None },
        }
    }

    /// Checks that it can be understood; nothing is opened.
    ///
    /// # Errors
    /// `InvalidInput` naming the role.
    pub fn check(&self) -> Result<()> {
        let MediaInput::Malformed(text) = &self.media else { return Ok(()) };
        let problem = if text.is_empty() { "is empty".to_owned() } else { format!("`{text}` is not a valid address") };
        Err(Error::new(ErrorKind::InvalidInput, format!("the input `{}` cannot be used", self.role))
            .with_field(
                FieldProblem::new(self.role.as_str(), problem)
                    .with_code(ProblemCode::Media)
                    .with_give(self.role.as_str()),
            )
            .with_hint("an input is a file, or an http://, https:// or data: address"))
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

//! Where a file comes from: the provenance record, kept next to the file as `FILE.EXT.mediagen.json`.

mod chain;
mod file;
mod joined;
mod made;
mod redact;
mod tolerant;

pub use chain::{Ancestor, Chain, MAX_GENERATIONS};
pub use file::{MAX_RECORD_BYTES, SUFFIX, sidecar};
pub use made::{Cost, Made, TimingsMs};
pub use redact::{redact_text, redact_value};

use mediagen_core::{Error, ErrorKind, MediaFacts, Result};
use serde::{Deserialize, Serialize};
use tolerant::or_default;

/// The version of the format that is written. A field that is added does not change it; a meaning that changes does.
pub const VERSION: u32 = 1;

/// What is known about the origin of one file.
///
/// It holds no media bytes and no key: see [`redact_value`]. In JSON the unknown is null or absent, and fields that
/// this version does not know are skipped when reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Record {
    /// The version of the format, [`VERSION`] in what this crate writes.
    pub version: u32,
    /// The file.
    #[serde(default, deserialize_with = "or_default")]
    pub asset: AssetFacts,
    /// How it was made; `None` for a file that came from outside.
    #[serde(default)]
    pub made: Option<Made>,
    /// What went into it, in the order of the request.
    #[serde(default, deserialize_with = "or_default")]
    pub inputs: Vec<InputRecord>,
}

/// The file that a record is about.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AssetFacts {
    /// Its name, without a folder.
    #[serde(deserialize_with = "or_default")]
    pub file: String,
    /// BLAKE3 of the file as it is stored, 64 hexadecimal digits. `None` only in the copy of a record that is inside
    /// the file itself, which cannot know it.
    pub blake3: Option<String>,
    /// What was measured on it; `bytes` is the size as it is stored, and `None` where `blake3` is.
    #[serde(flatten)]
    pub facts: MediaFacts,
    /// The file as the provider gave it; `None` where nothing was changed since.
    pub received: Option<Received>,
    /// Where it came from, without user info and signatures.
    pub url: Option<String>,
}

/// A file before its record was written into it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Received {
    /// BLAKE3, 64 hexadecimal digits.
    #[serde(deserialize_with = "or_default")]
    pub blake3: String,
    /// Size in bytes.
    #[serde(deserialize_with = "or_default")]
    pub bytes: u64,
}

impl Received {
    /// A file with this hash (64 hexadecimal digits) and size in bytes.
    pub fn new(blake3: impl Into<String>, bytes: u64) -> Self {
        Self { blake3: blake3.into(), bytes }
    }
}

/// One input of a generation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct InputRecord {
    /// What it was used as: `image`, `end_image`, `mask`, `reference`, `video`, `audio`, `voice_sample`, `source_face`;
    /// `part` for what was joined.
    #[serde(deserialize_with = "or_default")]
    pub role: String,
    /// File name, or the URL without its query.
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    /// BLAKE3 of the content, 64 hexadecimal digits; `None` for a URL whose content was never here.
    pub blake3: Option<String>,
    /// Size in bytes.
    pub bytes: Option<u64>,
    /// Media type by the first bytes.
    pub media_type: Option<String>,
    /// The URL that was passed on, without user info and signatures.
    pub url: Option<String>,
    /// The input's own record, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<Box<Record>>,
}

impl InputRecord {
    /// An input of which no more is known than its role and name.
    pub fn new(role: impl Into<String>, name: impl Into<String>) -> Self {
        Self { role: role.into(), name: name.into(), ..Self::default() }
    }
}

impl Record {
    /// A record of `asset`, which came from outside.
    pub fn new(asset: AssetFacts) -> Self {
        Self { version: VERSION, asset, made: None, inputs: Vec::new() }
    }

    /// Says how the file was made.
    pub fn with_made(mut self, made: Made) -> Self {
        self.made = Some(made);
        self
    }

    /// Adds an input.
    pub fn with_input(mut self, input: InputRecord) -> Self {
        self.inputs.push(input);
        self
    }

    /// When the file was made, RFC 3339 in UTC; `None` where that is not recorded.
    pub fn created_at(&self) -> Option<&str> {
        self.made.as_ref()?.created_at.as_deref()
    }

    /// Reads a record.
    ///
    /// # Errors
    /// `InvalidResponse` for what is not a record or is larger than [`MAX_RECORD_BYTES`]; `Unsupported` for a version
    /// that is newer than [`VERSION`].
    pub fn from_json(json: &[u8]) -> Result<Self> {
        let broken = |why: &'static str| Error::new(ErrorKind::InvalidResponse, why);
        if json.len() as u64 > MAX_RECORD_BYTES {
            return Err(broken("a provenance record is too large").with("limit", MAX_RECORD_BYTES));
        }
        // The version first: a newer record may not have the shape of ours.
        let head: Head =
            serde_json::from_slice(json).map_err(|e| broken("a provenance record cannot be read").with_source(e))?;
        match head.version {
            Some(1..=VERSION) => {}
            Some(newer) => {
                let message = format!("a provenance record has version {newer}; this build reads up to {VERSION}");
                return Err(Error::new(ErrorKind::Unsupported, message).with_hint("use a newer mediagen"));
            }
            None => return Err(broken("a provenance record has no version")),
        }
        serde_json::from_slice(json).map_err(|e| broken("a provenance record cannot be read").with_source(e))
    }

    /// The record as JSON for people: indented, with a line break at the end, and cut to what [`Record::from_json`]
    /// reads (see [`Record::bounded`]).
    ///
    /// # Errors
    /// `InvalidInput` when it is larger than [`MAX_RECORD_BYTES`] without any ancestor.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        let mut json = serde_json::to_vec_pretty(&self.bounded(MAX_RECORD_BYTES / 4)?)
            .map_err(|e| Error::new(ErrorKind::Unexpected, "a provenance record cannot be written").with_source(e))?;
        json.push(b'\n');
        Ok(json)
    }
}

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    version: Option<u32>,
}

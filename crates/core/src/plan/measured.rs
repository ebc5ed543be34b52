//! An input as it was when the request was prepared.

use crate::{Input, MediaFacts, MediaInput, Role};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{sync::Arc, time::SystemTime};

/// What is known of one input: what it is for, what it is called, and what was measured. Never its content.
///
/// Tickets and outputs carry it as well; there only role and name are always set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Measured {
    /// What it is for.
    pub role: Role,
    /// The file name, or the address without its query.
    pub name: String,
    /// The local path, for messages and for the dry run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Type, size, dimensions and length, as far as they were measured.
    #[serde(default, skip_serializing_if = "is_unknown")]
    pub facts: MediaFacts,
    /// BLAKE3 of the content, in hexadecimal; `None` for an address, and for a large file that no upload has read yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blake3: Option<String>,
    /// What shows later that a file is still the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Stamp>,
    /// Where the input comes from, when it is an asset of one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

fn is_unknown(facts: &MediaFacts) -> bool {
    *facts == MediaFacts::default()
}

impl Measured {
    /// An input of which only role and name are known.
    pub fn named(role: Role, name: impl Into<String>) -> Self {
        Self {
            role,
            name: name.into(),
            path: None,
            facts: MediaFacts::default(),
            blake3: None,
            stamp: None,
            origin: None,
        }
    }

    /// The same with nothing but role and name, for a ticket.
    pub fn in_short(&self) -> Self {
        Self::named(self.role, self.name.clone())
    }
}

impl From<&Input> for Measured {
    fn from(input: &Input) -> Self {
        let name = match &input.media {
            MediaInput::Url(url) if url.scheme() == "data" => "data".to_owned(),
            MediaInput::Url(url) => {
                let mut url = url.clone();
                url.set_query(None);
                url.set_fragment(None);
                url.into()
            }
            MediaInput::Path(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            other => other.name().to_owned(),
        };
        Self { origin: input.origin.clone(), ..Self::named(input.role, name) }
    }
}

/// Shows whether a file is still the one that was measured, without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stamp {
    /// Length in bytes.
    pub len: u64,
    /// Last change of the content.
    pub modified: SystemTime,
    /// The device, where the system has such a number.
    #[serde(default)]
    pub device: u64,
    /// The file's number on the device, where the system has one.
    #[serde(default)]
    pub inode: u64,
}

impl Stamp {
    /// A stamp of a file of `len` bytes that was last changed at `modified`.
    pub const fn new(len: u64, modified: SystemTime) -> Self {
        Self { len, modified, device: 0, inode: 0 }
    }

    /// Adds the file's numbers.
    pub const fn with_file(mut self, device: u64, inode: u64) -> Self {
        (self.device, self.inode) = (device, inode);
        self
    }
}

/// The record of an owned asset that became an input: opaque to everything between the crate that wrote it and the one
/// that reads it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Origin(Arc<Value>);

impl Origin {
    /// Wraps a record.
    pub fn new(record: Value) -> Self {
        Self(Arc::new(record))
    }

    /// The record.
    pub fn record(&self) -> &Value {
        &self.0
    }
}

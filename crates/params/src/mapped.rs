//! What mapping gives: the body, the notes and the places that wait for an uploaded file's URL.

use mediagen_core::{JsonMap, Note, Role};

/// A request body, ready to be sent once the places of its [`uploads`](Self::uploads) are filled in.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Mapped {
    /// The body: only fields that the caller asked for or a rule set (law 2).
    pub body: JsonMap,
    /// Every difference between what was asked and what is in the body.
    pub notes: Vec<Note>,
    /// Where URLs of uploaded inputs go; empty when every input is a URL already.
    pub uploads: Vec<UploadSlot>,
}

/// A place in the body that waits for a URL; until then it holds the text `upload:<input>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct UploadSlot {
    /// JSON pointer into the body (RFC 6901), such as `/image_urls/0`.
    pub pointer: String,
    /// Index into `Request::inputs`; two slots may name the same input, which then is uploaded once.
    pub input: usize,
    /// What the input is for.
    pub role: Role,
}

/// The text that stands in for the URL of input `index` until it is uploaded.
pub(crate) fn placeholder(index: usize) -> String {
    format!("upload:{index}")
}

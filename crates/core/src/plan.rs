//! What was found out about a request before it leaves, as data; and the three stages of a request on its way.
//!
//! A [`Plan`] is to a [`Prepared`] what a [`JobTicket`](crate::JobTicket) is to a [`Job`](crate::Job): the whole of it,
//! serialisable. So a journal needs nothing else to continue a request in another process, and a request is never mapped
//! twice.

mod measured;
mod prepared;
mod ready;

pub use measured::{Measured, Origin, Stamp};
pub use prepared::{Prepared, prepare};
pub use ready::{Ready, Sent};

use crate::{JsonMap, ModelId, ModelKind, Note, Role, UnitCount};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::SystemTime;
use url::Url;

/// The version of [`Plan`] that this crate writes.
pub const PLAN_VERSION: u8 = 1;

/// Everything that preparing a request found: what will be sent, what was changed, what goes in, what it takes.
///
/// It holds no key, no schema and no content of an input. After it was made nothing needs the model's schema any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Plan {
    /// Format version, [`PLAN_VERSION`].
    pub version: u8,
    /// The model.
    pub model: ModelId,
    /// The kind that it is run as.
    pub kind: ModelKind,
    /// The body, mapped and validated; null at the place of each slot.
    pub body: JsonMap,
    /// The inputs, measured, in the order of the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Measured>,
    /// The places of the body that wait for an input.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<Slot>,
    /// How many of each unit the request takes, for the estimate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quantities: Vec<UnitCount>,
    /// Every difference between what was requested and what is in the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// The provider's own: route, headers, resolved settings. It is written down in clear, so no secret belongs here.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub private: Value,
    /// What the body was mapped by.
    #[serde(default)]
    pub mapped_by: MappedBy,
}

impl Plan {
    /// A plan that sends `body` as it is.
    pub fn new(model: ModelId, kind: ModelKind, body: JsonMap) -> Self {
        Self {
            version: PLAN_VERSION,
            model,
            kind,
            body,
            inputs: Vec::new(),
            slots: Vec::new(),
            quantities: Vec::new(),
            notes: Vec::new(),
            private: Value::Null,
            mapped_by: MappedBy::default(),
        }
    }

    /// Sets the measured inputs, in the order of the request.
    pub fn with_inputs(mut self, inputs: Vec<Measured>) -> Self {
        self.inputs = inputs;
        self
    }

    /// Sets the places that wait for an input.
    pub fn with_slots(mut self, slots: Vec<Slot>) -> Self {
        self.slots = slots;
        self
    }

    /// Sets the counted units.
    pub fn with_quantities(mut self, quantities: Vec<UnitCount>) -> Self {
        self.quantities = quantities;
        self
    }

    /// Sets the notes.
    pub fn with_notes(mut self, notes: Vec<Note>) -> Self {
        self.notes = notes;
        self
    }

    /// Sets the provider's own value.
    pub fn with_private(mut self, private: Value) -> Self {
        self.private = private;
        self
    }

    /// Sets what the body was mapped by.
    pub fn with_mapped_by(mut self, mapped_by: MappedBy) -> Self {
        self.mapped_by = mapped_by;
        self
    }

    /// The inputs that have to be moved to the provider, each once, with the first slot that each fills.
    pub fn uploads(&self) -> impl Iterator<Item = (&Slot, &Measured)> {
        let first = |index: usize, slot: &Slot| !self.slots[..index].iter().any(|other| other.input == slot.input);
        let slots = self.slots.iter().enumerate().filter(move |(index, slot)| first(*index, slot));
        slots.filter_map(|(_, slot)| Some((slot, self.inputs.get(slot.input)?)))
    }
}

/// What a body was mapped by: reported when it differs later, never a reason to map again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MappedBy {
    /// Digest of the schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Digest of the provider's aliases and rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialect: Option<String>,
    /// Version of the provider's crate.
    pub crate_version: String,
}

impl MappedBy {
    /// Mapped by this version of the provider's crate.
    pub fn new(crate_version: impl Into<String>) -> Self {
        Self { crate_version: crate_version.into(), ..Self::default() }
    }
}

/// A place of the body that waits for an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Slot {
    /// Index into the inputs; several slots may name the same input, which is moved once.
    pub input: usize,
    /// What the input is for.
    pub role: Role,
    /// JSON pointer into the body (RFC 6901), such as `/images/0`.
    pub pointer: String,
    /// How the input gets there.
    pub how: Via,
}

impl Slot {
    /// The place at `pointer` waits for the upload of input number `input`.
    pub fn new(input: usize, role: Role, pointer: impl Into<String>) -> Self {
        Self { input, role, pointer: pointer.into(), how: Via::Upload }
    }

    /// The content itself goes into the body.
    pub fn inline(mut self) -> Self {
        self.how = Via::Inline;
        self
    }
}

/// How an input gets into the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Via {
    /// It is moved to the provider's storage, and the body gets the reference.
    Upload,
    /// The body gets its content, filled in at the send and never written down.
    Inline,
}

/// An input on the provider's storage, or its content ready for the body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Uploaded {
    /// Index into the inputs of the plan.
    pub input: usize,
    /// What goes into the body: mostly an address, for some providers a file name or an object.
    pub reference: Value,
    /// What stands for `reference` where a body is shown or written down; `None` where that is the reference itself.
    /// Set for content that goes into the body, which must not reach a journal, a record or an event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<String>,
    /// Length in bytes, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The media type that it has there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// BLAKE3 of the content, in hexadecimal, where it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blake3: Option<String>,
    /// Not to be relied on from this moment on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<SystemTime>,
    /// The same content was there already: no byte moved.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cached: bool,
    /// What is worth knowing, such as a name that contradicts the content.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

impl Uploaded {
    /// Input number `input`, known to the provider as `reference`.
    pub fn new(input: usize, reference: impl Into<Value>) -> Self {
        Self {
            input,
            reference: reference.into(),
            shown: None,
            bytes: None,
            media_type: None,
            blake3: None,
            expires_at: None,
            cached: false,
            notes: Vec::new(),
        }
    }

    /// Content that goes into the body itself and is shown as `shown`.
    pub fn inline(input: usize, content: impl Into<Value>, shown: impl Into<String>) -> Self {
        Self { shown: Some(shown.into()), ..Self::new(input, content) }
    }

    /// The reference as an address, where it is one.
    pub fn url(&self) -> Option<Url> {
        Url::parse(self.reference.as_str()?).ok()
    }

    /// Whether it can be relied on at `now`.
    pub fn is_fresh(&self, now: SystemTime) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

/// One attempt to buy something, written down before it leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Intent {
    /// What makes the attempt recognisable; a provider that can send it along does.
    pub key: String,
    /// Number of the attempt, from 1.
    pub attempt: u32,
    /// BLAKE3 of the shown body, in hexadecimal.
    pub digest: String,
    /// When it was written down, by the wall clock.
    pub at: SystemTime,
}

impl Intent {
    /// The first attempt with a body of this digest, under `key`.
    pub fn new(key: impl Into<String>, digest: impl Into<String>, at: SystemTime) -> Self {
        Self { key: key.into(), attempt: 1, digest: digest.into(), at }
    }

    /// Another attempt to send the same body, under `key`.
    pub fn next(&self, key: impl Into<String>, at: SystemTime) -> Self {
        Self { key: key.into(), attempt: self.attempt + 1, digest: self.digest.clone(), at }
    }
}

#[cfg(test)]
mod tests;

//! The ticket: everything needed to find a job again, and no secret.

use crate::{Measured, ModelId, ModelKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The version that this crate writes.
pub const TICKET_VERSION: u8 = 1;

/// Finds a job again, also in another process. Plain data; a frozen format: fields are only ever added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobTicket {
    /// Format version, [`TICKET_VERSION`].
    pub version: u8,
    /// Which model.
    pub model: ModelId,
    /// Which kind of request.
    pub kind: ModelKind,
    /// The provider's id of the job.
    pub request_id: Option<String>,
    /// The inputs and their roles, for the output's record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Measured>,
    /// What else the provider's crate needs; its own business.
    #[serde(default)]
    pub token: Value,
}

impl JobTicket {
    /// A ticket of the current version.
    pub fn new(model: ModelId, kind: ModelKind, request_id: Option<String>, token: Value) -> Self {
        Self { version: TICKET_VERSION, model, kind, request_id, inputs: Vec::new(), token }
    }

    /// Adds the inputs: role and name of each, nothing else.
    pub fn with_inputs<'a>(mut self, inputs: impl IntoIterator<Item = &'a Measured>) -> Self {
        self.inputs = inputs.into_iter().map(Measured::in_short).collect();
        self
    }
}

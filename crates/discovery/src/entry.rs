//! One line of a catalogue.

use crate::Verdict;
use mediagen_core::{ModelId, ModelSpec, Schema, UnitPrice};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A model as a catalogue knows it: what the provider told, what was made of it, and how old that is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entry {
    /// The model. In a catalogue that was read from a cache its schema is empty: [`schema_digest`](Self::schema_digest)
    /// names it, and [`Discovery::model`](crate::Discovery::model) brings it.
    pub spec: ModelSpec,
    /// How far its kind is known.
    pub verdict: Verdict,
    /// The source that told of it.
    pub source: String,
    /// When that was, in seconds since 1970 (UTC).
    pub fetched_at: u64,
    /// BLAKE3 of its schema, 64 hexadecimal digits; `None` when nobody asked for it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_digest: Option<String>,
    /// The canonical options and roles that it takes, such as `end_image`; empty while its schema is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub takes: Vec<String>,
    /// What one unit costs, where the provider told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<UnitPrice>,
}

impl Entry {
    /// `spec` as `source` told of it at `fetched_at`, in seconds since 1970; the digest is that of its schema, if it
    /// has one.
    pub fn new(spec: ModelSpec, verdict: Verdict, source: impl Into<String>, fetched_at: u64) -> Self {
        let schema_digest = (!spec.schema.inputs.is_empty()).then(|| digest(&spec.schema)).flatten();
        Self { spec, verdict, source: source.into(), fetched_at, schema_digest, takes: Vec::new(), price: None }
    }

    /// Its id.
    pub fn id(&self) -> &ModelId {
        &self.spec.id
    }

    /// The entry without the bulk of its schema, as a listing keeps it.
    pub(crate) fn slim(&self) -> Self {
        let mut slim = self.clone();
        slim.spec.schema = Arc::new(Schema::default());
        slim
    }
}

/// The hash of a schema's content; where it came from plays no part.
fn digest(schema: &Schema) -> Option<String> {
    let content = serde_json::to_vec(&(&schema.inputs, &schema.outputs)).ok()?;
    Some(blake3::hash(&content).to_hex().to_string())
}

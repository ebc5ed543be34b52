//! Schemas written as JSON, and mapping onto them in one call.

#![expect(clippy::unwrap_used, reason = "the tools of tests")]
#![allow(dead_code, reason = "each test file uses some of these")]

use mediagen_core::{Error, ModelKind, Note, Options, Policy, Request, Schema, SchemaSource};
use mediagen_params::{AliasTable, Dialect, Mapped, UploadSlot, map, schema_from_openapi};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The names that fal's endpoints use, which most of these schemas are shaped after.
pub(crate) fn names() -> &'static AliasTable {
    static NAMES: LazyLock<AliasTable> =
        LazyLock::new(|| AliasTable::parse(include_str!("../../../fal-provider/data/fields.toml")).unwrap());
    &NAMES
}

/// The same without rules.
pub(crate) fn fal() -> Dialect<'static> {
    Dialect::new(names(), Vec::new())
}

/// A schema with these properties, of which `required` are required.
pub(crate) fn schema(properties: &Value, required: &[&str]) -> Schema {
    let input = json!({"type": "object", "properties": properties, "required": required});
    let body = json!({"content": {"application/json": {"schema": input}}});
    schema_from_openapi(&json!({"paths": {"/m": {"post": {"requestBody": body}}}}), SchemaSource::Live).unwrap()
}

/// A schema with these properties, none of them required.
pub(crate) fn document(properties: &Value) -> Schema {
    schema(properties, &[])
}

/// Puts `url` into the place of `slot`; whether the place was there.
pub(crate) fn fill(mapped: &mut Mapped, slot: &UploadSlot, url: &str) -> bool {
    let place = mediagen_core::pointer::get_mut(&mut mapped.body, &slot.pointer);
    let found = place.is_some();
    if let Some(place) = place {
        *place = url.into();
    }
    found
}

/// The same request under the strict policy.
pub(crate) fn strict(mut request: Request) -> Request {
    request.policy = Policy::Strict;
    request
}

/// The body and the notes.
pub(crate) fn noted(request: &Request, kind: ModelKind, properties: &Value) -> (Value, Vec<Note>) {
    let mapped = map(request, kind, &document(properties), &fal(), &[]).unwrap();
    (Value::from(mapped.body), mapped.notes)
}

/// The body of a request that needs no note.
pub(crate) fn body(request: &Request, kind: ModelKind, properties: &Value) -> Value {
    let (body, notes) = noted(request, kind, properties);
    assert_eq!(notes, [], "{body}");
    body
}

/// The body and the one note.
pub(crate) fn adjusted(request: &Request, kind: ModelKind, properties: &Value) -> (Value, Note) {
    let (body, mut notes) = noted(request, kind, properties);
    assert_eq!(notes.len(), 1, "{notes:?}");
    (body, notes.remove(0))
}

/// The refusal.
pub(crate) fn refused(request: &Request, kind: ModelKind, properties: &Value) -> Error {
    map(request, kind, &document(properties), &fal(), &[]).unwrap_err()
}

/// A request with a prompt.
pub(crate) fn prompt() -> Request {
    Request::new().with_prompt("a lighthouse")
}

/// A request with a prompt and options.
pub(crate) fn with(set: impl FnOnce(&mut Options)) -> Request {
    let mut request = prompt();
    set(&mut request.options);
    request
}

/// Properties: these, and `prompt`.
pub(crate) fn fields(pairs: &[(&str, Value)]) -> Value {
    let all = pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Value::Object(all.chain([("prompt".to_owned(), json!({"type": "string"}))]).collect())
}

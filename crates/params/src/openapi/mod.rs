//! Schemas from `OpenAPI` documents, versions 3.0 and 3.1 and the mixtures of both that are served in practice.

mod convert;
mod limits;

use convert::Converter;
use mediagen_core::{Schema, SchemaSource};
use serde_json::Value;

/// A document without a readable input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// The document is not a JSON object with `paths`; an error answer, for example.
    #[error("this is not an OpenAPI document")]
    NotADocument,
    /// There is no operation that takes a JSON body.
    #[error("the document has no operation with a JSON body")]
    NoInput,
}

/// Reads the input and output fields out of an `OpenAPI` document.
///
/// The input is the JSON body of the POST on the shortest path without a `{parameter}`, or of the first POST where every
/// path has one. The output is the answer of the GET whose path ends in a `{parameter}`, or else that POST's own.
/// A body that points nowhere gives a schema without inputs, which counts as none; a part that cannot be followed becomes
/// [`FieldType::Any`](mediagen_core::FieldType::Any). Depth and size of what is read are bounded, and it never panics.
///
/// # Errors
/// [`SchemaError`] when it is no document or no operation takes JSON.
pub fn schema_from_openapi(document: &Value, source: SchemaSource) -> Result<Schema, SchemaError> {
    let paths = document.get("paths").and_then(Value::as_object).ok_or(SchemaError::NotADocument)?;
    let mut converter = Converter::new(document);
    let posts = paths.iter().filter_map(|(path, item)| {
        let operation = converter.follow(item).get("post")?;
        Some((path, operation, body_schema(&converter, operation)?))
    });
    let (path, operation, body) =
        posts.min_by_key(|(path, ..)| (path.contains('{'), path.len())).ok_or(SchemaError::NoInput)?;
    let answer = result_schema(&converter, paths, path).or_else(|| ok_schema(&converter, operation));
    let mut schema = Schema::new(source, converter.fields(body));
    schema.outputs = answer.map(|answer| converter.fields(answer)).unwrap_or_default();
    Ok(schema)
}

fn body_schema<'a>(converter: &Converter<'a>, operation: &'a Value) -> Option<&'a Value> {
    json_schema(converter, converter.follow(operation.get("requestBody")?))
}

fn result_schema<'a>(
    converter: &Converter<'a>,
    paths: &'a serde_json::Map<String, Value>,
    post: &str,
) -> Option<&'a Value> {
    let gets = paths
        .iter()
        .filter(|(path, _)| path.ends_with('}'))
        .filter_map(|(path, item)| Some((path, ok_schema(converter, converter.follow(item).get("get")?)?)));
    gets.min_by_key(|(path, _)| (!path.starts_with(post), path.len())).map(|(_, schema)| schema)
}

fn ok_schema<'a>(converter: &Converter<'a>, operation: &'a Value) -> Option<&'a Value> {
    let responses = operation.get("responses")?;
    let response = ["200", "201", "202", "default"].iter().find_map(|status| responses.get(*status))?;
    json_schema(converter, converter.follow(response))
}

fn json_schema<'a>(converter: &Converter<'a>, holder: &'a Value) -> Option<&'a Value> {
    let content = converter.follow(holder).get("content")?.as_object()?;
    content.iter().find(|(media, _)| media.contains("json") || *media == "*/*").and_then(|(_, body)| body.get("schema"))
}

#[cfg(test)]
mod tests;

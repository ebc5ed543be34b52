//! Schemas from `OpenAPI` documents, versions 3.0 and 3.1 and the mixtures of both that are served in practice.

mod convert;
mod limits;

use convert::Converter;
use mediagen_core::{FieldType, Schema, SchemaSource};
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
    Ok(schema(&mut converter, body, answer, source))
}

/// Reads a schema out of a document whose input and output stand where the caller says: `input` and `output` are JSON
/// schemas, and local references in them point into `document`.
///
/// ```
/// use mediagen_core::{FieldType, SchemaSource};
/// use mediagen_params::schema_from_parts;
/// use serde_json::json;
///
/// // A version of a model of Replicate: an input, and a bare address as its output.
/// let document = json!({"components": {"schemas": {
///     "Input": {"type": "object", "required": ["prompt"], "properties": {
///         "seconds": {"allOf": [{"$ref": "#/components/schemas/seconds"}], "x-order": 1},
///         "prompt": {"type": "string", "x-order": 0},
///     }},
///     "seconds": {"type": "integer", "enum": [5, 10]},
///     "Output": {"type": "string", "format": "uri"},
/// }}});
/// let parts = &document["components"]["schemas"];
/// let schema = schema_from_parts(&document, &parts["Input"], Some(&parts["Output"]), SchemaSource::Live)?;
/// assert_eq!(schema.inputs[0].name, "prompt");
/// assert_eq!(schema.output, Some(FieldType::address()));
/// # Ok::<(), mediagen_params::SchemaError>(())
/// ```
///
/// # Errors
/// [`SchemaError::NoInput`] when `input` is not a JSON schema.
pub fn schema_from_parts(
    document: &Value,
    input: &Value,
    output: Option<&Value>,
    source: SchemaSource,
) -> Result<Schema, SchemaError> {
    let mut converter = Converter::new(document);
    if !converter.follow(input).is_object() {
        return Err(SchemaError::NoInput);
    }
    Ok(schema(&mut converter, input, output, source))
}

fn schema<'a>(
    converter: &mut Converter<'a>,
    input: &'a Value,
    output: Option<&'a Value>,
    source: SchemaSource,
) -> Schema {
    let mut schema = Schema::new(source, converter.fields(input));
    schema.output = output.map(|output| converter.root(output)).filter(|root| *root != FieldType::Any);
    schema
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

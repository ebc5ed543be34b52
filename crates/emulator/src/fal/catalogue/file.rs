//! Reads a catalogue snapshot: one JSON object a line, plain or gzip.

use super::{CatalogueError, Endpoint, Price};
use flate2::read::MultiGzDecoder;
use serde_json::{Value, json};
use std::{fs, io::Read, path::Path};

/// The first bytes of every gzip file (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The endpoints of the file, in its order.
pub(super) fn read(path: &Path) -> Result<Vec<Endpoint>, CatalogueError> {
    let text = text(path).map_err(|source| CatalogueError::Read { path: path.display().to_string(), source })?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(number, line)| endpoint(line).map_err(|why| at_line(path, number + 1, why))).collect()
}

fn text(path: &Path) -> std::io::Result<String> {
    let bytes = fs::read(path)?;
    let mut text = String::new();
    if bytes.starts_with(&GZIP) {
        MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text)?;
    } else {
        bytes.as_slice().read_to_string(&mut text)?;
    }
    Ok(text)
}

fn at_line(path: &Path, line: usize, why: String) -> CatalogueError {
    CatalogueError::Line { path: path.display().to_string(), line, why }
}

fn endpoint(line: &str) -> Result<Endpoint, String> {
    let mut row: Value = serde_json::from_str(line).map_err(|error| format!("not JSON: {error}"))?;
    let Some(id) = row.get("endpoint_id").and_then(Value::as_str).filter(|id| !id.is_empty()) else {
        return Err("`endpoint_id` is missing or not a text".to_owned());
    };
    Ok(Endpoint {
        id: id.to_owned(),
        price: row.get("price").and_then(price),
        // Without facts it is still listed: only an endpoint of ours can be unlisted.
        metadata: row.get_mut("metadata").map(Value::take).filter(Value::is_object).unwrap_or_else(|| json!({})),
        openapi: row.get_mut("openapi").map(Value::take).filter(is_document),
    })
}

/// An error object in the place of the document means that fal has none (protocol 7.1).
fn is_document(value: &Value) -> bool {
    value.get("paths").is_some_and(Value::is_object)
}

fn price(value: &Value) -> Option<Price> {
    Some(Price {
        unit_price: value.get("unit_price")?.as_f64()?,
        unit: value.get("unit")?.as_str()?.to_owned(),
        currency: value.get("currency").and_then(Value::as_str).unwrap_or("USD").to_owned(),
    })
}

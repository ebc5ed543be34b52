//! Builds the queue `OpenAPI` document of an endpoint as fal serves it (protocol 7.5).

use super::{data::Row, shared_types, shorthand};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The document of one row; `None` for a row without input, such as a websocket-only endpoint.
pub(super) fn document(row: &Row) -> Option<Value> {
    let input = row.input.as_ref()?;
    let output = row.output.as_ref()?;
    let stem: String = shorthand::title(&row.id).split_whitespace().collect();
    let (input_name, output_name) = (format!("{stem}Input"), format!("{stem}Output"));
    let mut schemas = Map::new();
    schemas.insert("QueueStatus".to_owned(), queue_status());
    for (name, rows) in &row.types {
        schemas.insert(name.clone(), titled(name, rows));
    }
    schemas.insert(input_name.clone(), titled(&input_name, input));
    schemas.insert(output_name.clone(), titled(&output_name, output));
    add_shared(&mut schemas);
    Some(json!({
        "openapi": "3.0.4",
        "info": info(row),
        "components": {
            "securitySchemes": {"apiKeyAuth": {
                "type": "apiKey", "in": "header", "name": "Authorization", "description": "A key of the account"
            }},
            "schemas": schemas,
        },
        "paths": paths(&row.id, &input_name, &output_name),
        "servers": [{"url": "https://queue.fal.run"}],
        "security": [{"apiKeyAuth": []}],
    }))
}

fn titled(name: &str, rows: &[Value]) -> Value {
    let mut object = shorthand::object_type(rows);
    object["title"] = json!(name);
    object
}

fn info(row: &Row) -> Value {
    let id = &row.id;
    let mut fal = json!({
        "endpointId": id,
        "category": row.category,
        "playgroundUrl": format!("https://fal.ai/models/{id}"),
        "documentationUrl": format!("https://fal.ai/models/{id}/api"),
    });
    if let Some(url) = row.thumbnail() {
        fal["thumbnailUrl"] = json!(url);
    }
    json!({
        "title": format!("Queue OpenAPI for {id}"),
        "version": "1.0.0",
        "description": format!("The OpenAPI schema for the {id} queue."),
        "x-fal-metadata": fal,
    })
}

/// Adds the shared types that are referred to, and those that they refer to in turn.
fn add_shared(schemas: &mut Map<String, Value>) {
    loop {
        let mut wanted = BTreeSet::new();
        for schema in schemas.values() {
            references(schema, &mut wanted);
        }
        wanted.retain(|name| !schemas.contains_key(name) && shared_types().contains_key(name));
        if wanted.is_empty() {
            return;
        }
        for name in wanted {
            let rows = shared_types()[&name].as_array().map(Vec::as_slice).unwrap_or_default();
            schemas.insert(name.clone(), titled(&name, rows));
        }
    }
}

fn references(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(name) = map.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next()) {
                found.insert(name.to_owned());
            }
            map.values().for_each(|inner| references(inner, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

fn queue_status() -> Value {
    let text = json!({"type": "string"});
    let open = json!({"type": "object", "additionalProperties": true});
    json!({
        "type": "object",
        "required": ["status", "request_id"],
        "properties": {
            "status": {"type": "string", "enum": ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]},
            "request_id": text, "response_url": text, "status_url": text, "cancel_url": text,
            "logs": open, "metrics": open, "queue_position": {"type": "integer"},
        },
    })
}

/// The four paths, under the full id although the live service polls under owner and alias only (protocol 7.5).
fn paths(id: &str, input: &str, output: &str) -> Value {
    let request_id = json!({
        "name": "request_id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}
    });
    let logs = json!({"name": "logs", "in": "query", "required": false, "schema": {"type": "number"}});
    let success = json!({"type": "object", "properties": {"success": {"type": "boolean"}}});
    json!({
        format!("/{id}"): {"post": {
            "requestBody": {"required": true, "content": content(&reference(input))},
            "responses": answer(&reference("QueueStatus")),
        }},
        format!("/{id}/requests/{{request_id}}"): {"get": {
            "parameters": [request_id], "responses": answer(&reference(output)),
        }},
        format!("/{id}/requests/{{request_id}}/status"): {"get": {
            "parameters": [request_id, logs], "responses": answer(&reference("QueueStatus")),
        }},
        format!("/{id}/requests/{{request_id}}/cancel"): {"put": {
            "parameters": [request_id], "responses": answer(&success),
        }},
    })
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn content(schema: &Value) -> Value {
    json!({"application/json": {"schema": schema}})
}

fn answer(schema: &Value) -> Value {
    json!({"200": {"description": "Done.", "content": content(schema)}})
}

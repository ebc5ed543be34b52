//! HTML: lists of models, and the page of one.

use super::{item::item, payload::Payload};
use crate::{
    fal::{
        catalogue::{Catalogue, Endpoint},
        id::app_of,
    },
    wire::{Answer, text},
};
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// Models that the server renders into a list; a browser fetches the others (protocol 7.4).
const RENDERED: usize = 40;
/// Pages below a model's own.
const BELOW: [&str; 3] = ["/api", "/playground", "/examples"];

/// `/`, `/explore…`, `/models` and `/models/ID…`. fal's site answers 200 for models that do not exist.
pub(super) fn page(catalogue: &Catalogue, path: &str) -> Answer {
    let id = path.strip_prefix("models/").unwrap_or("");
    let id = BELOW.iter().find_map(|page| id.strip_suffix(page)).unwrap_or(id);
    let body = match catalogue.get(id) {
        Some(endpoint) => model(catalogue, endpoint),
        None if id.is_empty() => list(catalogue),
        None => format!("<h1>fal</h1>{}", Payload::new().scripts(&json!({ "urlParts": ["", "models"] }))),
    };
    let head =
        "<meta charset=\"utf-8\"><title>fal</title><link rel=\"preload\" href=\"/_next/static/media/font.woff2\">";
    let page = format!("<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>");
    text(200, "text/html; charset=utf-8", page)
}

/// Headings with links, and some of the models as data.
fn list(catalogue: &Catalogue) -> String {
    let shown: Vec<&Endpoint> = catalogue.search("").into_iter().take(RENDERED).collect();
    let mut body = String::from("<a href=\"/models\">Models</a><a href=\"/docs\">Docs</a><h2>Models</h2>\n");
    for endpoint in &shown {
        let name = endpoint.metadata["display_name"].as_str().unwrap_or(&endpoint.id);
        let _ = writeln!(body, "<a href=\"/models/{}\"><img src=\"/thumb.webp\">{}</a>", endpoint.id, escape(name));
    }
    let mut payload = Payload::new();
    let items = Value::Array(shown.iter().take(RENDERED / 4).map(|endpoint| item(endpoint)).collect());
    let items = payload.outline(&items);
    body + &payload.scripts(&json!({ "models": items }))
}

fn model(catalogue: &Catalogue, endpoint: &Endpoint) -> String {
    let id = &endpoint.id;
    let name = endpoint.metadata["display_name"].as_str().unwrap_or(id);
    let mut payload = Payload::new();
    let model = payload.outline(&item(endpoint));
    let document = application(catalogue, endpoint);
    let data = payload.outline(&json!({ "app_name": alias(id), "metadata": { "openapi": document } }));
    let billing = endpoint.price.as_ref().map(|price| {
        json!({ "endpoint": id, "billing_unit": price.unit, "price": price.unit_price, "provider_type": "fal" })
    });
    let properties =
        json!({ "endpointId": id, "model": model, "appData": data, "endpointBilling": billing, "modes": "$undefined" });
    let below = BELOW.map(|page| format!("<a href=\"/models/{id}{page}\">{page}</a>")).concat();
    format!("<h1>{}</h1>{below}{}", escape(name), payload.scripts(&properties))
}

/// Owner and alias, behind a namespace where there is one, which one application serves (protocol 2.1).
fn application_of(id: &str) -> &str {
    app_of(id).unwrap_or(id)
}

fn alias(id: &str) -> &str {
    application_of(id).rsplit('/').next().unwrap_or(id)
}

/// The document of the endpoint's application: every endpoint of it under its own rest of the path, answering at once.
fn application(catalogue: &Catalogue, endpoint: &Endpoint) -> Value {
    let owner = application_of(&endpoint.id);
    let siblings = catalogue.iter().filter(|e| application_of(&e.id) == owner && e.id != endpoint.id);
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    paths.insert("/health".to_owned(), json!({ "get": { "responses": { "200": { "description": "Well" } } } }));
    for one in siblings.chain([endpoint]) {
        let Some(document) = &one.openapi else { continue };
        let whole = format!("/{}", one.id);
        let mut path = document["paths"][&whole].clone();
        let answer = document["paths"][format!("{whole}/requests/{{request_id}}")]["get"]["responses"].clone();
        if path["post"].is_object() {
            path["post"]["responses"] = answer;
            let rest = one.id.strip_prefix(owner).filter(|rest| !rest.is_empty()).unwrap_or("/");
            paths.insert(rest.to_owned(), path);
        }
        // Where two use one name for different types, the endpoint's own, which comes last, counts.
        let named = document["components"]["schemas"].as_object().into_iter().flatten();
        schemas.extend(named.filter(|(name, _)| *name != "QueueStatus").map(|(n, schema)| (n.clone(), schema.clone())));
    }
    json!({ "openapi": "3.1.0", "info": { "title": "App", "version": "0.1.0" }, "paths": paths,
        "components": { "schemas": schemas } })
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

//! The website (protocol 7.3 to 7.5): its JSON, the `OpenAPI` documents, pages.

mod item;
mod pages;
mod payload;
mod sitemap;

use super::catalogue::{Catalogue, Endpoint};
use crate::wire::{Answer, Call, detail, json, text};
use item::item;
use serde_json::{Value, json};
use std::{fmt::Write, sync::Arc};

const DEFAULT_SIZE: usize = 40;
const MAX_SIZE: usize = 200;

/// The website of one emulator.
pub(crate) struct Website {
    pub(crate) catalogue: Arc<Catalogue>,
    /// Address of the emulator, without a slash at its end.
    pub(crate) base: String,
    /// Its `robots.txt`.
    pub(crate) robots: String,
    /// Whether the list is a bare array.
    pub(crate) bare_list: bool,
}

impl Website {
    /// Answers everything below `/www`; nothing here needs a key.
    pub(crate) fn answer(&self, call: &Call) -> Answer {
        let catalogue = &self.catalogue;
        match call.path.as_str() {
            "api/models" => list(catalogue, self.bare_list, call),
            "api/openapi/queue/openapi.json" => openapi(catalogue, call),
            "robots.txt" => text(200, "text/plain", self.robots.clone()),
            "sitemap.xml" => sitemap::root(catalogue, &self.base),
            path => match path.strip_prefix("models/").and_then(|rest| rest.strip_suffix("/llms.txt")) {
                Some(id) => llms(catalogue, id),
                None if path.starts_with("sitemap/") => sitemap::child(catalogue, &self.base, path),
                None if path.is_empty() || path.starts_with("models") || path.starts_with("explore") => {
                    pages::page(catalogue, path)
                }
                None => detail(404, "Not Found"),
            },
        }
    }
}

/// Takes the models out of a list of either service, or everything out of a page.
pub(crate) fn empty(answer: &mut Value) {
    match answer {
        Value::Array(list) => list.clear(),
        Value::Object(page) => {
            for name in ["models", "items"] {
                if let Some(list) = page.get_mut(name) {
                    *list = json!([]);
                }
            }
            page.extend([("next_cursor", Value::Null), ("has_more", false.into())].map(|(n, v)| (n.to_owned(), v)));
        }
        other => *other = "<!DOCTYPE html><html><head><title>fal</title></head><body></body></html>".into(),
    }
}

fn number(call: &Call, name: &str, default: usize) -> usize {
    call.param(name).and_then(|text| text.parse().ok()).filter(|n| *n >= 1).unwrap_or(default)
}

fn list(catalogue: &Catalogue, bare: bool, call: &Call) -> Answer {
    let wanted_categories = call.param("categories").unwrap_or_default();
    let categories: Vec<&str> = wanted_categories.split(',').filter(|c| !c.is_empty()).collect();
    let text = call.param("keywords").unwrap_or_default();
    let wanted = |e: &&Endpoint| {
        categories.is_empty() || e.metadata["category"].as_str().is_some_and(|c| categories.contains(&c))
    };
    let all: Vec<&Endpoint> = catalogue.search(&text).into_iter().filter(wanted).collect();
    let size = number(call, "size", DEFAULT_SIZE).min(MAX_SIZE);
    let page = number(call, "page", 1);
    let items: Vec<Value> = all.iter().skip((page - 1).saturating_mul(size)).take(size).map(|e| item(e)).collect();
    if bare {
        return json(200, &Value::Array(items));
    }
    let pages = all.len().div_ceil(size);
    json(200, &json!({ "items": items, "page": page, "pages": pages, "size": size, "total": all.len() }))
}

fn openapi(catalogue: &Catalogue, call: &Call) -> Answer {
    let id = call.param("endpoint_id").unwrap_or_default();
    match catalogue.get(&id).and_then(|e| e.openapi.as_ref()) {
        Some(document) => json(200, document),
        None => json(404, &Value::Null),
    }
}

fn llms(catalogue: &Catalogue, id: &str) -> Answer {
    let Some(endpoint) = catalogue.get(id) else { return detail(404, "Not Found") };
    let m = &endpoint.metadata;
    let mut page = format!(
        "# {}\n\n> {}\n\n- **Endpoint**: `{id}`\n- **Category**: {}\n",
        m["display_name"].as_str().unwrap_or(id),
        m["description"].as_str().unwrap_or(""),
        m["category"].as_str().unwrap_or("unknown"),
    );
    if let Some(price) = &endpoint.price {
        let _ = writeln!(page, "- **Price**: {} {} per {}", price.unit_price, price.currency, price.unit);
    }
    if let Some(schemas) = endpoint.openapi.as_ref().map(|document| &document["components"]["schemas"]) {
        let _ = write!(page, "\n## Schemas\n\n```json\n{schemas:#}\n```\n");
    }
    text(200, "text/plain; charset=utf-8", page)
}

//! The page of one model: its facts, its schema and its price, out of the data that the page carries (protocol 7.4).

use super::{markup::Page, payload::Payload};
use crate::{client::unit_price, id::EndpointId, listing};
use mediagen_core::{ModelSpec, Price, SchemaSource};
use mediagen_params::schema_from_openapi;
use serde_json::{Map, Value, json};

/// What a page tells of its model.
#[derive(Debug)]
pub(crate) struct ModelPage {
    pub(crate) spec: ModelSpec,
    pub(crate) price: Option<Price>,
}

impl ModelPage {
    /// Reads the page of `id`. `None` where it tells nothing of that model: fal answers 200 with a page for models that
    /// do not exist.
    pub(crate) fn read(id: &EndpointId, html: &str) -> Option<Self> {
        let payload = Payload::of(Page::read(html));
        let (mut spec, mut document, mut price) = (None, None, None);
        payload.objects(|map| {
            if spec.is_none() {
                spec = facts(&payload, map, id);
            }
            if document.is_none() && map.contains_key("paths") {
                document = of_one_endpoint(&payload.resolve(&Value::Object(map.clone())), id);
            }
            if price.is_none() {
                price = billing(&payload, map, id);
            }
        });
        let schema = document.and_then(|document| schema_from_openapi(&document, SchemaSource::Live).ok());
        // Without the model's own facts a schema may be that of anything.
        let spec = spec?;
        let spec = match schema {
            Some(schema) => spec.with_schema(schema),
            None => spec,
        };
        Some(Self { spec, price })
    }
}

/// The object that the website's list shows for the model, which its page carries too.
fn facts(payload: &Payload, map: &Map<String, Value>, id: &EndpointId) -> Option<ModelSpec> {
    if !map.contains_key("title") || !["endpointId", "modelId", "id"].iter().any(|key| map.contains_key(*key)) {
        return None;
    }
    let spec = listing::of_website(&payload.resolve(&Value::Object(map.clone())))?;
    (&*spec.id.name == id.as_str()).then_some(spec)
}

fn billing(payload: &Payload, map: &Map<String, Value>, id: &EndpointId) -> Option<Price> {
    let billing = payload.member(map, "endpointBilling");
    let endpoint = billing.get("endpoint").and_then(Value::as_str);
    endpoint.filter(|endpoint| *endpoint == id.as_str())?;
    unit_price(billing.get("price")?, billing.get("billing_unit")?.as_str()?, None)
}

/// The part of `document` that describes `id`: a queue's document names its whole id, an application's the rest of it
/// behind owner and alias.
fn of_one_endpoint(document: &Value, id: &EndpointId) -> Option<Value> {
    let paths = document.get("paths")?.as_object()?;
    let whole = format!("/{}", id.as_str());
    if paths.contains_key(&whole) {
        return Some(document.clone());
    }
    let rest = id.as_str().strip_prefix(id.app())?;
    let rest = if rest.is_empty() { "/" } else { rest };
    let path = paths.get(rest)?;
    Some(json!({"openapi": document.get("openapi"), "components": document.get("components"), "paths": {rest: path}}))
}

#[cfg(test)]
mod tests;

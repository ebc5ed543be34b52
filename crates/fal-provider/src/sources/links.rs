//! The models that a page of the website leads to.

use super::{markup::Page, payload::Payload};
use crate::listing::{self, ids};
use mediagen_core::ModelSpec;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use url::Url;

/// Most models of one page.
const MOST: usize = 20_000;

/// The models of a page of the website at `web`, by id: what its links lead to, and what its data name. Prose, paths of
/// assets and names of files give none.
pub(super) fn models(web: &Url, mut page: Page) -> Vec<ModelSpec> {
    let mut found = BTreeMap::new();
    let places = std::mem::take(&mut page.places);
    for link in std::mem::take(&mut page.links).iter().chain(&places) {
        if let Some(id) = ids::of_link(web, link) {
            bare(&mut found, &id);
        }
    }
    let payload = Payload::of(page);
    payload.objects(|map| {
        if let Some(id) = map.get("href").and_then(Value::as_str).and_then(|link| ids::of_link(web, link)) {
            bare(&mut found, &id);
        }
        if let Some(id) = map.get("endpointId").and_then(Value::as_str).and_then(ids::id) {
            bare(&mut found, id);
        }
        if is_item(map) && found.len() < MOST {
            let item = payload.resolve(&Value::Object(map.clone()));
            if let Some(spec) = listing::of_website(&item) {
                found.insert(spec.id.name.to_string(), spec);
            }
        }
    });
    found.into_values().collect()
}

/// A model of which the page tells nothing but the id.
fn bare(found: &mut BTreeMap<String, ModelSpec>, id: &str) {
    if found.len() < MOST && !found.contains_key(id) {
        found.insert(id.to_owned(), listing::model(id, None, None));
    }
}

/// Whether an object describes a model as the website's JSON does (protocol 7.3): a bare `id` may be that of anything.
fn is_item(map: &Map<String, Value>) -> bool {
    let has = |key: &str| map.get(key).is_some_and(|value| !value.is_null());
    has("title") && has("id") && (has("category") || has("modelUrl")) || has("title") && has("endpointId")
}

#[cfg(test)]
mod tests;

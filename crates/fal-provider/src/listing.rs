//! A model as a list of fal shows it: the platform's words and the website's, in our terms.

pub(crate) mod ids;

use crate::{client::ModelItem, info::INFO};
use mediagen_core::{Listing, ModelId, ModelSpec, SchemaSource};
use mediagen_params::schema_from_openapi;
use serde_json::Value;

/// A model of the platform's catalogue; any of its members may be missing (protocol 7.1).
pub(crate) fn of_platform(item: &ModelItem) -> ModelSpec {
    let facts = &item.metadata;
    let mut spec = model(&item.endpoint_id, text(facts, "category"), text(facts, "kind"));
    if let Some(title) = text(facts, "display_name") {
        title.clone_into(&mut spec.title);
    }
    let listing = &mut spec.listing;
    listing.description = owned(facts, "description");
    listing.licence = owned(facts, "license_type");
    listing.published_at = owned(facts, "date");
    listing.updated_at = owned(facts, "updated_at");
    shared(listing, facts);
    spec.deprecated = text(facts, "status") == Some("deprecated");
    spec
}

/// The same with its schema, where the list brought it along.
pub(crate) fn with_schema(item: &ModelItem) -> ModelSpec {
    let spec = of_platform(item);
    match schema_from_openapi(&item.openapi, SchemaSource::Live) {
        Ok(schema) => spec.with_schema(schema),
        Err(_) => spec,
    }
}

/// A model of the website's list or of one of its pages (protocol 7.3); `None` for one that is gone or has no id.
pub(crate) fn of_website(item: &Value) -> Option<ModelSpec> {
    if is_true(item, "removed") {
        return None;
    }
    let id = ["endpointId", "modelId", "id"].into_iter().find_map(|key| ids::id(text(item, key)?))?;
    let mut spec = model(id, text(item, "category"), text(item, "kind"));
    if let Some(title) = text(item, "title") {
        title.clone_into(&mut spec.title);
    }
    let listing = &mut spec.listing;
    listing.description = owned(item, "shortDescription");
    listing.licence = owned(item, "licenseType");
    listing.published_at = owned(item, "date");
    listing.price_text = owned(item, "pricingInfoOverride").filter(|_| !is_true(item, "hidePricing"));
    shared(listing, item);
    spec.deprecated = is_true(item, "deprecated");
    Some(spec)
}

/// A model of this category; `kind` is fal's word for what it makes.
pub(crate) fn model(id: &str, category: Option<&str>, kind: Option<&str>) -> ModelSpec {
    let spec = ModelSpec::new(ModelId::new(INFO.id.clone(), id));
    let mut spec = match category {
        Some(category) => spec.with_category(category),
        None => spec,
    };
    if kind == Some("training") {
        // A trainer makes weights whatever its category says (protocol 7.6): only raw requests fit it.
        spec.kinds.clear();
        spec.capabilities.clear();
        spec.listing.trains = true;
    }
    spec
}

/// What both lists call the same.
fn shared(listing: &mut Listing, item: &Value) {
    let tags = item.get("tags").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    listing.tags = tags.iter().filter_map(Value::as_str).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
    listing.status = owned(item, "status");
    listing.group = item.get("group").and_then(|group| owned(group, "label").or_else(|| owned(group, "key")));
}

fn text<'a>(item: &'a Value, key: &str) -> Option<&'a str> {
    item.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

fn owned(item: &Value, key: &str) -> Option<String> {
    text(item, key).map(str::to_owned)
}

/// Truth as the website writes it: `true`, or `"True"` (protocol 7.3).
fn is_true(item: &Value, key: &str) -> bool {
    match item.get(key) {
        Some(Value::Bool(yes)) => *yes,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediagen_core::ModelKind;
    use serde_json::json;

    #[test]
    fn the_website_s_words_are_read_in_every_shape() {
        let spec = of_website(
            &json!({"id": "old", "modelId": "d10ea3nq", "endpointId": "x-ai/grok/v1.1", "title": "Grok",
            "category": "image-to-image", "shortDescription": "Edits.", "tags": ["edit", null, ""], "deprecated": "True",
            "group": {"key": "grok", "label": "Edit"}, "licenseType": null, "kind": "inference", "date": "2026-01-02T00:00:00Z",
            "pricingInfoOverride": "**$1** each", "hidePricing": "False", "status": "public"}),
        );
        let spec = spec.unwrap();
        assert_eq!((&*spec.id.name, spec.title.as_str(), spec.deprecated), ("x-ai/grok/v1.1", "Grok", true));
        assert_eq!(spec.kinds, [ModelKind::ImageToImage]);
        let listing = spec.listing;
        assert_eq!((listing.tags, listing.group.as_deref()), (vec!["edit".to_owned()], Some("Edit")));
        assert_eq!((listing.price_text.as_deref(), listing.licence), (Some("**$1** each"), None));
        let by = |item: Value| of_website(&item).map(|spec| spec.id.name.to_string());
        assert_eq!(by(json!({"id": "a/b", "modelId": "a/c"})).as_deref(), Some("a/c"));
        assert_eq!(by(json!({"id": "a/b"})).as_deref(), Some("a/b"));
        assert_eq!(by(json!({"id": "a/b", "removed": true})), None);
        assert_eq!(by(json!({"title": "no id"})), None);
    }
}

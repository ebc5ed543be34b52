//! A model as the website's JSON has it.

use crate::fal::catalogue::Endpoint;
use serde_json::{Value, json};

pub(super) fn item(endpoint: &Endpoint) -> Value {
    let m = &endpoint.metadata;
    json!({
        "id": endpoint.id,
        "endpointId": endpoint.id,
        "modelId": endpoint.id,
        "title": m["display_name"],
        "category": m["category"],
        "shortDescription": m["description"],
        "tags": m["tags"],
        "thumbnailUrl": m["thumbnail_url"],
        "modelUrl": m["model_url"],
        "date": m["date"],
        "licenseType": m["license_type"],
        "group": m["group"],
        "kind": m["kind"],
        "status": "public",
        "deprecated": m["status"] == "deprecated",
        "removed": false,
        "hidePricing": endpoint.price.is_none(),
        "highlighted": m["highlighted"],
        "pinned": m["pinned"],
        "pricingInfoOverride": endpoint.price.as_ref()
            .map(|p| format!("Your request will cost **${}** per {}.", p.unit_price, p.unit)),
    })
}

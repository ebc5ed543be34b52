//! Prices (protocol 7.2).

use super::{invalid, lookup::lookup};
use crate::{
    fal::{answer::platform_error, catalogue::Catalogue},
    wire::{Answer, Call, json},
};
use serde_json::{Value, json};

/// `GET /models/pricing`; an endpoint without a price is left out.
pub(super) fn prices(catalogue: &Catalogue, call: &Call) -> Result<Answer, Answer> {
    let found = lookup(catalogue, call)?.ok_or_else(|| invalid("endpoint_id is required"))?;
    let quoted = found.into_iter().filter_map(|endpoint| {
        let price = endpoint.price.as_ref()?;
        Some(json!({
            "endpoint_id": endpoint.id,
            "unit_price": price.unit_price,
            "unit": price.unit,
            "currency": price.currency,
        }))
    });
    let prices: Vec<Value> = quoted.collect();
    Ok(json(200, &json!({ "prices": prices, "next_cursor": null, "has_more": false })))
}

/// `POST /models/pricing/estimate`. The emulator's history knows one unit per call.
pub(super) async fn estimate(catalogue: &Catalogue, call: Call) -> Result<Answer, Answer> {
    let body = call.json().await.unwrap_or(Value::Null);
    let kind = body["estimate_type"].as_str().unwrap_or_default().to_owned();
    let quantity = match kind.as_str() {
        "unit_price" => "unit_quantity",
        "historical_api_price" => "call_quantity",
        _ => return Err(invalid("estimate_type is unit_price or historical_api_price")),
    };
    let endpoints = body["endpoints"].as_object().ok_or_else(|| invalid("endpoints must be an object"))?;
    let mut total = 0.0;
    let mut currency = "USD".to_owned();
    for (id, entry) in endpoints {
        let missing = || platform_error(404, "not_found", &format!("No price for endpoint: {id}"));
        let price = catalogue.get(id).and_then(|e| e.price.as_ref()).ok_or_else(missing)?;
        let count = entry[quantity].as_f64().filter(|n| *n >= 0.0);
        total += price.unit_price * count.ok_or_else(|| invalid(&format!("{id}: {quantity} must be a number >= 0")))?;
        price.currency.clone_into(&mut currency);
    }
    Ok(json(200, &json!({ "estimate_type": kind, "total_cost": total, "currency": currency })))
}

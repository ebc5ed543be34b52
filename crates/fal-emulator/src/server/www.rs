//! The website (protocol 7.3 to 7.5): its JSON, the `OpenAPI` documents, pages.

use super::{
    answer::{Answer, detail, json, text},
    api::search,
    app::App,
    dispatch::Call,
};
use crate::catalogue::Endpoint;
use serde_json::{Value, json};
use std::fmt::Write;

const DEFAULT_SIZE: usize = 40;
const MAX_SIZE: usize = 200;

/// Answers everything below `/www`; nothing here needs a key.
pub(crate) fn answer(app: &App, call: &Call) -> Answer {
    match call.path.as_str() {
        "api/models" => list(app, call),
        "api/openapi/queue/openapi.json" => openapi(app, call),
        "sitemap.xml" => text(200, "application/xml", sitemap(app)),
        path => match path.strip_prefix("models/").and_then(|rest| rest.strip_suffix("/llms.txt")) {
            Some(id) => llms(app, id),
            None if path.is_empty() || path.starts_with("models") || path.starts_with("explore") => page(app, path),
            None => detail(404, "Not Found"),
        },
    }
}

fn number(call: &Call, name: &str, default: usize) -> usize {
    call.param(name).and_then(|text| text.parse().ok()).filter(|n| *n >= 1).unwrap_or(default)
}

fn list(app: &App, call: &Call) -> Answer {
    let asked = call.param("categories").unwrap_or_default();
    let categories: Vec<&str> = asked.split(',').filter(|c| !c.is_empty()).collect();
    let text = call.param("keywords").unwrap_or_default();
    let wanted = |e: &&Endpoint| {
        categories.is_empty() || e.metadata["category"].as_str().is_some_and(|c| categories.contains(&c))
    };
    let all: Vec<&Endpoint> = search(app, &text).into_iter().filter(wanted).collect();
    let size = number(call, "size", DEFAULT_SIZE).min(MAX_SIZE);
    let page = number(call, "page", 1);
    let items: Vec<Value> = all.iter().skip((page - 1).saturating_mul(size)).take(size).map(|e| item(e)).collect();
    let pages = all.len().div_ceil(size);
    json(200, &json!({ "items": items, "page": page, "pages": pages, "size": size, "total": all.len() }))
}

fn item(endpoint: &Endpoint) -> Value {
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

fn openapi(app: &App, call: &Call) -> Answer {
    let id = call.param("endpoint_id").unwrap_or_default();
    match app.endpoint(&id).and_then(|e| e.openapi.as_ref()) {
        Some(document) => json(200, document),
        None => json(404, &Value::Null),
    }
}

fn sitemap(app: &App) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for endpoint in app.config.catalogue.iter().filter(|e| !e.metadata.is_null()) {
        for page in ["", "/api", "/playground"] {
            let _ = writeln!(xml, "<url><loc>{}/www/models/{}{page}</loc></url>", app.base, endpoint.id);
        }
    }
    xml.push_str("</urlset>\n");
    xml
}

fn llms(app: &App, id: &str) -> Answer {
    let Some(endpoint) = app.endpoint(id) else { return detail(404, "Not Found") };
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

/// fal's site answers 200 for models that do not exist (protocol 7.4).
fn page(app: &App, path: &str) -> Answer {
    let id = path.strip_prefix("models/").unwrap_or("");
    let id = ["/api", "/playground", "/examples"].iter().find_map(|s| id.strip_suffix(s)).unwrap_or(id);
    let endpoint = app.endpoint(id);
    let mut body = String::new();
    match endpoint {
        Some(endpoint) => {
            let name = endpoint.metadata["display_name"].as_str().unwrap_or(id);
            let _ = write!(body, "<h1>{}</h1>", escape(name));
        }
        None if id.is_empty() => {
            for endpoint in search(app, "") {
                let _ = writeln!(body, "<a href=\"/models/{0}\">{0}</a>", endpoint.id);
            }
        }
        None => body.push_str("<h1>fal</h1>"),
    }
    if let Some(price) = endpoint.and_then(|e| e.price.as_ref()) {
        let billing = json!({ "endpointBilling":
            { "endpoint": id, "billing_unit": price.unit, "price": price.unit_price } });
        let payload = Value::from(billing.to_string()).to_string();
        let _ = write!(body, "<script>self.__next_f.push([1,{payload}])</script>");
    }
    let page = format!("<!DOCTYPE html><html><head><title>fal</title></head><body>{body}</body></html>");
    text(200, "text/html; charset=utf-8", page)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

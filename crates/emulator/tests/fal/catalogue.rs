//! Catalogue, prices, schemas and pages (protocol 7).

use crate::fixture::{Fixture, Got, MODEL, quick};
use mediagen_emulator::fal::catalogue::{Catalogue, Endpoint, Price};
use serde_json::{Value, json};

/// Seven listed models (one of them deprecated) and an unlisted one without a schema.
fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::default();
    for n in 0..7 {
        let id = format!("fal-ai/model-{n}/make");
        let status = if n == 6 { "deprecated" } else { "active" };
        let category = if n % 2 == 0 { "text-to-image" } else { "text-to-video" };
        let metadata = json!({ "display_name": format!("Model {n}"), "category": category, "status": status,
            "description": "Makes things", "tags": ["fast"], "model_url": format!("https://fal.run/{id}") });
        let openapi = Some(json!({ "openapi": "3.0.4", "info": { "title": id } }));
        let price = Some(Price { unit_price: 0.5, unit: "images".to_owned(), currency: "USD".to_owned() });
        catalogue.insert(Endpoint { id, metadata, openapi, price });
    }
    catalogue.insert(Endpoint { id: "me/hidden".to_owned(), metadata: Value::Null, openapi: None, price: None });
    catalogue
}

async fn fixture() -> Fixture {
    Fixture::new(quick().with_catalogue(catalogue())).await
}

fn ids(got: &Got) -> Vec<&str> {
    got.json["models"].as_array().expect("models").iter().filter_map(|m| m["endpoint_id"].as_str()).collect()
}

#[tokio::test]
async fn the_list_is_walked_by_cursor() {
    let f = fixture().await;
    let first = f.get("/api/models?limit=4").await;
    assert_eq!((first.status.as_u16(), ids(&first).len(), &first.json["has_more"]), (200, 4, &json!(true)));
    let cursor = first.json["next_cursor"].as_str().expect("cursor");
    let second = f.get(&format!("/api/models?limit=4&cursor={}", cursor.replace('=', "%3D"))).await;
    assert_eq!(
        (ids(&second).len(), &second.json["has_more"], &second.json["next_cursor"]),
        (2, &json!(false), &Value::Null)
    );
    assert!(ids(&first).iter().all(|id| !ids(&second).contains(id)));
    assert_eq!(f.get("/api/models?limit=0").await.status, 400);
    assert_eq!(f.get("/api/models?cursor=!").await.status, 400);
}

#[tokio::test]
async fn the_list_is_filtered_and_needs_no_key() {
    let f = fixture().await;
    assert_eq!(ids(&f.get("/api/models?q=model+3").await), ["fal-ai/model-3/make"]);
    assert_eq!(ids(&f.get("/api/models?category=text-to-video").await).len(), 3);
    assert_eq!(ids(&f.get("/api/models?status=deprecated").await), ["fal-ai/model-6/make"]);
    let keyless = f.http.get(f.url("/api/models")).send().await.expect("answer");
    assert_eq!(keyless.status(), 200);
    let bad = f.http.get(f.url("/api/models")).header("authorization", "Bearer x").send().await.expect("answer");
    assert_eq!(bad.status(), 401);
}

#[tokio::test]
async fn ids_are_looked_up_and_unknown_ones_404() {
    let f = fixture().await;
    let got = f.get("/api/models?endpoint_id=fal-ai/model-6/make,me/hidden&endpoint_id=fal-ai/model-1/make").await;
    assert_eq!(ids(&got), ["fal-ai/model-6/make", "me/hidden", "fal-ai/model-1/make"]);
    assert!(got.json["models"][1].get("metadata").is_none());
    let unknown = f.get("/api/models?endpoint_id=fal-ai/nothing").await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.json["error"]["message"].as_str().is_some_and(|m| m.contains("fal-ai/nothing")));
}

#[tokio::test]
async fn schemas_come_along_when_asked_for() {
    let f = fixture().await;
    let got = f.get("/api/models?expand=openapi-3.0&limit=500").await;
    assert_eq!(got.json["models"][0]["openapi"]["openapi"], "3.0.4");
    assert!(f.get("/api/models").await.json["models"][0].get("openapi").is_none());
    let many = Fixture::new(quick()).await;
    assert_eq!(ids(&many.get("/api/models?expand=openapi-3.0&limit=500").await).len(), 10);
}

#[tokio::test]
async fn prices_need_a_key_and_known_ids() {
    let f = fixture().await;
    let got = f.get("/api/models/pricing?endpoint_id=fal-ai/model-1/make,me/hidden").await;
    let price = json!({ "endpoint_id": "fal-ai/model-1/make", "unit_price": 0.5, "unit": "images", "currency": "USD" });
    assert_eq!(got.json["prices"], json!([price]));
    assert_eq!(f.get("/api/models/pricing?endpoint_id=a/b").await.status, 404);
    let keyless = f.http.get(f.url("/api/models/pricing?endpoint_id=fal-ai/model-1/make"));
    assert_eq!(keyless.send().await.expect("answer").status(), 401);
    let ask = json!({ "estimate_type": "unit_price", "endpoints": { "fal-ai/model-1/make": { "unit_quantity": 3 } } });
    let estimate = f.post("/api/models/pricing/estimate", &ask).await;
    assert_eq!(estimate.json, json!({ "estimate_type": "unit_price", "total_cost": 1.5, "currency": "USD" }));
    let calls = json!({ "estimate_type": "historical_api_price", "endpoints": { "fal-ai/model-1/make": { "call_quantity": 4 } } });
    assert_eq!(f.post("/api/models/pricing/estimate", &calls).await.json["total_cost"], 2.0);
    assert_eq!(f.post("/api/models/pricing/estimate", &json!({ "estimate_type": "guess" })).await.status, 400);
}

#[tokio::test]
async fn the_website_lists_pages_of_models() {
    let f = fixture().await;
    let got = f.get("/www/api/models?page=2&size=3").await;
    let j = &got.json;
    assert_eq!((&j["page"], &j["pages"], &j["size"], &j["total"]), (&json!(2), &json!(3), &json!(3), &json!(7)));
    assert_eq!(j["items"][0]["endpointId"], "fal-ai/model-3/make");
    assert_eq!(f.get("/www/api/models?keywords=model+2&categories=text-to-image").await.json["total"], 1);
    assert_eq!(f.get("/www/api/models?page=9").await.json["items"], json!([]));
}

#[tokio::test]
async fn schemas_and_pages_are_public() {
    let f = fixture().await;
    let known = f.get("/www/api/openapi/queue/openapi.json?endpoint_id=fal-ai/model-1/make").await;
    assert_eq!(known.json["info"]["title"], "fal-ai/model-1/make");
    for id in ["me/hidden", "a/b"] {
        let got = f
            .http
            .get(f.url(&format!("/www/api/openapi/queue/openapi.json?endpoint_id={id}")))
            .send()
            .await
            .expect("answer");
        assert_eq!(got.status(), 404);
        assert_eq!(got.text().await.expect("text"), "null");
    }
    let text = f.http.get(f.url("/www/models/fal-ai/model-1/make/llms.txt")).send().await.expect("answer");
    assert!(text.headers()["content-type"].to_str().is_ok_and(|t| t.starts_with("text/plain")));
    assert!(text.text().await.expect("text").contains("fal-ai/model-1/make"));
    let page = f.http.get(f.url("/www/models/no/such/model")).send().await.expect("answer");
    assert_eq!(page.status(), 200);
    let page =
        f.http.get(f.url("/www/models/fal-ai/model-1/make")).send().await.expect("answer").text().await.expect("html");
    assert!(page.contains("endpointBilling"), "{page}");
    let map = f.http.get(f.url("/www/sitemap.xml")).send().await.expect("answer").text().await.expect("xml");
    assert!(map.contains("/models/fal-ai/model-1/make</loc>") && !map.contains("me/hidden"));
    assert!(f.get("/api/meta").await.json["webhook_ip_ranges"].is_array());
}

#[tokio::test]
async fn the_built_in_catalogue_is_on_offer() {
    let f = Fixture::new(quick()).await;
    let got = f.get(&format!("/api/models?endpoint_id={MODEL}&expand=openapi-3.0")).await;
    assert_eq!(got.json["models"][0]["metadata"]["category"], "text-to-image");
    assert!(got.json["models"][0]["openapi"]["paths"].is_object());
}

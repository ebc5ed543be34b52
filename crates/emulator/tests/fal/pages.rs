//! The website as a crawler meets it: lists of other sizes and shapes, sitemaps, pages with data (protocol 7.1, 7.3, 7.4).

use crate::fixture::{Fixture, quick};
use mediagen_emulator::fal::{
    Fault, Route,
    catalogue::{Catalogue, Endpoint},
};
use serde_json::{Value, json};
use std::collections::HashMap;

async fn text(f: &Fixture, path: &str) -> String {
    f.http.get(f.url(path)).send().await.expect("answer").text().await.expect("text")
}

/// The rows of a page's payload, put together as a browser does.
fn rows(page: &str) -> HashMap<String, Value> {
    let pieces = page.split("self.__next_f.push(").skip(1).filter_map(|rest| rest.split(")</script>").next());
    let pieces = pieces.filter_map(|piece| serde_json::from_str::<Value>(piece).ok());
    let whole: String = pieces.filter_map(|piece| piece[1].as_str().map(str::to_owned)).collect();
    let pairs = whole.lines().filter_map(|line| line.split_once(':'));
    pairs.filter_map(|(id, row)| Some((id.to_owned(), serde_json::from_str(row).ok()?))).collect()
}

fn follow(rows: &HashMap<String, Value>, value: &Value) -> Value {
    match value {
        Value::String(text) => {
            let row = text.strip_prefix('$').and_then(|id| rows.get(id));
            row.map_or_else(|| value.clone(), |row| follow(rows, row))
        }
        Value::Array(list) => list.iter().map(|item| follow(rows, item)).collect(),
        Value::Object(map) => map.iter().map(|(name, value)| (name.clone(), follow(rows, value))).collect(),
        plain => plain.clone(),
    }
}

#[tokio::test]
async fn the_limits_of_a_page_are_kept_or_refused() {
    let f = Fixture::new(quick().with_page_limits(7, 3, false)).await;
    let count = |got: &Value| got["models"].as_array().map(Vec::len);
    assert_eq!(count(&f.get("/api/models?limit=500").await.json), Some(7));
    assert_eq!(count(&f.get("/api/models?limit=500&expand=openapi-3.0").await.json), Some(3));
    let f = Fixture::new(quick().with_page_limits(7, 3, true)).await;
    let refused = f.get("/api/models?limit=8").await;
    assert_eq!(
        (refused.status.as_u16(), refused.json["error"]["message"].as_str()),
        (400, Some("limit must be at most 7"))
    );
    assert_eq!(f.get("/api/models?limit=4&expand=openapi-3.0").await.status, 400);
    assert_eq!(count(&f.get("/api/models?limit=7").await.json), Some(7));
}

#[tokio::test]
async fn the_website_s_list_may_be_a_bare_array() {
    let f = Fixture::new(quick().with_bare_website_list(true)).await;
    let got = f.get("/www/api/models?page=2&size=5").await;
    assert_eq!(got.json.as_array().map(Vec::len), Some(5));
    assert!(got.json[0]["endpointId"].is_string());
}

#[tokio::test]
async fn circles_and_empty_pages_can_be_scripted() {
    let f = Fixture::new(quick()).await;
    f.emulator.fail(Route::Models, Fault::CircularCursor, 1);
    let got = f.get("/api/models?limit=5").await.json;
    assert_eq!((&got["next_cursor"], &got["has_more"]), (&json!("MQ=="), &json!(true)));
    assert_eq!(
        f.get("/api/models?limit=5&cursor=MQ%3D%3D").await.json["models"],
        got["models"],
        "the first page again"
    );
    f.emulator.fail(Route::Models, Fault::EmptyPage, 2);
    let got = f.get("/api/models").await.json;
    assert_eq!((&got["models"], &got["has_more"], &got["next_cursor"]), (&json!([]), &json!(false), &Value::Null));
    assert_eq!(f.get("/www/api/models").await.json["items"], json!([]));
    f.emulator.fail(Route::Page, Fault::EmptyPage, 1);
    assert!(!text(&f, "/www/explore").await.contains("href"));
    assert!(text(&f, "/www/explore").await.contains("href=\"/models/"));
}

#[tokio::test]
async fn a_long_sitemap_is_an_index_of_short_ones() {
    let mut catalogue = Catalogue::default();
    for n in 0..900 {
        let metadata = json!({"display_name": "M"});
        catalogue.insert(Endpoint { id: format!("a/m{n:03}"), metadata, openapi: None, price: None });
    }
    let f = Fixture::new(quick().with_catalogue(catalogue).with_robots("User-agent: x\n")).await;
    let index = text(&f, "/www/sitemap.xml").await;
    assert!(index.contains("<sitemapindex") && index.contains("/www/sitemap/2.xml</loc>") && !index.contains("a/m000"));
    assert!(text(&f, "/www/sitemap/2.xml").await.contains("/www/models/a/m899/api</loc>"));
    assert_eq!(f.get("/www/sitemap/3.xml").await.status, 404);
    assert_eq!(text(&f, "/www/robots.txt").await, "User-agent: x\n");
    assert_eq!((f.emulator.count(Route::Page), f.emulator.count(Route::Robots)), (3, 1));
}

#[tokio::test]
async fn the_page_of_a_model_carries_its_facts_its_application_and_its_price() {
    let f = Fixture::new(quick()).await;
    for below in ["", "/api", "/playground", "/examples"] {
        let page = text(&f, &format!("/www/models/fal-ai/flux/dev{below}")).await;
        assert_eq!(page.matches("<script>").count(), page.matches("</script>").count(), "no text ends a script");
        let rows = rows(&page);
        assert!(rows.len() > 50, "outlined: {}", rows.len());
        let properties = follow(&rows, &rows["0"][3]);
        assert_eq!(
            (&properties["endpointId"], &properties["model"]["id"]),
            (&json!("fal-ai/flux/dev"), &json!("fal-ai/flux/dev"))
        );
        assert_eq!(properties["endpointBilling"]["billing_unit"], "megapixels");
        let document = &properties["appData"]["metadata"]["openapi"];
        assert!(document["paths"]["/dev"]["post"]["requestBody"].is_object(), "{document:#}");
        assert!(document["paths"]["/schnell"]["post"].is_object(), "its sibling too");
    }
    let nothing = text(&f, "/www/models/no/such").await;
    assert!(nothing.contains("__next_f") && !nothing.contains("no/such"));
}

use super::*;
use mediagen_core::{Field, FieldType, PriceUnit, Schema};
use std::{collections::BTreeSet, io::Read as _, path::PathBuf};

fn id(text: &str) -> EndpointId {
    EndpointId::parse(text).unwrap()
}

/// The folder with real answers of fal; without it a test says that it skips.
fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("MEDIAGEN_FAL_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: MEDIAGEN_FAL_DATA names no folder with answers of fal");
    }
    folder
}

/// The API's document of one endpoint in the snapshot.
fn document(folder: &std::path::Path, id: &str) -> Value {
    let mut text = String::new();
    let file = std::fs::File::open(folder.join("catalogue.jsonl.gz")).unwrap();
    flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
    let row = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut row = row.into_iter().find(|row| row["endpoint_id"] == id).unwrap();
    row["openapi"].take()
}

/// `side name: what` of everything in which two fields differ.
fn differences(page: &[Field], api: &[Field]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let names = page.iter().chain(api).map(|field| field.name.as_str()).collect::<BTreeSet<_>>();
    for name in names {
        let of = |fields: &[Field]| fields.iter().find(|field| field.name == name).cloned();
        match (of(page), of(api)) {
            (Some(page), Some(api)) if page == api => {}
            (Some(page), Some(api)) => {
                let mut differ = |what: &str, differs: bool| {
                    if differs {
                        found.insert(format!("{name}: {what}"));
                    }
                };
                differ("type", page.ty != api.ty);
                differ("required", page.required != api.required);
                differ("nullable", page.nullable != api.nullable);
                differ("default", page.default != api.default);
                differ("description", page.description != api.description);
                differ("limits", page.limits != api.limits);
                differ("secret", page.secret != api.secret);
            }
            (None, _) => drop(found.insert(format!("{name}: only in the API's document"))),
            (_, None) => drop(found.insert(format!("{name}: only on the page"))),
        }
    }
    found
}

fn names(fields: &[Field]) -> Vec<&str> {
    fields.iter().map(|field| field.name.as_str()).collect()
}

/// The page was served on 2025-06-20, the document on 2026-06-11; in that year this endpoint did not change, so no
/// difference is expected and none is allowed. Were there one, it would stand in the two empty sets with its reason.
#[test]
fn a_real_page_gives_the_schema_that_the_api_gives() {
    let Some(folder) = data() else { return };
    let html = std::fs::read_to_string(folder.join("model-page.framepack.2025-06-20.html")).unwrap();
    let page = ModelPage::read(&id("fal-ai/framepack"), &html).unwrap();
    let api = schema_from_openapi(&document(&folder, "fal-ai/framepack"), SchemaSource::Live).unwrap();
    let schema: &Schema = &page.spec.schema;
    assert_eq!(schema.source, SchemaSource::Live);
    assert_eq!(names(&schema.inputs), names(&api.inputs), "the same fields in the same order");
    assert_eq!(names(schema.outputs()), names(api.outputs()));
    assert_eq!(differences(&schema.inputs, &api.inputs), BTreeSet::new());
    assert_eq!(differences(schema.outputs(), api.outputs()), BTreeSet::new());

    let later = html.replacen(r#"\"maximum\":900"#, r#"\"maximum\":901"#, 9);
    assert_ne!(html, later, "the page spells its limits so");
    let later = ModelPage::read(&id("fal-ai/framepack"), &later).unwrap();
    let found = differences(&later.spec.schema.inputs, &api.inputs);
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["num_frames: type"], "a difference is seen");

    let spec = &page.spec;
    assert_eq!((spec.title.as_str(), spec.category.as_deref()), ("Framepack", Some("image-to-video")));
    assert_eq!(spec.listing.tags, ["image to video", "motion"]);
    let price = page.price.unwrap();
    assert_eq!((price.per.amount, price.unit), (0.0333, PriceUnit::Second));
}

#[test]
fn a_real_page_tells_nothing_of_another_model_but_has_its_siblings_links() {
    let Some(folder) = data() else { return };
    let html = std::fs::read_to_string(folder.join("model-page.framepack.2025-06-20.html")).unwrap();
    assert!(ModelPage::read(&id("fal-ai/flux/dev"), &html).is_none());
    assert!(ModelPage::read(&id("fal-ai/framepack/nothing"), &html).is_none());
    let web = url::Url::parse("https://fal.ai").unwrap();
    let models = super::super::links::models(&web, Page::read(&html));
    let ids: Vec<_> = models.iter().map(|spec| spec.id.name.to_string()).collect();
    assert_eq!(
        ids,
        [
            "fal-ai/aura-flow",
            "fal-ai/flux-lora",
            "fal-ai/flux-lora-fast-training",
            "fal-ai/flux-realism",
            "fal-ai/flux/dev",
            "fal-ai/flux/schnell",
            "fal-ai/framepack",
            "fal-ai/framepack/f1",
            "fal-ai/framepack/flf2v",
        ],
        "and nothing of its assets, its chunks of code or its prose"
    );
}

/// A page as the emulator and fal write it: rows in pieces, an application's document, references.
fn page(model: &str, document: &str) -> String {
    let rows = format!(
        "1:I[1,[],\"\"]\n2:{{\"openapi\":\"$3\"}}\n3:{document}\n4:[\"$\",\"$L1\",null,{{\"model\":{model},\"appData\":\"$2\",\
         \"endpointBilling\":{{\"endpoint\":\"me/app/two\",\"billing_unit\":\"images\",\"price\":0.5}}}}]\n"
    );
    let (first, second) = rows.split_at(rows.len() / 2);
    let piece = |text: &str| format!("<script>self.__next_f.push({})</script>", json!([1, text]));
    format!("<html><body><script>self.__next_f.push([0])</script>{}{}</body></html>", piece(first), piece(second))
}

const MODEL: &str = r#"{"id":"me/app/two","modelId":"d1","title":"Two","category":"text-to-image"}"#;

fn application() -> String {
    let post = |field: &str| {
        let body = json!({"content": {"application/json": {"schema":
            {"type": "object", "properties": {field: {"type": "string"}}, "required": [field]}}}});
        json!({"post": {"requestBody": body, "responses": {"200": {"content": {"application/json": {"schema":
            {"type": "object", "properties": {"image": {"type": "object"}}}}}}}}})
    };
    json!({"openapi": "3.1.0", "components": {}, "paths": {"/": post("one"), "/two": post("two"), "/health": {}}})
        .to_string()
}

#[test]
fn the_path_of_the_very_endpoint_is_read() {
    let page = ModelPage::read(&id("me/app/two"), &page(MODEL, &application())).unwrap();
    assert_eq!(names(&page.spec.schema.inputs), ["two"]);
    assert!(matches!(page.spec.schema.inputs[0].ty, FieldType::Text { .. }) && page.spec.schema.inputs[0].required);
    assert_eq!((page.price.unwrap().per.amount, page.spec.title.as_str()), (0.5, "Two"));
}

#[test]
fn a_page_that_tells_nothing_of_the_model_is_none() {
    for html in ["", "<html>fal</html>", &page("null", &application()), &page(&MODEL.replace("two", "one"), "{}")] {
        assert!(ModelPage::read(&id("me/app/two"), html).is_none(), "{html}");
    }
    let page = ModelPage::read(&id("me/app/two"), &page(MODEL, "{\"paths\":{}}")).unwrap();
    assert!(page.spec.schema.inputs.is_empty(), "facts without a schema are facts");
}

use super::*;
use std::io::Write;

fn builtin(id: &str) -> Endpoint {
    Catalogue::builtin().get(id).cloned().unwrap_or_else(|| unreachable!("{id} is embedded"))
}

fn input_of(endpoint: &Endpoint) -> Value {
    let document = endpoint.openapi.as_ref().expect("a document");
    let name =
        document["paths"][format!("/{}", endpoint.id)]["post"]["requestBody"]["content"]["application/json"]["schema"]
            ["$ref"]
            .as_str()
            .expect("a reference");
    document.pointer(&name[1..]).cloned().expect("the input schema")
}

#[test]
fn at_least_forty_four_endpoints_with_input_and_output() {
    let catalogue = Catalogue::builtin();
    let whole = catalogue.iter().filter(|endpoint| endpoint.openapi.is_some()).count();
    assert!(whole >= 44, "{whole}");
    assert!(catalogue.get("fal-ai/flux-2/klein/realtime-draft").expect("embedded").openapi.is_none());
    assert_eq!(catalogue.iter().filter(|endpoint| endpoint.metadata.is_null()).count(), 1);
    assert_eq!(catalogue.iter().filter(|endpoint| endpoint.price.is_none()).count(), 1);
}

#[test]
fn every_document_has_the_dialect_of_protocol_7_5() {
    for endpoint in Catalogue::builtin().iter() {
        let Some(document) = &endpoint.openapi else { continue };
        assert_eq!(document["openapi"], "3.0.4");
        assert_eq!(document["info"]["x-fal-metadata"]["endpointId"], endpoint.id.as_str());
        let result = &document["paths"][format!("/{}/requests/{{request_id}}", endpoint.id)]["get"];
        assert!(result["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].is_string());
        let input = input_of(endpoint);
        let order = input["x-fal-order-properties"].as_array().expect("an order").len();
        assert_eq!(order, input["properties"].as_object().expect("properties").len(), "{}", endpoint.id);
    }
}

#[test]
fn the_traps_of_the_live_documents_are_there() {
    let hunyuan = input_of(&builtin("fal-ai/hunyuan-video"));
    assert_eq!(hunyuan["properties"]["num_frames"]["default"], 129);
    assert_eq!(hunyuan["properties"]["num_frames"]["enum"][0], "129");
    let poster = builtin("workflows/atelier/poster-maker");
    let palette = input_of(&poster)["properties"]["palette"]["$ref"].as_str().expect("a reference").to_owned();
    assert!(poster.openapi.as_ref().expect("a document").pointer(&palette[1..]).is_none());
    let text = Catalogue::builtin().iter().filter_map(|e| e.openapi.as_ref()).map(Value::to_string).collect::<String>();
    for form in [r#""const":"#, r#"{"type":"null"}"#, r#""prefixItems":"#, r#""allOf":[{"$ref""#] {
        assert!(text.contains(form), "{form}");
    }
}

#[test]
fn no_reference_but_the_broken_one_dangles() {
    fn walk(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
                map.values().for_each(|inner| walk(inner, found));
            }
            Value::Array(list) => list.iter().for_each(|inner| walk(inner, found)),
            _ => {}
        }
    }
    let mut dangling = Vec::new();
    for document in Catalogue::builtin().iter().filter_map(|endpoint| endpoint.openapi.as_ref()) {
        let mut found = Vec::new();
        walk(document, &mut found);
        dangling.extend(found.into_iter().filter(|path| document.pointer(&path[1..]).is_none()));
    }
    assert_eq!(dangling, ["#/components/schemas/MissingPalette"]);
}

#[test]
fn every_shape_of_the_survey_occurs() {
    let catalogue = Catalogue::builtin();
    let properties: Vec<(String, Value)> = catalogue
        .iter()
        .filter(|endpoint| endpoint.openapi.is_some())
        .flat_map(|endpoint| input_of(endpoint)["properties"].as_object().cloned().unwrap_or_default())
        .collect();
    let has =
        |name: &str, test: &dyn Fn(&Value) -> bool| properties.iter().any(|(key, value)| key == name && test(value));
    let words = |value: &Value| value["enum"].as_array().cloned().unwrap_or_default();
    let first = |value: &Value, wanted: &Value| words(value).contains(wanted);
    assert!(has("image_size", &|v| v["anyOf"].is_array()));
    assert!(has("image_size", &|v| v["enum"].is_array()));
    assert!(has("duration", &|v| first(v, &"5".into())));
    assert!(has("duration", &|v| first(v, &"5s".into())));
    assert!(has("duration", &|v| first(v, &"auto".into())));
    assert!(has("duration", &|v| first(v, &5.into())));
    assert!(has("duration", &|v| v["type"] == "integer" && v["minimum"].is_number()));
    assert!(has("duration", &|v| v["type"] == "number"));
    assert!(has("duration", &|v| v["type"] == "string" && v["enum"].is_null()));
    assert!(has("num_frames", &|v| v["type"] == "integer"));
    assert!(has("num_frames", &|v| v["type"] == "string"));
    assert!(has("sync_mode", &|v| v["type"] == "boolean"));
    assert!(has("sync_mode", &|v| v["type"] == "string"));
    assert!(has("voice", &|v| v["enum"].is_array()));
    assert!(has("voice", &|v| v["type"] == "string" && v["enum"].is_null()));
    assert!(has("voice", &|v| v["allOf"].is_array()));
    for name in include_str!("../../../data/fal/surveyed-names.txt").split_whitespace() {
        assert!(has(name, &|_| true), "no endpoint takes `{name}`");
    }
}

#[test]
fn prices_come_in_many_units() {
    let catalogue = Catalogue::builtin();
    let units: std::collections::BTreeSet<_> =
        catalogue.iter().filter_map(|endpoint| endpoint.price.as_ref()).map(|price| price.unit.as_str()).collect();
    for unit in
        ["images", "megapixels", "seconds", "minutes", "videos", "requests", "1000 characters", "compute seconds"]
    {
        assert!(units.contains(unit), "{unit}");
    }
}

#[test]
fn a_file_extends_and_replaces_plain_or_gzip() {
    let lines = concat!(
        r#"{"endpoint_id":"fal-ai/new/one","source":"x","metadata":null,"openapi":{"paths":{}},"price":{"unit_price":0.5,"unit":"images"}}"#,
        "\n\n",
        r#"{"endpoint_id":"fal-ai/flux/dev","metadata":{"category":"changed"},"openapi":{"error":"none"}}"#,
    );
    let folder = tempfile::tempdir().expect("a folder");
    let plain = folder.path().join("plain.jsonl");
    std::fs::write(&plain, lines).expect("written");
    let packed = folder.path().join("packed");
    let mut encoder =
        flate2::write::GzEncoder::new(std::fs::File::create(&packed).expect("a file"), flate2::Compression::fast());
    encoder.write_all(lines.as_bytes()).expect("written");
    encoder.finish().expect("finished");
    for path in [plain, packed] {
        let mut catalogue = Catalogue::builtin();
        assert_eq!(catalogue.extend_from_file(&path).expect("read"), 2);
        let new = catalogue.get("fal-ai/new/one").expect("added");
        assert!(new.openapi.is_some() && new.price.as_ref().is_some_and(|price| price.unit == "images"));
        let replaced = catalogue.get("fal-ai/flux/dev").expect("kept");
        assert!(replaced.openapi.is_none());
        assert_eq!(replaced.metadata["category"], "changed");
    }
}

#[test]
fn a_bad_line_and_a_missing_file_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bad.jsonl");
    std::fs::write(&path, "{\"endpoint_id\":\"a/b\"}\n{\"no_id\":1}\n").expect("written");
    let error = Catalogue::default().extend_from_file(&path).expect_err("line 2 has no id").to_string();
    assert!(error.contains("line 2") && error.contains("endpoint_id"), "{error}");
    let error = Catalogue::default().extend_from_file(&folder.path().join("none")).expect_err("no such file");
    assert!(matches!(error, CatalogueError::Read { .. }));
}

#[test]
fn the_whole_snapshot_loads_when_it_is_at_hand() {
    let Some(folder) = std::env::var_os("MEDIAGEN_FAL_DATA") else {
        eprintln!("SKIPPED: MEDIAGEN_FAL_DATA does not name a folder with catalogue.jsonl.gz");
        return;
    };
    let mut catalogue = Catalogue::default();
    let count = catalogue.extend_from_file(&Path::new(&folder).join("catalogue.jsonl.gz")).expect("readable");
    assert_eq!((count, catalogue.iter().count()), (1081, 1081));
    assert!(catalogue.iter().filter(|endpoint| endpoint.openapi.is_none()).count() < 20);
}

//! Every built-in endpoint takes a minimal input and answers what its own schema promises.

use super::*;
use crate::work::{
    fill::sample_value,
    kind::{FileSchema, Kind},
    schema::{Document, required, type_of},
    wishes::number,
};

/// The smallest input that the schema allows: required fields, and whatever makes the media small.
fn minimal(document: Document<'_>) -> Value {
    let schema = document.input().expect("an input");
    // Some request bodies point to a component that does not exist (protocol 7.5).
    document.object(schema).map_or_else(|| json!({}), |object| fields(document, object))
}

fn fields(document: Document<'_>, object: &Value) -> Value {
    let needed: Vec<&str> = required(object).collect();
    let mut input = json!({});
    for (name, property) in document.properties(object) {
        let needed = needed.contains(&name) || name == "audio_url" || name == "image_urls";
        let value = match Kind::of_input(name, property) {
            Some(kind) => needed.then(|| file(document, name, property, kind)),
            None => smallest(document, name, property).or_else(|| needed.then(|| nested(document, property))),
        };
        if let Some(value) = value {
            input[name] = value;
        }
    }
    input
}

/// A required value; files inside objects and lists of objects are real ones too.
fn nested(document: Document<'_>, property: &Value) -> Value {
    let items = document.alternatives(property).into_iter().find_map(|one| one.get("items"));
    match (document.object(property), items.and_then(|items| document.object(items))) {
        (Some(object), _) => fields(document, object),
        (None, Some(object)) => {
            let count = sample_value(document, property).as_array().map_or(0, Vec::len);
            json!(vec![fields(document, object); count])
        }
        _ => sample_value(document, property),
    }
}

fn file(document: Document<'_>, name: &str, property: &Value, kind: Kind) -> Value {
    let url = match kind {
        Kind::Image if name.contains("mask") => MASK,
        Kind::Image if name.contains("swap") => FACE,
        Kind::Video => VIDEO,
        Kind::Audio => AUDIO,
        _ => IMAGE,
    };
    let list = document.alternatives(property).into_iter().find(|one| type_of(one) == Some("array"));
    let least = |list: &Value| list.get("minItems").and_then(Value::as_u64).unwrap_or(1);
    list.map_or(json!(url), |list| (0..least(list)).map(|_| json!(url)).collect())
}

fn smallest(document: Document<'_>, name: &str, property: &Value) -> Option<Value> {
    let alternatives = document.alternatives(property);
    if name == "sync_mode" && alternatives.iter().any(|one| type_of(one) == Some("boolean")) {
        return Some(json!(false));
    }
    if ["image_size", "video_size"].contains(&name) && alternatives.iter().any(|one| type_of(one) == Some("object")) {
        return Some(json!({"width": 64, "height": 48}));
    }
    if !["resolution", "duration", "num_frames", "width", "height", "num_interpolated_frames", "seconds_total"]
        .contains(&name)
    {
        return None;
    }
    let least = |one: &&Value| one.get("minimum").cloned();
    let listed = alternatives.iter().find_map(|one| one.get("enum")).and_then(Value::as_array);
    let by_size = |list: &Vec<Value>| {
        list.iter()
            .filter_map(|one| Some((number(one)?, one)))
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, one)| one.clone())
    };
    let open = |one: &Value| type_of(one) == Some("string") && one.get("enum").is_none() && one.get("const").is_none();
    let free = || alternatives.iter().any(|one| open(one)).then(|| json!("1s"));
    listed.and_then(by_size).or_else(|| alternatives.iter().find_map(least)).or_else(free)
}

/// A checker of its own, stricter than the one for inputs: no conversions, every type to the letter.
fn breaches<'a>(document: Document<'a>, schema: &'a Value, value: &Value, at: &str) -> Vec<String> {
    let alternatives = document.alternatives(schema);
    if alternatives.is_empty() {
        return Vec::new();
    }
    let all: Vec<_> = alternatives.into_iter().map(|one| breaches_of(document, one, value, at)).collect();
    all.into_iter().min_by_key(Vec::len).unwrap_or_default()
}

fn breaches_of<'a>(document: Document<'a>, schema: &'a Value, value: &Value, at: &str) -> Vec<String> {
    let fits = match type_of(schema) {
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        Some("null") => value.is_null(),
        _ => true,
    };
    let listed = schema.get("enum").and_then(Value::as_array).is_none_or(|list| list.contains(value));
    if !fits || !listed {
        return vec![format!("{at}: {value} against {schema}")];
    }
    let mut found = Vec::new();
    for name in required(schema).filter(|name| value.get(*name).is_none()) {
        found.push(format!("{at}.{name} is missing"));
    }
    for (name, inner) in document.properties(schema) {
        if let Some(member) = value.get(name) {
            found.extend(breaches(document, inner, member, &format!("{at}.{name}")));
        }
    }
    if let Some(items) = schema.get("items") {
        for one in value.as_array().into_iter().flatten() {
            found.extend(breaches(document, items, one, &format!("{at}[]")));
        }
    }
    found
}

/// Addresses of all files in a result.
fn urls(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::String(text) if text.starts_with("http://cdn.test/out/") => found.push(value.clone()),
        Value::Array(list) => list.iter().for_each(|inner| urls(inner, found)),
        Value::Object(map) => map.values().for_each(|inner| urls(inner, found)),
        _ => {}
    }
}

/// Whether a required property holds files.
fn promises_file(document: Document<'_>, output: &Value) -> bool {
    let holds = |(name, inner): &(&str, &Value)| FileSchema::of(document, name, inner).is_some();
    let needed: Vec<&str> = required(output).collect();
    document.properties(output).iter().any(|one| needed.contains(&one.0) && holds(one))
}

async fn check(files: &Memory, endpoint: &Endpoint) -> Vec<String> {
    let task = endpoint.task();
    let schemas = task.schemas.clone().expect("a document");
    let document = schemas.document();
    let input = minimal(document);
    let outcome = match perform(task, &input, files).await {
        Ok(outcome) => outcome,
        Err(failure) => return vec![format!("{}: {input} was refused: {failure:?}", endpoint.id)],
    };
    let mut found = breaches(document, document.output().expect("an output"), &outcome.body, &endpoint.id);
    let mut addresses = Vec::new();
    urls(&outcome.body, &mut addresses);
    let promised =
        document.object(document.output().expect("an output")).is_some_and(|output| promises_file(document, output));
    if addresses.is_empty() && promised {
        found.push(format!("{}: no file in {}", endpoint.id, outcome.body));
    }
    for address in addresses {
        let (bytes, media_type) = files.get(&address);
        let read = match media_type.split('/').next() {
            Some("image") => Image::from_bytes(&bytes).is_ok(),
            Some("video") => crate::media::probe_video(&bytes).is_ok(),
            Some("model") => bytes.starts_with(b"glTF"),
            _ => !bytes.is_empty(),
        };
        if !read {
            found.push(format!("{}: {address} is not {media_type}", endpoint.id));
        }
    }
    if !(2..=4).contains(&outcome.logs.len()) || outcome.billable_units <= 0.0 {
        found.push(format!("{}: logs {:?}, units {}", endpoint.id, outcome.logs, outcome.billable_units));
    }
    found
}

#[tokio::test]
async fn every_builtin_endpoint_answers_what_its_schema_promises() {
    let files = Memory::new();
    let mut found = Vec::new();
    for endpoint in Catalogue::builtin().iter().filter(|endpoint| endpoint.openapi.is_some()) {
        found.extend(check(&files, endpoint).await);
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn endpoints_of_the_snapshot_also_answer_when_it_is_at_hand() {
    let Some(folder) = std::env::var_os("MEDIAGEN_FAL_DATA") else {
        eprintln!("SKIPPED: MEDIAGEN_FAL_DATA does not name a folder with catalogue.jsonl.gz");
        return;
    };
    let mut catalogue = Catalogue::default();
    let path = std::path::Path::new(&folder).join("catalogue.jsonl.gz");
    catalogue.extend_from_file(&path).expect("readable");
    let step: usize = std::env::var("MEDIAGEN_FAL_STEP").ok().and_then(|step| step.parse().ok()).unwrap_or(25);
    let (files, mut found, mut count) = (Memory::new(), Vec::new(), 0);
    for endpoint in catalogue.iter().filter(|endpoint| endpoint.openapi.is_some()).step_by(step) {
        let schemas = endpoint.task().schemas.expect("a document");
        let document = schemas.document();
        // A few bodies are a choice of several objects; the minimal input knows only the first.
        if document.input().is_some_and(|input| document.alternatives(input).len() > 1) {
            continue;
        }
        found.extend(check(&files, endpoint).await);
        count += 1;
    }
    assert!(found.is_empty(), "{} of {count}:\n{}", found.len(), found.join("\n"));
}

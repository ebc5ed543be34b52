//! The endpoints of the snapshot, and their input schemas read without the code under test.

use mediagen_core::ModelKind;
use serde_json::{Map, Value, json};
use std::{
    fs::File,
    io::{BufRead, BufReader},
};

/// One endpoint of the seven kinds (and speech).
pub(crate) struct Endpoint {
    pub(crate) id: String,
    /// The category's own name: `text-to-speech` stays apart from `text-to-audio` in the tables.
    pub(crate) category: String,
    pub(crate) kind: ModelKind,
    pub(crate) document: Value,
}

impl Endpoint {
    /// Whether it is one of the fifth that nobody looks at while rules are written: by a hash of its name.
    pub(crate) fn held_back(&self) -> bool {
        let fnv = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = self.id.bytes().fold(0xcbf2_9ce4_8422_2325, fnv);
        (hash / 7).is_multiple_of(5)
    }

    /// The input schema, its references into the document still in it; `None` where the document has none.
    pub(crate) fn input(&self) -> Option<&Value> {
        let paths = self.document["paths"].as_object()?;
        let post = paths.iter().filter(|(path, _)| !path.contains('{')).find_map(|(_, item)| item.get("post"))?;
        let schema = resolve(&self.document, &post["requestBody"]["content"]["application/json"]["schema"]);
        schema["properties"].is_object().then_some(schema)
    }

    /// The input schema as one document for a validator, in the words of JSON Schema instead of `OpenAPI` 3.0.
    pub(crate) fn standalone(&self) -> Option<Value> {
        let mut schema = self.input()?.clone();
        schema["components"] = self.document["components"].clone();
        modernize(&mut schema, &self.document);
        Some(schema)
    }
}

/// `exclusiveMinimum: true` beside `minimum` is the old way to say what a number says now; a reference to nothing allows
/// anything.
fn modernize(value: &mut Value, document: &Value) {
    let broken = |value: &Value| {
        value["$ref"].as_str().is_some_and(|reference| document.pointer(reference.trim_start_matches('#')).is_none())
    };
    if broken(value) {
        *value = json!({});
    }
    match value {
        Value::Object(map) => {
            for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
                if let Some(on) = map.get(flag).and_then(Value::as_bool) {
                    let number = if on { map.remove(bound) } else { None };
                    map.remove(flag);
                    map.extend(number.map(|number| (flag.to_owned(), number)));
                }
            }
            map.values_mut().for_each(|part| modernize(part, document));
        }
        Value::Array(list) => list.iter_mut().for_each(|part| modernize(part, document)),
        _ => {}
    }
}

/// What stands behind a local reference; a broken one is an empty schema.
pub(crate) fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    for _ in 0..16 {
        match schema["$ref"].as_str() {
            Some(reference) => schema = document.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null),
            None => break,
        }
    }
    schema
}

/// Every endpoint of the snapshot that makes media; `None` where the folder is not given.
pub(crate) fn endpoints() -> Option<Vec<Endpoint>> {
    let folder = std::env::var_os("MEDIAGEN_FAL_DATA")?;
    let file = File::open(std::path::Path::new(&folder).join("catalogue.jsonl.gz")).expect("the catalogue opens");
    let lines = BufReader::new(flate2::read::MultiGzDecoder::new(file)).lines();
    let rows = lines.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    let endpoint = |row: Value| {
        let category = row["metadata"]["category"].as_str()?.to_owned();
        let kind = kind(&category)?;
        Some(Endpoint { id: row["endpoint_id"].as_str()?.to_owned(), category, kind, document: row["openapi"].clone() })
    };
    Some(rows.filter_map(endpoint).collect())
}

/// The endpoints of the emulator's own catalogue, whose schemas are written by us: there in every checkout.
pub(crate) fn emulated() -> Vec<Endpoint> {
    let catalogue = mediagen_emulator::fal::catalogue::Catalogue::builtin();
    let endpoint = |row: &mediagen_emulator::fal::catalogue::Endpoint| {
        let category = row.metadata["category"].as_str()?.to_owned();
        Some(Endpoint { id: row.id.clone(), kind: kind(&category)?, category, document: row.openapi.clone()? })
    };
    catalogue.iter().filter_map(endpoint).collect()
}

fn kind(category: &str) -> Option<ModelKind> {
    match category {
        "text-to-speech" => Some(ModelKind::TextToAudio),
        name => name.parse().ok().filter(|kind| ModelKind::MEDIA.contains(kind)),
    }
}

/// A value that the schema says it takes: its example, its default, its first choice, else the smallest thing of its type.
pub(crate) fn sample(document: &Value, schema: &Value, depth: usize) -> Value {
    if depth > 6 {
        return Value::Null;
    }
    let own = schema;
    let schema = resolve(document, schema);
    let one = |key: &str| own.get(key).or_else(|| schema.get(key));
    let said = ["default", "example", "const"].into_iter().filter_map(one);
    let listed = ["examples", "enum"].into_iter().filter_map(|key| one(key)?.get(0));
    if let Some(value) = said.chain(listed).find(|value| !value.is_null()) {
        return value.clone();
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        if let Some(first) = schema[key].get(0) {
            return sample(document, first, depth + 1);
        }
    }
    match schema["type"].as_str() {
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("boolean") => json!(false),
        Some("array") => {
            let least = schema["minItems"].as_u64().unwrap_or(1).max(1);
            Value::from((0..least).map(|_| sample(document, &schema["items"], depth + 1)).collect::<Vec<_>>())
        }
        Some("object") => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let member = |name: &str| (name.to_owned(), sample(document, &schema["properties"][name], depth + 1));
            Value::Object(required.map(member).collect::<Map<_, _>>())
        }
        _ => json!("https://media.test/sample"),
    }
}

//! How long reading a document and mapping a request take.
//!
//! The bounds (issue of the crate): one request onto a read schema in 20 us at the median, a document of 20 kB in 1 ms.

#![expect(clippy::unwrap_used, reason = "a benchmark")]

use mediagen_core::{AspectRatio, ModelKind, OutputFormat, Request, Role, Schema, SchemaSource, Size};
use mediagen_emulator::fal::catalogue::Catalogue;
use mediagen_params::{AliasTable, Dialect, RuleBook, map, schema_from_openapi};
use serde_json::{Value, json};
use std::{hint::black_box, sync::LazyLock};

fn main() {
    divan::main();
}

/// The names that the endpoints' provider uses, without rules.
fn fal() -> Dialect<'static> {
    static NAMES: LazyLock<AliasTable> =
        LazyLock::new(|| AliasTable::parse(include_str!("../../fal-provider/data/fields.toml")).unwrap());
    Dialect::new(&NAMES, Vec::new())
}

fn document(id: &str) -> Value {
    Catalogue::builtin().get(id).and_then(|row| row.openapi.clone()).unwrap()
}

fn schema(id: &str) -> Schema {
    schema_from_openapi(&document(id), SchemaSource::Live).unwrap()
}

fn plain() -> Request {
    let mut request = Request::new().with_prompt("a lighthouse at dusk");
    request.options.seed = Some(7);
    request.options.aspect_ratio = Some(AspectRatio::new(16, 9));
    request.options.duration = Some(5.0);
    request.with_input(Role::Image, "https://media.test/a.png")
}

fn rich() -> Request {
    let mut request = plain();
    let options = &mut request.options;
    options.negative_prompt = Some("fog".into());
    options.size = Some(Size::new(1280, 720));
    options.resolution = Some("720p".into());
    options.count = Some(2);
    options.steps = Some(12);
    options.guidance = Some(4.0);
    options.strength = Some(0.6);
    options.format = Some(OutputFormat::Mp4);
    options.fps = Some(24.0);
    options.looping = Some(true);
    options.speed = Some(1.1);
    options.language = Some("en".into());
    request
}

/// One request onto a schema that was read before.
#[divan::bench(args = ["fal-ai/framepack", "fal-ai/flux/dev", "fal-ai/ltx-video-13b-distilled"])]
fn plain_request(bencher: divan::Bencher<'_, '_>, id: &str) {
    let (schema, request, dialect) = (schema(id), plain(), fal());
    bencher.bench(|| map(black_box(&request), ModelKind::ImageToVideo, black_box(&schema), &dialect, &[]));
}

/// The same with most options set.
#[divan::bench(args = ["fal-ai/framepack", "fal-ai/flux/dev", "fal-ai/ltx-video-13b-distilled"])]
fn rich_request(bencher: divan::Bencher<'_, '_>, id: &str) {
    let (schema, request, dialect) = (schema(id), rich(), fal());
    bencher.bench(|| map(black_box(&request), ModelKind::ImageToVideo, black_box(&schema), &dialect, &[]));
}

/// A document of 20 kB, as it comes off the wire: parsed and read.
#[divan::bench]
fn twenty_kilobytes_of_openapi(bencher: divan::Bencher<'_, '_>) {
    let mut document = document("fal-ai/ltx-video-13b-distilled");
    let schemas = document["components"]["schemas"].as_object_mut().unwrap();
    let input = schemas.values_mut().max_by_key(|schema| schema.to_string().len()).unwrap();
    let mut number = 0;
    while input.to_string().len() < 18_000 {
        number += 1;
        input["properties"][format!("field_{number}")] = json!({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 9},
            {"type": "null"}], "title": "A further field", "description": "What a field of usual length says of itself."});
    }
    let text = document.to_string();
    assert!((18_000..26_000).contains(&text.len()), "{} bytes", text.len());
    bencher.bench(|| {
        let document: Value = serde_json::from_str(black_box(&text)).unwrap();
        schema_from_openapi(&document, SchemaSource::Live).unwrap()
    });
}

/// The rules that speak of a model, out of the provider's file.
#[divan::bench]
fn rules_of_a_model(bencher: divan::Bencher<'_, '_>) {
    let book = RuleBook::parse(include_str!("../../fal-provider/data/rules.toml")).unwrap();
    bencher.bench(|| book.matching(black_box("fal-ai/framepack")).len());
}

//! Whole bodies and notes of 60 requests, as they were when somebody last looked at them: `tests/bodies.json`.
//!
//! `MEDIAGEN_WRITE_BODIES=1` writes the file anew; the difference is then read like code.

#![expect(clippy::unwrap_used, reason = "a test")]

mod common;

use common::fal;
use mediagen_core::{AspectRatio, Modality, ModelKind, OutputFormat, Quality, Request, Role, SchemaSource, Size};
use mediagen_emulator::fal::catalogue::Catalogue;
use mediagen_params::{map, schema_from_openapi};
use serde_json::{Map, Value, json};
use std::path::Path;

fn kind(category: &str) -> Option<ModelKind> {
    match category {
        "text-to-speech" => Some(ModelKind::TextToAudio),
        name => name.parse().ok().filter(|kind| ModelKind::MEDIA.contains(kind)),
    }
}

fn short(kind: ModelKind) -> Request {
    let request = Request::new().with_prompt("a lighthouse");
    match kind.input() {
        Modality::Image => request.with_input(Role::Image, "photo.png"),
        Modality::Video => request.with_input(Role::Video, "film.mp4"),
        Modality::Audio => request.with_input(Role::Audio, "sound.wav"),
        _ => request,
    }
}

fn long(kind: ModelKind) -> Request {
    let mut request = short(kind);
    let options = &mut request.options;
    options.negative_prompt = Some("fog".into());
    options.size = Some(Size::new(1000, 700));
    options.aspect_ratio = Some(AspectRatio::new(4, 3));
    options.resolution = Some("2K".into());
    options.count = Some(3);
    options.seed = Some(u64::MAX);
    options.steps = Some(30);
    options.guidance = Some(0.0);
    options.strength = Some(0.25);
    options.quality = Some(Quality::Draft);
    options.format = Some(match kind.output() {
        Modality::Video => OutputFormat::Webm,
        Modality::Audio => OutputFormat::Flac,
        _ => OutputFormat::Webp,
    });
    options.duration = Some(7.5);
    options.fps = Some(30.0);
    options.looping = Some(false);
    options.scale = Some(3.0);
    options.voice = Some("Nobody".into());
    options.language = Some("de".into());
    options.speed = Some(0.9);
    request
        .with_input(Role::Reference, "https://media.test/style.png")
        .with_input(Role::Mask, "https://media.test/mask.png")
}

/// What `request` becomes: the body and the notes, or the problems.
fn outcome(request: &Request, kind: ModelKind, document: &Value) -> Value {
    let schema = schema_from_openapi(document, SchemaSource::Live).unwrap();
    match map(request, kind, &schema, &fal(), &[]) {
        Ok(mapped) => {
            let notes: Vec<String> = mapped.notes.iter().map(ToString::to_string).collect();
            json!({"body": mapped.body, "notes": notes})
        }
        Err(error) => {
            let problems = error.fields().iter().map(|field| format!("{}: {}", field.path, field.message));
            json!({"refused": problems.collect::<Vec<_>>()})
        }
    }
}

#[test]
fn sixty_bodies_are_as_they_were() {
    let catalogue = Catalogue::builtin();
    let all: Vec<_> =
        catalogue.iter().filter_map(|row| Some((row, kind(row.metadata["category"].as_str()?)?))).collect();
    let mut found = Map::new();
    for (row, kind) in all.iter().filter(|(row, _)| row.openapi.is_some()).step_by(2).take(30) {
        let document = row.openapi.as_ref().unwrap();
        found.insert(format!("{} short", row.id), outcome(&short(*kind), *kind, document));
        found.insert(format!("{} long", row.id), outcome(&long(*kind), *kind, document));
    }
    assert_eq!(found.len(), 60);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bodies.json");
    if std::env::var_os("MEDIAGEN_WRITE_BODIES").is_some() {
        std::fs::write(&path, serde_json::to_string_pretty(&found).unwrap() + "\n").unwrap();
        return;
    }
    let there: Map<String, Value> = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    for (name, outcome) in &found {
        assert_eq!(Some(outcome), there.get(name), "{name}");
    }
    assert_eq!(there.len(), found.len(), "the file holds bodies of requests that are not made any more");
}

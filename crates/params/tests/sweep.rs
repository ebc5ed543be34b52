//! Maps plain and rich requests onto every endpoint of a catalogue snapshot.
//!
//! The data is not part of this repository: `MEDIAGEN_FAL_DATA` names the folder that holds `catalogue.jsonl.gz`, one JSON
//! object a line with `endpoint_id`, `metadata.category` and `openapi`. Without it the test says so and passes.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test that prints its table")]

use mediagen_core::{
    AspectRatio, FieldType, Modality, ModelKind, Options, OutputFormat, Quality, Request, Result, Role, Schema,
    SchemaSource, Size,
};
use mediagen_params::{Mapped, map, schema_from_openapi};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader},
};

struct Endpoint {
    id: String,
    kind: ModelKind,
    document: Value,
}

fn endpoints() -> Option<Vec<Endpoint>> {
    let folder = std::env::var_os("MEDIAGEN_FAL_DATA")?;
    let file = File::open(std::path::Path::new(&folder).join("catalogue.jsonl.gz")).expect("the catalogue opens");
    let lines = BufReader::new(flate2::read::MultiGzDecoder::new(file)).lines();
    let rows = lines.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    Some(
        rows.filter_map(|row| {
            let kind = kind(row["metadata"]["category"].as_str()?)?;
            Some(Endpoint { id: row["endpoint_id"].as_str()?.to_owned(), kind, document: row["openapi"].clone() })
        })
        .collect(),
    )
}

fn kind(name: &str) -> Option<ModelKind> {
    match name {
        "text-to-speech" => Some(ModelKind::TextToAudio),
        name => name.parse().ok().filter(|kind| ModelKind::MEDIA.contains(kind)),
    }
}

fn plain(kind: ModelKind) -> Request {
    let request = Request::new().with_prompt("a lighthouse at dusk");
    let media = |name: &str| format!("https://media.test/{name}").parse().unwrap();
    match kind {
        ModelKind::ImageToImage | ModelKind::ImageToVideo => request.with_input(Role::Image, media("a.png")),
        ModelKind::VideoToVideo => request.with_input(Role::Video, media("a.mp4")),
        ModelKind::AudioToAudio => request.with_input(Role::Audio, media("a.wav")),
        _ => request,
    }
}

fn rich(kind: ModelKind) -> Request {
    let mut request = plain(kind);
    let mut options = Options::default();
    options.negative_prompt = Some("blurry".into());
    options.size = Some(Size::new(1280, 720));
    options.aspect_ratio = Some(AspectRatio::new(16, 9));
    options.resolution = Some("720p".into());
    options.count = Some(2);
    options.seed = Some(0);
    options.steps = Some(12);
    options.guidance = Some(4.0);
    options.strength = Some(0.6);
    options.quality = Some(Quality::High);
    options.format = Some(match kind.output() {
        Modality::Video => OutputFormat::Mp4,
        Modality::Audio => OutputFormat::Mp3,
        _ => OutputFormat::Png,
    });
    options.duration = Some(5.0);
    options.fps = Some(24.0);
    options.looping = Some(true);
    options.motion = Some(0.5);
    options.scale = Some(2.0);
    options.similarity = Some(0.8);
    options.denoise = Some(true);
    options.voice = Some("Rachel".into());
    options.language = Some("en".into());
    options.speed = Some(1.1);
    options.pitch = Some(0.0);
    options.volume = Some(1.0);
    options.sample_rate = Some(44_100);
    request.options = options;
    request
}

/// The names of the input's own properties, read without the code under test.
fn properties(document: &Value) -> Vec<String> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let post = paths.filter(|(path, _)| !path.contains('{')).find_map(|(_, item)| item.get("post"));
    let schema = post.map(|post| &post["requestBody"]["content"]["application/json"]["schema"]);
    let schema = schema.and_then(|schema| match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')),
        None => Some(schema),
    });
    schema
        .and_then(|schema| schema["properties"].as_object())
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect()
}

#[derive(Default)]
struct Tally {
    mapped: usize,
    missing: usize,
    other: usize,
    unread: usize,
    notes: BTreeMap<String, usize>,
}

fn run(title: &str, request: impl Fn(ModelKind) -> Request, endpoints: &[Endpoint]) -> BTreeMap<ModelKind, Tally> {
    let mut tallies: BTreeMap<ModelKind, Tally> = BTreeMap::new();
    for Endpoint { id, kind, document } in endpoints {
        let tally = tallies.entry(*kind).or_default();
        let schema = match schema_from_openapi(document, SchemaSource::Live) {
            Ok(schema) => schema,
            Err(error) => {
                println!("{title} {kind} {id}: {error}");
                tally.unread += 1;
                continue;
            }
        };
        match completed(request(*kind), *kind, &schema) {
            Ok(mapped) => {
                tally.mapped += 1;
                for note in &mapped.notes {
                    *tally
                        .notes
                        .entry(format!("{}{}", note.option, if note.to.is_null() { "!" } else { "" }))
                        .or_default() += 1;
                }
                if !schema.inputs.is_empty() {
                    assert_known(id, &mapped, &properties(document));
                }
            }
            Err(error) => {
                let missing = error.fields().iter().all(|field| field.code.as_deref() == Some("missing"));
                if missing {
                    tally.missing += 1;
                } else {
                    tally.other += 1;
                }
                println!("{title} {kind} {id}: {error}");
            }
        }
    }
    println!("\n{title:<20} {:>7} {:>8} {:>6} {:>6}", "mapped", "missing", "other", "unread");
    for (kind, tally) in &tallies {
        let name = kind.as_str();
        println!("{name:<20} {:>7} {:>8} {:>6} {:>6}", tally.mapped, tally.missing, tally.other, tally.unread);
        println!("    notes: {:?}", tally.notes);
    }
    tallies
}

/// Follows what the error says: "give `mask`" gives a mask; fields that only the model itself knows stay missing.
fn completed(mut request: Request, kind: ModelKind, schema: &Schema) -> Result<Mapped> {
    for _ in 0..3 {
        let error = match map(&request, kind, schema, &[]) {
            Ok(mapped) => return Ok(mapped),
            Err(error) => error,
        };
        for field in error.fields() {
            let Some(option) = field.message.split("give `").nth(1).and_then(|rest| rest.split('`').next()) else {
                continue;
            };
            if let Some(role) = Role::ALL.iter().find(|role| role.as_str() == option) {
                request = request.with_input(*role, "https://media.test/more".parse().unwrap());
                continue;
            }
            let first = match schema.input(&field.path).map(|field| &field.ty) {
                Some(FieldType::Enum(values)) => values[0].as_str().map(str::to_owned),
                _ => None,
            };
            match option {
                "voice" => request.options.voice = first.or(Some("Rachel".into())),
                "language" => request.options.language = Some("en".into()),
                "strength" => request.options.strength = Some(0.5),
                "size" => request.options.size = Some(Size::new(1024, 768)),
                "aspect_ratio" => request.options.aspect_ratio = Some(AspectRatio::new(16, 9)),
                "resolution" => request.options.resolution = Some("720p".into()),
                "voice_sample_text" => request.options.voice_sample_text = Some("words".into()),
                "duration" => request.options.duration = Some(5.0),
                "scale" => request.options.scale = Some(2.0),
                _ => {}
            }
        }
    }
    map(&request, kind, schema, &[])
}

fn assert_known(id: &str, mapped: &Mapped, properties: &[String]) {
    for name in mapped.body.keys() {
        assert!(properties.contains(name), "{id}: `{name}` is no field of this endpoint");
    }
    assert!(mapped.body.values().all(|value| !value.is_null()), "{id}: {:?}", mapped.body);
}

/// What is missing is the caller's to give (a voice, an effect, a second picture): it is told before money moves. What
/// must not happen is a body that the schema refuses for what we wrote.
fn share(tallies: &BTreeMap<ModelKind, Tally>) -> f64 {
    let (mapped, all) = tallies
        .values()
        .fold((0, 0), |(mapped, all), tally| (mapped + tally.mapped, all + tally.mapped + tally.missing + tally.other));
    f64::from(u32::try_from(mapped).unwrap()) / f64::from(u32::try_from(all).unwrap())
}

#[test]
fn a_034_plain_and_rich_requests_map_onto_every_kind_without_unknown_fields() {
    let Some(endpoints) = endpoints() else {
        println!("skipped: MEDIAGEN_FAL_DATA is not set");
        return;
    };
    for (title, request) in [("plain", plain as fn(ModelKind) -> Request), ("rich", rich)] {
        let tallies = run(title, request, &endpoints);
        let share = share(&tallies);
        println!("{title}: {:.1} % mapped", share * 100.0);
        assert!(share >= 0.9, "only {:.1} % of the endpoints take the {title} request", share * 100.0);
    }
}

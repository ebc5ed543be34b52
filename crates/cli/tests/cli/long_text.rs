//! A text that is longer than the model takes, from the refusal to the joined file.

use crate::{Ran, Rig};
use mediagen_emulator::fal::{EmulatorConfig, Fault, Route, catalogue::Catalogue};
use serde_json::{Value, json};
use std::path::Path;

const MODEL: &str = "fal-ai/orpheus-tts";
const LIMIT: u64 = 60;
const TEXT: &str = "The lamp is lit, and it turns all night. Does anybody out there see it? Nobody answers from the sea; \
    the wind is loud. Then a bell rings.";
const PARTS: [&str; 3] = [
    "The lamp is lit, and it turns all night. ",
    "Does anybody out there see it? ",
    "Nobody answers from the sea; the wind is loud. Then a bell rings.",
];

/// An emulator whose speech model takes few characters at once.
fn rig(limit: u64) -> Rig {
    let mut catalogue = Catalogue::builtin();
    let mut endpoint = catalogue.get(MODEL).unwrap().clone();
    let schemas = endpoint.openapi.as_mut().unwrap()["components"]["schemas"].as_object_mut().unwrap();
    let text = schemas.values_mut().find_map(|schema| schema.pointer_mut("/properties/text/maxLength")).unwrap();
    *text = json!(limit);
    catalogue.insert(endpoint);
    Rig::with(EmulatorConfig::default().with_catalogue(catalogue))
}

/// The texts that were submitted, in order.
fn sent(rig: &Rig) -> Vec<String> {
    let posts = rig.emulator.requests().into_iter().filter(|r| r.method == "POST" && r.path.starts_with("/queue"));
    posts.map(|r| r.json.unwrap()["text"].as_str().unwrap().to_owned()).collect()
}

fn samples(path: &Path) -> Vec<i16> {
    hound::WavReader::open(path).unwrap().samples::<i16>().map(Result::unwrap).collect()
}

fn speak<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["generate", MODEL, TEXT][..], more].concat()
}

#[test]
fn a_071_a_text_over_the_limit_is_refused_with_the_limit_and_the_way_out() {
    let rig = rig(LIMIT);
    for arguments in [speak(&["--json"]), speak(&["--dry-run", "--json"])] {
        let error = rig.run(&arguments).error(2);
        assert!(error["fields"][0]["message"].as_str().unwrap().contains("at most 60"), "{error}");
        assert_eq!((&error["fields"][0]["path"], &error["dispatch"]), (&json!("text"), &json!("not-sent")));
        assert!(error["hint"].as_str().unwrap().contains("--split-text"), "{error}");
    }
    assert_eq!(rig.emulator.jobs_created(), 0);
    // A picture model is not told of it.
    let error = rig.run(&["generate", "fal-ai/flux/dev", "--json"]).error(2);
    assert!(!error["hint"].as_str().unwrap_or_default().contains("--split-text"), "{error}");
}

#[test]
fn a_071_three_parts_are_three_submits_in_order_and_one_sound() {
    let rig = rig(LIMIT + 10);
    let document = rig.run(&speak(&["--split-text", "--voice", "leo", "--json"])).good();
    assert_eq!(sent(&rig), PARTS);
    assert_eq!(sent(&rig).concat(), TEXT);
    assert_eq!((rig.emulator.jobs_created(), rig.emulator.count(Route::Submit)), (3, 3));
    let parts = document["parts"].as_array().unwrap();
    let ids: Vec<_> = rig.emulator.jobs().into_iter().map(|job| json!(job.request_id)).collect();
    assert_eq!(parts.iter().map(|part| part["request_id"].clone()).collect::<Vec<_>>(), ids);
    assert_eq!(parts.iter().map(|part| part["body"]["text"].clone()).collect::<Vec<_>>(), PARTS);
    assert!(parts.iter().all(|part| part["body"]["voice"] == "leo" && part["job"].is_string()));

    let path = |value: &Value| rig.folder.path().join(value["path"].as_str().unwrap());
    let whole = &document["outputs"][0];
    assert_eq!(whole["path"], "mediagen-out/fal-ai-orpheus-tts-0.wav");
    assert_eq!((&whole["media_type"], document["outputs"].as_array().unwrap().len()), (&json!("audio/wav"), 1));
    let alone: Vec<Vec<i16>> = parts.iter().map(|part| samples(&path(&part["outputs"][0]))).collect();
    assert!(alone.iter().all(|part| part.len() > 24_000) && alone[0] != alone[1]);
    assert_eq!(samples(&path(whole)), alone.concat());
    let seconds: f64 = parts.iter().map(|part| part["outputs"][0]["duration_s"].as_f64().unwrap()).sum();
    assert!((whole["duration_s"].as_f64().unwrap() - seconds).abs() < 1e-6);
    assert_eq!(whole["bytes"].as_u64(), Some(std::fs::metadata(path(whole)).unwrap().len()));

    assert_eq!(document["notes"][0]["option"], "split_text");
    assert_eq!((&document["notes"][0]["from"], &document["notes"][0]["to"]), (&json!(TEXT.chars().count()), &json!(3)));
    assert_eq!((&document["requests"]["submit"], &document["requests"]["download"]), (&json!(3), &json!(3)));
    let units: f64 = parts.iter().map(|part| part["cost"]["billed_units"].as_f64().unwrap()).sum();
    assert!(units > 0.0 && (document["cost"]["billed_units"].as_f64().unwrap() - units).abs() < 1e-9);
    let mut keys: Vec<_> = document.as_object().unwrap().keys().cloned().collect();
    keys.retain(|key| key != "parts");
    let ordinary = rig.run(&["generate", MODEL, "Short.", "--json"]).good();
    assert_eq!(keys, ordinary.as_object().unwrap().keys().cloned().collect::<Vec<_>>());
    // The parts are kept in a folder of their own, so that the folder asked for has one file more.
    let out = rig.folder.path().join("mediagen-out");
    let folder = path(&parts[0]["outputs"][0]).parent().unwrap().to_owned();
    assert_eq!(folder, out.join(format!("parts-{}", document["job"].as_str().unwrap())));
    let sounds = |folder: &Path| {
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().ends_with(".wav")).count()
    };
    assert_eq!((sounds(&folder), sounds(&out)), (3, 2));
    // The joined file tells what it was made of, and is in the store as the parts are.
    let record = std::fs::read(out.join("fal-ai-orpheus-tts-0.wav.mediagen.json")).unwrap();
    let record: Value = serde_json::from_slice(&record).unwrap();
    assert_eq!((&record["made"]["prompt"], &record["made"]["job"]), (&json!(TEXT), &document["job"]));
    let inputs = record["inputs"].as_array().unwrap();
    assert!(inputs.iter().all(|input| input["role"] == "part"));
    let requests: Vec<_> = inputs.iter().map(|input| input["record"]["made"]["request_id"].clone()).collect();
    assert_eq!(requests, ids);
    let stored = rig.run(&["assets", "list", "--json"]).json();
    assert_eq!(stored.as_array().unwrap().len(), 5, "three parts, the whole and the short one: {stored}");
}

#[test]
fn progress_tells_the_part_and_people_where_the_parts_are() {
    let rig = rig(LIMIT + 10);
    let ran = rig.run(&speak(&["--split-text", "--format", "flac"]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    for part in ["part 1 of 3", "part 2 of 3", "part 3 of 3", "joining 3 parts"] {
        assert_eq!(ran.err.matches(part).count(), 1, "{part}: {}", ran.err);
    }
    assert!(
        ran.out.contains("mediagen-out/fal-ai-orpheus-tts-0.wav") && ran.out.contains("3 parts are kept in"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("split_text ") && ran.out.contains("format flac: changed to wav"), "{}", ran.out);
}

#[test]
fn a_dry_run_shows_every_body_and_sends_nothing() {
    let rig = rig(LIMIT + 10);
    let document = rig.run(&speak(&["--split-text", "--dry-run", "--json"])).good();
    let texts: Vec<_> = document["parts"].as_array().unwrap().iter().map(|part| part["body"]["text"].clone()).collect();
    assert_eq!(texts, PARTS);
    assert_eq!((&document["status"], &document["body"]), (&json!("dry-run"), &Value::Null));
    assert_eq!(document["notes"][0]["option"], "split_text");
    let ran = rig.run(&speak(&["--split-text", "--dry-run"]));
    assert!(ran.out.contains("part 3 of 3:") && ran.out.contains("Then a bell rings."), "{}", ran.out);
    assert!(rig.emulator.requests().iter().all(|r| r.method == "GET"), "something was sent");
}

#[test]
fn a_text_that_fits_is_one_ordinary_generation() {
    let rig = rig(LIMIT);
    let document = rig.run(&["generate", MODEL, "It fits.", "--split-text", "--json"]).good();
    assert_eq!((rig.emulator.jobs_created(), &document["parts"], &document["notes"]), (1, &Value::Null, &json!([])));
    assert_eq!(document["request_id"], json!(rig.emulator.jobs()[0].request_id));
}

#[test]
fn a_model_without_a_limit_is_given_one_or_the_whole_text_with_a_note() {
    let rig = Rig::new();
    let kokoro = "fal-ai/kokoro/american-english";
    let document = rig.run(&["generate", kokoro, TEXT, "--split-text=70", "--dry-run", "--json"]).good();
    assert_eq!(document["parts"].as_array().unwrap().len(), 3);
    let document = rig.run(&["generate", kokoro, TEXT, "--split-text", "--dry-run", "--json"]).good();
    assert_eq!((&document["parts"], &document["body"]["prompt"]), (&Value::Null, &json!(TEXT)));
    assert_eq!(document["notes"][0]["option"], "split_text");
    let error = rig.run(&["generate", kokoro, TEXT, "--split-text", "--policy", "strict", "--json"]).error(2);
    assert!(error["message"].as_str().unwrap().contains("--split-text=CHARS"), "{error}");
    // The model's own limit holds when more is asked for.
    let document = self::rig(30).run(&speak(&["--split-text=100", "--dry-run", "--json"])).good();
    let longest = document["parts"].as_array().unwrap().iter().map(|p| p["body"]["text"].as_str().unwrap().len()).max();
    assert!(longest <= Some(30), "{document}");
}

#[test]
fn what_cannot_be_joined_is_refused_before_anything_is_sent() {
    let rig = rig(LIMIT);
    let picture = ["generate", "fal-ai/flux/dev", "x", "--split-text", "--json"];
    let error = rig.run(&picture).error(2);
    assert!(error["message"].as_str().unwrap().contains("text-to-image"), "{error}");
    assert_eq!(error["fields"][0]["path"], "split_text");
    for (more, path, words) in [
        (&["--count", "2"][..], "count", "one result"),
        (&["--format", "mp3", "--policy", "strict"], "format", "WAV"),
        (&["-P", "text=mine"], "prompt", "`text`"),
    ] {
        let error = rig.run(&speak(&[&["--split-text", "--json"], more].concat())).error(2);
        assert_eq!(error["fields"][0]["path"], path, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    let error = rig.run(&["generate", MODEL, "-P", "text=mine", "--split-text", "--json"]).error(2);
    assert!(error["message"].as_str().unwrap().contains("PROMPT"), "{error}");
    let error = rig.run(&speak(&["--split-text=0", "--json"])).error(2);
    assert_eq!(error["fields"][0]["path"], "split_text");
    assert_eq!(rig.emulator.jobs_created(), 0);
}

#[test]
fn when_a_part_fails_those_before_it_are_kept_and_nothing_is_sent_again() {
    for (fault, code) in [
        (Fault::Status(422, json!({"detail": [{"loc": ["body", "text"], "msg": "no", "type": "value_error"}]})), 4),
        (Fault::DropBeforeAnswer, 7),
    ] {
        let rig = rig(LIMIT + 10);
        rig.emulator.fail(Route::Submit, Fault::Slow(std::time::Duration::ZERO), 1);
        rig.emulator.fail(Route::Submit, fault, 1);
        let ran: Ran = rig.run(&speak(&["--split-text", "--json"]));
        let error = ran.error(code);
        assert_eq!(rig.emulator.count(Route::Submit), 2, "nothing is repeated, nothing goes on");
        let fate = |path: &str| {
            let fields = error["fields"].as_array().unwrap();
            fields.iter().find(|field| field["path"] == path).map(|f| f["message"].as_str().unwrap().to_owned())
        };
        let first = fate("parts[0]").unwrap();
        assert!(first.contains(&rig.emulator.jobs()[0].request_id), "{first}");
        let path = first.strip_prefix("saved as ").unwrap().split(", request").next().unwrap();
        assert!(samples(&rig.folder.path().join(path)).len() > 24_000);
        assert_eq!(fate("parts[2]").as_deref(), Some("not sent"));
        let hint = error["hint"].as_str().unwrap();
        assert!(
            hint.contains("first 1 of 3 parts") && hint.contains(&format!("first {} characters", PARTS[0].len())),
            "{hint}"
        );
        assert!(error["job"].is_string());
        let out = rig.folder.path().join("mediagen-out");
        assert!(!out.join("fal-ai-orpheus-tts-0.wav").exists());
    }
}

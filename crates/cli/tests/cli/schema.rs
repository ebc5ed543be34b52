//! What a model takes and gives: the table, the document, the provider's own, and the help of one model.

use crate::{Ran, Rig, bare};
use serde_json::{Value, json};

/// A run without any key; nothing else is in the environment.
fn keyless(rig: &Rig, arguments: &[&str]) -> Ran {
    let mut command = bare(arguments, rig.folder.path());
    command.env("FAL_BASE_URL", rig.emulator.base_url()).env("MEDIAGEN_HOME", rig.folder.path());
    Ran::of(command.output().unwrap())
}

/// Words of the line that has `field` as one of its words.
fn line<'a>(text: &'a str, field: &str) -> Vec<&'a str> {
    let mut lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines.find(|words| words.contains(&field)).unwrap_or_else(|| panic!("no {field} in {text}"))
}

fn input<'a>(document: &'a Value, field: &str) -> &'a Value {
    document["inputs"].as_array().unwrap().iter().find(|row| row["field"] == field).unwrap()
}

#[track_caller]
fn nothing_was_sent(rig: &Rig) {
    assert!(rig.emulator.requests().iter().all(|r| r.method == "GET"), "something was sent");
    assert_eq!((rig.queue(), rig.emulator.jobs_created()), (Vec::new(), 0));
}

#[test]
fn the_table_names_each_option_with_the_field_where_it_goes() {
    let rig = Rig::new();
    let ran = keyless(&rig, &["schema", "fal-ai/flux/dev"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let first = ran.out.lines().next().unwrap();
    assert!(first.contains("fal-ai/flux/dev") && first.contains("text-to-image"), "{first}");
    assert_eq!(line(&ran.out, "prompt")[..3], ["PROMPT", "prompt", "yes"]);
    assert_eq!(line(&ran.out, "num_images").join(" "), "--count num_images 1 a whole number from 1 up to 4");
    assert_eq!(line(&ran.out, "image_size")[..4], ["--size,", "--aspect-ratio,", "--resolution", "image_size"]);
    assert_eq!(line(&ran.out, "acceleration")[..2], ["acceleration", "\"none\""]);
    assert!(line(&ran.out, "images").join(" ").contains("a list of an object with url"), "{}", ran.out);
    assert!(!ran.out.contains('\u{1b}'));
    nothing_was_sent(&rig);
}

#[test]
fn the_document_tells_types_bounds_and_defaults_to_programs() {
    let rig = Rig::new();
    let document = keyless(&rig, &["schema", "fal-ai/flux/dev", "--json"]).good();
    let keys: Vec<_> = document.as_object().unwrap().keys().map(String::as_str).collect();
    let contract = [
        "as_of",
        "category",
        "deprecated",
        "inputs",
        "kind",
        "kinds",
        "model",
        "outputs",
        "prompt_limit",
        "provider",
        "source",
        "title",
    ];
    assert_eq!(keys, contract);
    assert_eq!(document["model"], "fal-ai/flux/dev");
    assert_eq!((&document["provider"], &document["kind"]), (&json!("fal"), &json!("text-to-image")));
    assert_eq!((&document["kinds"], &document["source"]), (&json!(["text-to-image"]), &json!("live")));
    let mut count = input(&document, "num_images").clone();
    count["description"].take();
    assert_eq!(
        count,
        json!({"field": "num_images", "options": ["count"], "type": "integer", "range": {"min": 1, "max": 4},
        "takes": "a whole number from 1 up to 4", "default": 1, "required": false, "description": null})
    );
    assert_eq!(input(&document, "acceleration")["enum"], json!(["none", "regular", "high"]));
    assert_eq!(input(&document, "acceleration")["options"], json!([]));
    assert_eq!(
        (&input(&document, "prompt")["required"], &input(&document, "prompt")["type"]),
        (&json!(true), &json!("text"))
    );
    let size = input(&document, "image_size");
    assert_eq!(size["any_of"][0]["fields"][0]["field"], "width");
    assert_eq!(size["any_of"][1]["enum"][0], "square_hd");
    let images = &document["outputs"][0];
    assert_eq!(
        (&images["field"], &images["type"], &images["items"]["type"]),
        (&json!("images"), &json!("list"), &json!("object"))
    );
    // Fields in the provider's own order, as the document has it.
    let openapi = keyless(&rig, &["schema", "fal-ai/flux/dev", "--openapi", "--json"]).good();
    let order = &openapi["components"]["schemas"]["FalAiFluxDevInput"]["x-fal-order-properties"];
    let fields: Value = document["inputs"].as_array().unwrap().iter().map(|row| row["field"].clone()).collect();
    assert_eq!(&fields, order);
    // The limit of a text, and where it stands.
    let document = keyless(&rig, &["schema", "fal-ai/orpheus-tts", "--json"]).good();
    assert_eq!(document["prompt_limit"], 5000);
    assert_eq!(input(&document, "text")["length"], json!({"max": 5000}));
    nothing_was_sent(&rig);
}

#[test]
fn what_the_document_promises_is_what_generate_sends() {
    let rig = Rig::new();
    let document = keyless(&rig, &["schema", "fal-ai/flux/dev", "--json"]).good();
    let asked =
        ["generate", "fal-ai/flux/dev", "x", "--count", "2", "--steps", "9", "--guidance", "2", "--format", "png"];
    let body = rig.run(&[&asked[..], &["--dry-run", "--json"]].concat()).good()["body"].clone();
    for (option, value) in [
        ("prompt", json!("x")),
        ("count", json!(2)),
        ("steps", json!(9)),
        ("guidance", json!(2)),
        ("format", json!("png")),
    ] {
        let rows = document["inputs"].as_array().unwrap();
        let row = rows.iter().find(|row| row["options"].as_array().unwrap().contains(&json!(option))).unwrap();
        assert_eq!(body[row["field"].as_str().unwrap()], value, "{option}");
    }
}

#[test]
fn the_providers_own_document_is_printed_as_it_is() {
    let rig = Rig::new();
    let builtin = mediagen_emulator::fal::catalogue::Catalogue::builtin();
    let own = builtin.get("fal-ai/flux/dev").unwrap().openapi.clone().unwrap();
    let document = keyless(&rig, &["schema", "fal-ai/flux/dev", "--openapi", "--json"]).good();
    assert_eq!(document["paths"], own["paths"]);
    assert_eq!(document["components"], own["components"]);
    // For people the same in many lines.
    let ran = keyless(&rig, &["schema", "fal-ai/flux/dev", "--openapi"]);
    assert_eq!((ran.code, serde_json::from_str::<Value>(&ran.out).unwrap()), (0, document));
    assert!(ran.out.lines().count() > 100);
    let error = keyless(&rig, &["schema", "fal-ai/flux/dve", "--openapi", "--json"]).error(2);
    assert!(error["hint"].as_str().unwrap().contains("fal-ai/flux/dev"), "{error}");
    nothing_was_sent(&rig);
}

#[test]
fn an_unknown_model_is_told_the_nearest_ones() {
    let rig = Rig::new();
    for arguments in
        [&["schema", "fal-ai/flux/dve", "--json"][..], &["generate", "fal-ai/flux/dve", "--help-model", "--json"]]
    {
        let error = keyless(&rig, arguments).error(2);
        assert_eq!(error["kind"], "not-found");
        assert!(error["hint"].as_str().unwrap().contains("fal-ai/flux/dev"), "{error}");
    }
    let ran = keyless(&rig, &["schema", "fal-ai/flux/dve"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("hint: did you mean fal-ai/flux/dev"), "{}", ran.err);
}

#[test]
fn another_kind_is_asked_for_by_name_and_a_wrong_one_refused() {
    let rig = Rig::new();
    let error = keyless(&rig, &["schema", "fal-ai/flux/dev", "--kind", "text-to-video", "--json"]).error(2);
    assert_eq!(error["kind"], "kind-mismatch");
    // Every model can be asked as it is: then no option has a place but by its name.
    let document = keyless(&rig, &["schema", "fal-ai/flux/dev", "--kind", "raw", "--json"]).good();
    assert_eq!(document["kind"], "raw");
    let error = keyless(&rig, &["schema", "fal-ai/flux/dev", "--kind", "film", "--json"]).error(2);
    assert_eq!(error["fields"][0]["path"], "kind");
}

#[test]
fn the_help_of_a_model_lists_what_works_and_needs_no_key_and_no_prompt() {
    let rig = Rig::new();
    let ran = keyless(&rig, &["generate", "fal-ai/orpheus-tts", "--help-model"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    assert!(ran.out.contains("Usage: mediagen generate fal-ai/orpheus-tts <PROMPT> [OPTIONS]"), "{}", ran.out);
    assert!(line(&ran.out, "PROMPT").join(" ").contains("text of up to 5000 characters [required, field text]"));
    assert!(line(&ran.out, "--voice").join(" ").contains("<NAME> one of \"tara\", \"leah\""), "{}", ran.out);
    assert!(ran.out.contains("-P repetition_penalty=…"), "{}", ran.out);
    for other in ["--size", "--image", "--steps", "--fps"] {
        assert!(!ran.out.contains(other), "{other} does not work: {}", ran.out);
    }
    // A required input is part of the usage, with the name of its value.
    let ran = keyless(&rig, &["generate", "fal-ai/framepack", "--help-model"]);
    assert!(ran.out.contains("generate fal-ai/framepack <PROMPT> --image <FILE|URL> [OPTIONS]"), "{}", ran.out);
    // Other arguments are no matter: nothing is opened or made.
    let ran =
        keyless(&rig, &["generate", "fal-ai/framepack", "x", "--image", "missing.png", "--out", "new", "--help-model"]);
    assert_eq!(ran.code, 0);
    assert!(!rig.folder.path().join("new").exists());
    let document = keyless(&rig, &["generate", "fal-ai/framepack", "--help-model", "--json"]).good();
    assert_eq!(document, keyless(&rig, &["schema", "fal-ai/framepack", "--json"]).good());
    nothing_was_sent(&rig);
}

#[test]
#[cfg(target_os = "linux")]
fn a_terminal_gets_headings_and_broken_lines_and_no_color_is_honoured() {
    use crate::terminal::seen;
    let rig = Rig::new();
    for arguments in ["schema fal-ai/flux/dev", "generate fal-ai/flux/dev --help-model"] {
        let Some(with) = seen(&rig, arguments, false) else { return };
        assert!(with.contains("\u{1b}[1m"), "{with:?}");
        let without = seen(&rig, &format!("{arguments} --no-progress"), true).unwrap_or_default();
        assert!(without.contains("landscape_16_9") && !without.contains("\u{1b}["), "{without:?}");
        assert!(without.lines().all(|line| line.chars().count() <= 100), "wider than the terminal: {without}");
    }
}

#[test]
fn an_unknown_field_is_refused_with_the_nearest_name_or_passed_on_when_that_is_allowed() {
    let rig = Rig::new();
    let asked = ["generate", "fal-ai/flux/dev", "x", "--size", "64x64", "-P", "acceleratoin=high", "--json"];
    for policy in ["adjust", "strict"] {
        let error = rig.run(&[&asked[..], &["--policy", policy]].concat()).error(2);
        assert_eq!(error["fields"][0]["path"], "acceleratoin");
        assert!(error["fields"][0]["message"].as_str().unwrap().contains("did you mean `acceleration`?"), "{error}");
    }
    nothing_was_sent(&rig);
    let document = rig.run(&[&asked[..], &["--allow-unknown"]].concat()).good();
    assert_eq!(document["body"]["acceleratoin"], "high");
    let sent: Vec<_> =
        rig.emulator.requests().into_iter().filter(|r| r.method == "POST").filter_map(|r| r.json).collect();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["acceleratoin"], "high");
}

#[test]
fn a_model_of_no_kind_is_asked_for_one_and_a_deprecated_one_is_called_so() {
    let rig = Rig::new();
    let document = keyless(&rig, &["schema", "fal-ai/trellis", "--json"]).good();
    assert_eq!((&document["kind"], &document["kinds"]), (&json!("raw"), &json!([])));
    let document = keyless(&rig, &["schema", "fal-ai/trellis", "--kind", "image-to-image", "--json"]).good();
    assert_eq!(document["kind"], "image-to-image");
    assert!(input(&document, "image_url")["options"].as_array().unwrap().contains(&json!("image")), "{document}");

    let builtin = mediagen_emulator::fal::catalogue::Catalogue::builtin();
    let deprecated = builtin.iter().find(|endpoint| endpoint.metadata["status"] == "deprecated").unwrap();
    assert_eq!(keyless(&rig, &["schema", &deprecated.id, "--json"]).good()["deprecated"], true);
    assert!(keyless(&rig, &["schema", &deprecated.id]).out.contains("Deprecated by the provider"));
    nothing_was_sent(&rig);
}

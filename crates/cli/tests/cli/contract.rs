//! The command line itself: help, usage errors, completions, doctor, emulate.

use crate::{Ran, Rig, bare};
use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

#[test]
fn help_lists_what_is_built_and_nothing_else() {
    let rig = Rig::new();
    let ran = rig.run(&["--help"]);
    assert_eq!(ran.code, 0);
    for command in
        ["demo", "generate", "schema", "price", "models", "upload", "assets", "emulate", "doctor", "completions"]
    {
        assert!(ran.out.contains(&format!("\n  {command}")), "{command} is missing: {}", ran.out);
    }
    for later in ["batch", "jobs", "work", "listen"] {
        assert!(!ran.out.contains(&format!("\n  {later}")), "{later} is a stub: {}", ran.out);
    }
}

#[test]
fn usage_errors_are_exit_2_and_one_document_with_json() {
    let rig = Rig::new();
    for arguments in [
        &["generate", "--json"][..],
        &["generate", "m", "p", "--size", "huge", "--json"],
        &["generate", "m", "p", "--count", "0", "--json"],
        &["generate", "m", "p", "-P", "novalue", "--json"],
        &["generate", "m", "p", "--no-such-flag", "--json"],
        &["nonsense", "--json"],
    ] {
        let error = rig.run(arguments).error(2);
        assert_eq!(error["kind"], "invalid-input");
        assert_eq!(error["dispatch"], "not-sent");
    }
    let ran = rig.run(&["generate", "m", "p", "--size", "huge"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("--size") && ran.err.contains("huge"), "{}", ran.err);
    assert!(rig.emulator.requests().is_empty());
}

#[test]
fn an_unknown_provider_names_the_known_ones() {
    let rig = Rig::new();
    let error = rig.run(&["generate", "m", "p", "--provider", "nobody", "--json"]).error(2);
    assert_eq!(error["kind"], "no-provider");
    assert!(error["hint"].as_str().unwrap().contains("fal"));
}

#[test]
fn completions_name_every_command() {
    let rig = Rig::new();
    for shell in ["bash", "zsh", "fish"] {
        let ran = rig.run(&["completions", shell]);
        assert_eq!(ran.code, 0);
        assert!(ran.out.contains("generate") && ran.out.contains("upload") && ran.out.contains("emulate"));
        for new in ["schema", "openapi", "help-model", "split-text", "allow-unknown", "price", "max-cost"] {
            assert!(ran.out.contains(new), "{shell} does not complete {new}");
        }
    }
}

#[test]
fn doctor_tells_the_key_without_showing_it() {
    let rig = Rig::new();
    let ran = rig.run(&["doctor", "--json"]);
    let document = ran.good();
    let check = |name: &str| document["checks"].as_array().unwrap().iter().find(|c| c["name"] == name).cloned();
    assert_eq!(check("key").unwrap()["state"], "ok");
    assert_eq!(check("account").unwrap()["state"], "ok");
    let ran = Ran::of(bare(&["doctor", "--json"], rig.folder.path()).output().unwrap());
    assert_eq!(ran.code, 3);
    assert!(ran.out.contains("FAL_KEY"));
}

#[test]
fn emulate_serves_the_layout_and_a_catalogue_file() {
    let rig = Rig::new();
    let row = serde_json::json!({"endpoint_id": "acme/mine", "source": "test", "metadata": {"display_name": "Mine",
        "category": "text-to-image", "status": "active", "tags": []}, "openapi": {"openapi": "3.0.4",
        "info": {"title": "t", "version": "1"}, "components": {"schemas": {
        "In": {"type": "object", "required": ["prompt"], "properties": {"prompt": {"type": "string"}}},
        "Out": {"type": "object", "properties": {"images": {"type": "array", "items": {"$ref": "#/components/schemas/Image"}}}},
        "Image": {"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}, "content_type": {"type": "string"}}}}},
        "paths": {"/acme/mine": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/In"}}}},
        "responses": {"200": {"description": "ok"}}}}, "/acme/mine/requests/{request_id}": {"get": {"responses": {"200":
        {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Out"}}}}}}}}}});
    let file = rig.folder.path().join("more.jsonl");
    std::fs::write(&file, format!("{row}\n")).unwrap();
    let mut command = bare(&["emulate", "--port", "0", "--json", "--catalog", "more.jsonl"], rig.folder.path());
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let base = serde_json::from_str::<serde_json::Value>(&line).unwrap()["base_url"].as_str().unwrap().to_owned();
    let mut command = rig.command(&["generate", "acme/mine", "x", "--json"]);
    let document = Ran::of(command.env("FAL_BASE_URL", &base).output().unwrap());
    drop(child.kill());
    drop(child.wait());
    assert!(document.good()["outputs"][0]["media_type"].as_str().unwrap().starts_with("image/"));

    std::fs::write(&file, "not json\n").unwrap();
    let error = rig.run(&["emulate", "--port", "0", "--json", "--catalog", "more.jsonl"]).error(2);
    assert!(error["message"].as_str().unwrap().contains("line 1"), "{error}");
}

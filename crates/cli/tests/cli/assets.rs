//! What was made, found again: sidecars, the store, and the commands that show it.

use crate::{HOME, KEY, Rig};
use serde_json::{Value, json};
use std::{fs, path::Path};

const SMALL: &[&str] = &["generate", "fal-ai/flux/dev", "a lighthouse", "--size", "64x64", "--seed", "7", "--json"];

/// The record beside the file of a document's first output.
fn sidecar(rig: &Rig, document: &Value) -> Value {
    let path = format!("{}.mediagen.json", document["outputs"][0]["path"].as_str().unwrap());
    serde_json::from_slice(&fs::read(rig.folder.path().join(path)).unwrap()).unwrap()
}

fn first_path(document: &Value) -> &str {
    document["outputs"][0]["path"].as_str().unwrap()
}

/// Every file below `folder`.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let below = |path: std::path::PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    entries.flatten().flat_map(|entry| below(entry.path())).collect()
}

#[test]
fn a_110_the_record_has_the_servers_seed_the_resolved_model_the_request_id_and_the_body() {
    let rig = Rig::new();
    let document = rig.run(SMALL).good();
    let record = sidecar(&rig, &document);
    let made = &record["made"];
    assert_eq!(record["version"], 1);
    assert_eq!(made["request_id"].as_str(), Some(rig.emulator.jobs()[0].request_id.as_str()));
    assert_eq!(
        (&made["model"], &made["kind"], &made["seed"]),
        (&json!("fal-ai/flux/dev"), &json!("text-to-image"), &json!(7))
    );
    assert_eq!((&made["body"], &made["job"]), (&document["body"], &document["job"]));
    assert_eq!(made["options"], json!({"size": "64x64", "seed": 7}));
    assert_eq!(made["cost"]["billed_units"], document["cost"]["billed_units"]);
    assert!(made["timings_ms"]["total"].is_u64() && made["tool"].as_str().unwrap().starts_with("mediagen "));
    // The hash is that of the file as it is, which holds the record, and that of what the server gave.
    let content = fs::read(rig.folder.path().join(first_path(&document))).unwrap();
    let output = &document["outputs"][0];
    assert_eq!((&record["asset"]["blake3"], &record["asset"]["bytes"]), (&output["blake3"], &output["bytes"]));
    assert_eq!(output["bytes"].as_u64(), Some(content.len() as u64));
    let received = rig.runtime.block_on(rig.emulator.file(output["url"].as_str().unwrap())).unwrap();
    assert_eq!(record["asset"]["received"]["bytes"].as_u64(), Some(received.len() as u64));
    assert!(received.len() < content.len());

    // Asked for by another name, and left as it came.
    let ran = rig.run(&["generate", "fal-ai/real-esrgan", "--image", first_path(&document), "--no-embed", "--json"]);
    let larger = ran.good();
    let record = sidecar(&rig, &larger);
    assert_eq!(
        (&record["made"]["asked"], &record["made"]["model"]),
        (&json!("fal-ai/real-esrgan"), &json!("fal-ai/esrgan"))
    );
    let url = larger["outputs"][0]["url"].as_str().unwrap();
    let content = fs::read(rig.folder.path().join(first_path(&larger))).unwrap();
    assert_eq!(content, rig.runtime.block_on(rig.emulator.file(url)).unwrap());
    assert!(record["asset"]["received"].is_null());
    assert_eq!(record["inputs"][0]["record"]["made"]["prompt"], "a lighthouse");
}

#[test]
fn a_chain_is_listed_shown_and_verified() {
    let rig = Rig::new();
    let picture = rig.run(SMALL).good();
    // The film is made of a copy without a sidecar: the store knows it by its hash.
    fs::copy(rig.folder.path().join(first_path(&picture)), rig.folder.path().join("copy.png")).unwrap();
    let film = rig
        .run(&["generate", "fal-ai/framepack", "boats leave", "--image", "copy.png", "--duration", "1", "--json"])
        .good();
    let list = rig.run(&["assets", "list", "--json"]).good();
    let kinds: Vec<_> = list.as_array().unwrap().iter().map(|asset| asset["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["image-to-video", "text-to-image"], "the newest first");
    assert_eq!(list[0]["id"], film["outputs"][0]["blake3"]);
    let stored = list[0]["path"].as_str().unwrap();
    assert!(stored.contains(HOME));
    assert_eq!(fs::read(stored).unwrap(), fs::read(rig.folder.path().join(first_path(&film))).unwrap());
    let table = rig.run(&["assets", "list"]);
    assert!(table.out.starts_with("id ") && table.out.contains("boats leave"), "{}", table.out);

    let id = list[0]["id"].as_str().unwrap();
    for way in [&id[..10], first_path(&film)] {
        let shown = rig.run(&["assets", "show", way, "--json"]).good();
        assert_eq!(shown["id"], id);
        let chain: Vec<_> = shown["chain"].as_array().unwrap().iter().map(|link| link["prompt"].clone()).collect();
        assert_eq!(chain, ["boats leave", "a lighthouse"]);
        assert_eq!(shown["record"]["inputs"][0]["name"], "copy.png");
        assert_eq!(shown["changed"], false);
    }
    let shown = rig.run(&["assets", "show", id]);
    for line in [
        "made of",
        "└─ image: fal-ai-flux-dev-0.jpg  text-to-image by fal-ai/flux/dev  \"a lighthouse\"",
        "boats leave",
    ] {
        assert!(shown.out.contains(line), "{line} is missing:\n{}", shown.out);
    }

    let sound = rig.run(&["assets", "verify", "--json"]).good();
    assert_eq!(
        (&sound["status"], &sound["contents"], &sound["orphaned"]),
        (&json!("completed"), &json!(2), &json!([]))
    );
    let content = fs::read(stored).unwrap();
    fs::write(stored, [&content[..content.len() - 1], b"?"].concat()).unwrap();
    let ran = rig.run(&["assets", "verify", "--json"]);
    assert_eq!((ran.code, &ran.json()["status"]), (6, &json!("damaged")));
    assert!(ran.json()["damaged"][0]["object"].as_str().unwrap().contains(id));
    fs::remove_file(stored).unwrap();
    let ran = rig.run(&["assets", "verify"]);
    assert!(ran.code == 6 && ran.out.contains(&format!("missing   {id}")), "{}", ran.out);
    // The folder of the user has the whole film still.
    assert_eq!(fs::read(rig.folder.path().join(first_path(&film))).unwrap(), content);
}

#[test]
fn a_file_edited_by_its_owner_is_told_and_harms_nothing() {
    let rig = Rig::new();
    let document = rig.run(SMALL).good();
    let path = rig.folder.path().join(first_path(&document));
    let mut content = fs::read(&path).unwrap();
    content.push(0);
    fs::write(&path, content).unwrap();
    let shown = rig.run(&["assets", "show", first_path(&document), "--json"]).good();
    assert_eq!(shown["changed"], true);
    assert_eq!(rig.run(&["assets", "verify", "--json"]).good()["status"], "completed");
}

#[test]
fn a_store_that_does_not_work_costs_no_file() {
    let rig = Rig::new();
    fs::write(rig.folder.path().join("file"), "x").unwrap();
    for store in ["file:///proc/self/nowhere", "s3://bucket/prefix", "not a url"] {
        let mut command = rig.command(SMALL);
        let document = crate::Ran::of(command.env("MEDIAGEN_STORE", store).output().unwrap()).good();
        let notes = document["notes"].as_array().unwrap();
        assert!(notes.iter().any(|note| note["option"] == "store" && note["why"].is_string()), "{store}: {document}");
        assert!(rig.folder.path().join(first_path(&document)).is_file());
        assert_eq!(sidecar(&rig, &document)["asset"]["blake3"], document["outputs"][0]["blake3"]);
        let mut command = rig.command(&["assets", "list", "--json"]);
        let ran = crate::Ran::of(command.env("MEDIAGEN_STORE", store).output().unwrap());
        assert!(ran.code != 0 && ran.json()["status"] == "error", "{store}");
    }
    assert!(files(&rig.folder.path().join(HOME).join("assets")).is_empty(), "prices are kept there, and no file");
}

#[test]
fn a_store_of_which_nothing_can_be_read_is_not_called_empty() {
    let rig = Rig::new();
    let hash = format!("abcd{}", "0".repeat(60));
    let folder = rig.folder.path().join(HOME).join("assets/records/ab/cd").join(hash);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("job-0.json"), "{").unwrap();
    let ran = rig.run(&["assets", "list", "--json"]);
    assert!(ran.code != 0 && ran.json()["status"] == "error", "{}", ran.out);
    // Beside a whole record it is a warning, and hides nothing.
    rig.run(SMALL).good();
    assert_eq!(rig.run(&["assets", "list", "--json"]).good().as_array().unwrap().len(), 1);
}

#[test]
fn what_is_not_known_is_a_usage_error_and_nothing_is_made_before_there_is_something_to_keep() {
    let rig = Rig::new();
    for id in ["0123456789", "xyz", "no/such/file.png"] {
        let error = rig.run(&["assets", "show", id, "--json"]).error(2);
        assert_eq!(error["fields"][0]["path"], "id", "{error}");
    }
    assert_eq!(rig.run(&["assets", "list", "--json"]).good(), json!([]));
    let rig = Rig::new();
    rig.run(&[SMALL, &["--dry-run"]].concat()).good();
    assert!(!rig.folder.path().join(HOME).join("assets").exists());
}

#[test]
fn a_014_the_key_is_in_no_file() {
    let rig = Rig::new();
    rig.run(SMALL).good();
    let kept = files(rig.folder.path());
    assert!(kept.len() >= 4, "picture, sidecar, content, record: {kept:?}");
    for path in kept {
        let content = fs::read(&path).unwrap();
        for secret in [KEY, "test-secret-9a7b"] {
            let found = content.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "the key is in {}", path.display());
        }
    }
}

//! One generation, as the contract describes it.

use crate::Rig;
use serde_json::{Value, json};

const LIGHTHOUSE: &[&str] =
    &["generate", "fal-ai/flux/dev", "a lighthouse", "--size", "1024x768", "--seed", "7", "--json"];

#[test]
fn three_requests_on_the_queue_host_and_a_picture_of_the_size_asked_for() {
    let rig = Rig::new();
    let document = rig.run(LIGHTHOUSE).good();
    assert_eq!(rig.queue(), ["POST submit", "GET status/stream", "GET result"]);
    assert_eq!(rig.emulator.jobs_created(), 1);
    assert_eq!(document["requests"], json!({"upload": 0, "submit": 1, "status": 1, "result": 1, "download": 1}));
    let output = &document["outputs"][0];
    assert_eq!((output["width"].as_u64(), output["height"].as_u64()), (Some(1024), Some(768)));
    let path = rig.folder.path().join(output["path"].as_str().unwrap());
    let picture = image::open(&path).unwrap();
    assert_eq!((picture.width(), picture.height()), (1024, 768));
    assert_eq!(output["bytes"].as_u64(), Some(std::fs::metadata(&path).unwrap().len()));
    assert_eq!(document["seed"], 7);
    assert_eq!(document["body"]["prompt"], "a lighthouse");
    assert_eq!(document["body"]["seed"], 7);
    assert_eq!(document["body"]["image_size"], json!({"width": 1024, "height": 768}));
}

#[test]
fn the_document_has_every_key_of_the_contract() {
    let rig = Rig::new();
    let document = rig.run(LIGHTHOUSE).good();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        keys(&document),
        [
            "body",
            "cost",
            "job",
            "kind",
            "model",
            "notes",
            "outputs",
            "provider",
            "request_id",
            "requests",
            "revision",
            "seed",
            "status",
            "timings_ms"
        ]
    );
    assert_eq!(
        keys(&document["outputs"][0]),
        ["blake3", "bytes", "duration_s", "fps", "height", "media_type", "path", "url", "width"]
    );
    assert_eq!(keys(&document["timings_ms"]), ["download", "fetch", "queued", "running", "total", "upload"]);
    assert_eq!(keys(&document["cost"]), ["amount", "billed_units", "estimate"]);
    assert_eq!(document["status"], "completed");
    assert_eq!(document["kind"], "text-to-image");
    let jobs = rig.emulator.jobs();
    assert_eq!(document["request_id"].as_str(), Some(jobs[0].request_id.as_str()));
    assert!(document["cost"]["billed_units"].as_f64().unwrap() > 0.0);
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    let rig = Rig::new();
    let blake3 = |seed: &str| {
        // As it came: the record inside a file tells one run from another.
        let ran =
            rig.run(&["generate", "fal-ai/flux/dev", "x", "--size", "256x256", "--seed", seed, "--no-embed", "--json"]);
        ran.good()["outputs"][0]["blake3"].as_str().unwrap().to_owned()
    };
    assert_eq!(blake3("1"), blake3("1"));
    assert_ne!(blake3("1"), blake3("2"));
}

#[test]
fn a_048_three_results_are_three_files() {
    let rig = Rig::new();
    let ran = rig.run(&["generate", "fal-ai/flux/dev", "x", "--count", "3", "--size", "256x256", "--json"]);
    let document = ran.good();
    let paths: std::collections::BTreeSet<_> =
        document["outputs"].as_array().unwrap().iter().map(|o| o["path"].as_str().unwrap()).collect();
    assert_eq!(paths.len(), 3);
    assert!(paths.iter().all(|path| rig.folder.path().join(path).is_file()));
}

#[test]
fn a_local_picture_is_uploaded_and_its_address_is_sent() {
    let rig = Rig::new();
    let picture = rig.folder.path().join("in.png");
    image::RgbImage::from_pixel(64, 64, image::Rgb([9, 99, 200])).save(&picture).unwrap();
    let ran = rig.run(&["generate", "fal-ai/esrgan", "--image", "in.png", "--scale", "2", "--json"]);
    let document = ran.good();
    let sent = document["body"]["image_url"].as_str().unwrap();
    let stored = rig.runtime.block_on(rig.emulator.file(sent)).unwrap();
    assert_eq!(stored, std::fs::read(&picture).unwrap());
    assert!(document["requests"]["upload"].as_u64().unwrap() >= 1);
    assert_eq!(
        (document["outputs"][0]["width"].as_u64(), document["outputs"][0]["height"].as_u64()),
        (Some(128), Some(128))
    );
}

#[test]
fn a_040_a_dry_run_shows_the_body_and_sends_nothing() {
    let rig = Rig::new();
    std::fs::write(rig.folder.path().join("in.png"), b"\x89PNG\r\n\x1a\n").unwrap();
    let ran =
        rig.run(&["generate", "fal-ai/framepack", "go", "--image", "in.png", "--duration", "3", "--dry-run", "--json"]);
    let document = ran.good();
    assert_eq!(document["status"], "dry-run");
    assert_eq!(document["uploads"][0]["option"], "image");
    assert_eq!(document["uploads"][0]["path"], "in.png");
    assert_eq!(document["uploads"][0]["bytes"], 8);
    assert_eq!(document["body"]["prompt"], "go");
    assert_eq!(rig.queue(), Vec::<String>::new());
    assert!(rig.emulator.requests().iter().all(|r| r.method == "GET"), "something was sent");

    let ran =
        rig.run(&["generate", "fal-ai/framepack", "go", "--image", "https://a.test/x.png", "--dry-run", "--json"]);
    assert_eq!(ran.good()["body"]["image_url"], "https://a.test/x.png");
}

#[test]
fn a_model_field_given_by_name_is_typed_by_the_schema_and_wins() {
    let rig = Rig::new();
    let arguments =
        ["generate", "fal-ai/flux/dev", "x", "--seed", "1", "-P", "seed=5", "-P", "enable_safety_checker=false"];
    let document = rig.run(&[&arguments[..], &["--dry-run", "--json"]].concat()).good();
    assert_eq!(document["body"]["seed"], 5);
    assert_eq!(document["body"]["enable_safety_checker"], false);
}

//! The provenance record: its JSON, its chain, and what must not be in it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use mediagen_assets::record::{
    Ancestor, AssetFacts, InputRecord, MAX_GENERATIONS, Made, Received, Record, redact_text, redact_value, sidecar,
};
use mediagen_core::ErrorKind;
use serde_json::json;
use std::path::Path;

fn made(prompt: Option<&str>, kind: &str) -> Record {
    let mut facts = AssetFacts::default();
    facts.file = format!("{kind}.bin");
    facts.blake3 = Some(blake3::hash(kind.as_bytes()).to_hex().to_string());
    facts.facts.bytes = Some(7);
    let mut made = Made::new("toy", "toy/model", kind);
    made.prompt = prompt.map(str::to_owned);
    made.seed = Some(u64::MAX);
    made.body = json!({"prompt": prompt, "n": 1.5});
    Record::new(facts).with_made(made)
}

fn from(parent: Record, role: &str) -> InputRecord {
    let mut input = InputRecord::new(role, parent.asset.file.clone());
    input.blake3.clone_from(&parent.asset.blake3);
    input.bytes = parent.asset.facts.bytes;
    input.record = Some(Box::new(parent));
    input
}

#[test]
fn a_108_a_chain_of_four_media_lists_three_generations_and_the_root_text_after_json() {
    let picture = made(Some("a harbour"), "text-to-image");
    let film = made(Some("boats leave"), "image-to-video").with_input(from(picture, "image"));
    let sound = made(None, "video-to-audio").with_input(from(film, "video"));
    let read = Record::from_json(&sound.to_json().unwrap()).unwrap();
    assert_eq!(read, sound);
    let kinds: Vec<_> = read.generations().map(|r| r.made.as_ref().unwrap().kind.as_str()).collect();
    assert_eq!(kinds, ["video-to-audio", "image-to-video", "text-to-image"]);
    assert_eq!(read.root_prompts().collect::<Vec<_>>(), ["a harbour"]);
    let depths: Vec<_> = read.chain().map(|a| (a.depth, a.input.map(|i| i.role.as_str()))).collect();
    assert_eq!(depths, [(0, None), (1, Some("video")), (2, Some("image"))]);
    assert_eq!(read.chain().last().unwrap().blake3(), read.generations().last().unwrap().asset.blake3.as_deref());
}

#[test]
fn an_input_without_a_record_is_a_root_without_text() {
    let record = made(Some("x"), "image-to-video")
        .with_input(InputRecord::new("image", "mine.png"))
        .with_input(from(made(Some("y"), "text-to-audio"), "audio"));
    let roots: Vec<_> = record.chain().filter(Ancestor::is_root).map(|a| a.input.unwrap().name.as_str()).collect();
    assert_eq!(roots, ["mine.png", "text-to-audio.bin"]);
    assert_eq!(record.root_prompts().collect::<Vec<_>>(), ["y"]);
}

#[test]
fn null_missing_and_unknown_fields_are_read() {
    let json = br#"{"version":1,"asset":{"file":null,"blake3":null,"later":[1]},"inputs":null,"more":{},
        "made":{"provider":"p","options":null,"notes":null,"cost":null,"timings_ms":null,"tool":null,"output_index":null}}"#;
    let record = Record::from_json(json).unwrap();
    assert_eq!(record.made.as_ref().unwrap().provider, "p");
    assert_eq!(record.made.unwrap().cost.estimate.kind(), "unknown");
    let outside = Record::from_json(br#"{"version":1,"made":null}"#).unwrap();
    assert!(outside.made.is_none() && outside.inputs.is_empty() && outside.asset == AssetFacts::default());
}

#[test]
fn a_newer_version_is_named_and_other_text_is_no_record() {
    let newer = Record::from_json(br#"{"version":2,"asset":"of another shape"}"#).unwrap_err();
    assert_eq!(newer.kind(), ErrorKind::Unsupported);
    assert!(newer.message().contains("version 2"), "{newer}");
    for text in ["", "[]", "{}", "{\"version\":null}", "{\"version\":0}", "<html>"] {
        let error = Record::from_json(text.as_bytes()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidResponse | ErrorKind::Unsupported), "{text}: {error}");
    }
    let deep = format!("{{\"version\":1,\"x\":{}", "[".repeat(1 << 20));
    assert_eq!(Record::from_json(deep.as_bytes()).unwrap_err().kind(), ErrorKind::InvalidResponse);
    let large = vec![b' '; (16 << 20) + 1];
    assert_eq!(Record::from_json(&large).unwrap_err().kind(), ErrorKind::InvalidResponse);
}

#[test]
fn a_long_lineage_is_cut_to_what_can_be_read_again() {
    let mut record = made(Some("root"), "text-to-image");
    for _ in 0..60 {
        record = made(None, "image-to-image").with_input(from(record, "image"));
    }
    let read = Record::from_json(&record.to_json().unwrap()).unwrap();
    assert_eq!(read.generations().count(), MAX_GENERATIONS);
    let last = read.chain().last().unwrap();
    assert!(last.record.is_none() && last.blake3().is_some(), "the cut ancestor is named by its hash");
}

#[test]
fn a_lineage_that_doubles_with_each_step_stays_small() {
    let mut record = made(Some("root"), "text-to-image");
    for _ in 0..12 {
        record = made(None, "mix").with_input(from(record.clone(), "image")).with_input(from(record, "reference"));
    }
    let json = record.to_json().unwrap();
    assert!(json.len() <= 4 << 20, "{} bytes", json.len());
    assert!(Record::from_json(&json).unwrap().generations().count() > 100);
}

#[test]
fn a_108_no_media_bytes_and_no_keys_are_kept() {
    let pixels = "QUJD".repeat(1000);
    let body = json!({
        "prompt": "a poem about data: the sea", "image_url": format!("data:image/png;base64,{pixels}"), "image_base64": pixels,
        "nested": [{"mask": "DATA:image/webp,abc"}], "api_key": "k-1", "max_tokens": 5,
        "video_url": "https://user:pw@s3.test/a.mp4?X-Amz-Signature=abcdef&part=2#t",
        "public": "https://cdn.test/b.mp4?part=2", "text": format!("see data:image/png;base64,{pixels} here"),
    });
    let redacted = redact_value(&body);
    assert_eq!(redacted["prompt"], "a poem about data: the sea");
    assert_eq!(redacted["image_url"], "data:image/png;… (3000 bytes)");
    assert_eq!(redacted["image_base64"], "base64;… (3000 bytes)");
    assert_eq!(redacted["nested"][0]["mask"], "data:image/webp;… (3 bytes)");
    assert_eq!((&redacted["api_key"], &redacted["max_tokens"]), (&json!("…"), &json!(5)));
    assert_eq!(redacted["text"], "see data:image/png;… (3000 bytes) here");
    let url = redacted["video_url"].as_str().unwrap();
    assert!(url.starts_with("https://s3.test/a.mp4?") && url.contains("part=2") && !url.contains("abcdef"), "{url}");
    assert_eq!(redacted["public"], body["public"]);
    assert_eq!(redact_text("über data:ünd"), "über data:ünd");
}

#[test]
fn the_sidecar_is_written_whole_beside_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.b.png");
    assert_eq!(sidecar("x/a.b.png"), Path::new("x/a.b.png.mediagen.json"));
    assert_eq!(Record::beside(&file).unwrap(), None);
    let mut record = made(Some("x"), "text-to-image");
    record.asset.received = Some(Received::new("00", 1));
    let written = record.write_beside(&file).unwrap();
    assert_eq!(Record::beside(&file).unwrap(), Some(record.clone()));
    record.asset.facts.width = Some(2);
    record.write_beside(&file).unwrap();
    assert_eq!(Record::read(&written).unwrap().asset.facts.width, Some(2));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file stays");
    let nowhere = record.write_beside(folder.path().join("no/such/x.png")).unwrap_err();
    assert_eq!(nowhere.kind(), ErrorKind::Io);
    std::fs::write(&written, "{}").unwrap();
    assert!(Record::beside(&file).unwrap_err().to_string().contains("a.b.png.mediagen.json"));
}

#[test]
fn the_facts_of_a_file_stand_in_json_where_they_always_did() {
    let old = br#"{"version":1,"asset":{"file":"a.mp4","blake3":"00","bytes":7,"received":null,"media_type":"video/mp4","width":64,
        "height":36,"duration_s":2.5,"fps":23.976,"url":null},"made":{"provider":"p","cost":{"estimate":{"kind":"range","low":0.1,
        "high":null,"currency":"USD"}}},"inputs":[]}"#;
    let record = Record::from_json(old).unwrap();
    let facts = &record.asset.facts;
    assert_eq!((facts.media_type.as_deref(), facts.bytes, facts.frame_rate), (Some("video/mp4"), Some(7), None));
    assert_eq!((facts.width, facts.height, facts.duration_s, facts.fps), (Some(64), Some(36), Some(2.5), Some(23.976)));
    let estimate = &record.made.as_ref().unwrap().cost.estimate;
    assert_eq!(
        (estimate.kind(), estimate.low(), estimate.high(), estimate.currency()),
        ("range", Some(0.1), None, Some("USD"))
    );
    let written: serde_json::Value = serde_json::from_slice(&record.to_json().unwrap()).unwrap();
    for (name, value) in serde_json::from_slice::<serde_json::Value>(old).unwrap()["asset"].as_object().unwrap() {
        assert_eq!(&written["asset"][name], value, "{name}");
    }
    assert_eq!(written["made"]["cost"]["estimate"]["low"], 0.1);
}

//! The provider's rules, each with what it does.

#![expect(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{fields, names, schema};
use mediagen_core::{ModelKind, Options, Request, Role};
use mediagen_params::{Dialect, Mapped, RuleBook, map};
use serde_json::{Value, json};

const RULES: &str = include_str!("../../fal-provider/data/rules.toml");

/// Maps the options onto a model of this name with these properties, under the provider's rules.
fn mapped(model: &str, properties: &Value, set: impl FnOnce(&mut Options)) -> Mapped {
    let book = RuleBook::parse(RULES).unwrap();
    let mut request = Request::new().with_prompt("p").with_input(Role::Image, "https://media.test/a");
    set(&mut request.options);
    map(&request, ModelKind::ImageToVideo, &schema(properties, &[]), &Dialect::new(names(), book.matching(model)), &[])
        .unwrap()
}

/// Rows whose case is a request to the provider, in its own `tests/wire/rules.rs` and `seed.rs`.
const ON_THE_WIRE: [&str; 4] = [
    "fal-ai/ace-step",
    "fal-ai/flux-control-lora-{canny,canny/image-to-image,depth,depth/image-to-image}",
    "fal-ai/fast-sdxl-controlnet-{canny,canny/image-to-image,canny/inpainting}",
    "fal-ai/f5-tts",
];
/// Rows whose case is below.
const HERE: [&str; 3] = ["fal-ai/live-portrait", "fal-ai/seedvr/upscale/**", "fal-ai/framepack{,/f1,/flf2v}"];

#[test]
fn every_row_has_a_test() {
    let rows: Vec<String> = RuleBook::parse(RULES).unwrap().rules().iter().map(|rule| rule.model.clone()).collect();
    assert_eq!(rows, [&ON_THE_WIRE[..], &HERE[..]].concat());
}

#[test]
fn a_052_framepack_counts_thirty_frames_a_second() {
    let properties = fields(&[
        ("image_url", json!({"type": "string"})),
        ("num_frames", json!({"type": "integer", "minimum": 30, "maximum": 900, "default": 180})),
    ]);
    for model in ["fal-ai/framepack", "fal-ai/framepack/f1", "fal-ai/framepack/flf2v"] {
        let mapped = mapped(model, &properties, |options| options.duration = Some(5.0));
        assert_eq!(mapped.body["num_frames"], 150, "{model}");
        assert!(mapped.notes[0].why.contains("known of the model"), "{:?}", mapped.notes);
    }
    let other = mapped("somebody/else", &properties, |options| options.duration = Some(5.0));
    assert_eq!(other.body["num_frames"], 120);
}

#[test]
fn a_batch_is_no_number_of_results() {
    let properties =
        fields(&[("image_url", json!({"type": "string"})), ("batch_size", json!({"type": "integer", "default": 32}))]);
    let mapped = mapped("fal-ai/live-portrait", &properties, |options| options.count = Some(2));
    assert!(!mapped.body.contains_key("batch_size"), "{:?}", mapped.body);
    assert_eq!(mapped.notes[0].option, "count");
}

#[test]
fn a_target_resolution_switches_the_mode_unless_a_factor_was_given() {
    let properties = fields(&[
        ("image_url", json!({"type": "string"})),
        ("upscale_mode", json!({"enum": ["target", "factor"], "default": "factor"})),
        ("upscale_factor", json!({"type": "number", "minimum": 1, "maximum": 10})),
        ("target_resolution", json!({"enum": ["720p", "1080p"]})),
    ]);
    let of = |set: fn(&mut Options)| mapped("fal-ai/seedvr/upscale/video", &properties, set);
    let aimed = of(|options| options.resolution = Some("1080p".into()));
    assert_eq!((&aimed.body["target_resolution"], &aimed.body["upscale_mode"]), (&json!("1080p"), &json!("target")));
    assert!(aimed.notes.iter().any(|note| note.option == "upscale_mode"), "{:?}", aimed.notes);
    let grown = of(|options| options.scale = Some(3.0));
    assert!(!grown.body.contains_key("upscale_mode"), "{:?}", grown.body);
    let both = of(|options| (options.scale, options.resolution) = (Some(3.0), Some("720p".into())));
    assert!(!both.body.contains_key("upscale_mode"), "{:?}", both.body);
}

//! What a model takes as a list, and long texts in parts.

mod common;

use common::{fal, schema};
use mediagen_core::{ModelKind, ProblemCode, Request, sentences};
use mediagen_params::{map, places, prompt_limit};
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn every_field_is_listed_with_the_options_that_go_there() {
    let schema = schema(
        &json!({
            "prompt": {"type": "string"},
            "image_size": {"anyOf": [
                {"type": "object", "properties": {"width": {"type": "integer"}, "height": {"type": "integer"}}},
                {"enum": ["square_hd", "landscape_4_3"]}], "default": "square_hd"},
            "num_images": {"type": "integer", "minimum": 1, "maximum": 4, "default": 1},
            "voice_setting": {"type": "object", "properties": {"voice_id": {"type": "string"}, "speed": {"type": "number"}}},
            "num_frames": {"type": "integer"},
            "flavour": {"enum": ["mild", "hot"]},
        }),
        &["prompt"],
    );
    let lines: Vec<String> = places(ModelKind::TextToVideo, &schema, &fal())
        .iter()
        .map(|place| {
            let needed = if place.required { "!" } else { "" };
            let default = place.default.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
            format!("{}{needed} [{}] {}{default}", place.field, place.options.join(" "), place.ty)
        })
        .collect();
    let mut expected = [
        r"prompt! [prompt] text",
        r#"image_size [size aspect_ratio resolution] an object with height, width, or one of "square_hd", "landscape_4_3" = "square_hd""#,
        r"num_images [count] a whole number from 1 up to 4 = 1",
        r"voice_setting.speed [speed] a number",
        r"voice_setting.voice_id [voice] text",
        r"num_frames [duration] a whole number",
        r#"flavour [] one of "mild", "hot""#,
    ];
    let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    lines.sort_unstable();
    expected.sort_unstable();
    assert_eq!(lines, expected);
}

#[test]
fn a_071_a_long_text_in_parts_fits_the_model_and_is_the_whole_text() {
    let text = "The lamp is lit. It turns! Does anybody see it? Nobody answers, and the night is long";
    let parts = sentences(text, 30);
    assert_eq!(
        parts,
        ["The lamp is lit. It turns! ", "Does anybody see it? ", "Nobody answers, and the night ", "is long"]
    );
    let schema = schema(&json!({"text": {"type": "string", "maxLength": 30}}), &["text"]);
    let speak = |text: &str| map(&Request::new().with_prompt(text), ModelKind::TextToAudio, &schema, &fal(), &[]);
    assert_eq!(speak(text).unwrap_err().fields()[0].code, Some(ProblemCode::Length));
    let spoken: Vec<Value> = parts.iter().map(|part| speak(part).unwrap().body["text"].clone()).collect();
    assert_eq!(spoken.iter().filter_map(Value::as_str).collect::<String>(), text);
    assert_eq!(sentences("", 5), Vec::<&str>::new());
    assert_eq!(sentences("short", 5), ["short"]);
}

proptest! {
    #[test]
    fn parts_join_to_the_whole_and_none_is_too_long(text in "[a-zé。！. \n?]{0,120}", most in 0..40_usize) {
        let parts = sentences(&text, most);
        prop_assert_eq!(parts.concat(), text.as_str());
        prop_assert!(parts.iter().all(|part| !part.is_empty() && part.chars().count() <= most.max(1)));
    }
}

#[test]
fn a_071_the_limit_of_a_prompt_is_that_of_the_field_where_it_goes() {
    let speech = |properties: &Value, required: &[&str]| {
        let schema = schema(properties, required);
        let listed = places(ModelKind::TextToAudio, &schema, &fal());
        let place = listed.into_iter().find(|place| place.options.contains(&"prompt")).map(|place| place.field);
        (place, prompt_limit(ModelKind::TextToAudio, &schema, &fal()))
    };
    let text = |max: u64| json!({"type": "string", "maxLength": max});
    assert_eq!(speech(&json!({"text": text(5000), "prompt": text(90)}), &["text"]), (Some("text".into()), Some(5000)));
    // The required one, as the mapping itself decides.
    assert_eq!(
        speech(&json!({"text": text(5000), "prompt": text(90)}), &["prompt"]),
        (Some("prompt".into()), Some(90))
    );
    let turns = json!({"inputs": {"type": "array", "items": {"type": "object", "properties": {"text": text(70)}}}});
    assert_eq!(speech(&turns, &["inputs"]), (Some("inputs".into()), Some(70)));
    let either = json!({"text": {"anyOf": [text(30), {"type": "string"}]}});
    assert_eq!(speech(&either, &["text"]), (Some("text".into()), None));
    assert_eq!(speech(&json!({"text": {"type": "string"}}), &["text"]).1, None);
    assert_eq!(speech(&json!({"seed": {"type": "integer"}}), &[]), (None, None));
}

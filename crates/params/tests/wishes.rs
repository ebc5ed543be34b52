//! Wishes that need more than a name: dialogues, settings objects, grids of frames, regions of a language.

#![expect(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{adjusted, body, fal, fields, noted, schema, strict, with};
use mediagen_core::{ModelKind, OutputFormat, Request, Role};
use mediagen_params::map;
use serde_json::{Value, json};

fn text() -> Value {
    json!({"type": "string"})
}

fn speak(properties: &Value, required: &[&str]) -> Value {
    let schema = schema(properties, required);
    Value::from(map(&Request::new().with_prompt("hello"), ModelKind::TextToAudio, &schema, &fal(), &[]).unwrap().body)
}

#[test]
fn a_068_of_two_fields_for_words_the_required_one_takes_them() {
    let both = |a: &str, b: &str| json!({a: text(), b: text()});
    assert_eq!(speak(&both("text", "prompt"), &["text"]), json!({"text": "hello"}));
    assert_eq!(speak(&both("text", "prompt"), &[]), json!({"text": "hello"}));
    assert_eq!(speak(&both("lyrics", "tags"), &["tags"]), json!({"tags": "hello"}));
    assert_eq!(speak(&both("lyrics", "prompt"), &["lyrics"]), json!({"lyrics": "hello"}));
    assert_eq!(speak(&both("lyrics", "prompt"), &["prompt"]), json!({"prompt": "hello"}));
    assert_eq!(speak(&both("input", "voice"), &["input"]), json!({"input": "hello"}));
}

#[test]
fn a_068_a_dialogue_is_filled_for_one_speaker() {
    let turn = json!({"type": "object", "required": ["text", "speaker_id"], "properties": {
        "text": text(), "speaker_id": {"type": "integer", "minimum": 1}}});
    let dialogue = json!({"scene": {"type": "array", "items": turn}});
    assert_eq!(speak(&dialogue, &["scene"]), json!({"scene": [{"text": "hello", "speaker_id": 1}]}));
    let turn =
        json!({"type": "object", "required": ["text", "voice"], "properties": {"text": text(), "voice": text()}});
    let inputs = schema(&json!({"inputs": {"type": "array", "items": turn}}), &["inputs"]);
    let error = map(&Request::new().with_prompt("hello"), ModelKind::TextToAudio, &inputs, &fal(), &[]).unwrap_err();
    assert_eq!(error.fields()[0].path, "inputs.0.voice");
    let mut request = Request::new().with_prompt("hello");
    request.options.voice = Some("Ada".into());
    let mapped = map(&request, ModelKind::TextToAudio, &inputs, &fal(), &[]).unwrap();
    assert_eq!(Value::from(mapped.body), json!({"inputs": [{"text": "hello", "voice": "Ada"}]}));
}

#[test]
fn a_069_a_voice_is_cloned_from_a_sample_and_what_is_said_in_it() {
    let clone = schema(
        &json!({"gen_text": text(), "ref_audio_url": text(), "ref_text": text()}),
        &["gen_text", "ref_audio_url"],
    );
    let mut request = Request::new().with_prompt("hello").with_input(Role::VoiceSample, "https://media.test/me.wav");
    request.options.voice_sample_text = Some("it is me".into());
    let mapped = map(&request, ModelKind::TextToAudio, &clone, &fal(), &[]).unwrap();
    assert_eq!(
        Value::from(mapped.body),
        json!({"gen_text": "hello", "ref_audio_url": "https://media.test/me.wav", "ref_text": "it is me"})
    );
    assert_eq!(mapped.notes, []);
}

#[test]
fn the_voices_of_a_list_are_found_by_name_and_others_refused_under_strict() {
    let bark = fields(&[("voice", json!({"enum": ["speaker_0", "speaker_1"], "default": "speaker_0"}))]);
    let request = with(|options| options.voice = Some("Speaker_1".into()));
    assert_eq!(body(&request, ModelKind::TextToAudio, &bark)["voice"], "speaker_1");
    let request = with(|options| options.voice = Some("speaker_9".into()));
    let (sent, note) = adjusted(&request, ModelKind::TextToAudio, &bark);
    assert!(sent.get("voice").is_none() && note.why.contains("speaker_0"), "{note:?}");
    assert!(map(&strict(request), ModelKind::TextToAudio, &schema(&bark, &[]), &fal(), &[]).is_err());
}

#[test]
fn a_052_frames_keep_to_the_grid_that_the_models_own_numbers_show() {
    let count = |min: u32, max: u32, default: u32| {
        fields(&[
            ("num_frames", json!({"type": "integer", "minimum": min, "maximum": max, "default": default})),
            ("fps", json!({"type": "integer", "default": 25})),
        ])
    };
    let frames = |properties: &Value, seconds: f64| {
        let request = with(|options| options.duration = Some(seconds));
        noted(&request, ModelKind::TextToVideo, properties).0["num_frames"].clone()
    };
    assert_eq!(frames(&count(9, 257, 121), 5.0), 129, "8n+1: 125 lies between 121 and 129");
    assert_eq!(frames(&count(5, 161, 81), 5.1), 129, "4n+1: 127.5 lies between 125 and 129");
    assert_eq!(frames(&count(9, 257, 120), 5.0), 125, "the usual count is on no grid");
    assert_eq!(frames(&count(9, 257, 121), 60.0), 257);
    let stepped = fields(&[("num_frames", json!({"type": "integer", "minimum": 8, "maximum": 256, "multipleOf": 8}))]);
    assert_eq!(frames(&stepped, 5.0), 120);
}

#[test]
fn a_still_picture_has_no_length() {
    let (sent, note) = adjusted(
        &with(|o| o.duration = Some(5.0)),
        ModelKind::ImageToImage,
        &fields(&[("length", json!({"type": "integer"}))]),
    );
    assert_eq!((sent.get("length"), note.option.as_str()), (None, "duration"));
}

#[test]
fn settings_objects_are_looked_into_and_others_are_not() {
    let part = json!({"type": "object", "properties": {"duration": {"type": "integer"}, "fps": {"type": "integer"}}});
    let request = with(|options| options.duration = Some(5.0));
    let sent = body(&request, ModelKind::TextToVideo, &fields(&[("config", part.clone())]));
    assert_eq!(sent["config"], json!({"duration": 5}));
    let (sent, _) = adjusted(&request, ModelKind::TextToVideo, &fields(&[("watermark", part)]));
    assert!(sent.get("watermark").is_none());
}

#[test]
fn less_usual_names_are_known() {
    let codec = fields(&[("output_codec", json!({"enum": ["vp9", "h264"]}))]);
    let request = with(|options| options.format = Some(OutputFormat::Mp4));
    assert_eq!(body(&request, ModelKind::VideoToVideo, &codec)["output_codec"], "h264");
    let mode = fields(&[("resolution_mode", json!({"enum": ["auto", "1:1", "16:9"]}))]);
    let request = with(|options| options.aspect_ratio = Some(mediagen_core::AspectRatio::new(16, 9)));
    assert_eq!(body(&request, ModelKind::ImageToImage, &mode)["resolution_mode"], "16:9");
    let most = fields(&[("max_images", json!({"type": "integer", "minimum": 1, "maximum": 6}))]);
    let request = with(|options| options.count = Some(3));
    assert_eq!(body(&request, ModelKind::TextToImage, &most)["max_images"], 3);
    let weight = fields(&[("scale", json!({"type": "number", "minimum": 0, "maximum": 2}))]);
    let (sent, _) = adjusted(&with(|options| options.scale = Some(2.0)), ModelKind::ImageToImage, &weight);
    assert!(sent.get("scale").is_none(), "a weight is no enlargement");
}

#[test]
fn a_language_becomes_its_usual_region() {
    let regions = |default: Value| {
        fields(&[(
            "language",
            json!({"enum": ["af-ZA", "en-AU", "en-GB", "en-US", "de-AT", "de-DE"], "default": default}),
        )])
    };
    let sent = |code: &str, default: Value| {
        let request = with(|options| options.language = Some(code.into()));
        body(&request, ModelKind::TextToAudio, &regions(default))["language"].clone()
    };
    assert_eq!(sent("en", json!(null)), "en-US");
    assert_eq!(sent("en", json!("en-GB")), "en-GB");
    assert_eq!(sent("en-AU", json!("en-GB")), "en-AU");
    assert_eq!(sent("de", json!(null)), "de-DE");
}

#[test]
fn the_main_input_goes_to_the_only_field_that_sounds_like_it_even_an_optional_one() {
    let schema = schema(&json!({"building_image_url": text(), "palette_id": text()}), &[]);
    let request = Request::new().with_input(Role::Image, "https://media.test/a.png");
    let mapped = map(&request, ModelKind::ImageToImage, &schema, &fal(), &[]).unwrap();
    assert_eq!(Value::from(mapped.body), json!({"building_image_url": "https://media.test/a.png"}));
    // What is not the main input of the kind is not guessed.
    assert!(map(&request, ModelKind::TextToImage, &schema, &fal(), &[]).unwrap().body.is_empty());
}

#[test]
fn a_ratio_is_found_among_words_and_sizes() {
    for (values, expected) in [
        (json!(["vertical", "horizontal"]), "horizontal"),
        (json!(["portrait_16_9", "landscape_16_9", "square"]), "landscape_16_9"),
        (json!(["1280x720", "720x1280"]), "1280x720"),
    ] {
        let properties = fields(&[("aspect_ratio", json!({"enum": values}))]);
        let request = with(|options| options.aspect_ratio = Some(mediagen_core::AspectRatio::new(16, 9)));
        assert_eq!(body(&request, ModelKind::TextToVideo, &properties)["aspect_ratio"], expected);
    }
}

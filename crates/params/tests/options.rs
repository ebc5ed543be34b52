//! Acceptance checks on options, by number: what is asked, what the model takes, what is sent.

mod common;

use common::{adjusted, body, fal, fields, noted, prompt, refused, schema, strict, with};
use mediagen_core::{AspectRatio, ErrorKind, ModelKind, ProblemCode::Missing, Quality, Request, Size};
use mediagen_params::map;
use serde_json::{Value, json};

use ModelKind::{ImageToImage, TextToImage, TextToVideo};

#[test]
fn a_032_zero_and_false_are_sent_where_the_model_has_the_field() {
    let input = fields(&[
        ("seed", json!({"type": "integer"})),
        ("guidance_scale", json!({"type": "number", "minimum": 0, "maximum": 20})),
        ("strength", json!({"type": "number", "minimum": 0, "maximum": 1})),
        ("motion_bucket_id", json!({"type": "integer", "minimum": 0, "maximum": 255})),
        ("loop", json!({"type": "boolean", "default": true})),
    ]);
    let request = with(|o| {
        (o.seed, o.guidance, o.strength) = (Some(0), Some(0.0), Some(0.0));
        (o.motion, o.looping) = (Some(0.0), Some(false));
    });
    let sent = body(&request, TextToVideo, &input);
    assert_eq!(
        sent,
        json!({"prompt": "a lighthouse", "seed": 0, "guidance_scale": 0, "strength": 0, "motion_bucket_id": 0, "loop": false})
    );
}

#[test]
fn a_033_what_is_not_asked_is_not_sent() {
    let input = fields(&[
        ("seed", json!({"anyOf": [{"type": "integer"}, {"type": "null"}]})),
        ("num_images", json!({"type": "integer", "default": 1})),
    ]);
    assert_eq!(body(&prompt(), TextToImage, &input), json!({"prompt": "a lighthouse"}));
    assert_eq!(body(&Request::new(), TextToImage, &input), json!({}));
}

#[test]
fn a_seed_is_sent_over_the_whole_range_of_u64() {
    let input = fields(&[("seed", json!({"type": "integer"}))]);
    let sent = body(&with(|o| o.seed = Some(u64::MAX)), TextToImage, &input);
    assert_eq!(sent["seed"].as_u64(), Some(u64::MAX));
}

#[test]
fn a_035_everything_missing_is_told_at_once_with_the_way_to_fill_it() {
    let schema = schema(
        &json!({"prompt": {"type": "string"}, "image_url": {"type": "string"}, "loras": {"type": "array"},
            "mode": {"type": "string", "enum": ["a"], "default": "a"}}),
        &["prompt", "image_url", "loras", "mode"],
    );
    let error = map(&Request::new(), ImageToImage, &schema, &fal(), &[]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let told: Vec<_> = error.fields().iter().map(|f| (f.path.as_str(), f.code.clone().unwrap())).collect();
    assert_eq!(told, [("image_url", Missing), ("loras", Missing), ("prompt", Missing)]);
    assert!(error.fields()[0].message.contains("`image`"), "{error}");
    assert!(error.fields()[1].message.contains("-P loras="), "{error}");
}

#[test]
fn a_036_out_of_range_is_clamped_with_a_note_or_refused() {
    let input = fields(&[("num_inference_steps", json!({"type": "integer", "minimum": 1, "maximum": 12}))]);
    let request = with(|o| o.steps = Some(50));
    let (sent, note) = adjusted(&request, TextToImage, &input);
    assert_eq!(sent["num_inference_steps"], 12);
    assert_eq!((note.option.as_str(), &note.from, &note.to), ("steps", &json!(50), &json!(12)));
    let error = refused(&strict(request), TextToImage, &input);
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("50") && error.to_string().contains("from 1 up to 12"), "{error}");
}

#[test]
fn a_036_outside_the_enum_names_the_allowed_set() {
    let input = fields(&[("aspect_ratio", json!({"type": "string", "enum": ["16:9", "1:1"]}))]);
    let request = with(|o| o.aspect_ratio = Some(AspectRatio::new(3, 2)));
    let (sent, note) = adjusted(&request, TextToVideo, &input);
    assert_eq!((&sent["aspect_ratio"], &note.to), (&json!("16:9"), &json!("16:9")));
    assert!(refused(&strict(request), TextToVideo, &input).to_string().contains(r#""16:9", "1:1""#));
}

#[test]
fn a_037_numbers_and_text_follow_the_schema() {
    for (ty, asked, sent) in [
        (json!({"type": "string", "enum": ["5s", "6s", "8s"]}), 5.0, json!("5s")),
        (json!({"type": "string", "enum": ["5", "10"]}), 10.0, json!("10")),
        (json!({"type": "integer", "enum": [5, 10]}), 5.0, json!(5)),
        (json!({"type": "integer", "minimum": 1, "maximum": 20}), 7.0, json!(7)),
        (json!({"type": "number", "minimum": 1, "maximum": 20}), 7.5, json!(7.5)),
        (json!({"type": "string", "default": "8s"}), 6.0, json!("6s")),
        (json!({"type": "string", "default": "5"}), 6.0, json!("6")),
        (json!({"anyOf": [{"enum": ["auto", "4", "8"]}, {"type": "null"}]}), 8.0, json!("8")),
    ] {
        let input = fields(&[("duration", ty.clone())]);
        assert_eq!(body(&with(|o| o.duration = Some(asked)), TextToVideo, &input)["duration"], sent, "{ty}");
    }
}

#[test]
fn a_037_frames_as_text_where_the_enum_is_text_even_if_its_default_is_a_number() {
    let frames = json!({"enum": ["129", "85"], "default": 129});
    let input = fields(&[("num_frames", frames), ("fps", json!({"type": "integer", "default": 24}))]);
    assert_eq!(noted(&with(|o| o.duration = Some(5.4)), TextToVideo, &input).0["num_frames"], "129");
    let given = prompt().with_extra("num_frames", 129);
    assert_eq!(body(&given, TextToVideo, &input)["num_frames"], "129");
}

#[test]
fn a_038_what_the_model_cannot_express_is_a_note_or_an_error() {
    let request = with(|o| o.negative_prompt = Some("blurry".into()));
    let (sent, note) = adjusted(&request, TextToImage, &fields(&[]));
    assert_eq!(sent, json!({"prompt": "a lighthouse"}));
    assert_eq!((note.option.as_str(), &note.to), ("negative_prompt", &Value::Null));
    let error = refused(&strict(request), TextToImage, &fields(&[]));
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(error.fields()[0].path, "negative_prompt");
    assert!(!error.to_string().contains("blurry"), "prompt text stays out of errors: {error}");
}

#[test]
fn a_039_the_models_own_fields_win_and_pass_unchanged() {
    let input = fields(&[
        ("num_inference_steps", json!({"type": "integer"})),
        ("tag", json!({"type": "string"})),
        ("on", json!({"type": "boolean"})),
        ("box", json!({"type": "object", "properties": {"x": {"type": "integer"}}})),
    ]);
    let request = with(|o| o.steps = Some(8))
        .with_extra("num_inference_steps", "20")
        .with_extra("tag", "2024")
        .with_extra("on", "false")
        .with_extra("box.x", "3");
    let (sent, note) = adjusted(&request, TextToImage, &input);
    assert_eq!(
        sent,
        json!({"prompt": "a lighthouse", "num_inference_steps": 20, "tag": "2024", "on": false, "box": {"x": 3}})
    );
    assert_eq!((note.option.as_str(), &note.from, &note.to), ("steps", &json!(8), &json!(20)));
}

#[test]
fn a_whole_number_given_as_text_is_spelt_as_one_and_never_loses_a_digit() {
    let input = fields(&[("seed", json!({"type": "integer"}))]);
    for (text, sent) in [("2.0", "2"), ("18446744073709551615", "18446744073709551615"), ("-3", "-3"), ("1e3", "1000")]
    {
        let body = body(&prompt().with_extra("seed", text), TextToImage, &input);
        assert_eq!(body["seed"].to_string(), sent);
    }
    // One more than fits: another number must not be sent in its place.
    for text in ["18446744073709551616", "2.5", "1e30"] {
        let error = refused(&prompt().with_extra("seed", text), TextToImage, &input);
        assert_eq!(error.fields()[0].path, "seed", "{error}");
    }
}

#[test]
fn a_045_a_ratio_goes_to_the_ratio_field_else_to_a_preset_else_is_noted() {
    let request = with(|o| o.aspect_ratio = Some(AspectRatio::new(16, 9)));
    let ratio = fields(&[("aspect_ratio", json!({"enum": ["1:1", "16:9"]})), ("image_size", presets())]);
    let sent = body(&request, TextToImage, &ratio);
    assert_eq!(sent, json!({"prompt": "a lighthouse", "aspect_ratio": "16:9"}));
    assert_eq!(body(&request, TextToImage, &fields(&[("image_size", presets())]))["image_size"], "landscape_16_9");
    assert_eq!(refused(&strict(request.clone()), TextToImage, &fields(&[])).kind(), ErrorKind::Unsupported);
    let (sent, _) = adjusted(&request, TextToImage, &fields(&[]));
    assert_eq!(sent, json!({"prompt": "a lighthouse"}));
}

fn presets() -> Value {
    json!({"enum": ["square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9"]})
}

#[test]
fn a_042_a_size_becomes_an_object_where_one_is_allowed() {
    let side = json!({"type": "integer", "exclusiveMinimum": 0, "maximum": 2048});
    let object = json!({"anyOf": [presets(), {"type": "object", "properties": {"width": side, "height": side}}]});
    let input = fields(&[("image_size", object)]);
    let request = with(|o| o.size = Some(Size::new(1024, 768)));
    assert_eq!(body(&request, TextToImage, &input)["image_size"], json!({"width": 1024, "height": 768}));
    let (sent, note) = adjusted(&with(|o| o.size = Some(Size::new(4096, 768))), TextToImage, &input);
    assert_eq!((&sent["image_size"]["width"], note.option.as_str()), (&json!(2048), "size"));
}

#[test]
fn a_043_a_size_is_an_exact_preset_or_adjusted_and_never_text() {
    let input = fields(&[("image_size", presets())]);
    let exact = with(|o| o.size = Some(Size::new(1024, 1024)));
    assert_eq!(body(&strict(exact), TextToImage, &input)["image_size"], "square_hd");
    let near = with(|o| o.size = Some(Size::new(1000, 700)));
    let (sent, note) = adjusted(&near, TextToImage, &input);
    assert_eq!((&sent["image_size"], &note.from), (&json!("landscape_4_3"), &json!("1000x700")));
    assert_eq!(refused(&strict(near), TextToImage, &input).kind(), ErrorKind::InvalidInput);
}

#[test]
fn a_044_width_and_height_go_to_their_own_fields() {
    let input = fields(&[("width", json!({"type": "integer"})), ("height", json!({"type": "integer"}))]);
    let sent = body(&with(|o| o.size = Some(Size::new(640, 480))), TextToImage, &input);
    assert_eq!((&sent["width"], &sent["height"]), (&json!(640), &json!(480)));
}

#[test]
fn a_046_quality_becomes_steps_within_the_models_range_and_explicit_steps_win() {
    let steps = json!({"type": "integer", "minimum": 1, "maximum": 12, "default": 4});
    let input = fields(&[("num_inference_steps", steps)]);
    let (sent, _) = noted(&with(|o| o.quality = Some(Quality::High)), TextToImage, &input);
    assert_eq!(sent["num_inference_steps"], 6);
    let both = with(|o| (o.quality, o.steps) = (Some(Quality::High), Some(2)));
    let (sent, notes) = noted(&both, TextToImage, &input);
    assert_eq!((&sent["num_inference_steps"], notes[0].option.as_str()), (&json!(2), "quality"));
    let narrow =
        fields(&[("num_inference_steps", json!({"type": "integer", "minimum": 1, "maximum": 5, "default": 4}))]);
    assert_eq!(noted(&with(|o| o.quality = Some(Quality::High)), TextToImage, &narrow).0["num_inference_steps"], 5);
}

#[test]
fn a_047_quality_without_steps_or_quality_field_is_a_note() {
    let (sent, note) = adjusted(&with(|o| o.quality = Some(Quality::High)), TextToImage, &fields(&[]));
    assert_eq!((sent, note.option.as_str()), (json!({"prompt": "a lighthouse"}), "quality"));
}

#[test]
fn a_049_steps_are_text_where_the_enum_is_text() {
    let input = fields(&[("num_inference_steps", json!({"enum": ["1", "2", "4", "8"]}))]);
    assert_eq!(body(&with(|o| o.steps = Some(4)), TextToImage, &input)["num_inference_steps"], "4");
}

#[test]
fn a_051_ratio_and_loop_pass_unchanged() {
    let input = fields(&[
        ("aspect_ratio", json!({"enum": ["16:9", "9:16", "4:3", "3:4", "21:9", "9:21"]})),
        ("loop", json!({"type": "boolean"})),
    ]);
    let request = with(|o| (o.aspect_ratio, o.looping) = (Some(AspectRatio::new(4, 3)), Some(true)));
    let sent = body(&request, TextToVideo, &input);
    assert_eq!((&sent["aspect_ratio"], &sent["loop"]), (&json!("4:3"), &json!(true)));
}

#[test]
fn a_052_seconds_become_frames_within_the_models_range() {
    let frames = |max: u32| json!({"type": "integer", "minimum": 81, "maximum": max, "default": 81});
    let fps = ("frames_per_second", json!({"type": "integer", "default": 24}));
    let request = with(|o| o.duration = Some(5.0));
    let (sent, notes) = noted(&request, TextToVideo, &fields(&[("num_frames", frames(200)), fps.clone()]));
    assert_eq!((&sent["num_frames"], &notes[0].to), (&json!(120), &json!(120)));
    let tight = fields(&[("num_frames", frames(100)), fps]);
    let (sent, note) = adjusted(&request, TextToVideo, &tight);
    assert_eq!((&sent["num_frames"], &note.from), (&json!(100), &json!(5)));
    assert_eq!(refused(&strict(request), TextToVideo, &tight).fields()[0].path, "duration");
}

#[test]
fn a_053_a_size_becomes_the_resolution_of_its_short_side() {
    let input = fields(&[
        ("resolution", json!({"enum": ["480p", "720p"]})),
        ("aspect_ratio", json!({"enum": ["16:9", "9:16"]})),
    ]);
    let sent = body(&strict(with(|o| o.size = Some(Size::new(1280, 720)))), TextToVideo, &input);
    assert_eq!((&sent["resolution"], &sent["aspect_ratio"]), (&json!("720p"), &json!("16:9")));
}

#[test]
fn a_054_fps_reaches_whichever_field_there_is() {
    for name in ["fps", "frame_rate", "frames_per_second"] {
        let input = fields(&[(name, json!({"type": "integer"}))]);
        assert_eq!(body(&with(|o| o.fps = Some(24.0)), TextToVideo, &input)[name], 24);
    }
}

#[test]
fn a_055_loop_false_is_sent_where_the_model_has_the_field() {
    let input = fields(&[("loop", json!({"type": "boolean"}))]);
    assert_eq!(body(&with(|o| o.looping = Some(false)), TextToVideo, &input)["loop"], false);
}

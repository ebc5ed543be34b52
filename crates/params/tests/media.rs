//! Acceptance checks on media, texts and rules, by number: what is asked, what the model takes, what is sent.

mod common;

use common::{adjusted, body, document, fal, fields, fill, names, noted, prompt, refused, schema, strict, with};
use mediagen_core::{ErrorKind, ModelKind, ProblemCode, Request, Role, Size};
use mediagen_params::{Dialect, RuleBook, map};
use serde_json::{Value, json};

use ModelKind::{AudioToAudio, ImageToImage, ImageToVideo, TextToAudio, TextToImage};

#[expect(clippy::unwrap_used, reason = "a fixed address")]
fn url(name: &str) -> mediagen_core::MediaInput {
    format!("https://media.test/{name}").parse().unwrap()
}

#[test]
fn a_056_a_model_of_frames_gets_frames_and_no_field_that_it_lacks() {
    let input = fields(&[
        ("image_url", json!({"type": "string"})),
        ("num_frames", json!({"type": "integer", "minimum": 30, "maximum": 900, "default": 180})),
    ]);
    let request = with(|o| (o.duration, o.looping, o.fps) = (Some(5.0), Some(true), Some(30.0)));
    let (sent, notes) = noted(&request.with_input(Role::Image, url("a.png")), ImageToVideo, &input);
    let names: Vec<_> = sent.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["image_url", "num_frames", "prompt"]);
    assert!(notes.iter().any(|n| n.option == "loop") && notes.iter().any(|n| n.option == "fps"));
}

#[test]
fn a_057_a_missing_prompt_is_found_before_anything_is_sent() {
    let schema =
        schema(&json!({"prompt": {"type": "string"}, "image_url": {"type": "string"}}), &["prompt", "image_url"]);
    let error =
        map(&Request::new().with_input(Role::Image, url("a.png")), ImageToVideo, &schema, &fal(), &[]).unwrap_err();
    assert_eq!((error.fields().len(), error.fields()[0].path.as_str()), (1, "prompt"));
}

#[test]
fn a_058_noise_goes_to_the_field_that_the_model_has() {
    let input = fields(&[
        ("image_url", json!({"type": "string"})),
        ("cond_aug", json!({"type": "number", "minimum": 0, "maximum": 10, "default": 0.02})),
    ]);
    let request = with(|o| (o.strength, o.duration) = (Some(0.1), Some(2.0))).with_input(Role::Image, url("a.png"));
    let (sent, _) = noted(&request, ImageToVideo, &input);
    assert_eq!(sent["cond_aug"], 0.1);
    assert!(sent.get("num_frames").is_none());
}

#[test]
fn a_060_an_end_image_goes_to_the_field_that_the_model_has() {
    for name in ["end_image_url", "last_frame_url", "tail_image_url"] {
        let input = fields(&[("image_url", json!({"type": "string"})), (name, json!({"type": "string"}))]);
        let request = prompt().with_input(Role::EndImage, url("z.png")).with_input(Role::Image, url("a.png"));
        let sent = body(&request, ImageToVideo, &input);
        assert_eq!(
            (&sent["image_url"], &sent[name]),
            (&json!("https://media.test/a.png"), &json!("https://media.test/z.png"))
        );
    }
}

#[test]
fn a_068_the_words_go_to_the_field_for_words() {
    for name in ["text", "prompt", "gen_text", "lyrics"] {
        let schema = schema(&json!({name: {"type": "string"}}), &[name]);
        let mapped = map(&prompt(), TextToAudio, &schema, &fal(), &[]).unwrap();
        assert_eq!(Value::from(mapped.body), json!({name: "a lighthouse"}));
    }
    let both = fields(&[("text", json!({"type": "string"}))]);
    assert_eq!(body(&prompt(), TextToAudio, &both), json!({"text": "a lighthouse"}));
}

#[test]
fn a_069_a_voice_sample_waits_for_its_upload() {
    let input = fields(&[("ref_audio_url", json!({"type": "string"})), ("ref_text", json!({"type": "string"}))]);
    let mut request = with(|o| o.voice_sample_text = Some("hello".into()));
    request = request.with_input(Role::VoiceSample, "voice.ogg");
    let mut mapped = map(&request, TextToAudio, &document(&input), &fal(), &[]).unwrap();
    assert_eq!(
        (mapped.body["ref_audio_url"].clone(), mapped.body["ref_text"].clone()),
        (json!("upload:0"), json!("hello"))
    );
    let slot = mapped.uploads[0].clone();
    assert_eq!((slot.pointer.as_str(), slot.input, slot.role), ("/ref_audio_url", 0, Role::VoiceSample));
    assert!(fill(&mut mapped, &slot, "https://cdn.test/v.ogg"));
    assert_eq!(mapped.body["ref_audio_url"], "https://cdn.test/v.ogg");
}

#[test]
fn a_070_a_model_that_cannot_clone_refuses_a_voice_sample() {
    let request = prompt().with_input(Role::VoiceSample, "voice.ogg");
    let error = refused(&request, TextToAudio, &fields(&[]));
    assert_eq!((error.kind(), error.fields()[0].path.as_str()), (ErrorKind::Unsupported, "voice_sample"));
}

#[test]
fn a_071_a_text_over_the_models_limit_is_refused() {
    let schema = schema(&json!({"text": {"type": "string", "maxLength": 5}}), &["text"]);
    let error = map(&prompt(), TextToAudio, &schema, &fal(), &[]).unwrap_err();
    assert_eq!(error.fields()[0].code, Some(ProblemCode::Length));
    assert!(error.to_string().contains("12 characters") && !error.to_string().contains("lighthouse"), "{error}");
}

#[test]
fn a_074_sound_to_sound_takes_a_film_only_where_there_is_a_field() {
    let request = Request::new().with_input(Role::Audio, url("a.wav")).with_input(Role::Video, url("a.mp4"));
    let audio = ("audio_url", json!({"type": "string"}));
    let both = body(&request, AudioToAudio, &fields(&[audio.clone(), ("video_url", json!({"type": "string"}))]));
    assert_eq!(both["video_url"], "https://media.test/a.mp4");
    let (sent, note) = adjusted(&request, AudioToAudio, &fields(&[audio]));
    assert_eq!((sent, note.option.as_str()), (json!({"audio_url": "https://media.test/a.wav"}), "video"));
}

#[test]
fn a_075_a_factor_goes_to_the_models_own_name_and_none_is_invented() {
    for name in ["scale", "upscale_factor", "upscaling_factor"] {
        let input = json!({"image_url": {"type": "string"}, name: {"type": "number", "minimum": 1, "maximum": 8}});
        let request = Request::new().with_input(Role::Image, url("a.png"));
        assert!(body(&request, ImageToImage, &input).get(name).is_none());
        let mut scaled = request;
        scaled.options.scale = Some(4.0);
        assert_eq!(body(&scaled, ImageToImage, &input)[name], 4);
    }
}

#[test]
fn a_076_a_rule_never_sends_a_field_that_the_model_lacks() {
    let book = RuleBook::parse(
        "[[rule]]\nmodel = 'acme/**'\nwhy = 'the mask is wanted'\nops = [{op = 'set', field = 'return_mask', value = true}]",
    )
    .unwrap();
    let dialect = Dialect::new(names(), book.matching("acme/cutout/v2"));
    let input = |more: Value| document(&fields(&[("image_url", json!({"type": "string"})), ("x", more)]));
    let request = Request::new().with_input(Role::Image, url("a.png"));
    let mapped = map(&request, ImageToImage, &input(json!({"type": "string"})), &dialect, &[]).unwrap();
    assert!(!mapped.body.contains_key("return_mask") && mapped.notes.is_empty());
}

#[test]
fn a_077_strength_is_fidelity_where_the_model_calls_it_so() {
    let input = json!({"image_url": {"type": "string"}, "fidelity": {"type": "number", "minimum": 0, "maximum": 1}});
    let mut request = Request::new().with_input(Role::Image, url("a.png"));
    request.options.strength = Some(0.7);
    assert_eq!(body(&request, ImageToImage, &input)["fidelity"], 0.7);
}

#[test]
fn a_078_all_pictures_go_to_the_list() {
    let list = json!({"type": "array", "items": {"type": "string"}, "maxItems": 3});
    let input = fields(&[("image_urls", list)]);
    let request = prompt()
        .with_input(Role::Image, url("a.png"))
        .with_input(Role::Image, "b.png")
        .with_input(Role::Image, url("c.png"));
    let mapped = map(&request, ImageToImage, &document(&input), &fal(), &[]).unwrap();
    assert_eq!(mapped.body["image_urls"], json!(["https://media.test/a.png", "upload:1", "https://media.test/c.png"]));
    assert_eq!((mapped.uploads[0].pointer.as_str(), mapped.uploads[0].input), ("/image_urls/1", 1));
}

#[test]
fn a_061_a_face_swap_needs_both_parts_and_takes_each_once() {
    let schema = schema(
        &json!({"base_image_url": {"type": "string"}, "swap_image_url": {"type": "string"}}),
        &["base_image_url", "swap_image_url"],
    );
    let target = Request::new().with_input(Role::Image, "target.png");
    let error = map(&target, ImageToImage, &schema, &fal(), &[]).unwrap_err();
    assert!(error.to_string().contains("`source_face`"), "{error}");
    let both = target.with_input(Role::SourceFace, "face.png");
    let mapped = map(&both, ImageToImage, &schema, &fal(), &[]).unwrap();
    assert_eq!(Value::from(mapped.body), json!({"base_image_url": "upload:0", "swap_image_url": "upload:1"}));
    assert_eq!(mapped.uploads.len(), 2);
}

#[test]
fn a_066_lip_sync_takes_a_film_and_a_sound_and_its_sync_mode_is_no_target() {
    let input = json!({"video_url": {"type": "string"}, "audio_url": {"type": "string"},
        "sync_mode": {"enum": ["cut_off", "loop", "bounce"]}});
    let mut request = Request::new().with_input(Role::Video, url("a.mp4")).with_input(Role::Audio, url("a.wav"));
    request.options.looping = Some(true);
    let (sent, note) = adjusted(&request, ModelKind::VideoToVideo, &input);
    assert_eq!(sent, json!({"video_url": "https://media.test/a.mp4", "audio_url": "https://media.test/a.wav"}));
    assert_eq!(note.option, "loop");
}

#[test]
fn the_main_picture_goes_to_the_single_field_and_several_to_the_list() {
    let list = json!({"type": "array", "items": {"type": "string"}});
    let input = fields(&[("image_url", json!({"type": "string"})), ("image_urls", list)]);
    let one = prompt().with_input(Role::Image, url("a.png"));
    assert_eq!(body(&one, ImageToImage, &input)["image_url"], "https://media.test/a.png");
    let two = one.with_input(Role::Image, url("b.png"));
    let sent = body(&two, ImageToImage, &input);
    assert_eq!(sent["image_urls"].as_array().map(Vec::len), Some(2));
    assert!(sent.get("image_url").is_none());
}

#[test]
fn files_that_find_no_place_are_told() {
    let input = fields(&[("image_url", json!({"type": "string"}))]);
    let two = prompt().with_input(Role::Image, url("a.png")).with_input(Role::Image, url("b.png"));
    let (sent, note) = adjusted(&two, ImageToImage, &input);
    assert_eq!(sent["image_url"], "https://media.test/a.png");
    assert_eq!((note.option.as_str(), note.from), ("image", json!(["https://media.test/b.png"])));
    assert_eq!(refused(&strict(two), ImageToImage, &input).kind(), ErrorKind::Unsupported);
}

#[test]
fn two_required_pictures_take_two_files_and_objects_take_the_url_inside() {
    let schema = schema(
        &json!({"human_image_url": {"type": "string"}, "garment_image_url": {"type": "string"},
            "face_image_0": {"type": "object", "properties": {"url": {"type": "string"}}}}),
        &["human_image_url", "garment_image_url"],
    );
    let request = Request::new()
        .with_input(Role::Image, url("a.png"))
        .with_input(Role::Image, url("b.png"))
        .with_input(Role::SourceFace, "f.png");
    let mapped = map(&request, ImageToImage, &schema, &fal(), &[]).unwrap();
    assert_eq!(mapped.body["human_image_url"], "https://media.test/a.png");
    assert_eq!(mapped.body["garment_image_url"], "https://media.test/b.png");
    assert_eq!(mapped.body["face_image_0"], json!({"url": "upload:2"}));
    assert_eq!(mapped.uploads[0].pointer, "/face_image_0/url");
}

#[test]
fn a_nested_voice_is_filled_and_its_missing_part_is_named() {
    let voice = json!({"type": "object", "required": ["voice_id"],
        "properties": {"voice_id": {"type": "string"}, "speed": {"type": "number", "minimum": 0.5, "maximum": 2}}});
    let input = json!({"text": {"type": "string"}, "voice_setting": voice,
        "output_format": {"enum": ["url", "hex"]},
        "audio_setting": {"type": "object", "properties": {"format": {"enum": ["mp3", "flac"]}}}});
    let request = with(|o| {
        (o.voice, o.speed) = (Some("Wise_Woman".into()), Some(1.5));
        o.format = Some(mediagen_core::OutputFormat::Mp3);
    });
    let sent = body(&request, TextToAudio, &input);
    assert_eq!(sent["voice_setting"], json!({"voice_id": "Wise_Woman", "speed": 1.5}));
    assert_eq!((sent.get("output_format"), &sent["audio_setting"]), (None, &json!({"format": "mp3"})));
    let error = refused(&with(|o| o.speed = Some(1.5)), TextToAudio, &input);
    assert_eq!(error.fields()[0].path, "voice_setting.voice_id");
    assert!(error.to_string().contains("`voice`"), "{error}");
}

#[test]
fn rules_rename_set_default_and_drop_with_their_reason() {
    let book = RuleBook::parse(
        r#"
        [[rule]]
        model = "acme/*/fast"
        why = "measured: the usual fields do something else here"
        ops = [
            { op = "rename", option = "steps", field = "cycles" },
            { op = "set", field = "mode", value = "fast" },
            { op = "default", field = "tiles", value = 4 },
            { op = "drop", field = "seed" },
        ]
        "#,
    )
    .unwrap();
    assert!(book.matching("acme/a/b/fast").is_empty() && book.matching("acme/a/slow").is_empty());
    let integer = json!({"type": "integer"});
    let input = document(&fields(&[
        ("cycles", integer.clone()),
        ("steps", integer.clone()),
        ("tiles", integer.clone()),
        ("seed", integer),
        ("mode", json!({"type": "string"})),
    ]));
    let request = with(|o| (o.steps, o.seed) = (Some(3), Some(1)));
    let mapped = map(&request, TextToImage, &input, &Dialect::new(names(), book.matching("acme/a/fast")), &[]).unwrap();
    assert_eq!(Value::from(mapped.body), json!({"prompt": "a lighthouse", "cycles": 3, "mode": "fast", "tiles": 4}));
    let told: Vec<_> = mapped.notes.iter().map(|n| n.option.as_str()).collect();
    assert_eq!(told, ["seed", "mode", "tiles"]);
    let given = request.with_extra("mode", "slow").with_extra("seed", 9);
    let mapped = map(&given, TextToImage, &input, &Dialect::new(names(), book.matching("acme/a/fast")), &[]).unwrap();
    assert_eq!((&mapped.body["mode"], &mapped.body["seed"]), (&json!("slow"), &json!(9)));
}

#[test]
fn a_rule_file_says_why_and_knows_its_words() {
    let row = |rest: &str| RuleBook::parse(&format!("[[rule]]\nmodel = 'a/**'\n{rest}")).unwrap_err().to_string();
    assert!(row("ops = []").contains("`why`"));
    assert!(row("why = ' '\nops = []").contains("`why`"));
    assert!(row("why = 'x'\nops = [{op='rename', option='stepz', field='s'}]").contains("`stepz`"));
    assert!(row("why = 'x'\nops = [{op='erase', field='s'}]").contains("erase"));
    assert!(row("why = 'x'\nops = [{op='drop', field='s', extra=1}]").contains("extra"));
    assert!(row("why = 'x'\nops = []\nendpoint = 'y'").contains("endpoint"));
}

#[test]
fn without_a_schema_everything_passes_under_canonical_names_with_a_note() {
    let request = with(|o| (o.seed, o.size) = (Some(1), Some(Size::new(64, 32))))
        .with_extra("anything", json!({"a": [1]}))
        .with_input(Role::Image, "a.png");
    let mapped = map(&request, ImageToImage, &mediagen_core::Schema::default(), &fal(), &[]).unwrap();
    assert_eq!(
        Value::from(mapped.body),
        json!({"prompt": "a lighthouse", "seed": 1, "size": "64x32", "anything": {"a": [1]}, "image": "upload:0"})
    );
    assert_eq!((mapped.notes.len(), mapped.uploads[0].pointer.as_str()), (1, "/image"));
}

#[test]
fn the_models_own_fields_are_checked_with_everything_else() {
    let input = fields(&[
        ("steps", json!({"type": "integer", "minimum": 1, "maximum": 8})),
        ("even", json!({"type": "integer", "multipleOf": 2})),
        ("mode", json!({"enum": ["a", "b"]})),
        ("list", json!({"type": "array", "items": {"type": "string"}, "maxItems": 1})),
        ("box", json!({"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]})),
    ]);
    let request = prompt()
        .with_extra("steps", 9)
        .with_extra("even", 3)
        .with_extra("mode", "c")
        .with_extra("list", r#"["p", "q"]"#)
        .with_extra("box", json!({"y": 1}));
    let error = refused(&request, TextToImage, &input);
    let told: Vec<_> = error.fields().iter().map(|f| (f.path.as_str(), f.code.clone().unwrap())).collect();
    assert_eq!(
        told,
        [
            ("box.x", ProblemCode::Missing),
            ("box.y", ProblemCode::Unknown),
            ("even", ProblemCode::Range),
            ("list", ProblemCode::Length),
            ("mode", ProblemCode::Choice),
            ("steps", ProblemCode::Range),
        ]
    );
    assert!(error.to_string().contains(r#"one of "a", "b""#), "{error}");
}

#[test]
fn a_default_that_contradicts_its_enum_does_no_harm() {
    let schema = schema(&json!({"num_frames": {"enum": ["129", "85"], "default": 129}}), &["num_frames"]);
    assert!(map(&Request::new(), TextToImage, &schema, &fal(), &[]).unwrap().body.is_empty());
}

#[test]
fn a_raw_endpoint_takes_its_own_fields_and_names_what_is_missing() {
    let schema = schema(&json!({"a": {"type": "integer"}, "b": {"type": "string"}}), &["a"]);
    let request = Request::new().with_extra("b", "x");
    assert_eq!(map(&request, ModelKind::Raw, &schema, &fal(), &[]).unwrap_err().fields()[0].path, "a");
    let mapped = map(&request.with_extra("a", 1), ModelKind::Raw, &schema, &fal(), &[]).unwrap();
    assert_eq!((Value::from(mapped.body), mapped.notes.len()), (json!({"a": 1, "b": "x"}), 0));
}

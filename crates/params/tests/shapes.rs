//! The shapes in which models take the same wish, as tables: schema of one field, wish, what is sent, whether it is noted.

mod common;

use common::{fields, noted, refused, strict, with};
use mediagen_core::{AspectRatio, ModelKind, OutputFormat, Quality, Role, Size};
use serde_json::{Value, json};

use ModelKind::{ImageToImage, TextToAudio, TextToImage, TextToVideo};

const WORDS: &[&str] = &["square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9"];

fn words(values: &[&str]) -> Value {
    json!({"type": "string", "enum": values})
}

/// What `name` of type `ty` gets, and the options that were noted.
fn sent(request: &mediagen_core::Request, kind: ModelKind, name: &str, ty: &Value) -> (Value, Vec<String>) {
    let (body, notes) = noted(request, kind, &fields(&[(name, ty.clone())]));
    (body.get(name).cloned().unwrap_or(Value::Null), notes.into_iter().map(|note| note.option).collect())
}

#[test]
fn sizes() {
    let side = json!({"type": "integer"});
    let object = json!({"type": "object", "properties": {"width": side, "height": side}});
    for (name, ty, size, expected, exact) in [
        ("image_size", words(WORDS), (576, 1024), json!("portrait_16_9"), true),
        ("image_size", words(WORDS), (500, 500), json!("square"), false),
        ("image_size", words(WORDS), (720, 1280), json!("portrait_16_9"), false),
        ("image_size", words(&["1024x1024", "1536x1024"]), (1536, 1024), json!("1536x1024"), true),
        ("image_size", words(&["1024x1024", "1536x1024", "auto"]), (1280, 720), json!("1536x1024"), false),
        ("size", json!({"type": "string", "default": "1024x1024"}), (640, 480), json!("640x480"), true),
        (
            "video_size",
            json!({"anyOf": [object, words(WORDS)]}),
            (640, 480),
            json!({"width": 640, "height": 480}),
            true,
        ),
        (
            "resolution",
            json!({"anyOf": [object, {"type": "null"}]}),
            (64, 48),
            json!({"width": 64, "height": 48}),
            true,
        ),
        ("aspect_ratio", words(&["16:9", "9:16", "1:1"]), (720, 1280), json!("9:16"), false),
        ("aspect_ratio", words(&["landscape", "portrait"]), (720, 1280), json!("portrait"), false),
        ("resolution", words(&["1K", "2K", "4K"]), (2048, 2048), json!("2K"), false),
        ("resolution", words(&["512P", "768P"]), (1366, 768), json!("768P"), false),
        ("resolution", words(&["720p", "true_1080p"]), (1920, 1080), json!("true_1080p"), false),
        ("resolution", words(&["1MP", "4MP"]), (2048, 2048), json!("4MP"), false),
    ] {
        let request = with(|o| o.size = Some(Size::new(size.0, size.1)));
        let (value, notes) = sent(&request, TextToImage, name, &ty);
        assert_eq!((value, notes.is_empty()), (expected, exact), "{name} {ty} {size:?}");
        if !exact {
            assert_eq!(refused(&strict(request), TextToImage, &fields(&[(name, ty)])).fields()[0].path, "size");
        }
    }
}

#[test]
fn the_same_word_with_another_meaning_is_no_target() {
    let modes = words(&["fast", "quality", "auto"]);
    let request = with(|o| (o.size, o.duration) = (Some(Size::new(512, 512)), Some(5.0)));
    for name in ["image_size", "duration", "resolution", "aspect_ratio"] {
        let (value, notes) = sent(&request, TextToVideo, name, &modes);
        assert_eq!(value, Value::Null, "{name}");
        assert_eq!(notes, ["size", "duration"], "{name}");
    }
    let flag = json!({"type": "boolean"});
    let request = with(|o| (o.seed, o.strength, o.scale) = (Some(1), Some(0.5), Some(2.0)));
    for name in ["seed", "strength", "scale"] {
        assert_eq!(sent(&request, ImageToImage, name, &flag).0, Value::Null, "{name}");
    }
    let share = json!({"type": "number", "minimum": 0, "maximum": 1});
    assert_eq!(sent(&request, ImageToImage, "scale", &share).0, Value::Null, "a weight is no factor");
}

#[test]
fn ratios() {
    let side = json!({"type": "integer"});
    let object = json!({"type": "object", "properties": {"width": side, "height": side}});
    for (name, ty, ratio, expected, noted) in [
        ("aspect_ratio", json!({"type": "string"}), (7, 3), json!("7:3"), false),
        ("aspect_ratio", words(&["auto", "21:9", "1:1"]), (7, 3), json!("21:9"), false),
        ("image_size", words(WORDS), (1, 1), json!("square_hd"), false),
        ("image_size", words(WORDS), (3, 2), json!("landscape_4_3"), true),
        ("image_size", json!({"anyOf": [object, words(WORDS)]}), (4, 3), json!("landscape_4_3"), false),
        ("image_size", json!({"anyOf": [object, words(WORDS)]}), (2, 1), json!({"width": 1448, "height": 728}), true),
    ] {
        let request = with(|o| o.aspect_ratio = Some(AspectRatio::new(ratio.0, ratio.1)));
        let (value, notes) = sent(&request, TextToImage, name, &ty);
        assert_eq!((value, !notes.is_empty()), (expected, noted), "{name} {ty} {ratio:?}");
    }
}

#[test]
fn resolutions() {
    let side = json!({"type": "integer"});
    let object = json!({"type": "object", "properties": {"width": side, "height": side}});
    for (name, ty, word, expected, noted) in [
        ("resolution", words(&["480p", "720P"]), "720p", json!("720P"), false),
        ("resolution", words(&["480p", "720p"]), "1080p", json!("720p"), true),
        ("resolution", words(&["auto", "1080p", "4k"]), "2160p", json!("4k"), false),
        ("resolution", json!({"type": "string"}), "odd", json!("odd"), false),
        ("resolution", words(&["480p"]), "odd", Value::Null, true),
        ("video_size", object, "720p", json!({"width": 1280, "height": 720}), true),
    ] {
        let request = with(|o| o.resolution = Some(word.to_owned()));
        let (value, notes) = sent(&request, TextToVideo, name, &ty);
        assert_eq!((value, !notes.is_empty()), (expected, noted), "{name} {ty} {word}");
    }
}

#[test]
fn durations() {
    for (name, ty, seconds, expected, noted) in [
        ("duration", words(&["5", "10"]), 7.0, json!("5"), true),
        ("duration", words(&["auto", "4s", "8s"]), 8.0, json!("8s"), false),
        ("duration", json!({"type": "integer", "minimum": 1, "maximum": 20}), 2.4, json!(2), true),
        ("duration", json!({"type": "number", "maximum": 20}), 30.0, json!(20), true),
        ("seconds_total", json!({"type": "integer"}), 30.0, json!(30), false),
        ("music_length_ms", json!({"type": "integer"}), 2.5, json!(2500), true),
        ("num_frames", json!({"type": "integer", "minimum": 8, "multipleOf": 8}), 1.0, json!(24), true),
    ] {
        let (value, notes) = sent(&with(|o| o.duration = Some(seconds)), TextToVideo, name, &ty);
        assert_eq!((value, !notes.is_empty()), (expected, noted), "{name} {ty} {seconds}");
    }
}

#[test]
fn formats() {
    for (name, ty, format, expected) in [
        ("output_format", words(&["jpeg", "png"]), OutputFormat::Png, json!("png")),
        ("output_format", words(&["jpg", "png"]), OutputFormat::Jpeg, json!("jpg")),
        ("output_format", words(&["url", "hex"]), OutputFormat::Mp3, Value::Null),
        ("output_format", words(&["mp3_22050_32", "mp3_44100_128"]), OutputFormat::Mp3, json!("mp3_22050_32")),
        ("output_format", words(&["png"]), OutputFormat::Webp, Value::Null),
        ("video_output_type", words(&["X264 (.mp4)", "VP9 (.webm)"]), OutputFormat::Webm, json!("VP9 (.webm)")),
        ("format", json!({"type": "string"}), OutputFormat::Wav, json!("wav")),
    ] {
        let (value, notes) = sent(&with(|o| o.format = Some(format)), TextToAudio, name, &ty);
        assert_eq!(notes.is_empty(), !value.is_null(), "{name} {ty}");
        assert_eq!(value, expected, "{name} {ty}");
    }
}

#[test]
fn languages_and_voices() {
    for (ty, given, expected) in [
        (words(&["English", "French"]), "en", json!("English")),
        (words(&["en", "fr"]), "French", json!("fr")),
        (words(&["en-us", "es-mx"]), "es", json!("es-mx")),
        (words(&["Chinese,Yue", "Chinese"]), "zh", json!("Chinese")),
        (json!({"type": "string", "default": "English"}), "de", json!("German")),
        (json!({"type": "string", "default": "en"}), "German", json!("de")),
        (words(&["en"]), "xx", Value::Null),
    ] {
        let (value, _) = sent(&with(|o| o.language = Some(given.into())), TextToAudio, "language", &ty);
        assert_eq!(value, expected, "{ty} {given}");
    }
    for (ty, given, expected) in [
        (words(&["Rachel", "Aria"]), "rachel", json!("Rachel")),
        (words(&["Rachel (en)"]), "Rachel", json!("Rachel (en)")),
        (words(&["Aria"]), "Rachel", Value::Null),
        (json!({"type": "string"}), "own", json!("own")),
    ] {
        let request = with(|o| o.voice = Some(given.into()));
        let (value, notes) = sent(&request, TextToAudio, "voice", &ty);
        assert_eq!((value, notes.is_empty()), (expected.clone(), !expected.is_null()), "{ty} {given}");
    }
}

#[test]
fn qualities() {
    let steps = json!({"type": "integer", "minimum": 1, "maximum": 50, "default": 28});
    for (name, ty, quality, expected) in [
        ("quality", words(&["low", "medium", "high", "auto"]), Quality::Draft, json!("low")),
        ("quality", words(&["standard", "hd"]), Quality::High, json!("hd")),
        ("rendering_speed", words(&["TURBO", "BALANCED", "QUALITY"]), Quality::Standard, json!("BALANCED")),
        ("quality", json!({"type": "integer", "minimum": 0, "maximum": 100}), Quality::High, json!(100)),
        ("quality", words(&["360p", "720p"]), Quality::High, Value::Null),
        ("num_inference_steps", steps.clone(), Quality::Draft, json!(14)),
        ("num_inference_steps", steps.clone(), Quality::Standard, json!(28)),
        ("num_inference_steps", steps.clone(), Quality::High, json!(42)),
        ("num_inference_steps", steps, Quality::Exact(33.0), json!(33)),
    ] {
        assert_eq!(sent(&with(|o| o.quality = Some(quality)), TextToImage, name, &ty).0, expected, "{name} {ty}");
    }
}

#[test]
fn an_integer_enum_behind_a_reference_takes_the_number_and_a_list_takes_the_scalar() {
    let asked = with(|o| o.duration = Some(5.0));
    let wrapped = json!({"allOf": [{"enum": [5, 10], "type": "integer"}], "default": 5});
    assert_eq!(sent(&asked, TextToVideo, "duration", &wrapped).0, json!(5));
    let typed = with(|_| {}).with_extra("duration", "5");
    assert_eq!(sent(&typed, TextToVideo, "duration", &wrapped).0, json!(5));
    let list = json!({"type": "array", "items": {"type": "string"}});
    assert_eq!(
        sent(&with(|o| o.negative_prompt = Some("x".into())), TextToImage, "negative_prompt", &list).0,
        json!(["x"])
    );
}

#[test]
fn one_result_needs_no_field_and_more_do() {
    let (body, notes) = noted(&with(|o| o.count = Some(1)), TextToImage, &fields(&[]));
    assert_eq!((body, notes.len()), (json!({"prompt": "a lighthouse"}), 0));
    assert_eq!(noted(&with(|o| o.count = Some(3)), TextToImage, &fields(&[])).1[0].option, "count");
    assert_eq!(refused(&strict(with(|o| o.count = Some(3))), TextToImage, &fields(&[])).fields()[0].path, "count");
}

#[test]
fn a_picture_becomes_an_item_of_a_list_of_objects_and_an_object_where_that_is_the_shape() {
    let file = json!({"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]});
    let request = with(|_| {}).with_input(Role::Image, "https://media.test/a.png");
    let url = "https://media.test/a.png";
    for (name, ty, expected) in [
        ("image", file.clone(), json!({"url": url})),
        ("images", json!({"type": "array", "items": file}), json!([{"url": url}])),
        ("image_url", json!({"anyOf": [{"type": "string"}, {"type": "null"}]}), json!(url)),
        ("image_url", json!({"$ref": "#/gone"}), json!(url)),
        ("first_frame_url", json!({"type": "string"}), json!(url)),
        ("input_image_urls", json!({"type": "array", "items": {"type": "string", "format": "uri"}}), json!([url])),
    ] {
        assert_eq!(sent(&request, ImageToImage, name, &ty).0, expected, "{name} {ty}");
    }
}

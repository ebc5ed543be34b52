//! Refusals and failures, as they go over the wire.

use super::*;

/// The single entry of a refusal.
async fn refused(id: &str, input: Value) -> (u16, Value) {
    let error = run(&Memory::new(), id, input).await.expect_err("it must be refused");
    let detail = error.body["detail"].as_array().cloned().unwrap_or_default();
    assert_eq!(detail.len(), 1, "{detail:?}");
    (error.status, detail.into_iter().next().unwrap_or_default())
}

#[tokio::test]
async fn bad_inputs_are_named_by_place_and_type() {
    let flux = "fal-ai/flux/schnell";
    for (id, input, loc, kind, ctx) in [
        (flux, json!({}), json!(["body", "prompt"]), "missing", Value::Null),
        (flux, json!({"prompt": 5}), json!(["body", "prompt"]), "string_type", Value::Null),
        (
            flux,
            json!({"prompt": "x", "num_images": 0}),
            json!(["body", "num_images"]),
            "greater_than_equal",
            json!({"ge": 1}),
        ),
        (
            flux,
            json!({"prompt": "x", "num_images": 9}),
            json!(["body", "num_images"]),
            "less_than_equal",
            json!({"le": 4}),
        ),
        (flux, json!({"prompt": "x", "num_images": "many"}), json!(["body", "num_images"]), "int_parsing", Value::Null),
        (flux, json!({"prompt": "x", "num_images": 1.5}), json!(["body", "num_images"]), "int_from_float", Value::Null),
        (flux, json!({"prompt": "x", "sync_mode": "maybe"}), json!(["body", "sync_mode"]), "bool_parsing", Value::Null),
        (
            flux,
            json!({"prompt": "x", "image_size": {"width": 0}}),
            json!(["body", "image_size", "width"]),
            "greater_than",
            json!({"gt": 0}),
        ),
        (
            "fal-ai/luma-dream-machine/ray-2",
            json!({"prompt": "ab"}),
            json!(["body", "prompt"]),
            "sequence_too_short",
            json!({"min_length": 3}),
        ),
        (
            "fal-ai/orpheus-tts",
            json!({"text": "x".repeat(5001)}),
            json!(["body", "text"]),
            "sequence_too_long",
            json!({"max_length": 5000}),
        ),
        (
            "fal-ai/wan-t2i",
            json!({"prompt": "x", "width": 130}),
            json!(["body", "width"]),
            "multiple_of",
            json!({"multiple_of": 8}),
        ),
        (
            "fal-ai/playlet/script-reader",
            json!({"script": "x", "voice": {}}),
            json!(["body", "voice", "voice_id"]),
            "missing",
            Value::Null,
        ),
        (
            "fal-ai/flux-lora/inpainting",
            json!({"prompt": "x", "image_url": IMAGE, "mask_url": MASK, "loras": [{"path": "a"}, {"path": "b", "scale": 9}]}),
            json!(["body", "loras", 1, "scale"]),
            "less_than_equal",
            json!({"le": 4}),
        ),
    ] {
        let (status, entry) = refused(id, input.clone()).await;
        assert_eq!((status, &entry["loc"], &entry["type"]), (422, &loc, &json!(kind)), "{input}: {entry}");
        assert_eq!(entry["ctx"], ctx, "{input}");
        assert_eq!(entry["url"], format!("https://docs.fal.ai/errors/#{kind}"));
        assert!(entry["msg"].as_str().is_some_and(|msg| !msg.is_empty()));
    }
}

#[tokio::test]
async fn closed_lists_are_compared_to_the_letter() {
    for (id, field, value) in [
        ("fal-ai/fast-lightning-sdxl", "num_inference_steps", json!(4)),
        ("fal-ai/hunyuan-video", "num_frames", json!(129)),
        ("fal-ai/veo2", "duration", json!("5")),
        ("fal-ai/preset-canvas", "image_size", json!("1000x700")),
        ("fal-ai/flux/dev", "image_size", json!("1024x768")),
    ] {
        let (status, entry) = refused(id, json!({"prompt": "a cat", field: value})).await;
        assert_eq!((status, &entry["type"], &entry["loc"]), (422, &json!("literal_error"), &json!(["body", field])));
        assert!(entry["ctx"]["expected"].is_string() && entry["input"] == value);
    }
}

#[tokio::test]
async fn unknown_fields_nulls_and_numeric_text_pass() {
    let input =
        with(small("x"), &json!({"no_such_field": 1, "seed": null, "num_images": "2", "num_inference_steps": 3.0}));
    let body = body(&Memory::new(), "fal-ai/flux/schnell", input).await;
    assert_eq!(body["images"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn input_files_that_cannot_be_had_or_read_are_refused() {
    for (id, input, kind, loc) in [
        (
            "fal-ai/esrgan",
            json!({"image_url": "http://cdn.test/none.png"}),
            "file_download_error",
            json!(["body", "image_url"]),
        ),
        ("fal-ai/esrgan", json!({"image_url": BROKEN}), "image_load_error", json!(["body", "image_url"])),
        (
            "fal-ai/nano-banana/edit",
            json!({"prompt": "a cat", "image_urls": [IMAGE, BROKEN]}),
            "image_load_error",
            json!(["body", "image_urls", 1]),
        ),
        (
            "fal-ai/video-upscaler",
            json!({"video_url": IMAGE}),
            "unsupported_video_format",
            json!(["body", "video_url"]),
        ),
        ("fal-ai/demucs", json!({"audio_url": IMAGE}), "unsupported_audio_format", json!(["body", "audio_url"])),
        ("fal-ai/elevenlabs/audio-isolation", json!({}), "missing", json!(["body", "audio_url"])),
    ] {
        let (status, entry) = refused(id, input).await;
        assert_eq!((status, &entry["type"], &entry["loc"]), (422, &json!(kind), &loc));
    }
}

#[tokio::test]
async fn a_field_with_two_sources_takes_either() {
    let body = body(&Memory::new(), "fal-ai/elevenlabs/audio-isolation", json!({"video_url": VIDEO})).await;
    assert!(body["audio"]["url"].is_string());
}

#[tokio::test]
async fn magic_words_refuse_blacken_and_fail() {
    let files = Memory::new();
    let (status, entry) = refused("fal-ai/flux/dev", small("a cat [refuse]")).await;
    assert_eq!((status, &entry["type"]), (422, &json!("content_policy_violation")));
    assert_eq!(entry["loc"], json!(["body", "prompt"]));
    let failed = run(&files, "fal-ai/flux/dev", small("a cat [fail]")).await.expect_err("it must fail");
    assert_eq!((failed.status, failed.retryable), (500, true));
    assert_eq!(failed.body["detail"][0]["type"], "internal_server_error");
    let black = body(&files, "fal-ai/flux/dev", small("a cat [nsfw]")).await;
    assert_eq!(black["has_nsfw_concepts"], json!([true]));
    let image = files.image(&black["images"][0]["url"]);
    assert!((0..48).all(|x| (0..32).all(|y| image.pixel(x, y).is_some_and(|[r, g, b, _]| r < 4 && g < 4 && b < 4))));
}

#[tokio::test]
async fn a_wish_beyond_the_limits_is_the_callers_fault() {
    let (status, entry) =
        refused("fal-ai/flux/dev", json!({"prompt": "x", "image_size": {"width": 14000, "height": 64}})).await;
    assert_eq!((status, &entry["type"]), (422, &json!("feature_not_supported")));
}

#[tokio::test]
async fn billable_units_follow_the_unit_of_the_price() {
    let files = Memory::new();
    for (id, input, units) in [
        ("fal-ai/nano-banana", json!({"prompt": "a cat", "num_images": 2}), 2.0),
        ("fal-ai/orpheus-tts", json!({"text": "x".repeat(500)}), 0.5),
        ("fal-ai/deepfilternet3", json!({"audio_url": AUDIO}), 1.5),
        ("fal-ai/any-llm", json!({"prompt": "x"}), 1.0),
        ("fal-ai/svd", json!({"image_url": IMAGE, "fps": 5, "seed": 1500}), 0.75),
    ] {
        let outcome = run(&files, id, input).await.expect("a result");
        assert!((outcome.billable_units - units).abs() < 1e-6, "{id}: {}", outcome.billable_units);
    }
}

//! Answers of every shape.

use super::*;
use mediagen_core::{Count, ErrorKind, Input, JsonMap, Measured, ModelId, Plan, Role, Usage};
use serde_json::json;

fn shape() -> AnswerShape {
    AnswerShape::new(ProviderId::new("example"))
        .with_envelope(
            &["data", "response", "status", "logs", "metrics", "request_id", "requestId", "error", "payload"],
            &["response", "data", "payload"],
        )
        .with_flags(&["has_nsfw_concepts", "nsfw_content_detected"])
}

fn read(answer: Answer, kind: ModelKind, trace: &RequestTrace) -> Result<Output> {
    shape().read(answer, kind, trace)
}

fn answer(value: Value) -> Answer {
    let usage = Usage::default().with_count(Count::billed(2.5));
    Answer::of_json(value).with_request_id(Some("r-1".into())).with_usage(usage)
}

fn plan(body: JsonMap) -> Plan {
    Plan::new(ModelId::new(ProviderId::new("example"), "acme/model"), ModelKind::ImageToVideo, body)
}

fn pointers(output: &Output) -> Vec<&str> {
    output.parts.iter().map(|part| part.pointer.as_str()).collect()
}

#[test]
fn a_019_the_request_id_is_the_servers_in_bare_and_wrapped_answers() {
    let bare = json!({"images": [{"url": "https://c.test/a.png"}], "seed": 15_860_307_465_884_635_512_u64});
    for value in [
        bare.clone(),
        json!({"data": bare, "requestId": "x"}),
        json!({"status": "COMPLETED", "logs": null, "response": bare}),
    ] {
        let output = read(answer(value), ModelKind::TextToImage, &RequestTrace::default()).unwrap();
        assert_eq!(pointers(&output), ["/images/0"]);
        assert_eq!(output.raw, bare);
        assert_eq!(output.seed, Some(15_860_307_465_884_635_512));
        assert_eq!((output.request_id.as_deref(), output.usage.counts), (Some("r-1"), vec![Count::billed(2.5)]));
    }
    let own_key = json!({"data": {"url": "https://c.test/a"}, "images": []});
    let output = read(answer(own_key.clone()), ModelKind::Raw, &RequestTrace::default()).unwrap();
    assert_eq!(output.raw, own_key);
}

#[test]
fn a_073_audio_is_found_under_every_key() {
    let file = json!({"url": "https://c.test/a.mp3"});
    for (value, expected) in [
        (json!({"audio": file}), "/audio"),
        (json!({"audio_url": file}), "/audio_url"),
        (json!({"audio_url": "https://c.test/a.mp3"}), "/audio_url"),
        (json!({"audio": "https://c.test/a.mp3"}), "/audio"),
        (json!({"audio_file": file}), "/audio_file"),
        (json!({"audios": [file]}), "/audios/0"),
        (json!({"stems": {"vocals": file}}), "/stems/vocals"),
    ] {
        let output = read(answer(value), ModelKind::TextToAudio, &RequestTrace::default()).unwrap();
        assert_eq!(pointers(&output), [expected]);
    }
}

#[test]
fn echoes_are_left_out_and_the_main_file_comes_first() {
    let mut body = JsonMap::new();
    body.insert("image_url".into(), json!("https://mine.test/in.png?signature=abc"));
    body.insert("elements".into(), json!([{"url": "https://mine.test/b.png"}]));
    let input = Input::new(Role::Image, "https://mine.test/in.png?signature=abc");
    let trace =
        RequestTrace::new(&body.clone().into(), &plan(body).with_inputs(vec![Measured::from(&input)]), None, None);
    let mut token = json!({});
    trace.write(&mut token);
    assert!(!token.to_string().contains("signature"), "{token}");
    let trace = RequestTrace::of_token(&token, trace.inputs);
    let value = json!({
        "image_url": "https://mine.test/in.png", "elements": [{"url": "https://mine.test/b.png"}],
        "thumbnail": {"url": "https://c.test/t.png", "content_type": "image/png"}, "video": {"url": "https://c.test/v.mp4"}
    });
    let output = read(answer(value), ModelKind::ImageToVideo, &trace).unwrap();
    assert_eq!(pointers(&output), ["/video", "/thumbnail"]);
    assert_eq!(output.inputs[0].name, "https://mine.test/in.png");
}

#[test]
fn flags_follow_their_images_and_a_shortfall_is_a_note() {
    let image = |n: u8| json!({"url": format!("https://c.test/{n}.png")});
    let value = json!({"images": [image(0), image(1)], "has_nsfw_concepts": [false, true]});
    let trace = RequestTrace::new(&json!({}), &plan(JsonMap::new()), Some(4), None);
    let output = read(answer(value), ModelKind::TextToImage, &trace).unwrap();
    assert_eq!(output.parts.iter().map(|p| p.flagged).collect::<Vec<_>>(), [Some(false), Some(true)]);
    assert_eq!((output.notes[0].from.clone(), output.notes[0].to.clone()), (json!(4), json!(2)));
    let single = json!({"image": image(0), "nsfw_content_detected": true});
    let output = read(answer(single), ModelKind::TextToImage, &RequestTrace::default()).unwrap();
    assert_eq!((output.parts[0].flagged, output.notes.len()), (Some(true), 0));
}

#[test]
fn no_file_is_an_error_for_media_and_fine_for_json() {
    let error =
        read(answer(json!({"images": [], "prompt": "secret words"})), ModelKind::TextToImage, &RequestTrace::default());
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.request_id()), (ErrorKind::InvalidResponse, Some("r-1")));
    assert!(error.to_string().contains("images, prompt") && !error.to_string().contains("secret words"));
    let output = read(answer(json!({"text": "hello"})), ModelKind::Raw, &RequestTrace::default()).unwrap();
    assert_eq!(output.raw["text"], "hello");
}

#[test]
fn whole_numbers_cover_the_range_of_seeds() {
    assert_eq!(whole(&json!(15_860_307_465_884_635_512_u64)), Some(15_860_307_465_884_635_512));
    assert_eq!(whole(&json!("18446744073709551615")), Some(u64::MAX));
    assert_eq!((whole(&json!(7.0)), whole(&json!(7.5)), whole(&json!(-1))), (Some(7), None, None));
}

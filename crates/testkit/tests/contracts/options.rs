//! Checks 5 and 6: options that a model lacks, options that were not set, and names that mislead.

use super::{carry_at, carry_model, context, fake_at, mount, resource};
use mediagen_core::{
    ErrorKind, Event, KindRequest as _, ModelKind, Phase, Policy, Schema, SchemaSource, Size, TextToImageRequest,
    TextToVideoRequest, kind::TextToImage,
};
use mediagen_params::{Dialect, map, schema_from_openapi};
use mediagen_testkit::{Scenario, Server, fake::FakeService};
use serde_json::{Value, json};
use std::sync::Arc;

#[tokio::test]
async fn c5_5_without_a_schema_unknown_options_pass_and_unset_ones_never_appear() {
    let server = Server::start().await.unwrap();
    mount(&server, resource("done", &json!("https://files.test/a.png")), Vec::new()).await;
    let (cx, _) = context();
    let request = TextToImageRequest::new("a fox").with_steps(0).with_extra("mystery", json!({"depth": 2}));
    carry_model(&carry_at(&server), "acme/paint", &cx).run(request).await.unwrap();
    let body: Value = serde_json::from_slice(&server.seen()[0].body).unwrap();
    assert_eq!(body["input"], json!({"prompt": "a fox", "steps": 0, "mystery": {"depth": 2}}));
}

#[tokio::test]
async fn c5_5_with_a_schema_strict_refuses_before_any_call_and_adjust_leaves_a_note() {
    let service = Arc::new(FakeService::new(Scenario::Succeeds));
    let (registry, provider) = fake_at(&service);
    let (cx, recorder) = context();
    let model = registry.model::<TextToImage>(&cx, &provider, "toys/text-to-image").await.unwrap();
    let request = TextToImageRequest::new("a fox").with_guidance(3.5).with_extra("mystery", 1);

    let error = model.run(request.clone().with_policy(Policy::Strict)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let fields: Vec<&str> = error.fields().iter().map(|field| field.path.as_str()).collect();
    assert_eq!((fields, service.calls(Phase::Submit)), (vec!["guidance", "mystery"], 0));

    model.run(request).await.unwrap();
    let adjusted = recorder.events().iter().filter(|event| matches!(event, Event::Adjusted(_))).count();
    assert_eq!((adjusted, service.calls(Phase::Submit)), (2, 1));
}

/// The input schema `properties`, read as a provider's crate reads it.
fn schema(properties: &Value) -> Schema {
    let content = json!({"application/json": {"schema": {"type": "object", "properties": properties}}});
    let document = json!({
        "openapi": "3.0.4",
        "paths": {"/acme/paint": {"post": {"requestBody": {"content": content}}}},
        "components": {"schemas": {"Length": {"type": "integer", "enum": [5, 10]}}},
    });
    schema_from_openapi(&document, SchemaSource::Live).expect("the document has an input")
}

fn body(request: TextToImageRequest, properties: &Value) -> Value {
    let mapped = map(&request.into_request(), ModelKind::TextToImage, &schema(properties), &Dialect::neutral(), &[])
        .expect("it maps");
    Value::Object(mapped.body)
}

fn video(request: TextToVideoRequest, properties: &Value) -> Value {
    let mapped = map(&request.into_request(), ModelKind::TextToVideo, &schema(properties), &Dialect::neutral(), &[])
        .expect("it maps");
    Value::Object(mapped.body)
}

#[test]
fn c5_6_a_field_of_the_same_name_and_another_meaning_is_no_target() {
    let modes = json!({"prompt": {"type": "string"}, "image_size": {"type": "string", "enum": ["fast", "fine"]}});
    let request = TextToImageRequest::new("a fox").with_size(Size::new(1024, 768));
    assert_eq!(body(request.clone(), &modes), json!({"prompt": "a fox"}));
    let strict = request.with_policy(Policy::Strict).into_request();
    let error = map(&strict, ModelKind::TextToImage, &schema(&modes), &Dialect::neutral(), &[]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "the model has no size to set");
    assert!(error.to_string().contains("size"), "{error}");
}

#[test]
fn c5_6_a_length_goes_out_as_the_field_spells_it() {
    let length = json!({"allOf": [{"$ref": "#/components/schemas/Length"}], "default": 5});
    let as_number = json!({"prompt": {"type": "string"}, "duration": length});
    let as_text = json!({"prompt": {"type": "string"}, "duration": {"type": "string", "enum": ["5", "10"]}});
    let own = TextToVideoRequest::new("a fox").with_extra("duration", "5");
    assert_eq!(video(own, &as_number)["duration"], json!(5));
    let mut canonical = TextToVideoRequest::new("a fox");
    canonical.options.duration = Some(5.0);
    assert_eq!(video(canonical.clone(), &as_number)["duration"], json!(5));
    assert_eq!(video(canonical, &as_text)["duration"], json!("5"));
}

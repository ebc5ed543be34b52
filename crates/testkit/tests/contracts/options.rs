//! Checks 5 and 12: options that a model lacks, options that nobody set, and secrets.

use super::{carry_at, carry_model, context, fake_at, mount, resource};
use mediagen_core::{ErrorKind, Event, MediaModelExt as _, Phase, Policy, TextToImageRequest, kind::TextToImage};
use mediagen_testkit::{Scenario, Server, fake::FakeService};
use serde_json::{Value, json};
use std::sync::Arc;

#[tokio::test]
async fn c5_5_without_a_schema_unknown_options_pass_and_unset_ones_never_appear() {
    let server = Server::start().await.unwrap();
    mount(&server, resource("done", &json!("https://files.test/a.png")), Vec::new()).await;
    let (cx, _) = context();
    let request = TextToImageRequest::new("a fox").with_steps(0).with_extra("mystery", json!({"depth": 2}));
    carry_model(&carry_at(&server), "acme/paint").run(&cx, request).await.unwrap();
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

    let error = model.run(&cx, request.clone().with_policy(Policy::Strict)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let fields: Vec<&str> = error.fields().iter().map(|field| field.path.as_str()).collect();
    assert_eq!((fields, service.calls(Phase::Submit)), (vec!["guidance", "mystery"], 0));

    model.run(&cx, request).await.unwrap();
    let adjusted = recorder.events().iter().filter(|event| matches!(event, Event::Adjusted(_))).count();
    assert_eq!((adjusted, service.calls(Phase::Submit)), (2, 1));
}

//! The rows of `data/rules.toml`, each by a request that would go wrong without it.

use crate::support::*;
use mediagen_core::{ImageToImageRequest, MediaInput, Prepared, TextToAudioRequest, TextToImageRequest};
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, matchers::query_param};

async fn mount(server: &MockServer, id: &str, category: &str, inputs: &[&str]) {
    let fields: serde_json::Map<_, _> = inputs.iter().map(|n| ((*n).to_owned(), json!({"type": "string"}))).collect();
    let item = json!({"endpoint_id": id, "metadata": {"category": category}, "openapi": document(id, &fields.into())});
    let answer = ok(json!({"models": [item]}));
    Mock::given(query_param("endpoint_id", id)).respond_with(answer).mount(server).await;
}

fn media(name: &str) -> MediaInput {
    format!("https://mine.test/{name}.png").parse().unwrap()
}

fn body(prepared: &Prepared) -> Value {
    json!(prepared.plan().body)
}

#[tokio::test]
async fn a_description_of_music_is_not_sung() {
    let server = MockServer::start().await;
    mount(&server, "fal-ai/ace-step", "text-to-audio", &["lyrics", "tags"]).await;
    let fal = provider(&server);
    let model = fal.text_to_audio("fal-ai/ace-step").await.unwrap();
    let prepared = model.prepare(TextToAudioRequest::new("slow blues")).await.unwrap();
    assert_eq!(body(&prepared), json!({"tags": "slow blues"}));
}

#[tokio::test]
async fn a_reference_gives_the_shape_and_the_image_is_changed() {
    for (id, field) in [
        ("fal-ai/flux-control-lora-canny", "control_lora_image_url"),
        ("fal-ai/flux-control-lora-depth", "control_lora_image_url"),
        ("fal-ai/fast-sdxl-controlnet-canny", "control_image_url"),
    ] {
        let server = MockServer::start().await;
        let inputs = ["prompt", "image_url", "reference_image_url", field];
        let from_picture = format!("{id}/image-to-image");
        mount(&server, id, "text-to-image", &inputs).await;
        mount(&server, &from_picture, "image-to-image", &inputs).await;
        let fal = provider(&server);
        let model = fal.text_to_image(id).await.unwrap();
        let prepared = model.prepare(TextToImageRequest::new("a fox").with_reference(media("shape"))).await.unwrap();
        assert_eq!(body(&prepared), json!({"prompt": "a fox", field: "https://mine.test/shape.png"}), "{id}");
        let model = fal.image_to_image(&from_picture).await.unwrap();
        let request = ImageToImageRequest::new(media("fox")).with_reference(media("shape"));
        let prepared = model.prepare(request).await.unwrap();
        assert_eq!(
            body(&prepared),
            json!({"image_url": "https://mine.test/fox.png", field: "https://mine.test/shape.png"}),
            "{from_picture}"
        );
    }
}

//! The factories, the aliases and the entries.

use crate::support::*;
use fal_provider::{FalProvider, MODELS, PROVIDER};
use mediagen_core::{Error, ErrorKind, MediaCapability as C, ModelKind, Registry, Settings};
use serde_json::json;
use std::time::{Duration, Instant};
use wiremock::{Mock, MockServer, matchers::method};

async fn seed_catalogue() -> MockServer {
    catalogue_with(&[]).await
}

async fn catalogue_with(further: &[&str]) -> MockServer {
    let server = MockServer::start().await;
    for id in further {
        mount_model(&server, id, "text-to-audio").await;
    }
    for (id, category) in [
        ("fal-ai/flux-pro/v1.1", "text-to-image"),
        ("fal-ai/luma-dream-machine/ray-2", "text-to-video"),
        ("fal-ai/framepack", "image-to-video"),
        ("fal-ai/video-upscaler", "video-to-video"),
        ("fal-ai/f5-tts", "text-to-audio"),
        ("fal-ai/esrgan", "image-to-image"),
        ("fal-ai/deepfilternet3", "audio-to-audio"),
        ("fal-ai/odd", "image-to-3d"),
    ] {
        mount_model(&server, id, category).await;
    }
    Mock::given(method("GET")).respond_with(answer(404, json!({"detail": "unknown"}))).mount(&server).await;
    server
}

#[tokio::test]
async fn a_007_the_six_calls_of_the_seed_each_give_a_model_of_their_kind() {
    let server = seed_catalogue().await;
    let (fal, cx) = (provider(&server), context());
    let begun = Instant::now();
    let id = |model: &dyn mediagen_core::Model| model.spec().id.name.to_string();
    let found = [
        id(&*fal.text_to_image(&cx, "fal-ai/flux-pro").await.unwrap()),
        id(&*fal.text_to_video(&cx, "fal-ai/runway-gen3").await.unwrap()),
        id(&*fal.image_to_video(&cx, "fal-ai/framepack").await.unwrap()),
        id(&*fal.video_to_video(&cx, "fal-ai/video-enhance").await.unwrap()),
        id(&*fal.text_to_audio(&cx, "fal-ai/xtts-v2").await.unwrap()),
        id(&*fal.image_to_image(&cx, "fal-ai/real-esrgan").await.unwrap()),
    ];
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(
        found,
        [
            "fal-ai/flux-pro/v1.1",
            "fal-ai/luma-dream-machine/ray-2",
            "fal-ai/framepack",
            "fal-ai/video-upscaler",
            "fal-ai/f5-tts",
            "fal-ai/esrgan"
        ],
        "the resolved names"
    );
}

#[tokio::test]
async fn a_008_the_seventh_factory_and_the_raw_one() {
    let server = seed_catalogue().await;
    let (fal, cx) = (provider(&server), context());
    let model = fal.audio_to_audio(&cx, "fal-ai/deepfilternet3").await.unwrap();
    assert_eq!(model.spec().kinds, [ModelKind::AudioToAudio]);
    assert!(fal.raw(&cx, "fal-ai/odd").await.is_ok() && fal.raw(&cx, "fal-ai/esrgan").await.is_ok());
    assert_eq!(fal.model(&cx, "fal-ai/odd").await.unwrap().kind(), ModelKind::Raw);
}

#[tokio::test]
async fn a_009_another_kind_is_refused_naming_both() {
    let server = seed_catalogue().await;
    let (fal, cx) = (provider(&server), context());
    let error: Error = fal.text_to_video(&cx, "fal-ai/esrgan").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KindMismatch);
    assert!(error.to_string().contains("image-to-image") && error.to_string().contains("text-to-video"), "{error}");
}

#[tokio::test]
async fn a_012_the_user_s_alias_wins_and_fal_s_own_endpoint_beats_the_table() {
    let server = catalogue_with(&["fal-ai/bark"]).await;
    let config = config(&server.uri()).with_alias("real-esrgan", "fal-ai/odd").with_alias("mine", "fal-ai/esrgan");
    let (fal, cx) = (FalProvider::new(config).unwrap(), context());
    let name = |model: std::sync::Arc<dyn mediagen_core::RawModel>| model.spec().id.name.to_string();
    assert_eq!(name(fal.raw(&cx, "real-esrgan").await.unwrap()), "fal-ai/odd");
    assert_eq!(name(fal.raw(&cx, "mine").await.unwrap()), "fal-ai/esrgan");
    assert_eq!(name(fal.raw(&cx, "xtts-v2").await.unwrap()), "fal-ai/f5-tts");
    assert_eq!(name(fal.raw(&cx, "fal-ai/xtts-v2/").await.unwrap()), "fal-ai/f5-tts");
    assert_eq!(name(fal.raw(&cx, "fal-ai/bark").await.unwrap()), "fal-ai/bark", "fal has one: no alias");
}

#[test]
fn a_116_both_paths_agree() {
    let linked = Registry::linked().unwrap();
    let explicit = Registry::from_entries([&PROVIDER], MODELS).unwrap();
    let names = |registry: &Registry| registry.providers().map(|p| p.id.to_string()).collect::<Vec<_>>();
    assert_eq!((names(&linked), names(&explicit)), (vec!["fal".to_owned()], vec!["fal".to_owned()]));
    assert_eq!(linked.kinds("fal"), ModelKind::ALL);
    assert_eq!(explicit.kinds("fal"), linked.kinds("fal"));
    let settings = Settings::new().with("key", KEY).with("base_url", "http://127.0.0.1:9");
    let provider = linked.connect("fal", &settings).unwrap();
    let caps = provider.caps();
    assert_eq!(caps.kinds, ModelKind::ALL);
    assert!(caps.jobs && caps.cancel && caps.resume && caps.schemas && caps.upload && caps.webhook && caps.catalogue);
    for capability in [C::VideoFaceSwap, C::TextToSpeech, C::AudioEnhancement] {
        assert!(caps.capabilities().contains(capability), "A-005: {capability}");
    }
}

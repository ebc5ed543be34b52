//! The factories, the aliases and the entries.

use crate::support::*;
use fal_provider::{FalProvider, MODELS, PROVIDER};
use mediagen_core::{
    Cancel, Caps, Error, ErrorKind, Flow, Kind, MediaCapability as C, Model, ModelId, ModelKind, ModelSpec, RawModel,
    Registry, Result, Settings,
};
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
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

/// The name that `model` was resolved to.
fn id<K: Kind>(model: Result<Model<K>>) -> String {
    let model = model.unwrap();
    assert_eq!(model.endpoint().kind(), K::KIND);
    model.spec().id.name.to_string()
}

#[tokio::test]
async fn a_007_the_six_calls_of_the_seed_each_give_a_model_of_their_kind() {
    let server = seed_catalogue().await;
    let fal = provider(&server);
    let begun = Instant::now();
    let found = [
        id(fal.text_to_image("fal-ai/flux-pro").await),
        id(fal.text_to_video("fal-ai/runway-gen3").await),
        id(fal.image_to_video("fal-ai/framepack").await),
        id(fal.video_to_video("fal-ai/video-enhance").await),
        id(fal.text_to_audio("fal-ai/xtts-v2").await),
        id(fal.image_to_image("fal-ai/real-esrgan").await),
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
    let fal = provider(&server);
    let model = fal.audio_to_audio("fal-ai/deepfilternet3").await.unwrap();
    assert_eq!(model.spec().kinds, [ModelKind::AudioToAudio]);
    assert!(fal.raw("fal-ai/odd").await.is_ok() && fal.raw("fal-ai/esrgan").await.is_ok());
    assert_eq!(fal.endpoint("fal-ai/odd", None).await.unwrap().kind(), ModelKind::Raw);
}

#[tokio::test]
async fn a_009_another_kind_is_refused_naming_both() {
    let server = seed_catalogue().await;
    let fal = provider(&server);
    let error: Error = fal.text_to_video("fal-ai/esrgan").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KindMismatch);
    assert!(error.to_string().contains("image-to-image") && error.to_string().contains("text-to-video"), "{error}");
}

#[tokio::test]
async fn a_012_the_user_s_alias_wins_and_fal_s_own_endpoint_beats_the_table() {
    let server = catalogue_with(&["fal-ai/bark"]).await;
    let config = config(&server.uri()).with_alias("real-esrgan", "fal-ai/odd").with_alias("mine", "fal-ai/esrgan");
    let fal = FalProvider::new(config).unwrap();
    let name = |model: RawModel| model.spec().id.name.to_string();
    assert_eq!(name(fal.raw("real-esrgan").await.unwrap()), "fal-ai/odd");
    assert_eq!(name(fal.raw("mine").await.unwrap()), "fal-ai/esrgan");
    assert_eq!(name(fal.raw("xtts-v2").await.unwrap()), "fal-ai/f5-tts");
    assert_eq!(name(fal.raw("fal-ai/xtts-v2/").await.unwrap()), "fal-ai/f5-tts");
    assert_eq!(name(fal.raw("fal-ai/bark").await.unwrap()), "fal-ai/bark", "fal has one: no alias");
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
    let info = provider.info();
    assert_eq!(info.kinds, ModelKind::ALL);
    assert!(info.schemas && info.storage && info.webhooks && info.catalogue);
    for capability in [C::VideoFaceSwap, C::TextToSpeech, C::AudioEnhancement] {
        assert!(info.capabilities().contains(capability), "A-005: {capability}");
    }
    let spec = Arc::new(ModelSpec::new(ModelId::new(info.id.clone(), "acme/model")));
    for (registry, mode, flow) in [(&linked, "queue", Flow::Job), (&explicit, "run", Flow::Done)] {
        let provider = registry.connect("fal", &settings.clone().with("mode", mode)).unwrap();
        for kind in ModelKind::ALL {
            let endpoint = registry.bind(&provider, Arc::clone(&spec), *kind).unwrap();
            let Caps { cancel, resume, webhook, upload, inline_max, .. } = endpoint.caps();
            assert_eq!((endpoint.kind(), endpoint.caps().flow, cancel), (*kind, flow, Cancel::Any));
            assert!(resume && webhook && inline_max > Some(1 << 20) && upload.is_some_and(|upload| upload.public));
        }
    }
}

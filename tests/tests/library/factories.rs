//! The factories of the seed system, by its own ids.

use crate::Rig;
use mediagen::{Result, core::Kind, prelude::*};
use std::time::Duration;

/// The model, if it is there within a second.
async fn soon<K: Kind>(cx: &Context, made: impl Future<Output = Result<Model<K>>>) -> Model<K> {
    cx.within(Duration::from_secs(1), made).await.unwrap_or_else(|| panic!("it took longer than a second")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_007_the_six_factory_calls_of_the_seed_give_models_of_their_kind_within_a_second() {
    let rig = Rig::new().await;
    let (cx, fal) = (&rig.cx, &rig.fal);
    let t2i = soon(cx, fal.text_to_image("fal-ai/flux-pro")).await;
    let t2v = soon(cx, fal.text_to_video("fal-ai/runway-gen3")).await;
    let i2v = soon(cx, fal.image_to_video("fal-ai/framepack")).await;
    let v2v = soon(cx, fal.video_to_video("fal-ai/video-enhance")).await;
    let t2a = soon(cx, fal.text_to_audio("fal-ai/xtts-v2")).await;
    let i2i = soon(cx, fal.image_to_image("fal-ai/real-esrgan")).await;
    let kinds = [
        t2i.endpoint().kind(),
        t2v.endpoint().kind(),
        i2v.endpoint().kind(),
        v2v.endpoint().kind(),
        t2a.endpoint().kind(),
        i2i.endpoint().kind(),
    ];
    assert_eq!(
        kinds,
        [
            ModelKind::TextToImage,
            ModelKind::TextToVideo,
            ModelKind::ImageToVideo,
            ModelKind::VideoToVideo,
            ModelKind::TextToAudio,
            ModelKind::ImageToImage
        ]
    );
    assert!(t2i.spec().kinds.contains(&ModelKind::TextToImage));
    assert_eq!(&*i2i.spec().id.name, "fal-ai/esrgan");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_008_the_seventh_factory_gives_a_working_model() {
    let rig = Rig::new().await;
    let model = rig.fal.text_to_audio("fal-ai/kokoro/american-english").await.unwrap();
    let voice = rig.save(&model.run(TextToAudioRequest::new("hello there")).await.unwrap()).await;
    let model = rig.fal.audio_to_audio("fal-ai/deepfilternet3").await.unwrap();
    let output = model.run(AudioToAudioRequest::new(MediaInput::from(voice.clone().without_url()))).await.unwrap();
    let cleaned = rig.save(&output).await;
    assert!(cleaned.media_type().starts_with("audio/"));
    assert!((cleaned.facts().duration_s.unwrap() - voice.facts().duration_s.unwrap()).abs() < 0.05);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_005_fal_advertises_the_union_over_its_kinds() {
    let rig = Rig::new().await;
    let advertised = rig.fal.info().capabilities();
    for capability in [
        MediaCapability::ImageGeneration,
        MediaCapability::VideoGeneration,
        MediaCapability::VideoAnimation,
        MediaCapability::VideoUpscaling,
        MediaCapability::VideoFaceSwap,
        MediaCapability::ImageUpscaling,
        MediaCapability::ImageEnhancement,
        MediaCapability::AudioGeneration,
        MediaCapability::TextToSpeech,
        MediaCapability::AudioEnhancement,
    ] {
        assert!(advertised.contains(capability), "{capability} is not advertised");
    }
    assert_eq!(advertised.iter().count(), 10, "{advertised:?}");
}

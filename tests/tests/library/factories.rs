//! The factories of the seed system, by its own ids.

use crate::Rig;
use mediagen::prelude::*;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_007_the_six_factory_calls_of_the_seed_give_models_of_their_kind_within_a_second() {
    let rig = Rig::new().await;
    let (cx, fal) = (&rig.cx, &rig.fal);
    let second = Duration::from_secs(1);
    let within = |what: &'static str| format!("{what} took longer than a second");
    let t2i =
        cx.within(second, fal.text_to_image(cx, "fal-ai/flux-pro")).await.expect(&within("text to image")).unwrap();
    let t2v =
        cx.within(second, fal.text_to_video(cx, "fal-ai/runway-gen3")).await.expect(&within("text to video")).unwrap();
    let i2v =
        cx.within(second, fal.image_to_video(cx, "fal-ai/framepack")).await.expect(&within("image to video")).unwrap();
    let v2v = cx
        .within(second, fal.video_to_video(cx, "fal-ai/video-enhance"))
        .await
        .expect(&within("video to video"))
        .unwrap();
    let t2a =
        cx.within(second, fal.text_to_audio(cx, "fal-ai/xtts-v2")).await.expect(&within("text to audio")).unwrap();
    let i2i = cx
        .within(second, fal.image_to_image(cx, "fal-ai/real-esrgan"))
        .await
        .expect(&within("image to image"))
        .unwrap();
    let kinds = [t2i.kind(), t2v.kind(), i2v.kind(), v2v.kind(), t2a.kind(), i2i.kind()];
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
    let model = rig.fal.text_to_audio(&rig.cx, "fal-ai/kokoro/american-english").await.unwrap();
    let voice = rig.save(&model.run(&rig.cx, TextToAudioRequest::new("hello there")).await.unwrap()).await;
    let model = rig.fal.audio_to_audio(&rig.cx, "fal-ai/deepfilternet3").await.unwrap();
    let output = model.run(&rig.cx, AudioToAudioRequest::new(MediaInput::Path(voice.path))).await.unwrap();
    let cleaned = rig.save(&output).await;
    assert!(cleaned.media_type.starts_with("audio/"));
    assert!((cleaned.duration_s.unwrap() - voice.duration_s.unwrap()).abs() < 0.05);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_005_fal_advertises_the_union_over_its_kinds() {
    let rig = Rig::new().await;
    let advertised = rig.fal.caps().capabilities();
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

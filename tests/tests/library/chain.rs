//! One program, three steps: a picture, a film of it, a larger film.

use crate::Rig;
use fal_emulator::Route;
use mediagen::prelude::*;

#[tokio::test(flavor = "multi_thread")]
async fn text_to_image_to_film_to_larger_film() {
    let rig = Rig::new().await;
    let model = rig.fal.text_to_image(&rig.cx, "fal-ai/flux/dev").await.unwrap();
    let request = TextToImageRequest::new("a harbour").with_size(Size::new(512, 512)).with_seed(3);
    let picture = rig.save(&model.run(&rig.cx, request).await.unwrap()).await;
    assert_eq!((picture.width, picture.height), (Some(512), Some(512)));

    let model = rig.fal.image_to_video(&rig.cx, "fal-ai/framepack").await.unwrap();
    let request =
        ImageToVideoRequest::new(MediaInput::Path(picture.path)).with_prompt("boats leave").with_duration(2.0);
    let film = rig.save(&model.run(&rig.cx, request).await.unwrap()).await;
    assert_eq!(film.media_type, "video/mp4");
    let (width, duration) = (film.width.unwrap(), film.duration_s.unwrap());

    let model = rig.fal.video_to_video(&rig.cx, "fal-ai/video-upscaler").await.unwrap();
    let request = VideoToVideoRequest::new(MediaInput::Path(film.path)).with_scale(2.0);
    let larger = model.run(&rig.cx, request).await.unwrap();
    let larger = rig.save(larger.output()).await;
    assert_eq!(larger.width.unwrap(), width * 2);
    assert!((larger.duration_s.unwrap() - duration).abs() < 0.05);
    assert_eq!(rig.emulator.jobs_created(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_065_a_composition_lists_its_secondary_inputs() {
    let rig = Rig::new().await;
    let model = rig.fal.text_to_video(&rig.cx, "fal-ai/luma-dream-machine/ray-2").await.unwrap();
    let film = model.run(&rig.cx, TextToVideoRequest::new("a face").with_duration(5.0)).await.unwrap();
    let model = rig.fal.text_to_audio(&rig.cx, "fal-ai/kokoro/american-english").await.unwrap();
    let voice = model.run(&rig.cx, TextToAudioRequest::new("hello")).await.unwrap();
    let film = MediaInput::Url(film.parts[0].url().unwrap().clone());
    let voice = MediaInput::Url(voice.parts[0].url().unwrap().clone());
    let model = rig.fal.video_to_video(&rig.cx, "fal-ai/sync-lipsync").await.unwrap();
    let composed = model.run(&rig.cx, VideoToVideoRequest::new(film).with_audio(voice)).await.unwrap();
    let secondary: Vec<_> = composed.metadata.secondary.iter().map(|s| s.role).collect();
    assert_eq!(secondary, [Role::Audio]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_output_goes_on_as_an_input_without_a_byte_moving() {
    let rig = Rig::new().await;
    let model = rig.fal.text_to_image(&rig.cx, "fal-ai/flux/dev").await.unwrap();
    let picture = model.run(&rig.cx, TextToImageRequest::new("a harbour").with_seed(3)).await.unwrap();
    let url = picture.parts[0].url().unwrap().clone();
    let model = rig.fal.image_to_video(&rig.cx, "fal-ai/framepack").await.unwrap();
    let request = ImageToVideoRequest::new(MediaInput::Url(url.clone())).with_prompt("boats leave").with_duration(2.0);
    let film = model.run(&rig.cx, request).await.unwrap();
    assert_eq!(film.body["image_url"], url.as_str());
    let model = rig.fal.video_to_video(&rig.cx, "fal-ai/video-upscaler").await.unwrap();
    let film = MediaInput::Url(film.parts[0].url().unwrap().clone());
    model.run(&rig.cx, VideoToVideoRequest::new(film).with_scale(2.0)).await.unwrap();
    assert_eq!((rig.emulator.count(Route::Upload), rig.emulator.count(Route::Token)), (0, 0));
    assert_eq!((rig.emulator.count(Route::Download), rig.emulator.jobs_created()), (0, 3));
}

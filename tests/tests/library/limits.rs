//! Local files are measured before they are sent: the facade wires the probe.

use crate::Rig;
use mediagen::prelude::*;
use mediagen_emulator::fal::Route;

#[tokio::test(flavor = "multi_thread")]
async fn a_film_that_is_too_short_for_the_model_is_refused_before_it_is_uploaded() {
    let rig = Rig::new().await;
    let fal = &rig.fal;
    let model = fal.text_to_video("fal-ai/ltx-video-13b-distilled").await.unwrap();
    let short = model.run(TextToVideoRequest::new("waves").with_extra("num_frames", 9)).await.unwrap();
    let short = rig.save(&short).await;
    assert!(short.facts().duration_s.unwrap() < 1.0, "{short:?}");
    let requests = rig.emulator.requests().len();
    let model = fal.video_to_video("wan/v2.6/reference-to-video").await.unwrap();
    let looked_up = rig.emulator.requests().len() - requests;
    for film in [
        short.clone().without_url().input(),
        MediaInput::bytes(std::fs::read(short.path().unwrap()).unwrap(), "short.mp4"),
    ] {
        let request = VideoToVideoRequest::new(film).with_prompt("the same, at night");
        let error = model.submit(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        let problem = &error.fields()[0];
        assert_eq!((problem.path.as_str(), &problem.code), ("video_urls.0", &Some(mediagen::core::ProblemCode::Media)));
        assert!(problem.message.ends_with("seconds; the model needs at least 2"), "{problem:?}");
    }
    assert_eq!(rig.emulator.requests().len(), requests + looked_up, "not one call");
    assert_eq!(rig.emulator.count(Route::Submit), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_062_a_wanted_size_becomes_the_factor_of_the_files_own_size() {
    let rig = Rig::new().await;
    let file = rig.folder.path().join("small.png");
    image::RgbImage::new(64, 36).save(&file).unwrap();
    let model = rig.fal.image_to_image("fal-ai/esrgan").await.unwrap();
    let request = ImageToImageRequest::new(MediaInput::Path(file)).with_size(Size::new(192, 108));
    let large = rig.save(&model.run(request).await.unwrap()).await;
    assert_eq!((large.facts().width, large.facts().height), (Some(192), Some(108)), "three times as large");
}

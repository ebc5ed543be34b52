//! One program, three steps: a picture, a film of it, a larger film.

use crate::Rig;
use mediagen::prelude::*;
use mediagen_emulator::fal::Route;

#[tokio::test(flavor = "multi_thread")]
async fn a_108_text_to_image_to_film_to_larger_film_keeps_the_whole_chain() {
    let rig = Rig::new().await;
    let keep = rig.keep();
    let model = rig.fal.text_to_image("fal-ai/flux/dev").await.unwrap();
    let request = TextToImageRequest::new("a harbour").with_size(Size::new(512, 512)).with_seed(3);
    let (_, picture) = rig.run(&keep, &model, request).await;
    let facts = picture.asset().unwrap().facts();
    assert_eq!((facts.width, facts.height), (Some(512), Some(512)));
    let url = picture.asset().unwrap().url().unwrap().clone();

    let model = rig.fal.image_to_video("fal-ai/framepack").await.unwrap();
    let request =
        ImageToVideoRequest::new(picture.asset().unwrap().input()).with_prompt("boats leave").with_duration(2.0);
    let (_, film) = rig.run(&keep, &model, request).await;
    let handle = film.asset().unwrap().facts();
    let (width, duration) = (handle.width.unwrap(), handle.duration_s.unwrap());

    let model = rig.fal.video_to_video("fal-ai/video-upscaler").await.unwrap();
    let request = VideoToVideoRequest::new(film.asset().unwrap().input()).with_scale(2.0);
    let (_, larger) = rig.run(&keep, &model, request).await;
    let handle = larger.asset().unwrap().facts();
    assert_eq!(handle.width.unwrap(), width * 2);
    assert!((handle.duration_s.unwrap() - duration).abs() < 0.05);
    assert_eq!(rig.emulator.jobs_created(), 3);
    // The outputs were passed on by their address: no byte was sent up.
    assert!(rig.emulator.requests().iter().all(|request| !request.path.starts_with("/rest")), "an upload was made");
    assert!(larger.problems.is_empty());

    // Beside the file, in the file and through JSON it is the same chain.
    let path = larger.asset().unwrap().path().unwrap();
    let record = Record::beside(path).unwrap().unwrap();
    assert_eq!(larger.asset().unwrap().record(), Some(&record));
    assert_eq!(Record::from_json(&record.to_json().unwrap()).unwrap(), record);
    let inside = mediagen::assets::embed::read(path).unwrap().unwrap();
    assert_eq!(inside.inputs, record.inputs);
    let kinds: Vec<_> = record.generations().map(|r| r.made.as_ref().unwrap().kind.as_str()).collect();
    assert_eq!(kinds, ["video-to-video", "image-to-video", "text-to-image"]);
    assert_eq!(record.root_prompts().collect::<Vec<_>>(), ["a harbour"]);
    let json = String::from_utf8(record.to_json().unwrap()).unwrap();
    assert!(!json.contains("base64,") && !json.contains("lib-secret"), "{json}");

    // The root: what the server did, and the hash of what it gave.
    let root = record.generations().last().unwrap();
    let (made, job) = (root.made.as_ref().unwrap(), &rig.emulator.jobs()[0]);
    assert_eq!(made.request_id.as_deref(), Some(job.request_id.as_str()));
    assert_eq!((made.model.as_str(), made.seed, made.output_index), ("fal-ai/flux/dev", Some(3), 0));
    assert_eq!(made.body["prompt"], "a harbour");
    assert_eq!(made.options["size"], "512x512");
    assert!(made.timings_ms.total >= made.timings_ms.download && made.timings_ms.running.is_some());
    assert_eq!(root.asset.url.as_deref(), Some(url.as_str()));
    let input = &record.generations().nth(1).unwrap().inputs[0];
    assert_eq!((input.role.as_str(), input.url.as_deref()), ("image", Some(url.as_str())));
    assert_eq!(input.blake3, root.asset.received.as_ref().map(|file| file.blake3.clone()));
    let stored = std::fs::read(picture.asset().unwrap().path().unwrap()).unwrap();
    assert_eq!(root.asset.blake3.as_deref(), Some(picture.asset().unwrap().blake3().await.unwrap().as_str()));
    assert_eq!(root.asset.facts.bytes, Some(stored.len() as u64));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_109_every_input_is_recorded_by_hash_type_and_length() {
    let rig = Rig::new().await;
    let keep = rig.keep();
    let model = rig.fal.text_to_audio("fal-ai/kokoro/american-english").await.unwrap();
    let (_, voice) = rig.run(&keep, &model, TextToAudioRequest::new("hello")).await;
    let model = rig.fal.text_to_video("fal-ai/luma-dream-machine/ray-2").await.unwrap();
    let (_, film) = rig.run(&keep, &model, TextToVideoRequest::new("a face").with_duration(5.0)).await;
    // The film as a file of its own, without its sidecar; the voice as bytes under a wrong name.
    let copy = rig.folder.path().join("mine.bin");
    std::fs::copy(film.asset().unwrap().path().unwrap(), &copy).unwrap();
    let bytes = std::fs::read(voice.asset().unwrap().path().unwrap()).unwrap();
    let model = rig.fal.video_to_video("fal-ai/sync-lipsync").await.unwrap();
    let request = VideoToVideoRequest::new(MediaInput::Path(copy.clone()))
        .with_audio(MediaInput::bytes(bytes.clone(), "voice.mp3"));
    let (output, composed) = rig.run(&keep, &model, request).await;
    let record = composed.asset().unwrap().record().unwrap();
    let content = std::fs::read(&copy).unwrap();
    for (input, content, name, media_type) in
        [(&record.inputs[0], &content, "mine.bin", "video/mp4"), (&record.inputs[1], &bytes, "voice.mp3", "audio/wav")]
    {
        assert_eq!(input.blake3.as_deref(), Some(blake3_of(content).await.as_str()));
        assert_eq!((input.bytes, input.name.as_str()), (Some(content.len() as u64), name));
        assert_eq!(input.media_type.as_deref(), Some(media_type));
    }
    let film = record.inputs[0].record.as_ref().unwrap();
    assert_eq!(film.made.as_ref().unwrap().prompt.as_deref(), Some("a face"), "its own record is inside the copy");

    // the composition is told as it was measured on the file.
    let (metadata, handle) = (&output.metadata, composed.asset().unwrap().facts());
    assert_eq!(metadata.resolution, handle.width.zip(handle.height));
    assert_eq!(metadata.duration_s, handle.duration_s);
    assert_eq!(metadata.fps, handle.fps);
    assert!(metadata.duration_s.is_some() && metadata.resolution.is_some() && metadata.fps.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_064_a_composition_that_the_provider_says_nothing_about_is_measured() {
    let rig = Rig::new().await;
    let keep = rig.keep().without_embedding();
    let model = rig.fal.text_to_video("fal-ai/luma-dream-machine/ray-2").await.unwrap();
    let (_, film) = rig.run(&keep, &model, TextToVideoRequest::new("a face").with_duration(5.0)).await;
    let asset = film.asset().unwrap();
    assert_eq!(asset.record().unwrap().asset.received, None, "nothing was changed");
    assert_eq!(mediagen::assets::embed::read(asset.path().unwrap()).unwrap(), None);
    let model = rig.fal.video_to_video("fal-ai/video-upscaler").await.unwrap();
    let request = VideoToVideoRequest::new(asset.input()).with_scale(2.0);
    let announced = model.run(request.clone()).await.unwrap();
    let (output, _) = rig.run(&keep, &model, request).await;
    assert_eq!(announced.metadata.duration_s, None, "the provider told it: choose another model for this test");
    let metadata = output.metadata;
    let (width, height) = metadata.resolution.unwrap();
    let (across, down) = metadata.aspect_ratio.unwrap();
    assert_eq!(u64::from(width) * u64::from(down), u64::from(height) * u64::from(across));
    assert!(metadata.duration_s.unwrap() > 1.0 && metadata.fps.unwrap() > 1.0);
}

async fn blake3_of(content: &[u8]) -> String {
    Asset::from_bytes(content.to_vec(), "x").blake3().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_065_a_composition_lists_its_secondary_inputs() {
    let rig = Rig::new().await;
    let model = rig.fal.text_to_video("fal-ai/luma-dream-machine/ray-2").await.unwrap();
    let film = model.run(TextToVideoRequest::new("a face").with_duration(5.0)).await.unwrap();
    let model = rig.fal.text_to_audio("fal-ai/kokoro/american-english").await.unwrap();
    let voice = model.run(TextToAudioRequest::new("hello")).await.unwrap();
    let film = MediaInput::Url(film.parts[0].url().unwrap().clone());
    let voice = MediaInput::Url(voice.parts[0].url().unwrap().clone());
    let model = rig.fal.video_to_video("fal-ai/sync-lipsync").await.unwrap();
    let composed = model.run(VideoToVideoRequest::new(film).with_audio(voice)).await.unwrap();
    let secondary: Vec<_> = composed.metadata.secondary.iter().map(|s| s.role).collect();
    assert_eq!(secondary, [Role::Audio]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_output_goes_on_as_an_input_without_a_byte_moving() {
    let rig = Rig::new().await;
    let model = rig.fal.text_to_image("fal-ai/flux/dev").await.unwrap();
    let picture = model.run(TextToImageRequest::new("a harbour").with_seed(3)).await.unwrap();
    let url = picture.parts[0].url().unwrap().clone();
    let model = rig.fal.image_to_video("fal-ai/framepack").await.unwrap();
    let request = ImageToVideoRequest::new(MediaInput::Url(url.clone())).with_prompt("boats leave").with_duration(2.0);
    let film = model.run(request).await.unwrap();
    assert_eq!(film.body["image_url"], url.as_str());
    let model = rig.fal.video_to_video("fal-ai/video-upscaler").await.unwrap();
    let film = MediaInput::Url(film.parts[0].url().unwrap().clone());
    model.run(VideoToVideoRequest::new(film).with_scale(2.0)).await.unwrap();
    assert_eq!((rig.emulator.count(Route::Upload), rig.emulator.count(Route::Token)), (0, 0));
    assert_eq!((rig.emulator.count(Route::Download), rig.emulator.jobs_created()), (0, 3));
}

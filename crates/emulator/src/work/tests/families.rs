//! What families of endpoints do to their input, measured on the files that come out.

use super::*;
use crate::media::probe_video;

#[tokio::test]
async fn images_have_size_count_format_and_echoes() {
    let files = Memory::new();
    let input = with(small("a red boat"), &json!({"num_images": 3, "output_format": "png"}));
    let outcome = run(&files, "fal-ai/flux/schnell", input).await.expect("three images");
    let body = &outcome.body;
    assert_eq!(body["images"].as_array().map(Vec::len), Some(3));
    assert_eq!((&body["seed"], &body["prompt"]), (&json!(7), &json!("a red boat")));
    assert_eq!(body["has_nsfw_concepts"], json!([false, false, false]));
    assert!(body["timings"]["inference"].is_f64());
    let mut seen = Vec::new();
    for file in body["images"].as_array().expect("a list") {
        let (bytes, media_type) = files.get(&file["url"]);
        assert!(bytes.starts_with(b"\x89PNG") && media_type == "image/png" && file["content_type"] == "image/png");
        let image = files.image(&file["url"]);
        assert_eq!((image.width(), image.height()), (48, 32));
        assert_eq!((&file["width"], &file["height"]), (&json!(48), &json!(32)));
        assert!(!seen.contains(&bytes), "two images are the same");
        seen.push(bytes);
    }
    assert!((outcome.billable_units - 3.0 * 48.0 * 32.0 / 1e6).abs() < 1e-9);
}

#[tokio::test]
async fn a_seed_beyond_i64_comes_back_unchanged() {
    let files = Memory::new();
    let input = with(small("x"), &json!({"seed": u64::MAX}));
    assert_eq!(body(&files, "fal-ai/flux/dev", input).await["seed"], json!(u64::MAX));
}

#[tokio::test]
async fn equal_inputs_give_equal_bytes_and_other_seeds_others() {
    let files = Memory::new();
    let mut made = Vec::new();
    for seed in [json!(1), json!(1), json!(2), Value::Null, Value::Null] {
        let body = body(&files, "fal-ai/flux/dev", with(small("tree"), &json!({"seed": seed}))).await;
        made.push((files.get(&body["images"][0]["url"]).0, body["seed"].clone()));
    }
    assert_eq!(made[0], made[1]);
    assert_ne!(made[0].0, made[2].0);
    assert_eq!(made[3], made[4], "a drawn seed depends on the input alone");
}

#[tokio::test]
async fn file_objects_have_true_sizes_or_deliberate_nulls() {
    let files = Memory::new();
    let body_with =
        body(&files, "fal-ai/flux-lora/inpainting", with(small("x"), &json!({"image_url": IMAGE, "mask_url": MASK})))
            .await;
    let image = &body_with["images"][0];
    assert_eq!(image["file_size"].as_u64(), Some(files.get(&image["url"]).0.len() as u64));
    assert!(image["file_name"].is_string());
    let body_without = body(&files, "fal-ai/esrgan", json!({"image_url": IMAGE})).await;
    assert_eq!(
        (&body_without["image"]["file_name"], &body_without["image"]["file_size"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn sync_mode_true_gives_data_uris() {
    let files = Memory::new();
    let body =
        body(&files, "fal-ai/flux/schnell", with(small("x"), &json!({"sync_mode": true, "output_format": "png"})))
            .await;
    let url = body["images"][0]["url"].as_str().expect("an address");
    let data = url.strip_prefix("data:image/png;base64,").expect("a data URI");
    assert!(
        Image::from_bytes(&base64::Engine::decode(&base64::prelude::BASE64_STANDARD, data).expect("base64")).is_ok()
    );
}

#[tokio::test]
async fn upscalers_enlarge_by_their_own_field() {
    let files = Memory::new();
    for (id, fields, size) in [
        ("fal-ai/esrgan", json!({}), (128, 96)),
        ("fal-ai/esrgan", json!({"scale": 3}), (192, 144)),
        ("fal-ai/clarity-upscaler", json!({"upscale_factor": 1.5}), (96, 72)),
        ("fal-ai/aura-sr", json!({"upscaling_factor": 4}), (256, 192)),
    ] {
        let body = body(&files, id, with(json!({"image_url": IMAGE}), &fields)).await;
        let image = files.image(&body["image"]["url"]);
        assert_eq!((image.width(), image.height()), size, "{id} {fields}");
    }
}

#[tokio::test]
async fn cutouts_are_transparent_even_when_the_caller_likes_jpeg() {
    let files = Memory::new();
    let cut = body(&files, "fal-ai/imageutils/rembg", json!({"image_url": IMAGE})).await;
    assert!(files.image(&cut["image"]["url"]).has_transparency());
    let plain = body(&files, "fal-ai/birefnet/v2", json!({"image_url": IMAGE})).await;
    assert!(plain.get("mask_image").is_none_or(Value::is_null));
    let both = body(&files, "fal-ai/birefnet/v2", json!({"image_url": IMAGE, "output_mask": true})).await;
    assert!(!files.image(&both["mask_image"]["url"]).has_transparency());
}

#[tokio::test]
async fn edits_start_from_the_source_and_every_source_counts() {
    let files = Memory::new();
    let edit = |strength: f64| json!({"prompt": "snow", "image_url": IMAGE, "strength": strength, "seed": 1});
    let mut images = Vec::new();
    for strength in [0.1, 0.9] {
        let body = body(&files, "fal-ai/flux/dev/image-to-image", edit(strength)).await;
        images.push(files.image(&body["images"][0]["url"]));
    }
    let source = files.image(&json!(IMAGE));
    let distance = |image: &Image| -> i64 {
        let differ = |(x, y)| {
            let (a, b) = (source.pixel(x, y).unwrap_or_default(), image.pixel(x, y).unwrap_or_default());
            (0..3).map(|part| (i64::from(a[part]) - i64::from(b[part])).abs()).sum::<i64>()
        };
        (0..64).flat_map(|x| (0..48).map(move |y| (x, y))).map(differ).sum()
    };
    assert_eq!((images[0].width(), images[0].height()), (64, 48));
    assert!(distance(&images[0]) < distance(&images[1]), "a weak edit stays nearer to its source");
    let swapped = body(&files, "fal-ai/face-swap", json!({"base_image_url": IMAGE, "swap_image_url": FACE})).await;
    assert_ne!(files.image(&swapped["image"]["url"]).pixel(32, 24), source.pixel(32, 24));
}

#[tokio::test]
async fn videos_follow_frames_seconds_rate_and_resolution() {
    let files = Memory::new();
    for (id, fields, size, frames, fps) in [
        (
            "fal-ai/ltx-2-19b/distilled/text-to-video",
            json!({"video_size": {"width": 64, "height": 48}, "num_frames": 9, "fps": 5}),
            (64, 48),
            9,
            5.0,
        ),
        ("fal-ai/free-length-film", json!({"duration": "1s", "frames_per_second": 4}), (854, 480), 4, 4.0),
    ] {
        let body = body(&files, id, with(json!({"prompt": "sea"}), &fields)).await;
        let facts = probe_video(&files.get(&body["video"]["url"]).0).expect("a video");
        assert_eq!((facts.width, facts.height, facts.frames), (size.0, size.1, frames), "{id}");
        assert!((facts.fps - fps).abs() < 0.01, "{id}");
        assert_eq!(body["video"]["num_frames"], json!(frames));
    }
}

#[tokio::test]
async fn videos_out_of_images_and_videos_keep_what_they_came_from() {
    let files = Memory::new();
    let svd = body(&files, "fal-ai/svd", json!({"image_url": IMAGE, "fps": 5})).await;
    let facts = probe_video(&files.get(&svd["video"]["url"]).0).expect("a video");
    assert_eq!((facts.width, facts.height, facts.frames), (64, 48, 10));
    let larger = body(&files, "fal-ai/video-upscaler", json!({"video_url": VIDEO, "scale": 2})).await;
    let facts = probe_video(&files.get(&larger["video"]["url"]).0).expect("a video");
    assert_eq!((facts.width, facts.height), (128, 96));
    assert!((facts.duration_s - 1.0).abs() < 0.11, "{}", facts.duration_s);
}

/// Types of the tracks of an MP4 file, from its `hdlr` boxes.
fn tracks(mp4: &[u8]) -> Vec<String> {
    let is_handler = |at: &usize| mp4[*at..].starts_with(b"hdlr");
    let kind = |at: usize| String::from_utf8_lossy(&mp4[at + 12..at + 16]).into_owned();
    (0..mp4.len().saturating_sub(16)).filter(is_handler).map(kind).collect()
}

#[tokio::test]
async fn a_video_gets_audio_and_keeps_its_frames() {
    let files = Memory::new();
    let silent = files.get(&json!(VIDEO)).0;
    assert_eq!(tracks(&silent), ["vide"]);
    for (id, input) in [
        ("fal-ai/mmaudio-v2", json!({"video_url": VIDEO, "prompt": "water", "duration": 1})),
        ("fal-ai/sync-lipsync", json!({"video_url": VIDEO, "audio_url": AUDIO})),
    ] {
        let body = body(&files, id, input).await;
        let audible = files.get(&body["video"]["url"]).0;
        assert_eq!(tracks(&audible), ["vide", "soun"], "{id}");
        let facts = probe_video(&audible).expect("a video");
        assert_eq!((facts.width, facts.height, facts.frames), (64, 48, 10), "{id}");
    }
}

#[tokio::test]
async fn audios_keep_their_length_or_follow_the_words() {
    let files = Memory::new();
    let clean = body(&files, "fal-ai/deepfilternet3", json!({"audio_url": AUDIO, "audio_format": "wav"})).await;
    assert!((files.audio(&clean["audio_file"]["url"]).duration_s() - 1.5).abs() < 0.01);
    let music = body(&files, "CassetteAI/music-generator", json!({"prompt": "calm", "duration": 10})).await;
    assert!((files.audio(&music["audio_file"]["url"]).duration_s() - 10.0).abs() < 0.01);
    let mut lengths = Vec::new();
    for words in ["Hi there, you.", "A much longer text that takes a good deal more time to be read to anyone."] {
        let spoken = body(&files, "fal-ai/orpheus-tts", json!({"text": words})).await;
        lengths.push(files.audio(&spoken["audio"]["url"]).duration_s());
    }
    assert!(lengths[1] > 2.0 * lengths[0], "{lengths:?}");
    let cloned = json!({"gen_text": "hello", "ref_audio_url": AUDIO, "model_type": "F5-TTS"});
    assert!(body(&files, "fal-ai/f5-tts", cloned).await["audio_url"]["url"].is_string());
}

#[tokio::test]
async fn stems_are_several_files_and_only_the_wanted_ones() {
    let files = Memory::new();
    let all = body(&files, "fal-ai/demucs", json!({"audio_url": AUDIO})).await;
    let two = body(&files, "fal-ai/demucs", json!({"audio_url": AUDIO, "stems": ["vocals", "bass"]})).await;
    let given =
        |body: &Value| body.as_object().into_iter().flatten().filter(|(_, value)| value["url"].is_string()).count();
    assert_eq!((given(&all), given(&two)), (6, 2));
    assert_ne!(files.get(&two["vocals"]["url"]).0, files.get(&two["bass"]["url"]).0);
}

#[tokio::test]
async fn words_come_out_of_audios_and_images() {
    let files = Memory::new();
    let heard = body(&files, "fal-ai/whisper", json!({"audio_url": AUDIO})).await;
    assert_eq!(heard["text"], "A recording of 1.5 seconds.");
    assert_eq!(heard["chunks"][0]["timestamp"], json!([0.0, 1.5]));
    let seen = body(&files, "fal-ai/moondream2/visual-query", json!({"image_url": IMAGE, "prompt": "How big?"})).await;
    assert!(seen["output"].as_str().is_some_and(|text| text.contains("64 by 48") && text.contains("How big?")));
}

#[tokio::test]
async fn an_endpoint_without_data_row_is_understood_from_its_schema() {
    let files = Memory::new();
    let mut endpoint = builtin("fal-ai/esrgan");
    let text = endpoint.openapi.take().expect("a document").to_string().replace("fal-ai/esrgan", "some-lab/enlarger");
    endpoint.openapi = Some(serde_json::from_str(&text).expect("JSON"));
    endpoint.id = "some-lab/enlarger".to_owned();
    let body = perform(endpoint.task(), &json!({"image_url": IMAGE, "scale": 2}), &files).await.expect("an image").body;
    assert_eq!(files.image(&body["image"]["url"]).width(), 128);
}

#[tokio::test]
async fn a_flac_sample_is_read_and_an_m4a_is_taken() {
    let files = Memory::new();
    let wav = files.audio(&json!(AUDIO));
    let flac = wav.encode(AudioFormat::Flac).expect("FLAC");
    let flac = files.store(Bytes::from(flac), "in.flac", "audio/flac").await;
    let clean = body(&files, "fal-ai/deepfilternet3", json!({"audio_url": flac, "audio_format": "flac"})).await;
    let (bytes, media_type) = files.get(&clean["audio_file"]["url"]);
    assert!(bytes.starts_with(b"fLaC") && media_type == "audio/flac");
    assert!((clean["audio_file"]["duration"].as_f64().unwrap_or_default() - 1.5).abs() < 0.01);
    let m4a = files.store(Bytes::from_static(b"\0\0\0\x18ftypM4A \0\0\0\0"), "in.m4a", "audio/mp4").await;
    assert!(run(&files, "fal-ai/whisper", json!({"audio_url": m4a})).await.is_ok());
}

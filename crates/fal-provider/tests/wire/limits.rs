//! Files against the limits of the fields that take them: refused before anything leaves.

use crate::support::*;
use mediagen_core::{Error, ErrorKind, ImageToImageRequest, MediaInput, Policy, Size, VideoToVideoRequest};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer,
    matchers::{method, path, query_param},
};

/// The beginning of an image of this size.
fn png(width: u32, height: u32) -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &width.to_be_bytes(), &height.to_be_bytes(), b"\x08\x02\0\0\0"]
        .concat()
}

/// So many seconds of silence, 100 bytes a second.
fn wav(seconds: u32) -> Vec<u8> {
    let data = vec![128; 100 * seconds as usize];
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    file.extend([100_u32.to_le_bytes(), 100_u32.to_le_bytes(), [1, 0, 8, 0]].concat());
    file.extend(b"data");
    file.extend((100 * seconds).to_le_bytes());
    file.extend(data);
    file
}

/// An endpoint with these fields.
async fn mount(server: &MockServer, id: &str, category: &str, fields: Value) {
    let item = json!({"endpoint_id": id, "metadata": {"category": category}, "openapi": document(id, &fields)});
    let answer = ok(json!({"models": [item]}));
    Mock::given(query_param("endpoint_id", id)).respond_with(answer).mount(server).await;
}

fn problems(error: &Error) -> Vec<(&str, &str)> {
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    error.fields().iter().map(|field| (field.path.as_str(), field.message.as_str())).collect()
}

/// Whatever was asked beside the catalogue.
async fn sent(server: &MockServer) -> Vec<String> {
    let mut lines = lines(server).await;
    lines.retain(|line| !line.starts_with("GET /api/models"));
    lines
}

#[tokio::test]
async fn files_outside_the_limits_are_refused_with_everything_else_before_anything_leaves() {
    let server = MockServer::start().await;
    let fields = json!({
        "video_url": {"type": "string", "x-fal": {"max_file_size": 1000, "min_width": 300, "timeout": 20}},
        "audio_url": {"anyOf": [{"type": "string", "x-fal": {"max_duration": 10, "max_file_size": 900}}, {"type": "null"}]},
        "image_urls": {"type": "array", "items": {"type": "string",
            "x-fal": {"min_height": 300, "max_aspect_ratio": 2.5}}},
        "seed": {"type": "integer"},
    });
    mount(&server, ID, "video-to-video", fields).await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: Vec<u8>| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        MediaInput::Path(path)
    };
    let (movie, sound) = (file("film.mp4", vec![0; 1001]), file("sound.wav", wav(11)));
    let request = || {
        VideoToVideoRequest::new(movie.clone())
            .with_audio(sound.clone())
            .with_reference(MediaInput::bytes(png(300, 300), "fits.png"))
            .with_reference(MediaInput::bytes(png(600, 200), "flat.png"))
            .with_extra("sed", 1)
    };
    let fal = provider(&server);
    let model = fal.video_to_video(ID).await.unwrap();
    for strict in [false, true] {
        let request = request().with_policy(if strict { Policy::Strict } else { Policy::Adjust });
        let error = model.submit(request.clone()).await.unwrap_err();
        assert_eq!(
            problems(&error),
            [
                ("sed", "the model has no such field; did you mean `seed`?"),
                ("video_url", "the file has 1001 bytes; the model takes at most 1000"),
                ("image_urls.1", "the file has 200 pixels down; the model needs at least 300"),
                ("image_urls.1", "the file has 3 pixels across for each down; the model takes at most 2.5"),
                ("audio_url", "the file has 1144 bytes; the model takes at most 900"),
                ("audio_url", "the file has 11 seconds; the model takes at most 10"),
            ]
        );
        assert_eq!(problems(&model.prepare(request).await.unwrap_err()).len(), 6, "a plan finds the same");
    }
    assert_eq!(sent(&server).await, [""; 0], "nothing was uploaded, nothing was submitted");
}

#[tokio::test]
async fn a_062_the_measured_size_of_a_file_becomes_the_factor_that_is_sent() {
    let server = MockServer::start().await;
    let fields =
        json!({"image_url": {"type": "string"}, "scale": {"type": "number", "minimum": 1, "maximum": 8, "default": 2}});
    mount(&server, ID, "image-to-image", fields).await;
    let token = json!({"token": "t", "token_type": "Bearer", "base_url": "https://v3.fal.media",
        "expires_at": "2099-01-31T00:00:00Z"});
    Mock::given(path("/rest/storage/auth/token")).respond_with(ok(token)).mount(&server).await;
    let uploaded = json!({"access_url": "https://v3.fal.media/files/up.png"});
    Mock::given(method("POST")).and(path("/cdn/files/upload")).respond_with(ok(uploaded)).mount(&server).await;
    mount_job(&server, images()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("small.png");
    std::fs::write(&file, png(1280, 720)).unwrap();
    let request = ImageToImageRequest::new(MediaInput::Path(file)).with_size(Size::new(3840, 2160));
    let fal = provider(&server).with_context(polling());
    let model = fal.image_to_image(ID).await.unwrap();
    model.run(request).await.unwrap();
    let body: Value = last(&server, "/queue/fal-ai/demo/edit").await.body_json().unwrap();
    assert_eq!(body, json!({"image_url": "https://v3.fal.media/files/up.png", "scale": 3}));
    // Where the size is not known, the wish is a note and not a guess; under the strict policy it is refused.
    for input in [MediaInput::from("https://mine.test/small.png"), MediaInput::bytes(vec![0; 64], "odd.png")] {
        let request = ImageToImageRequest::new(input).with_size(Size::new(3840, 2160));
        let prepared = model.prepare(request.clone()).await.unwrap();
        let plan = prepared.plan();
        assert_eq!((plan.body.get("scale"), plan.notes[0].option.as_str()), (None, "size"));
        let error = model.submit(request.with_policy(Policy::Strict)).await.unwrap_err();
        assert_eq!(error.fields()[0].path, "size", "{error}");
    }
    assert_eq!(count(&server, "POST", "/queue/fal-ai/demo/edit").await, 1);
}

#[tokio::test]
async fn a_file_that_is_not_there_or_is_not_an_image_is_refused_as_that() {
    let server = MockServer::start().await;
    mount(&server, ID, "image-to-image", json!({"image_url": {"type": "string", "x-fal": {"max_file_size": 1}}})).await;
    let fal = provider(&server);
    let model = fal.image_to_image(ID).await.unwrap();
    for (media, kind) in [("nowhere.png", ErrorKind::NotFound), (".", ErrorKind::InvalidInput)] {
        let error = model.submit(ImageToImageRequest::new(media)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
    let words = MediaInput::bytes(&b"plain words"[..], "fox.png");
    let error = model.submit(ImageToImageRequest::new(words)).await.unwrap_err();
    assert_eq!((error.kind(), error.fields()[0].path.as_str()), (ErrorKind::InvalidInput, "image"), "{error}");
    assert_eq!(sent(&server).await, [""; 0]);
}

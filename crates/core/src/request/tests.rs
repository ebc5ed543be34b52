//! Typed requests become canonical ones, and what a kind requires is checked there.

use crate::{
    ImageToVideoRequest, KindRequest as _, MediaInput, ModelKind, Options, RawRequest, Request, Role, Size,
    TextToAudioRequest, TextToImageRequest, VideoToVideoRequest,
};

#[test]
fn a_missing_required_part_is_named() {
    for (kind, field) in [
        (ModelKind::TextToImage, "prompt"),
        (ModelKind::ImageToVideo, "image"),
        (ModelKind::VideoToVideo, "video"),
        (ModelKind::AudioToAudio, "audio"),
    ] {
        let error = kind.check(&Request::new()).unwrap_err();
        assert_eq!(error.fields().first().map(|f| f.path.as_str()), Some(field));
        assert!(kind.check(&Request::new().with_extra(field, "x")).is_ok(), "{kind}: the schema decides");
    }
    assert!(ModelKind::Raw.check(&Request::new()).is_ok());
    let video = Request::new().with_input(Role::Video, "a.mp4");
    assert!(ModelKind::AudioToAudio.check(&video).is_ok(), "a video has sound");
}

#[test]
fn text_is_a_request_and_an_input_needs_no_parsing() {
    let owned = String::from("a lighthouse");
    let requests: [TextToImageRequest; 3] = ["a lighthouse".into(), (&owned).into(), owned.clone().into()];
    assert!(requests.iter().all(|request| request.prompt == "a lighthouse"));
    assert_eq!(TextToAudioRequest::from("hello").into_request().prompt.as_deref(), Some("hello"));
    let request = ImageToVideoRequest::new("a.png").with_end_image(std::path::Path::new("b.png")).into_request();
    assert_eq!(request.inputs[1].media, MediaInput::Path("b.png".into()));
    let request = ImageToVideoRequest::new(bytes::Bytes::from_static(b"png")).into_request();
    assert!(matches!(request.inputs[0].media, MediaInput::Bytes { .. }));
}

#[test]
fn setters_fill_options_and_roles() {
    let request =
        TextToImageRequest::new("x").with_seed(0_u64).with_size(Size::new(8, 4)).with_extra("a", true).into_request();
    assert_eq!(request.options, Options { seed: Some(0), size: Some(Size::new(8, 4)), ..Options::default() });
    let request = ImageToVideoRequest::new("a.png").with_end_image("b.png").with_loop(false).into_request();
    assert_eq!(request.inputs.iter().map(|i| i.role).collect::<Vec<_>>(), [Role::Image, Role::EndImage]);
    assert_eq!(request.options.looping, Some(false));
    let request = VideoToVideoRequest::new("a.mp4").with_video("b.mp4").into_request();
    assert_eq!(request.inputs.len(), 2);
    assert!(!request.allow_unknown);
    let lenient = VideoToVideoRequest::new("a.mp4").with_allow_unknown(true).into_request();
    assert!(lenient.allow_unknown && RawRequest::default().with_allow_unknown(true).into_request().allow_unknown);
    assert_eq!(RawRequest::new(request.extra.clone()).into_request().extra, request.extra);
}

//! Every kind's request survives the way to the canonical form and back.

use crate::{
    ImageToVideoRequest, Kind, KindRequest, KindVisitor, MediaInput, ModelKind, Options, RawRequest, Request, Role,
    Size, TextToImageRequest, VideoToVideoRequest,
};

struct Round(Request);
impl KindVisitor for Round {
    type Out = crate::Result<Request>;
    fn visit<K: Kind>(self) -> Self::Out {
        K::Request::from_request(self.0).map(KindRequest::into_request)
    }
}

fn url(text: &str) -> MediaInput {
    text.parse().unwrap()
}

#[test]
fn every_kind_round_trips_a_full_request() {
    let full = Role::ALL
        .iter()
        .fold(Request::new().with_prompt("p").with_extra("k", 1).with_allow_unknown(true), |request, role| {
            request.with_input(*role, url(&format!("https://a.test/{role}")))
        });
    for kind in ModelKind::ALL {
        let back = kind.visit(Round(full.clone())).unwrap();
        assert_eq!((back.prompt.as_deref(), back.extra.get("k")), (Some("p"), Some(&1.into())), "{kind}");
        assert!(back.allow_unknown, "{kind} lost the leave to pass unknown fields on");
        assert_eq!(back.inputs.len(), Role::ALL.len(), "{kind} lost an input");
    }
}

#[test]
fn a_missing_required_part_is_named() {
    for (kind, field) in [
        (ModelKind::TextToImage, "prompt"),
        (ModelKind::ImageToVideo, "image"),
        (ModelKind::VideoToVideo, "video"),
        (ModelKind::AudioToAudio, "audio"),
    ] {
        let error = kind.visit(Round(Request::new())).unwrap_err();
        assert_eq!(error.fields().first().map(|f| f.path.as_str()), Some(field));
    }
    assert!(ModelKind::Raw.visit(Round(Request::new())).is_ok());
}

#[test]
fn setters_fill_options_and_roles() {
    let request =
        TextToImageRequest::new("x").with_seed(0_u64).with_size(Size::new(8, 4)).with_extra("a", true).into_request();
    assert_eq!(request.options, Options { seed: Some(0), size: Some(Size::new(8, 4)), ..Options::default() });
    let request = ImageToVideoRequest::new(url("a.png")).with_end_image(url("b.png")).with_loop(false).into_request();
    assert_eq!(request.inputs.iter().map(|i| i.role).collect::<Vec<_>>(), [Role::Image, Role::EndImage]);
    assert_eq!(request.options.looping, Some(false));
    let request = VideoToVideoRequest::new(url("a.mp4")).with_video(url("b.mp4")).into_request();
    assert_eq!(request.inputs.len(), 2);
    assert!(!request.allow_unknown);
    let lenient = VideoToVideoRequest::new(url("a.mp4")).with_allow_unknown(true).into_request();
    assert!(lenient.allow_unknown && RawRequest::default().with_allow_unknown(true).into_request().allow_unknown);
    assert_eq!(RawRequest::new(request.extra.clone()).into_request().extra, request.extra);
}

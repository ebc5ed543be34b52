use super::*;
use mediagen_core::{Field, FieldType, MatchLevel, MediaCapability, ModelId, ProviderId, Schema, SchemaSource};

fn model(name: &str, inputs: Vec<Field>, output: &str) -> ModelSpec {
    let file = FieldType::Object(vec![
        Field::new("url", FieldType::text()),
        Field::new("content_type", FieldType::text()),
        Field::new("file_size", FieldType::Any),
    ]);
    let mut schema = Schema::new(SchemaSource::Live, inputs);
    schema.output = Some(FieldType::Object(vec![Field::new(output, file), Field::new("seed", FieldType::Any)]));
    ModelSpec::new(ModelId::new(ProviderId::new("acme"), name)).with_schema(schema)
}

fn text(name: &str) -> Field {
    Field::new(name, FieldType::text())
}

fn classified(mut spec: ModelSpec) -> (ModelSpec, Verdict) {
    let verdict = Ladder::new().unwrap().classify(&mut spec);
    (spec, verdict)
}

#[test]
fn a_059_a_model_of_unknown_category_is_image_to_video_by_its_schema() {
    let inputs = vec![text("image_url").required(), text("motion_bucket_id")];
    let (spec, verdict) = classified(model("acme/svd", inputs, "video").with_category("unknown"));
    assert_eq!((spec.kinds.as_slice(), verdict), (&[ModelKind::ImageToVideo][..], Verdict::Known));
    assert_eq!(spec.kind_evidence[0].method, Method::Schema);
    assert!(spec.kind_evidence[0].evidence.contains("`image_url` in, `video` out"), "{:?}", spec.kind_evidence);
    assert_eq!(spec.category.as_deref(), Some("unknown"));
}

#[test]
fn a_091_a_given_category_is_never_replaced() {
    let inputs = vec![text("video_url").required()];
    let (spec, _) = classified(model("acme/video-to-video", inputs, "video").with_category("image-to-video"));
    assert_eq!(spec.kinds, [ModelKind::ImageToVideo]);
    assert_eq!(spec.kind_evidence[0].method, Method::Category);
    let (spec, verdict) = classified(model("acme/text-to-image", vec![], "images").with_category("vision"));
    assert!(spec.kinds.is_empty());
    assert_eq!(verdict, Verdict::Unsupported("the category is `vision`".to_owned()));
}

#[test]
fn a_006_a_lip_sync_model_swaps_faces_only_at_the_level_of_its_category() {
    let inputs = vec![text("video_url").required(), text("audio_url").required()];
    let (spec, _) = classified(model("acme/lipsync", inputs, "video").with_category("video-to-video"));
    assert!(spec.has(MediaCapability::VideoFaceSwap, MatchLevel::Category));
    assert!(!spec.has(MediaCapability::VideoFaceSwap, MatchLevel::Evidence));
    assert!(spec.has(MediaCapability::VideoLipSync, MatchLevel::Evidence));
}

#[test]
fn words_of_the_id_decide_only_what_the_schema_leaves_open() {
    let both = || vec![text("prompt").required(), text("image_url")];
    let kind = |name: &str, inputs: Vec<Field>| classified(model(name, inputs, "video")).0.kinds;
    assert_eq!(kind("acme/m", both()), [ModelKind::TextToVideo]);
    assert_eq!(kind("acme/m/image-to-video", both()), [ModelKind::ImageToVideo]);
    assert_eq!(kind("acme/m/image-to-image", both()), [ModelKind::TextToVideo], "no film comes of that");
    let sure = vec![text("video_url").required()];
    assert_eq!(kind("acme/m/image-to-video", sure), [ModelKind::VideoToVideo]);
}

#[test]
fn what_makes_weights_has_no_kind() {
    let mut spec = model("acme/trainer", vec![text("image_url").required()], "images").with_category("text-to-image");
    spec.listing.trains = true;
    let (spec, verdict) = classified(spec);
    assert!(spec.kinds.is_empty());
    assert_eq!(verdict, Verdict::Unsupported("it makes weights".to_owned()));
}

#[test]
fn without_a_schema_the_id_alone_may_tell_and_else_it_stays_open() {
    let bare = |name: &str| ModelSpec::new(ModelId::new(ProviderId::new("acme"), name));
    assert_eq!(classified(bare("acme/x/text-to-speech")).0.kinds, [ModelKind::TextToAudio]);
    assert_eq!(classified(bare("acme/x")).1, Verdict::Open);
}

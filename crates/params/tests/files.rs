//! What is known of the local files: limits of the field, and the factor that makes a size.

mod common;

use common::{document, fal, fields, prompt, schema, strict};
use mediagen_core::{ErrorKind, MediaInput, ModelKind, ProblemCode, Request, Role, Size};
use mediagen_params::{MediaFacts, map};
use serde_json::{Value, json};

fn picture() -> Request {
    prompt().with_input(Role::Image, "photo.png")
}

fn limited() -> Value {
    fields(&[(
        "image_url",
        json!({"type": "string", "x-acme": {
        "max_file_size": 1000, "min_width": 300, "max_height": 4000, "max_aspect_ratio": 2.5, "max_duration": 10}}),
    )])
}

#[test]
fn a_file_outside_the_fields_limits_is_refused_with_every_reason_at_once() {
    let facts = [Some(MediaFacts::new().with_bytes(1001).with_size(256, 5000).with_duration(10.5))];
    let error = map(&picture(), ModelKind::ImageToVideo, &document(&limited()), &fal(), &facts).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let said: Vec<String> = error.fields().iter().map(|field| format!("{}: {}", field.path, field.message)).collect();
    assert_eq!(
        said,
        [
            "image_url: the file has 1001 bytes; the model takes at most 1000",
            "image_url: the file has 256 pixels across; the model needs at least 300",
            "image_url: the file has 5000 pixels down; the model takes at most 4000",
            "image_url: the file has 10.5 seconds; the model takes at most 10",
        ]
    );
    assert!(error.fields().iter().all(|field| field.is(&ProblemCode::Media)));
}

#[test]
fn a_file_at_the_limit_and_one_that_is_not_known_pass() {
    let schema = document(&limited());
    let exact = [Some(MediaFacts::new().with_bytes(1000).with_size(300, 120).with_duration(10.0))];
    for facts in [&exact[..], &[None], &[]] {
        let mapped = map(&picture(), ModelKind::ImageToVideo, &schema, &fal(), facts).unwrap();
        assert_eq!(mapped.body["image_url"], "upload:0");
        assert_eq!(mapped, map(&picture(), ModelKind::ImageToVideo, &schema, &fal(), &[]).unwrap());
    }
}

#[test]
fn bytes_in_memory_are_measured_without_a_probe_and_every_item_of_a_list_is_held_against_the_limit() {
    let properties = fields(&[(
        "image_urls",
        json!({"type": "array",
        "items": {"type": "string", "x-acme": {"max_file_size": 3}}}),
    )]);
    let request = prompt()
        .with_input(Role::Image, MediaInput::bytes(vec![0; 3], "a.png"))
        .with_input(Role::Image, MediaInput::bytes(vec![0; 4], "b.png"));
    let error = map(&request, ModelKind::ImageToImage, &document(&properties), &fal(), &[]).unwrap_err();
    assert_eq!(error.fields().len(), 1);
    assert_eq!(error.fields()[0].path, "image_urls.1");
}

#[test]
fn a_062_a_size_becomes_the_factor_from_the_inputs_measured_size() {
    let schema = document(&fields(&[
        ("image_url", json!({"type": "string"})),
        ("upscale_factor", json!({"type": "number", "minimum": 1, "maximum": 4, "default": 2})),
    ]));
    let mut request = picture();
    request.options.size = Some(Size::new(3840, 2160));
    let sent = |request: &Request, width, height| {
        let facts = [Some(MediaFacts::new().with_size(width, height))];
        map(request, ModelKind::ImageToImage, &schema, &fal(), &facts).unwrap()
    };
    let mapped = sent(&request, 1280, 720);
    assert_eq!(mapped.body["upscale_factor"], 3);
    assert_eq!(mapped.notes[0].to_string(), r#"size: "3840x2160" -> 3 (`upscale_factor`: the input is 1280x720)"#);
    let mapped = sent(&request, 640, 360);
    assert_eq!((&mapped.body["upscale_factor"], mapped.notes[0].to.clone()), (&json!(4), json!(4)));
    let facts = [Some(MediaFacts::new().with_size(640, 360))];
    assert!(map(&strict(request.clone()), ModelKind::ImageToImage, &schema, &fal(), &facts).is_err());
    // Not known: said, and under the strict policy refused.
    let mapped = map(&request, ModelKind::ImageToImage, &schema, &fal(), &[]).unwrap();
    assert!(mapped.body.get("upscale_factor").is_none());
    assert!(mapped.notes[0].why.contains("size of the input is not known"), "{:?}", mapped.notes);
    assert!(map(&strict(request.clone()), ModelKind::ImageToImage, &schema, &fal(), &[]).is_err());
    // A factor that was asked for wins.
    request.options.scale = Some(2.0);
    assert_eq!(sent(&request, 1280, 720).body["upscale_factor"], 2);
}

#[test]
fn a_063_no_further_input_is_dropped_in_silence() {
    let schema =
        schema(&fields(&[("video_url", json!({"type": "string"})), ("mask_url", json!({"type": "string"}))]), &[]);
    let mut request = prompt().with_input(Role::Video, "https://media.test/film.mp4");
    for (role, name) in [(Role::Mask, "mask.png"), (Role::Reference, "style.png"), (Role::Audio, "song.mp3")] {
        request = request.with_input(role, format!("https://media.test/{name}"));
    }
    let mapped = map(&request, ModelKind::VideoToVideo, &schema, &fal(), &[]).unwrap();
    assert_eq!(mapped.body["mask_url"], "https://media.test/mask.png");
    let told: Vec<&str> = mapped.notes.iter().map(|note| note.option.as_str()).collect();
    assert_eq!(told, ["reference", "audio"]);
    let error = map(&strict(request), ModelKind::VideoToVideo, &schema, &fal(), &[]).unwrap_err();
    assert_eq!((error.kind(), error.fields().len()), (ErrorKind::Unsupported, 2));
}

#[test]
fn a_040_the_body_is_there_without_anything_being_sent_and_a_048_the_count_is_in_it() {
    let schema = document(&fields(&[("num_images", json!({"type": "integer", "minimum": 1, "maximum": 4}))]));
    let mut request = prompt();
    request.options.count = Some(3);
    let mapped = map(&request, ModelKind::TextToImage, &schema, &fal(), &[]).unwrap();
    assert_eq!(Value::from(mapped.body), json!({"prompt": "a lighthouse", "num_images": 3}));
}

#[test]
fn a_067_what_belongs_to_composition_is_no_field_of_a_model() {
    let mut request = prompt();
    for name in ["opacity", "blendMode", "overlayConfigs"] {
        request.extra.insert(name.into(), json!(1));
    }
    let error = map(&request, ModelKind::VideoToVideo, &document(&fields(&[])), &fal(), &[]).unwrap_err();
    assert!(error.fields().iter().all(|field| field.is(&ProblemCode::Unknown)));
    assert_eq!(error.fields().len(), 3);
}

#[test]
fn references_join_the_list_of_pictures_where_nothing_else_takes_them() {
    let url = |name: &str| format!("https://media.test/{name}").parse::<MediaInput>().unwrap();
    let request = prompt()
        .with_input(Role::Reference, url("style.png"))
        .with_input(Role::Image, url("a.png"))
        .with_input(Role::Image, url("b.png"));
    let list = json!({"type": "array", "items": {"type": "string"}, "maxItems": 3});
    let mapped =
        map(&request, ModelKind::ImageToImage, &document(&fields(&[("image_urls", list.clone())])), &fal(), &[])
            .unwrap();
    assert_eq!(
        mapped.body["image_urls"],
        json!(["https://media.test/a.png", "https://media.test/b.png", "https://media.test/style.png"])
    );
    assert_eq!(mapped.notes, []);
    // A field of its own is better, even where the main picture could go there too.
    let both = fields(&[("image_urls", list.clone()), ("reference_image_urls", list.clone())]);
    let mapped = map(&request, ModelKind::ImageToImage, &document(&both), &fal(), &[]).unwrap();
    assert_eq!(mapped.body["reference_image_urls"], json!(["https://media.test/style.png"]));
    assert_eq!(mapped.body["image_urls"], json!(["https://media.test/a.png", "https://media.test/b.png"]));
}

#[test]
fn a_model_of_another_kind_says_which_input_it_takes() {
    let schema = schema(&json!({"video_url": {"type": "string"}}), &["video_url"]);
    let error = map(&picture(), ModelKind::ImageToImage, &schema, &fal(), &[]).unwrap_err();
    let said: Vec<&str> = error.fields().iter().map(|field| field.message.as_str()).collect();
    assert!(said.contains(&"the model has no field for it; it takes `video`"), "{said:?}");
}

#[test]
fn pixels_in_all_and_frames_are_held_against_the_limits_and_ntsc_rates_count_as_their_names() {
    let limits = json!({"min_area": 1000, "max_area": 2000, "min_fps": 24, "max_fps": 60, "max_frames": 240,
        "min_frames": 10, "timeout": 20, "min_duration": 0.5});
    let schema = document(&fields(&[("video_url", json!({"type": "string", "x-acme": limits}))]));
    let request = prompt().with_input(Role::Video, "film.mp4");
    let told = |facts: MediaFacts| {
        let mapped = map(&request, ModelKind::VideoToVideo, &schema, &fal(), &[Some(facts)]);
        mapped.map_or_else(|e| e.fields().iter().map(|field| field.message.clone()).collect(), |_| Vec::new())
    };
    assert_eq!(
        told(MediaFacts::new().with_size(100, 21).with_fps(23.0).with_frames(241)),
        [
            "the file has 2100 pixels in all; the model takes at most 2000",
            "the file has 23 frames a second; the model needs at least 24",
            "the file has 241 frames; the model takes at most 240",
        ]
    );
    assert_eq!(
        told(MediaFacts::new().with_size(10, 10).with_fps(60.5).with_frames(9).with_duration(0.4)),
        [
            "the file has 100 pixels in all; the model needs at least 1000",
            "the file has 0.4 seconds; the model needs at least 0.5",
            "the file has 60.5 frames a second; the model takes at most 60",
            "the file has 9 frames; the model needs at least 10",
        ]
    );
    for fps in [24_000.0 / 1001.0, 24.0, 60_000.0 / 1001.0, 60.0] {
        assert_eq!(told(MediaFacts::new().with_fps(fps)), [""; 0], "{fps}");
    }
}

#[test]
fn a_limit_on_the_part_that_takes_the_address_counts() {
    let part = json!({"type": "object", "required": ["url"],
        "properties": {"url": {"type": "string", "x-acme": {"max_file_size": 3}}}});
    let request = prompt().with_input(Role::Image, MediaInput::bytes(vec![0; 4], "b.png"));
    for ty in [part.clone(), json!({"type": "array", "items": part})] {
        let schema = document(&fields(&[("images", ty)]));
        let error = map(&request, ModelKind::ImageToImage, &schema, &fal(), &[]).unwrap_err();
        assert_eq!(error.fields()[0].code, Some(ProblemCode::Media), "{error}");
    }
}

use super::*;
use mediagen_core::{Estimate, Field, FieldType, Price, Schema, SchemaSource, schema::Range};
use mediagen_params::{Dialect, places};
use serde_json::json;

fn table() -> Table {
    Table::parse(
        r#"
        [sizes]
        square_hd = [1024, 1024]
        square = [512, 512]
        portrait_4_3 = [768, 1024]
        landscape_4_3 = [1024, 768]
        landscape_16_9 = [1024, 576]
        [fields]
        width = ["width", "video_width"]
        height = ["height", "video_height"]
        length = ["duration", "num_frames", "duration_seconds", "seconds_total", "music_length_ms", "duration_ms"]
        at_most = ["max_images"]
        text = ["text", "prompt"]
        [models]
        new_length = ["reference-to-video"]
        "#,
    )
    .unwrap()
}

/// What `body` costs at 1 USD for one `unit`.
fn cost(
    kind: ModelKind,
    fields: &[Field],
    unit: PriceUnit,
    body: &Value,
    inputs: &[(Role, Option<MediaFacts>)],
) -> Estimate {
    let places = places(kind, &Schema::new(SchemaSource::Live, fields.to_vec()), &Dialect::neutral());
    let body = body.as_object().unwrap();
    let measured = |(role, facts): &(Role, Option<MediaFacts>)| {
        let mut measured = Measured::named(*role, "input");
        measured.facts = facts.clone().unwrap_or_default();
        measured
    };
    let inputs: Vec<Measured> = inputs.iter().map(measured).collect();
    let table = table();
    let counting =
        Counting { table: &table, model: "acme/model", kind, places: &places, body, inputs: &inputs, frame_rate: None };
    Estimate::of(&counting.all(), &[Price::new(1.0, unit, "USD")], body)
}

fn words(words: &[&str]) -> FieldType {
    FieldType::Enum(words.iter().map(|word| json!(word)).collect())
}

fn number(default: impl Into<Value>) -> Field {
    Field::new("x", FieldType::Number(Range::between(1.0, 1000.0))).with_default(default)
}

fn called(name: &str, mut field: Field) -> Field {
    field.name = name.to_owned();
    field
}

#[track_caller]
fn is(estimate: &Estimate, kind: &str, low: impl Into<Option<f64>>, high: impl Into<Option<f64>>) {
    let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-9,
        (a, b) => a == b,
    };
    let (low, high) = (low.into(), high.into());
    assert!(
        estimate.kind() == kind && near(estimate.low(), low) && near(estimate.high(), high),
        "wanted {kind} {low:?} {high:?}, found {estimate:?}"
    );
}

#[test]
fn images_are_counted_and_what_the_model_decides_is_a_span() {
    let fields = [called("num_images", number(1)), called("max_images", number(1))];
    let of = |body: Value| cost(ModelKind::TextToImage, &fields, PriceUnit::Image, &body, &[]);
    is(&of(json!({})), "exact", 1.0, 1.0);
    is(&of(json!({"num_images": 3})), "exact", 3.0, 3.0);
    assert_eq!(of(json!({"num_images": 3})).why(), "3 images x 1 USD");
    let open = of(json!({"num_images": 2, "max_images": 4}));
    is(&open, "range", 2.0, 8.0);
    assert!(open.why().contains("`max_images`"), "{open:?}");
    is(&cost(ModelKind::TextToImage, &[], PriceUnit::Request, &json!({}), &[]), "exact", 1.0, 1.0);
}

#[test]
fn megapixels_come_from_objects_presets_sides_and_defaults() {
    let side = FieldType::Integer(Range::between(64.0, 4096.0));
    let object = FieldType::Object(vec![Field::new("width", side.clone()), Field::new("height", side.clone())]);
    let presets = words(&["square_hd", "landscape_4_3", "auto"]);
    let frame = Field::new("image_size", FieldType::Union(vec![object, presets])).with_default("landscape_4_3");
    let fields = [frame, called("num_images", number(1))];
    let of = |body: Value| cost(ModelKind::TextToImage, &fields, PriceUnit::Megapixel, &body, &[]);
    is(&of(json!({})), "exact", 0.786_432, 0.786_432);
    is(&of(json!({"image_size": "square_hd", "num_images": 2})), "exact", 2.097_152, 2.097_152);
    let given = of(json!({"image_size": {"width": 1000, "height": 500}, "num_images": 2}));
    assert_eq!(given.why(), "2 x 0.5 megapixels (1000x500) x 1 USD");
    let auto = of(json!({"image_size": "auto"}));
    is(&auto, "unknown", None, None);
    assert!(auto.why().contains("`image_size` is \"auto\""), "{auto:?}");
    let pair = [Field::new("width", side.clone()).with_default(1024), Field::new("height", side).with_default(576)];
    let pair = |body: Value| cost(ModelKind::TextToImage, &pair, PriceUnit::Megapixel, &body, &[]);
    is(&pair(json!({"width": 512})), "exact", 0.294_912, 0.294_912);
    let nothing = cost(ModelKind::TextToImage, &[], PriceUnit::Megapixel, &json!({}), &[]);
    assert!(nothing.why().contains("how large"), "{nothing:?}");
}

#[test]
fn a_ratio_and_a_resolution_are_pixels_where_they_leave_nothing_open() {
    let fields = [
        Field::new("aspect_ratio", words(&["16:9", "1:1", "auto"])).with_default("16:9"),
        Field::new("resolution", words(&["480p", "720p"])).with_default("720p"),
        called("num_frames", number(10)),
        called("fps", number(10)),
    ];
    let of = |body: Value| cost(ModelKind::TextToVideo, &fields, PriceUnit::Megapixel, &body, &[]);
    is(&of(json!({})), "exact", 9.216, 9.216);
    is(&of(json!({"aspect_ratio": "1:1", "num_frames": 1})), "exact", 0.5184, 0.5184);
    is(&of(json!({"resolution": "480p"})), "range", 832.0 * 480.0 / 1e5, 864.0 * 480.0 / 1e5);
    let auto = of(json!({"aspect_ratio": "auto"}));
    is(&auto, "range", 5.184, 9.216);
    assert!(auto.why().contains("open: the aspect ratio"), "{auto:?}");
}

#[test]
fn what_goes_in_is_measured_and_enlarged() {
    let image = |facts| [(Role::Image, facts)];
    let fields =
        [called("upscale_factor", Field::new("x", FieldType::Number(Range::between(1.0, 8.0))).with_default(2))];
    let of = |body: Value, facts| cost(ModelKind::ImageToImage, &fields, PriceUnit::Megapixel, &body, &image(facts));
    let known = Some(MediaFacts::new().with_size(100, 50));
    is(&of(json!({}), known.clone()), "exact", 0.02, 0.02);
    is(&of(json!({"upscale_factor": 3}), known.clone()), "exact", 0.045, 0.045);
    let behind = of(json!({}), None);
    is(&behind, "unknown", None, None);
    let why = "billed at 1 USD/megapixel: the input image is behind an address, so its size is not known";
    assert_eq!(behind.why(), why);
    let unread = of(json!({}), Some(MediaFacts::new().with_bytes(9)));
    is(&unread, "unknown", None, None);
    assert!(unread.why().contains("the size of the input image cannot be measured"), "{unread:?}");
    let edit = cost(ModelKind::ImageToImage, &[], PriceUnit::Megapixel, &json!({}), &image(known));
    is(&edit, "exact", 0.005, 0.005);
    let video = [(Role::Video, Some(MediaFacts::new().with_size(100, 50).with_frames(20)))];
    let scale = [called("scale", Field::new("x", FieldType::Number(Range::between(1.0, 8.0))).with_default(2))];
    is(&cost(ModelKind::VideoToVideo, &scale, PriceUnit::Megapixel, &json!({}), &video), "exact", 0.4, 0.4);
}

#[test]
fn lengths_come_in_every_shape() {
    let kind = ModelKind::TextToVideo;
    let enumerated = [Field::new("duration", words(&["auto", "4", "8", "12s"])).with_default("auto")];
    let of = |body: Value| cost(kind, &enumerated, PriceUnit::Second, &body, &[]);
    for five in [json!(5), json!("5"), json!("5s"), json!(" 5 seconds")] {
        is(&of(json!({"duration": five})), "exact", 5.0, 5.0);
    }
    let auto = of(json!({}));
    is(&auto, "range", 4.0, 12.0);
    assert!(auto.why().contains("open: `duration` is \"auto\""), "{auto:?}");
    let frames = [called("num_frames", number(81)), called("frames_per_second", number(16))];
    let of = |body: Value| cost(kind, &frames, PriceUnit::Second, &body, &[]);
    is(&of(json!({})), "exact", 5.0625, 5.0625);
    is(&of(json!({"frames_per_second": 27})), "exact", 3.0, 3.0);
    assert_eq!(of(json!({})).why(), "81 frames / 16 a second x 1 USD");
    let rate = Field::new("fps", FieldType::Integer(Range::between(10.0, 20.0)));
    let open = cost(kind, &[called("num_frames", number(100)), rate], PriceUnit::Second, &json!({}), &[]);
    is(&open, "range", 5.0, 10.0);
    let ms = [called("music_length_ms", Field::new("x", FieldType::Integer(Range::between(10.0, 3e5))))];
    let of = |body: Value| cost(ModelKind::TextToAudio, &ms, PriceUnit::Minute, &body, &[]);
    is(&of(json!({"music_length_ms": 30_000})), "exact", 0.5, 0.5);
    is(&of(json!({})), "range", 0.01 / 60.0, 5.0);
    let none = cost(ModelKind::TextToAudio, &[], PriceUnit::Second, &json!({}), &[]);
    is(&none, "unknown", None, None);
}

#[test]
fn the_length_of_what_goes_in_counts_where_it_may() {
    let video = |facts| vec![(Role::Video, facts)];
    let ten = Some(MediaFacts::new().with_duration(10.0));
    let of = |fields: &[Field], inputs: &[(Role, Option<MediaFacts>)]| {
        cost(ModelKind::VideoToVideo, fields, PriceUnit::Second, &json!({}), inputs)
    };
    is(&of(&[], &video(ten.clone())), "exact", 10.0, 10.0);
    is(&of(&[], &video(None)), "unknown", None, None);
    is(&of(&[], &[]), "unknown", None, None);
    is(&of(&[called("duration", number(8))], &video(ten.clone())), "range", 8.0, 10.0);
    is(&of(&[called("duration", number(8))], &video(None)), "unknown", None, None);
    let voice = (Role::Audio, Some(MediaFacts::new().with_duration(4.0)));
    is(&of(&[], &[video(ten)[0].clone(), voice]), "range", 4.0, 10.0);
    let stills = cost(ModelKind::ImageToVideo, &[called("duration", number(6))], PriceUnit::Second, &json!({}), &[]);
    is(&stills, "exact", 6.0, 6.0);
}

#[test]
fn characters_are_counted_and_none_is_unknown() {
    let fields = [Field::new("text", FieldType::text()).required()];
    let of = |body: Value| cost(ModelKind::TextToAudio, &fields, PriceUnit::ThousandCharacters, &body, &[]);
    is(&of(json!({"text": "Grüße!"})), "exact", 0.006, 0.006);
    assert_eq!(of(json!({"text": "Grüße!"})).why(), "6 characters / 1000 x 1 USD");
    is(&of(json!({})), "unknown", None, None);
}

#[test]
fn units_that_are_known_afterwards_or_not_at_all_are_never_nothing() {
    for unit in [PriceUnit::ComputeSecond, PriceUnit::Other("credits".into()), PriceUnit::Other("1M tokens".into())] {
        let name = unit.to_string();
        for kind in ModelKind::ALL {
            let estimate = cost(*kind, &[], unit.clone(), &json!({}), &[]);
            is(&estimate, "unknown", None, None);
            let why = format!("billed at 1 USD/{name}: how many of the unit `{name}` it takes is not known in advance");
            assert_eq!(estimate.why(), why);
        }
    }
}

//! Whatever a document, a request or a rule says, mapping answers: a body or an error, never a panic.

mod common;

use common::{fal, fill};
use mediagen_core::{ModelKind, Options, Policy, Request, Role, SchemaSource};
use mediagen_params::{map, schema_from_openapi};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const NAMES: &[&str] = &[
    "prompt",
    "text",
    "image_url",
    "image_urls",
    "mask_url",
    "seed",
    "num_frames",
    "duration",
    "fps",
    "image_size",
    "aspect_ratio",
    "resolution",
    "width",
    "height",
    "voice",
    "voice_setting",
    "quality",
    "output_format",
    "inputs",
    "x",
];

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!({"type": "string", "maxLength": 3})),
        Just(json!({"type": "boolean"})),
        Just(json!({"enum": []})),
        Just(json!({"enum": ["1s", "2s", null, 7, true]})),
        Just(json!({"enum": ["square_hd", "16:9", "720p", "0x0", "1:0"]})),
        Just(json!({"$ref": "#/components/schemas/Loop"})),
        Just(json!({"$ref": "#/nowhere"})),
        Just(json!({"type": ["null", "number"], "minimum": 1e308})),
        (any::<i32>(), any::<i32>(), -2..3).prop_map(|(min, max, step)| {
            json!({"type": "integer", "minimum": min, "maximum": max, "multipleOf": step, "default": "5"})
        }),
        any::<f64>().prop_map(|bound| json!({"type": "number", "exclusiveMinimum": bound, "exclusiveMaximum": bound})),
        Just(Value::Null),
        Just(json!(true)),
    ]
}

fn property() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|items| json!({"type": "array", "items": items, "maxItems": 1})),
            prop::collection::vec(inner.clone(), 0..4).prop_map(|parts| json!({"anyOf": parts})),
            prop::collection::vec(inner.clone(), 0..3).prop_map(|parts| json!({"allOf": parts})),
            prop::collection::hash_map(
                prop::sample::select(vec!["width", "height", "voice_id", "url", "text"]),
                inner,
                0..4
            )
            .prop_map(|fields| json!({"type": "object", "properties": fields, "required": ["url"]})),
        ]
    })
}

fn document() -> impl Strategy<Value = Value> {
    prop::collection::hash_map(prop::sample::select(NAMES), property(), 0..12).prop_map(|properties| {
        let required: Vec<_> = properties.keys().take(2).copied().collect();
        let input = json!({"type": "object", "properties": properties, "required": required});
        let body = json!({"content": {"application/json": {"schema": input}}});
        json!({"paths": {"/m": {"post": {"requestBody": body}}},
            "components": {"schemas": {"Loop": {"anyOf": [{"$ref": "#/components/schemas/Loop"}]}}}})
    })
}

fn options() -> impl Strategy<Value = Options> {
    let number = prop_oneof![Just(0.0), Just(-1.0), Just(1e300), 0.0..100.0];
    (number, any::<u64>(), any::<u32>()).prop_map(|(number, seed, count)| {
        let mut options = Options::default();
        options.seed = Some(seed);
        options.count = Some(count);
        options.steps = Some(count);
        options.size = Some(mediagen_core::Size::new(count.max(1), 1));
        options.aspect_ratio = Some(mediagen_core::AspectRatio::new(count.max(1), 3));
        options.resolution = Some(format!("{count}p"));
        options.quality = Some(mediagen_core::Quality::Exact(number));
        options.duration = Some(number);
        options.fps = Some(number);
        options.scale = Some(number);
        options.speed = Some(number);
        options.voice = Some("ß é".into());
        options.language = Some("-".into());
        options.format = Some(mediagen_core::OutputFormat::Ogg);
        options
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mapping_answers_whatever_it_is_given(
        document in document(),
        options in options(),
        kind in prop::sample::select(ModelKind::ALL),
        extra in prop::collection::hash_map("[a-z_.0-9~/]{0,12}", prop::sample::select(NAMES), 0..3),
        strict: bool,
    ) {
        let mut request = Request::new().with_prompt("p");
        for role in Role::ALL {
            request = request.with_input(*role, "a.bin").with_input(*role, "b.bin");
        }
        request.options = options;
        request.extra = extra.into_iter().map(|(name, value)| (name, json!(value))).collect::<Map<_, _>>();
        request.policy = if strict { Policy::Strict } else { Policy::Adjust };
        let schema = schema_from_openapi(&document, SchemaSource::Live).unwrap();
        if let Ok(mut mapped) = map(&request, kind, &schema, &fal(), &[]) {
            prop_assert_eq!(&mapped, &map(&request, kind, &schema, &fal(), &[]).unwrap());
            for slot in mapped.uploads.clone() {
                prop_assert!(fill(&mut mapped, &slot, "https://cdn.test/x"), "{:?}", slot);
            }
            prop_assert!(!Value::from(mapped.body).to_string().contains("upload:"));
        }
    }

    #[test]
    fn any_json_is_read_or_refused(paths in property()) {
        let _ = schema_from_openapi(&json!({"paths": {"/a": {"post": paths}}}), SchemaSource::None);
        let _ = schema_from_openapi(&paths, SchemaSource::None);
    }
}

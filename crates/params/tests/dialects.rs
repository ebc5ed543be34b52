//! Providers that are not fal: schemas on paper in the shape of Replicate's and Together's, and what a dialect of their own
//! makes of canonical requests.

#![expect(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{fields, schema, strict, with};
use mediagen_core::{
    AspectRatio, ModelKind, ModelKind::*, Options, ProblemCode, Quality, Request, Role, Schema, SchemaSource, Size,
};
use mediagen_params::{
    AliasError, AliasTable, Dialect, Mapped, RuleBook, map, places, prompt_limit, schema_from_openapi,
};
use serde_json::{Value, json};

fn file() -> Value {
    json!({"type": "string", "format": "uri"})
}

fn files() -> Value {
    json!({"type": "array", "items": {"type": "string", "format": "uri"}})
}

fn given(role: Role) -> Request {
    Request::new().with_prompt("waves").with_input(role, "https://media.test/a")
}

fn neutral(request: &Request, kind: ModelKind, schema: &Schema) -> Mapped {
    map(request, kind, schema, &Dialect::neutral(), &[]).unwrap()
}

/// The main inputs of official models of Replicate, none of which ends in `_url`.
#[test]
fn the_neutral_names_take_the_main_input_of_models_of_another_provider() {
    for (field, ty, role, kind) in [
        ("image", file(), Role::Image, ImageToImage),
        ("input_image", file(), Role::Image, ImageToImage),
        ("input_images", files(), Role::Image, ImageToImage),
        ("image_input", files(), Role::Image, ImageToImage),
        ("image_path", file(), Role::Image, ImageToImage),
        ("start_image", file(), Role::Image, ImageToVideo),
        ("first_frame_image", file(), Role::Image, ImageToVideo),
        ("init_image", file(), Role::Image, ImageToVideo),
        ("video", file(), Role::Video, VideoToVideo),
        ("driving_video", file(), Role::Video, VideoToVideo),
        ("video_path", file(), Role::Video, VideoToVideo),
        ("input_audio", file(), Role::Audio, AudioToAudio),
        ("audio", file(), Role::Audio, AudioToAudio),
        ("last_frame", file(), Role::EndImage, ImageToVideo),
        ("last_frame_image", file(), Role::EndImage, ImageToVideo),
        ("reference_images", files(), Role::Reference, ImageToVideo),
    ] {
        let schema = schema(&fields(&[(field, ty.clone())]), &["prompt"]);
        let mapped = neutral(&given(role), kind, &schema);
        let address = json!("https://media.test/a");
        let wanted = if ty["type"] == "array" { json!([address]) } else { address };
        assert_eq!((&mapped.body[field], mapped.notes.len()), (&wanted, 0), "{field}");
    }
}

/// Names that only one provider uses are not known to others.
#[test]
fn the_names_of_one_provider_are_not_those_of_all() {
    let schema = schema(&fields(&[("human_image_url", file())]), &[]);
    let error = map(&given(Role::Image), ImageToImage, &schema, &Dialect::neutral(), &[]).unwrap_err();
    assert!(error.fields()[0].is(&ProblemCode::Unsupported), "{error}");
    assert_eq!(error.fields()[0].drop, ["image"]);
    let fal = common::fal();
    assert!(map(&given(Role::Image), ImageToImage, &schema, &fal, &[]).is_ok());
}

const OWN: &str = r#"
[[alias]]
option = "steps"
fields = ["cycles", "rounds"]

[[alias]]
option = "image"
fields = ["*_canvas"]

[[alias]]
option = "image"
kinds = ["image-to-video"]
fields = ["frame_images[].input_image"]
"#;

#[test]
fn a_providers_names_come_first_and_the_first_that_can_carry_the_value_wins() {
    let table = AliasTable::parse(OWN).unwrap();
    let dialect = Dialect::new(&table, Vec::new());
    let steps = |properties: &Value| {
        let request = with(|options| options.steps = Some(9));
        Value::from(map(&request, TextToImage, &schema(properties, &[]), &dialect, &[]).unwrap().body)
    };
    let whole = json!({"type": "integer"});
    let all = fields(&[("steps", whole.clone()), ("rounds", whole.clone()), ("cycles", whole.clone())]);
    assert_eq!(steps(&all), json!({"prompt": "a lighthouse", "cycles": 9}));
    // `cycles` is a switch here and cannot carry a number.
    let switch = fields(&[("cycles", json!({"type": "boolean"})), ("rounds", whole.clone()), ("steps", whole.clone())]);
    assert_eq!(steps(&switch), json!({"prompt": "a lighthouse", "rounds": 9}));
    // The neutral names are behind the provider's own.
    assert_eq!(steps(&fields(&[("num_steps", whole)])), json!({"prompt": "a lighthouse", "num_steps": 9}));
}

#[test]
fn a_row_for_a_kind_stands_instead_of_the_row_for_all() {
    let table = AliasTable::parse(OWN).unwrap();
    let dialect = Dialect::new(&table, Vec::new());
    let item = json!({"type": "object", "properties": {"input_image": file(), "frame": {"type": "string"}},
        "required": ["input_image"]});
    let frames = json!({"type": "array", "items": item});
    let schema =
        schema(&fields(&[("frame_images", frames), ("blank_canvas", file())]), &["blank_canvas", "frame_images"]);
    let request = given(Role::Image).with_extra("blank_canvas", "https://media.test/c");
    let video = map(&request, ImageToVideo, &schema, &dialect, &[]).unwrap();
    assert_eq!(video.body["frame_images"], json!([{"input_image": "https://media.test/a"}]));
    let request = given(Role::Image).with_extra("frame_images", json!([{"input_image": "https://media.test/c"}]));
    let image = map(&request, ImageToImage, &schema, &dialect, &[]).unwrap();
    assert_eq!(image.body["blank_canvas"], "https://media.test/a");
}

#[test]
fn places_and_the_limit_of_a_prompt_speak_the_dialect() {
    let table = AliasTable::parse("[[alias]]\noption = 'prompt'\nfields = ['wish']").unwrap();
    let dialect = Dialect::new(&table, Vec::new());
    let schema = schema(&json!({"wish": {"type": "string", "maxLength": 40}}), &["wish"]);
    assert_eq!(prompt_limit(TextToImage, &schema, &dialect), Some(40));
    assert_eq!(prompt_limit(TextToImage, &schema, &Dialect::neutral()), None);
    assert_eq!(places(TextToImage, &schema, &dialect)[0].options, ["prompt"]);
    // And a refusal names the option that fills the field.
    let error = map(&Request::new(), TextToImage, &schema, &dialect, &[]).unwrap_err();
    assert_eq!(error.fields()[0].give, ["prompt"]);
    let error = map(&Request::new(), TextToImage, &schema, &Dialect::neutral(), &[]).unwrap_err();
    assert_eq!(error.fields()[0].give, Vec::<String>::new());
}

#[test]
fn a_table_that_cannot_be_used_names_its_row() {
    let bad = |toml: &str| AliasTable::parse(toml).unwrap_err();
    assert!(matches!(bad("[[alias]]\noption = 'imgae'\nfields = ['x']"), AliasError::UnknownOption { row: 1, .. }));
    assert!(matches!(bad("[[alias]]\noption = 'image'\nfields = []"), AliasError::NoName { row: 1, .. }));
    assert!(matches!(bad("[[alias]]\noption = 'image'\nfields = ['*']"), AliasError::NoName { .. }));
    assert!(matches!(bad("[[alias]]\noption = 'image'\nnames = ['x']"), AliasError::Syntax(_)));
}

fn ruled(toml: &str, request: &Request, kind: ModelKind, properties: &Value) -> Mapped {
    let book = RuleBook::parse(toml).unwrap();
    let dialect = Dialect::new(AliasTable::neutral(), book.matching("acme/clay"));
    map(request, kind, &schema(properties, &[]), &dialect, &[]).unwrap()
}

#[test]
fn of_all_renames_the_last_one_whose_field_the_schema_has_counts() {
    let rules = r#"
        [[rule]]
        model = "**"
        why = "what models of this provider call it"
        ops = [
          { op = "rename", option = "seed", field = "grain" },
          { op = "rename", option = "seed", field = "kernel" },
          { op = "rename", option = "seed", field = "pip" },
        ]"#;
    let whole = json!({"type": "integer"});
    let request = with(|options| options.seed = Some(7));
    for (there, expected) in
        [(vec!["grain", "seed"], "grain"), (vec!["grain", "kernel"], "kernel"), (vec!["seed"], "seed")]
    {
        let properties: Vec<_> = there.iter().map(|name| (*name, whole.clone())).collect();
        assert_eq!(ruled(rules, &request, TextToImage, &fields(&properties)).body[expected], 7, "{there:?}");
    }
}

/// Width and height count only where another field says so: the idiom of Replicate's image models.
const CUSTOM: &str = r#"
[[rule]]
model = "**"
why = "width and height count only with a size of `custom`"
ops = [
  { op = "default", field = "aspect_ratio", value = "custom", when = "width" },
  { op = "default", field = "size", value = "custom", when = "width" },
]"#;

#[test]
fn a_default_is_left_out_where_the_schema_lists_other_values() {
    let side = json!({"type": "integer", "minimum": 256, "maximum": 4096});
    let sides = |more: (&str, Value)| fields(&[("width", side.clone()), ("height", side.clone()), more]);
    let request = with(|options| options.size = Some(Size::new(1024, 768)));
    let seedream = sides(("size", json!({"type": "string", "enum": ["1K", "2K", "4K", "custom"], "default": "2K"})));
    let mapped = ruled(CUSTOM, &request, TextToImage, &seedream);
    assert_eq!((&mapped.body["width"], &mapped.body["size"]), (&json!(1024), &json!("custom")));
    assert!(mapped.notes.iter().any(|note| note.option == "size" && note.why.contains("only with a size of `custom`")));
    let flux = sides(("aspect_ratio", json!({"type": "string", "enum": ["1:1", "16:9", "custom"]})));
    assert_eq!(ruled(CUSTOM, &request, TextToImage, &flux).body["aspect_ratio"], "custom");
    // A model without that value is not refused for it.
    let other = sides(("aspect_ratio", json!({"type": "string", "enum": ["1:1", "16:9"]})));
    let mapped = ruled(CUSTOM, &request, TextToImage, &other);
    assert_eq!(mapped.body.get("aspect_ratio"), None, "{:?}", mapped.body);
    let set = CUSTOM.replace("op = \"default\"", "op = \"set\"").replace(", when = \"width\"", "");
    assert_eq!(ruled(&set, &request, TextToImage, &other).body.get("aspect_ratio"), None);
    assert_eq!(ruled(&set, &request, TextToImage, &flux).body["aspect_ratio"], "custom");
}

/// Together's `output_quality`: less is better.
#[test]
fn a_field_that_counts_the_other_way_round_gets_its_lowest_number_for_the_best() {
    let rule = r#"
        [[rule]]
        model = "**"
        why = "a lower number is better"
        ops = [{ op = "invert", field = "output_quality" }, { op = "invert", field = "fidelity" }]"#;
    let properties = fields(&[
        ("output_quality", json!({"type": "integer", "minimum": 2, "maximum": 52})),
        ("fidelity", json!({"type": "number", "minimum": 0, "maximum": 1})),
    ]);
    for (quality, number, straight) in [(Quality::High, 2, 52), (Quality::Standard, 17, 37), (Quality::Draft, 37, 17)] {
        let request = with(|options| options.quality = Some(quality));
        assert_eq!(ruled(rule, &request, TextToVideo, &properties).body["output_quality"], number, "{quality:?}");
        let plain = neutral(&request, TextToVideo, &schema(&properties, &[]));
        assert_eq!(plain.body["output_quality"], straight, "{quality:?}");
    }
    let request = with(|options| options.strength = Some(0.75));
    let mapped = ruled(rule, &request, TextToVideo, &properties);
    assert_eq!((&mapped.body["fidelity"], mapped.notes.len()), (&json!(0.25), 1), "{:?}", mapped.notes);
}

/// The graphs of `ComfyUI` have numbers as names.
#[test]
fn a_name_in_quotes_is_a_name_although_it_is_a_number() {
    let text =
        json!({"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "maxLength": 20}}});
    let node = json!({"type": "object", "required": ["inputs"], "properties": {"inputs": text}});
    let graph = json!({"type": "object", "required": ["6"], "properties": {"6": node}});
    let schema = schema(&json!({"prompt": graph}), &["prompt"]);
    let table = AliasTable::parse("[[alias]]\noption = 'prompt'\nfields = ['prompt.\"6\".inputs.text']").unwrap();
    let dialect = Dialect::new(&table, Vec::new());
    let mapped = map(&Request::new().with_prompt("waves"), TextToImage, &schema, &dialect, &[]).unwrap();
    assert_eq!(Value::from(mapped.body), json!({"prompt": {"6": {"inputs": {"text": "waves"}}}}));
    let rule = r#"
        [[rule]]
        model = "**"
        why = "the positive prompt is node 6"
        ops = [{ op = "rename", option = "prompt", field = 'prompt."6".inputs.text' }]"#;
    let book = RuleBook::parse(rule).unwrap();
    let dialect = Dialect::new(AliasTable::neutral(), book.matching("acme/graph"));
    let long = Request::new().with_prompt("far longer than twenty characters");
    let error = map(&long, TextToImage, &schema, &dialect, &[]).unwrap_err();
    // The path of a problem is written so that it can be given back.
    assert_eq!(
        (error.fields()[0].path.as_str(), &*error.fields()[0].give),
        (r#"prompt."6".inputs.text"#, &["prompt".to_owned()][..])
    );
    let own = Request::new().with_extra(error.fields()[0].path.clone(), "short");
    let mapped = map(&own, TextToImage, &schema, &dialect, &[]).unwrap();
    assert_eq!(Value::from(mapped.body), json!({"prompt": {"6": {"inputs": {"text": "short"}}}}));
}

/// Enums behind `allOf`, whole numbers among them, as Cog writes them.
#[test]
fn a_document_of_replicate_is_mapped_with_the_neutral_names() {
    let input = json!({"type": "object", "required": ["prompt"], "properties": {
        "prompt": {"type": "string", "x-order": 0},
        "image": {"type": "string", "format": "uri", "x-order": 1},
        "duration": {"allOf": [{"$ref": "#/components/schemas/duration"}], "default": 8, "x-order": 2},
        "aspect_ratio": {"allOf": [{"$ref": "#/components/schemas/aspect_ratio"}], "default": "16:9", "x-order": 3},
    }});
    let body = json!({"content": {"application/json": {"schema": input}}});
    let document = json!({"paths": {"/predictions": {"post": {"requestBody": body}}}, "components": {"schemas": {
        "duration": {"enum": [4, 6, 8], "type": "integer"}, "aspect_ratio": {"enum": ["16:9", "9:16"], "type": "string"},
    }}});
    let schema = schema_from_openapi(&document, SchemaSource::Live).unwrap();
    let mut request = given(Role::Image);
    let mut options = Options::default();
    (options.duration, options.aspect_ratio) = (Some(5.0), Some(AspectRatio::new(9, 16)));
    request.options = options;
    let mapped = neutral(&request, ImageToVideo, &schema);
    assert_eq!((&mapped.body["duration"], &mapped.body["aspect_ratio"]), (&json!(4), &json!("9:16")));
    let error = map(&strict(request), ImageToVideo, &schema, &Dialect::neutral(), &[]).unwrap_err();
    assert!(error.fields()[0].is(&ProblemCode::Choice), "{error}");
    assert_eq!(error.fields()[0].expected.as_ref().unwrap().example, Some(json!(4)));
}

/// An endpoint of Replicate that takes the caller's own key for another service.
#[test]
fn a_secret_is_in_the_body_and_in_nothing_that_is_shown() {
    let key = |more: Value| {
        let mut key = json!({"type": "string", "format": "password", "x-cog-secret": true});
        key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        key
    };
    let rule = r#"
        [[rule]]
        model = "**"
        why = "the prompt is the secret of this model"
        ops = [{ op = "rename", option = "negative_prompt", field = "openai_api_key" },
            { op = "set", field = "other_key", value = "sk-rule" }]"#;
    let book = RuleBook::parse(rule).unwrap();
    let dialect = Dialect::new(AliasTable::neutral(), book.matching("acme/m"));
    let schema = schema(&fields(&[("openai_api_key", key(json!({}))), ("other_key", key(json!({})))]), &[]);
    let request =
        with(|options| options.negative_prompt = Some("fog".into())).with_extra("openai_api_key", "sk-caller");
    let mapped = map(&request, TextToImage, &schema, &dialect, &[]).unwrap();
    assert_eq!((&mapped.body["openai_api_key"], &mapped.body["other_key"]), (&json!("sk-caller"), &json!("sk-rule")));
    assert_eq!(mapped.notes.len(), 2, "{:?}", mapped.notes);
    assert!(mapped.notes.iter().all(|note| note.to == json!("…")), "{:?}", mapped.notes);
    let shown = Value::from(schema.redacted(&mapped.body));
    assert_eq!((&shown["openai_api_key"], &shown["prompt"]), (&json!("…"), &json!("a lighthouse")));
    // Nor does a refusal quote it.
    let pin = json!({"type": "integer", "maximum": 9, "x-cog-secret": true});
    let account = json!({"type": "object", "properties": {"pin": pin.clone()}});
    let schema = common::schema(&json!({"account": account, "pin": pin}), &[]);
    let request = Request::new().with_extra("account.pin", 12_345).with_extra("pin", 12_345);
    let error = map(&request, TextToImage, &schema, &Dialect::neutral(), &[]).unwrap_err();
    let codes: Vec<_> = error.fields().iter().map(|field| field.code.clone().unwrap()).collect();
    assert_eq!(codes, [ProblemCode::Range, ProblemCode::Range], "{error}");
    assert!(!format!("{error} {error:?}").contains("12345"), "{error}");
}

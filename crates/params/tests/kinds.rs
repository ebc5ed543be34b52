//! Kinds by what goes in and what comes out, and schemas out of parts, for providers that are not fal.

use mediagen_core::{Field, FieldType, Modality, ModelKind, ModelKind::*, Schema, SchemaSource};
use mediagen_params::{SchemaError, Signature, kinds_of, schema_from_parts, signature};
use serde_json::json;

fn text(name: &str) -> Field {
    Field::new(name, FieldType::text())
}

fn file(name: &str) -> Field {
    Field::new(name, FieldType::address())
}

/// A model whose output is one value, as Replicate's are.
fn bare(inputs: Vec<Field>, output: FieldType) -> Schema {
    Schema::new(SchemaSource::Live, inputs).with_output(output)
}

fn first(schema: &Schema, hint: Option<Modality>) -> Option<ModelKind> {
    kinds_of(schema, hint).first().map(|evidence| evidence.kind)
}

#[test]
fn a_bare_address_says_nothing_until_its_medium_is_known() {
    let list = FieldType::list(FieldType::address());
    for output in [FieldType::address(), list] {
        let prompt = bare(vec![text("prompt").required()], output.clone());
        assert_eq!(signature(&prompt, None), Signature::Silent);
        for (hint, kind) in
            [(Modality::Image, TextToImage), (Modality::Video, TextToVideo), (Modality::Audio, TextToAudio)]
        {
            assert_eq!(first(&prompt, Some(hint)), Some(kind));
        }
        let image = bare(vec![text("prompt").required(), file("start_image").required()], output);
        assert_eq!(first(&image, Some(Modality::Video)), Some(ImageToVideo));
        assert_eq!(signature(&image, None), Signature::Silent);
    }
}

/// A field called `output` was taken for an image, so that every video of a provider with that habit was one.
#[test]
fn a_field_that_is_only_called_output_is_not_an_image() {
    let output = |name: &str| bare(vec![text("prompt").required()], FieldType::Object(vec![file(name)]));
    assert_eq!(signature(&output("output"), None), Signature::Silent);
    assert_eq!(first(&output("output"), Some(Modality::Video)), Some(TextToVideo));
    // A name that does speak is believed before the hint.
    assert_eq!(first(&output("output_video"), Some(Modality::Image)), Some(TextToVideo));
    assert!(matches!(signature(&output("mesh"), Some(Modality::Image)), Signature::Unsupported(_)));
    assert!(matches!(signature(&bare(Vec::new(), FieldType::text()), None), Signature::Unsupported(_)));
    assert_eq!(signature(&Schema::default(), Some(Modality::Image)), Signature::Silent);
}

#[test]
fn the_likeliest_kind_is_first_and_the_surest() {
    let both = bare(vec![text("prompt").required(), file("image")], FieldType::Object(vec![file("video")]));
    let kinds = kinds_of(&both, None);
    assert_eq!(kinds.iter().map(|evidence| evidence.kind).collect::<Vec<_>>(), [TextToVideo, ImageToVideo]);
    assert!(kinds[0].confidence > kinds[1].confidence && kinds[0].evidence.contains("`video` out"), "{kinds:?}");
}

#[test]
fn a_schema_is_read_out_of_the_parts_that_the_caller_names() {
    let document = json!({"components": {"schemas": {
        "Input": {"type": "object", "required": ["prompt"], "properties": {
            "duration": {"allOf": [{"$ref": "#/components/schemas/duration"}], "default": 5, "x-order": 2},
            "api_key": {"type": "string", "format": "password", "x-order": 3, "x-cog-secret": true},
            "prompt": {"type": "string", "x-order": 0},
            "start_image": {"type": "string", "format": "uri", "x-order": 1},
            "added_later": {"type": "string"},
        }},
        "duration": {"type": "integer", "enum": [5, 10]},
        "Output": {"type": "array", "items": {"type": "string", "format": "uri"}, "x-cog-array-type": "iterator"},
        "PredictionRequest": {"type": "object", "properties": {"input": {"$ref": "#/components/schemas/Input"}}},
    }}});
    let parts = &document["components"]["schemas"];
    let input = json!({"$ref": "#/components/schemas/Input"});
    let schema = schema_from_parts(&document, &input, Some(&parts["Output"]), SchemaSource::Live).unwrap();
    let names: Vec<&str> = schema.inputs.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["prompt", "start_image", "duration", "api_key", "added_later"]);
    assert_eq!(schema.input("duration").unwrap().ty, FieldType::Enum(vec![json!(5), json!(10)]));
    assert_eq!(schema.output, Some(FieldType::list(FieldType::address())));
    assert_eq!(schema.output.as_ref().unwrap().to_string(), "a list of addresses");
    assert!(schema.outputs().is_empty() && schema.input("api_key").unwrap().secret);
    let none = schema_from_parts(&document, &parts["Input"], None, SchemaSource::Live).unwrap();
    assert_eq!(none.output, None);
    let untyped = schema_from_parts(&document, &parts["Input"], Some(&json!({})), SchemaSource::Live).unwrap();
    assert_eq!(untyped.output, None);
    let error = schema_from_parts(&document, &json!({"$ref": "#/gone"}), None, SchemaSource::Live);
    assert_eq!(error, Err(SchemaError::NoInput));
}

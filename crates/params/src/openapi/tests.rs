use super::*;
use mediagen_core::{Field, FieldType, schema::Range};
use serde_json::json;

fn document(input: &Value, components: &Value) -> Value {
    json!({
        "paths": {
            "/a/b/requests/{id}/stop": {"put": {}},
            "/a/b/requests/{id}": {"get": {"responses": {"200": {"content": {"application/json": {"schema":
                {"type": "object", "properties": {"video": {"type": "string"}}}}}}}}},
            "/a/b": {"post": {
                "requestBody": {"content": {"application/json": {"schema": input}}},
                "responses": {"200": {"content": {"application/json": {"schema":
                    {"type": "object", "properties": {"status": {"type": "string"}}}}}}},
            }},
        },
        "components": {"schemas": components},
    })
}

fn field(property: &Value, components: &Value) -> Field {
    let input = json!({"type": "object", "properties": {"f": property}});
    let schema = schema_from_openapi(&document(&input, components), SchemaSource::Live).unwrap();
    schema.inputs[0].clone()
}

#[test]
fn input_output_order_and_required_are_read() {
    let input = json!({"type": "object", "required": ["z"], "x-acme-order-properties": ["z", "gone", "a"],
        "properties": {"a": {"type": "boolean"}, "m": {"type": "string"}, "z": {"type": "string", "maxLength": 5}}});
    let schema = schema_from_openapi(&document(&input, &json!({})), SchemaSource::Live).unwrap();
    let names: Vec<_> = schema.inputs.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["z", "a", "m"]);
    assert!(schema.inputs[0].required && !schema.inputs[1].required);
    assert_eq!(schema.outputs()[0].name, "video");
}

#[test]
fn null_beside_a_type_is_a_flag_in_both_dialects() {
    for property in [
        json!({"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        json!({"type": ["integer", "null"]}),
        json!({"type": "integer", "nullable": true}),
    ] {
        let field = field(&property, &json!({}));
        assert_eq!((field.ty, field.nullable), (FieldType::Integer(Range::default()), true), "{property}");
    }
}

#[test]
fn exclusive_bounds_are_numbers_or_flags() {
    for property in [
        json!({"type": "number", "exclusiveMinimum": 0, "maximum": 2}),
        json!({"type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 2}),
    ] {
        let FieldType::Number(range) = field(&property, &json!({})).ty else { panic!("{property}") };
        assert_eq!((range.min, range.above, range.max), (None, Some(0.0), Some(2.0)));
    }
}

#[test]
fn a_wrapped_enum_keeps_its_default_and_constants_join() {
    let components = json!({"Size": {"type": "string", "enum": ["a", "b"], "description": "inner"}});
    let wrapped = field(&json!({"allOf": [{"$ref": "#/components/schemas/Size"}], "default": "b"}), &components);
    assert_eq!(wrapped.ty, FieldType::Enum(vec![json!("a"), json!("b")]));
    assert_eq!((wrapped.default, wrapped.description.as_deref()), (Some(json!("b")), Some("inner")));
    let joined = field(&json!({"oneOf": [{"const": 1}, {"const": 2}, {"type": "null"}]}), &json!({}));
    assert_eq!((joined.ty, joined.nullable), (FieldType::Enum(vec![json!(1), json!(2)]), true));
}

#[test]
fn broken_and_recursive_references_become_anything() {
    assert_eq!(field(&json!({"$ref": "#/components/schemas/Gone"}), &json!({})).ty, FieldType::Any);
    assert_eq!(field(&json!({"$ref": "https://elsewhere.test/x"}), &json!({})).ty, FieldType::Any);
    let node = json!({"Node": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}}});
    let FieldType::Object(fields) = field(&json!({"$ref": "#/components/schemas/Node"}), &node).ty else { panic!() };
    assert_eq!(fields[0].ty, FieldType::Any);
    let circle = json!({"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}});
    assert_eq!(field(&json!({"$ref": "#/components/schemas/A"}), &circle).ty, FieldType::Any);
}

#[test]
fn a_body_that_points_nowhere_has_no_inputs_and_an_error_answer_is_no_document() {
    let broken = document(&json!({"$ref": "#/components/schemas/Gone"}), &json!({}));
    assert!(schema_from_openapi(&broken, SchemaSource::Live).unwrap().inputs.is_empty());
    let none = json!({"detail": "not found"});
    assert_eq!(schema_from_openapi(&none, SchemaSource::Live).unwrap_err(), SchemaError::NotADocument);
    assert_eq!(schema_from_openapi(&json!({"paths": {}}), SchemaSource::Live).unwrap_err(), SchemaError::NoInput);
}

#[test]
fn media_limits_come_from_any_extension_object() {
    let property = json!({"type": "string", "x-acme": {"max_file_size": 1024, "min_width": 300, "max_duration": 9.5}});
    for property in [
        property.clone(),
        json!({"type": "array", "items": property}),
        json!({"anyOf": [{"type": "null"}, {"type": "array", "items": property}]}),
    ] {
        let limits = field(&property, &json!({})).limits.unwrap();
        assert_eq!((limits.max_bytes, limits.min_width, limits.max_duration_s), (Some(1024), Some(300), Some(9.5)));
    }
}

#[test]
fn a_document_that_branches_without_end_is_read_in_bounded_size() {
    let mut components = serde_json::Map::new();
    for level in 0..16 {
        let refs: Vec<Value> =
            (0..16).map(|n| json!({"$ref": format!("#/components/schemas/L{}", (level + n) % 16)})).collect();
        components.insert(format!("L{level}"), json!({"anyOf": refs}));
    }
    let field = field(&json!({"$ref": "#/components/schemas/L0"}), &Value::Object(components));
    assert_eq!(field.name, "f");
}

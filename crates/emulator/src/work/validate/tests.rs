use super::*;

fn kinds(schema: &Value, value: &Value) -> Vec<&'static str> {
    let root = json!({"components": {"schemas": {"Size": {
        "type": "object", "required": ["width"], "properties": {"width": {"type": "integer", "exclusiveMinimum": 0}}
    }}}});
    check(Document::new(&root, None, None), schema, value).into_iter().map(|problem| problem.kind).collect()
}

#[test]
fn every_rule_of_the_dialect() {
    let size = json!({"$ref": "#/components/schemas/Size"});
    let nullable = json!({"anyOf": [{"type": "integer", "maximum": 5}, {"type": "null"}]});
    let choice = json!({"anyOf": [size, {"type": "string", "enum": ["square", "auto"]}]});
    let pair = json!({"type": "array", "prefixItems": [{"type": "number"}, {"type": "string"}], "minItems": 2});
    for (schema, value, wanted) in [
        (&nullable, json!(null), vec![]),
        (&nullable, json!("5"), vec![]),
        (&nullable, json!(6), vec!["less_than_equal"]),
        (&choice, json!("square"), vec![]),
        (&choice, json!("round"), vec!["literal_error"]),
        (&choice, json!({"width": 1}), vec![]),
        (&choice, json!({}), vec!["missing"]),
        (&choice, json!({"width": 0}), vec!["greater_than"]),
        (&json!({"allOf": [size], "default": {}}), json!({"width": 0}), vec!["greater_than"]),
        (&json!({"$ref": "#/components/schemas/Nowhere"}), json!({"any": "thing"}), vec![]),
        (&json!({"$ref": "#/$defs/Nowhere"}), json!(1), vec![]),
        (&pair, json!([1, "a"]), vec![]),
        (&pair, json!(["x", 2]), vec!["float_parsing", "string_type"]),
        (&pair, json!([1]), vec!["sequence_too_short"]),
        (&pair, json!("no list"), vec!["list_type"]),
        (&json!({"type": ["string", "null"]}), json!(null), vec![]),
        (&json!({"type": "string", "nullable": true}), json!(null), vec![]),
        (&json!({"type": "string"}), json!(null), vec!["string_type"]),
        (&json!({"const": "still"}), json!("moving"), vec!["literal_error"]),
        (&json!({"type": "integer", "minimum": 0, "exclusiveMinimum": true}), json!(0), vec!["greater_than"]),
        (
            &json!({"type": "object", "additionalProperties": {"type": "number"}}),
            json!({"a": "b"}),
            vec!["float_parsing"],
        ),
        (&json!({"type": "object"}), json!([]), vec!["dict_type"]),
        (&json!({"type": "number", "multipleOf": 0.1}), json!(0.3), vec![]),
        (&json!({"type": "boolean"}), json!("yes"), vec![]),
        (&json!({"type": "boolean"}), json!(2), vec!["bool_type"]),
        (&json!({"type": "integer"}), json!(u64::MAX), vec![]),
    ] {
        assert_eq!(kinds(schema, &value), wanted, "{schema} {value}");
    }
}

#[test]
fn a_required_field_with_a_default_may_be_absent() {
    let schema = json!({"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "string", "default": "x"}, "b": {"type": "string"}}});
    let root = json!({});
    let found = check(Document::new(&root, None, None), &schema, &json!({}));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].loc, [json!("b")]);
}

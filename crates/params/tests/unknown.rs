//! The caller's own fields that the schema does not have: refused, or passed on where that was allowed.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{fields, noted, prompt, refused, strict};
use mediagen_core::{ErrorKind, ModelKind::TextToImage, ProblemCode, Request};
use serde_json::{Value, json};

/// A model with a list, an object and a choice of objects.
fn input() -> Value {
    let part = json!({"type": "object", "properties": {"x": {"type": "integer"}}});
    let other = json!({"type": "object", "properties": {"y": {"type": "string"}}});
    fields(&[
        ("num_images", json!({"type": "integer", "maximum": 4})),
        ("box", part.clone()),
        ("choice", json!({"anyOf": [part, other]})),
    ])
}

/// The request under both policies.
fn both(request: Request) -> [Request; 2] {
    [request.clone(), strict(request)]
}

#[test]
fn an_unknown_field_is_refused_with_the_nearest_name_under_both_policies() {
    for request in both(prompt().with_extra("num_image", 2)) {
        let error = refused(&request, TextToImage, &input());
        assert_eq!((error.kind(), error.fields()[0].path.as_str()), (ErrorKind::InvalidInput, "num_image"));
        assert_eq!(error.fields()[0].code, Some(ProblemCode::Unknown));
        assert!(error.to_string().contains("did you mean `num_images`?"), "{error}");
    }
    for request in both(prompt().with_extra("box.z", 2).with_extra("choice", json!({"q": 1}))) {
        let error = refused(&request, TextToImage, &input());
        let paths: Vec<&str> = error.fields().iter().map(|field| field.path.as_str()).collect();
        assert_eq!(paths, ["box.z", "choice.q"], "{error}");
    }
}

#[test]
fn allowed_unknown_fields_are_passed_on_with_a_note_each_under_both_policies() {
    let request = prompt()
        .with_allow_unknown(true)
        .with_extra("num_image", "2")
        .with_extra("box.z", json!([1]))
        .with_extra("choice", json!({"y": "a", "q": 1}))
        .with_extra("new.deep.0.name", true);
    for request in both(request) {
        let (body, notes) = noted(&request, TextToImage, &input());
        // What the schema does not know is not typed: text stays text.
        let sent = json!({"prompt": "a lighthouse", "num_image": "2", "box": {"z": [1]}, "choice": {"y": "a", "q": 1},
            "new": {"deep": [{"name": true}]}});
        assert_eq!(body, sent);
        let mut told: Vec<_> = notes.iter().map(|note| (note.option.as_str(), &note.from, &note.to)).collect();
        told.sort_by_key(|(option, ..)| *option);
        let (deep, list) = (json!({"deep": [{"name": true}]}), json!([1]));
        let two = json!("2");
        assert_eq!(
            told,
            [
                ("box.z", &list, &list),
                ("choice.q", &json!(1), &json!(1)),
                ("new", &deep, &deep),
                ("num_image", &two, &two)
            ]
        );
        assert!(notes.iter().all(|note| note.why.contains("no such field")), "{notes:?}");
    }
}

#[test]
fn leave_for_unknown_fields_loosens_nothing_else() {
    let request = prompt().with_allow_unknown(true).with_extra("num_images", 9).with_extra("prompt.style", "x");
    for request in both(request.clone()) {
        let error = refused(&request, TextToImage, &input());
        let paths: Vec<&str> = error.fields().iter().map(|field| field.path.as_str()).collect();
        assert!(paths.contains(&"num_images") && paths.contains(&"prompt"), "{error}");
    }
    let mut request = prompt().with_allow_unknown(true);
    request.options.steps = Some(4);
    let error = refused(&strict(request), TextToImage, &input());
    assert_eq!(error.fields()[0].path, "steps", "an option is not a field of the model's own");
    let plain = noted(&prompt().with_allow_unknown(true), TextToImage, &input());
    assert_eq!(plain, (json!({"prompt": "a lighthouse"}), vec![]));
    let text = serde_json::to_string(&prompt().with_allow_unknown(true)).unwrap();
    assert!(serde_json::from_str::<Request>(&text).unwrap().allow_unknown);
    assert!(!serde_json::from_str::<Request>(r#"{"prompt": "p"}"#).unwrap().allow_unknown);
}

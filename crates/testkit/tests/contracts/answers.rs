//! Checks 1, 3 and 4: how a provider may answer.

use super::{carry_at, carry_model, context, fake_at, mount, resource};
use mediagen_core::{
    Deadlines, ErrorKind, Field, FieldType, JobTicket, ModelId, ModelKind, ModelQuery, ModelSpec, PartSource, Registry,
    Schema, SchemaSource, Settings, TextToAudioRequest, TextToImageRequest,
    kind::{TextToAudio, TextToImage},
};
use mediagen_testkit::{
    Scenario, Server,
    bytes_now::{BYTES_NOW, MODELS, PROVIDER},
    fake::FakeService,
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

#[tokio::test]
async fn c5_1_a_provider_that_answers_bytes_at_once_has_a_file_and_no_job() {
    let registry = Registry::from_entries([&PROVIDER], &MODELS).unwrap();
    let provider = registry.connect("bytes-now", &Settings::new()).unwrap();
    let (cx, recorder) = context();
    let model = registry.model::<TextToAudio>(&cx, &provider, "tone").await.unwrap();

    let submitted = model.submit(TextToAudioRequest::new("hello")).await.unwrap();
    assert!(submitted.job().is_none());
    let output = model.run(TextToAudioRequest::new("hello")).await.unwrap();
    let PartSource::Bytes(file) = &output.parts[0].source else { panic!("{:?}", output.parts) };
    assert_eq!((&file[..4], file.len(), output.parts[0].facts.bytes), (&b"RIFF"[..], 44 + 5 * 80, Some(444)));
    assert!(output.raw.is_null() && output.request_id.is_none());

    let tickets = recorder.events().iter().filter(|e| matches!(e, mediagen_core::Event::Submitted(_))).count();
    assert_eq!(tickets, 0, "there is nothing to resume, so nothing may be written to a journal");
    let ticket = JobTicket::new(ModelId::new(BYTES_NOW.id.clone(), "tone"), ModelKind::TextToAudio, None, Value::Null);
    assert_eq!(model.resume(ticket).unwrap_err().kind(), ErrorKind::Unsupported);
    let prepared = model.prepare("hello").await.unwrap();
    assert_eq!(Value::Object(prepared.plan().body.clone()), json!({"prompt": "hello"}));
    assert_eq!(provider.list(&cx, &ModelQuery::default()).await.unwrap_err().kind(), ErrorKind::Unsupported);
    // Nothing is known of its fields, and that is not an error.
    assert!(model.endpoint().fields().is_empty());
    assert_eq!(model.endpoint().prompt_limit(), Some(100_000));
    assert_eq!(provider.schema_document(&cx, "tone").await.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_provider_with_a_schema_and_no_mapping_lists_its_fields_without_options() {
    let (registry, provider) = fake_at(&Arc::new(FakeService::new(Scenario::Succeeds)));
    let name = ModelId::new(provider.name(), "any");
    let fields = vec![Field::new("words", FieldType::text()).required(), Field::new("seed", FieldType::Any)];
    let spec = ModelSpec::new(name).with_schema(Schema::new(SchemaSource::Live, fields));
    let places = registry.bind(&provider, Arc::new(spec), ModelKind::TextToImage).unwrap().fields();
    let listed: Vec<_> =
        places.iter().map(|place| (place.field.as_str(), place.required, place.options.len())).collect();
    assert_eq!(listed, [("words", true, 0), ("seed", false, 0)]);
}

#[tokio::test]
async fn c5_3_an_unknown_status_ends_at_the_deadline_with_its_word() {
    let server = Server::start().await.unwrap();
    mount(&server, resource("waiting", &Value::Null), vec![resource("simmering", &Value::Null)]).await;
    let (cx, recorder) = context();
    let cx = cx.with_deadlines(Deadlines::default().with_start(Duration::from_secs(40)));
    let error = carry_model(&carry_at(&server), "acme/paint", &cx).run(TextToImageRequest::new("a fox")).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(mediagen_core::Deadline::Start));
    assert!(error.to_string().contains("simmering"), "{error}");
    assert_eq!(error.request_id(), Some("j-9"));
    assert!(recorder.requested_in(mediagen_core::Phase::Status) > 3);
    assert_eq!(server.count("POST", "/"), 1);
}

#[tokio::test]
async fn c5_3_done_at_once_partly_done_and_not_done_all_end_right() {
    let files = json!(["https://files.test/a.png", "https://files.test/b.png"]);
    let half = json!(["https://files.test/a.png"]);
    let cases = [
        ("done at once", resource("done", &files), 0),
        ("an output next to a job that still works", resource("working", &half), 1),
        ("nothing yet", resource("waiting", &Value::Null), 1),
    ];
    for (case, submit, polls) in cases {
        let server = Server::start().await.unwrap();
        mount(&server, submit, vec![resource("done", &files)]).await;
        let (cx, _) = context();
        let model = carry_model(&carry_at(&server), "acme/paint", &cx);
        let output = model.run(TextToImageRequest::new("a fox")).await.unwrap();
        assert_eq!((output.parts.len(), server.count("GET", "/")), (2, polls), "{case}");
    }
}

#[tokio::test]
async fn c5_4_every_shape_of_answer_gives_its_parts_and_none_is_no_success() {
    let cases = [
        (json!("https://files.test/a.png"), Some(vec![""])),
        (json!(["https://files.test/a.png", "https://files.test/b.png"]), Some(vec!["/0", "/1"])),
        (json!({"a": "https://files.test/a", "b": ["https://files.test/b"]}), Some(vec!["/a", "/b/0"])),
        (json!("data:image/png;base64,iVBORw0KGgo="), Some(vec![""])),
        (json!(3), None),
        (Value::Null, None),
        (json!("done, see https://files.test/a.png"), None),
    ];
    for (answer, expected) in cases {
        let server = Server::start().await.unwrap();
        mount(&server, resource("waiting", &Value::Null), vec![resource("done", &answer)]).await;
        let (cx, _) = context();
        let model = carry_model(&carry_at(&server), "acme/paint", &cx);
        let outcome = model.run(TextToImageRequest::new("a fox")).await;
        match expected {
            Some(pointers) => {
                let output = outcome.unwrap();
                assert_eq!(output.parts.iter().map(|p| p.pointer.as_str()).collect::<Vec<_>>(), pointers, "{answer}");
            }
            None => assert_eq!(outcome.unwrap_err().kind(), ErrorKind::InvalidResponse, "{answer}"),
        }
    }
}

#[tokio::test]
async fn c5_4_fewer_files_than_requested_leave_a_note() {
    let service = Arc::new(FakeService::new(Scenario::Succeeds));
    let (registry, provider) = fake_at(&service);
    let (cx, _) = context();
    let model = registry.model::<TextToImage>(&cx, &provider, "toys/text-to-image").await.unwrap();
    for (wanted, came, notes) in [(1, 1, 0), (2, 2, 0), (4, 2, 1)] {
        let output = model.run(TextToImageRequest::new("a fox").with_count(wanted)).await.unwrap();
        assert_eq!((output.parts.len(), output.notes.len()), (came, notes), "requested {wanted}");
    }
}

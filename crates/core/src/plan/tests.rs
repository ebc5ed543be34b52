//! A plan survives as text, slots are filled once, and nothing that is content is shown.

use super::*;
use crate::{
    Caps, Context, Endpoint, Error, ErrorKind, Event, Field, FieldType, Flow, MediaInput, ModelSpec, Output, Part,
    PartSource, ProviderId, Request, Result, Schema, SchemaSource, SubmitError, SubmitFailure, Submitted, still::Still,
};
use async_trait::async_trait;
use serde_json::json;
use std::sync::{Arc, Mutex};

/// An endpoint that answers at once, and keeps every body that it was paid for.
#[derive(Debug)]
struct Instant {
    spec: Arc<ModelSpec>,
    sent: Mutex<Vec<Value>>,
    outcome: fn() -> Result<Output, SubmitError>,
}

#[async_trait]
impl Endpoint for Instant {
    fn spec(&self) -> &Arc<ModelSpec> {
        &self.spec
    }
    fn kind(&self) -> ModelKind {
        ModelKind::ImageToVideo
    }
    fn caps(&self) -> Caps {
        Caps::new(Flow::Done)
    }
    async fn prepare(&self, _: &Context, request: &Request) -> Result<Plan> {
        let Value::Object(body) = json!({"prompt": request.prompt, "image": null, "list": [null]}) else {
            unreachable!()
        };
        let inputs = request.inputs.iter().map(Measured::from).collect();
        let slots = vec![Slot::new(0, Role::Image, "/image"), Slot::new(0, Role::Image, "/list/0")];
        let note = Note::new("seed", 7, Value::Null, "the model has no seed");
        Ok(Plan::new(self.spec.id.clone(), self.kind(), body)
            .with_inputs(inputs)
            .with_slots(slots)
            .with_notes(vec![note])
            .with_private(json!({"route": "fast"})))
    }
    async fn upload(&self, _: &Context, _: &Plan, inputs: &[MediaInput]) -> Result<Vec<Uploaded>> {
        let mut upload = Uploaded::new(0, format!("https://files.test/{}", inputs[0].name()));
        upload.blake3 = Some("11".into());
        Ok(vec![upload])
    }
    async fn submit(&self, _: &Context, plan: &Plan, body: Value, _: &Intent) -> Result<Submitted, SubmitError> {
        assert_eq!(plan.private, json!({"route": "fast"}));
        self.sent.lock().unwrap().push(body);
        (self.outcome)().map(Submitted::Done)
    }
}

fn endpoint(outcome: fn() -> Result<Output, SubmitError>) -> Arc<Instant> {
    let spec = ModelSpec::new(ModelId::new(ProviderId::new("toy"), "acme/move"));
    Arc::new(Instant { spec: Arc::new(spec), sent: Mutex::default(), outcome })
}

#[expect(clippy::unnecessary_wraps, reason = "one of the outcomes that an endpoint may have")]
fn answered() -> Result<Output, SubmitError> {
    let part = Part::new("/video", PartSource::DataUri("data:,".into()));
    Ok(Output { parts: vec![part], ..Output::default() })
}

fn request() -> Request {
    Request::new().with_prompt("move").with_input(Role::Image, "a.png")
}

async fn prepared(endpoint: &Arc<Instant>, cx: &Context) -> Prepared {
    let endpoint: Arc<dyn Endpoint> = Arc::<Instant>::clone(endpoint);
    prepare(&endpoint, cx, &request()).await.unwrap()
}

fn intent(ready: &Ready) -> Intent {
    Intent::new("k", ready.digest(), SystemTime::UNIX_EPOCH)
}

#[tokio::test]
async fn a_plan_from_text_sends_the_same_body_as_the_plan_that_was_made() {
    let endpoint = endpoint(answered);
    let cx = Context::new(Still);
    let fresh = prepared(&endpoint, &cx).await;
    let text = serde_json::to_string(fresh.plan()).unwrap();
    let plan: Plan = serde_json::from_str(&text).unwrap();
    let restored = Prepared::restore(Arc::<Instant>::clone(&endpoint), plan, vec!["a.png".into()]).unwrap();
    for prepared in [fresh, restored] {
        let ready = prepared.upload(&cx).await.unwrap();
        let intent = intent(&ready);
        ready.submit(&cx, &intent).await.unwrap();
    }
    let sent = endpoint.sent.lock().unwrap();
    let expected = json!({"prompt": "move", "image": "https://files.test/a.png", "list": ["https://files.test/a.png"]});
    assert_eq!(*sent, [expected.clone(), expected]);
}

#[tokio::test]
async fn an_output_is_completed_with_what_only_the_request_knows() {
    let endpoint = endpoint(answered);
    let events = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&events);
    let cx = Context::new(Still).with_observer(move |event: &Event| seen.lock().unwrap().push(format!("{event:?}")));
    let ready = prepared(&endpoint, &cx).await.upload(&cx).await.unwrap();
    let intent = intent(&ready);
    let Submitted::Done(output) = ready.submit(&cx, &intent).await.unwrap() else { panic!("a job") };
    assert_eq!(output.body["image"], "https://files.test/a.png");
    assert_eq!(output.notes.len(), 1);
    assert_eq!(output.inputs[0].name, "a.png");
    let events = events.lock().unwrap();
    assert!(events[0].starts_with("Adjusted"), "{events:?}");
    assert_eq!(events.iter().filter(|event| *event == "Completed").count(), 1);
}

#[tokio::test]
async fn content_goes_into_the_body_and_is_only_named_where_it_is_shown() {
    let endpoint = endpoint(answered);
    let cx = Context::new(Still);
    let prepared = prepared(&endpoint, &cx).await;
    let inline = Uploaded::inline(0, "data:image/png;base64,SECRETCONTENT", "data:image/png;base64,…");
    let ready = prepared.ready(vec![inline]).unwrap();
    assert!(!serde_json::to_string(ready.shown()).unwrap().contains("SECRETCONTENT"));
    let intent = intent(&ready);
    let Submitted::Done(output) = ready.submit(&cx, &intent).await.unwrap() else { panic!("a job") };
    assert!(!output.body.to_string().contains("SECRETCONTENT"));
    assert_eq!(endpoint.sent.lock().unwrap()[0]["list"][0], "data:image/png;base64,SECRETCONTENT");
}

#[tokio::test]
async fn a_secret_field_leaves_and_is_hidden_in_what_is_shown_and_recorded() {
    let mut prompt = Field::new("prompt", FieldType::text());
    prompt.secret = true;
    let schema = Schema::new(SchemaSource::Live, vec![prompt]);
    let spec = ModelSpec::new(ModelId::new(ProviderId::new("toy"), "acme/move")).with_schema(schema);
    let endpoint = Arc::new(Instant { spec: Arc::new(spec), sent: Mutex::default(), outcome: answered });
    let cx = Context::new(Still);
    let ready = prepared(&endpoint, &cx).await.upload(&cx).await.unwrap();
    assert_eq!(ready.shown()["prompt"], "…");
    let intent = intent(&ready);
    let Submitted::Done(output) = ready.submit(&cx, &intent).await.unwrap() else { panic!("a job") };
    assert_eq!((&output.body["prompt"], &output.body["image"]), (&json!("…"), &json!("https://files.test/a.png")));
    assert_eq!(endpoint.sent.lock().unwrap()[0]["prompt"], "move");
}

#[tokio::test]
async fn only_what_did_not_leave_is_given_back_and_a_careless_error_is_unknown() {
    let cx = Context::new(Still);
    let not_sent = endpoint(|| Err(SubmitError::NotSent(Error::new(ErrorKind::Unavailable, "refused"))));
    let ready = prepared(&not_sent, &cx).await.upload(&cx).await.unwrap();
    let intent = intent(&ready);
    let Err(SubmitFailure::NotSent(back, _)) = ready.submit(&cx, &intent).await else { panic!("it was sent") };
    assert_eq!(back.digest(), intent.digest);
    let careless = endpoint(|| {
        Err(Error::new(ErrorKind::InvalidResponse, "cut"))?;
        answered()
    });
    let ready = prepared(&careless, &cx).await.upload(&cx).await.unwrap();
    let error: Error = ready.submit(&cx, &intent).await.unwrap_err().into();
    assert_eq!((error.kind(), error.dispatch()), (ErrorKind::SubmitUnknown, crate::Dispatch::Unknown));
    assert!(!error.is_safe_to_resubmit());
}

#[tokio::test]
async fn plans_of_others_of_the_future_and_with_changed_inputs_are_refused() {
    let endpoint = endpoint(answered);
    let cx = Context::new(Still);
    let prepared = prepared(&endpoint, &cx).await;
    let restore = |plan: Plan| Prepared::restore(Arc::<Instant>::clone(&endpoint), plan, vec!["a.png".into()]);
    let newer = Plan { version: PLAN_VERSION + 1, ..prepared.plan().clone() };
    assert_eq!(restore(newer).unwrap_err().kind(), ErrorKind::PlanTooNew);
    let other = Plan { kind: ModelKind::TextToImage, ..prepared.plan().clone() };
    assert_eq!(restore(other).unwrap_err().kind(), ErrorKind::KindMismatch);
    let mut changed = prepared.plan().clone();
    changed.inputs[0].blake3 = Some("00".into());
    let error = restore(changed).unwrap().upload(&cx).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InputChanged);
    assert_eq!(error.fields()[0].path, "image");
    assert_eq!(prepared.ready(Vec::new()).unwrap_err().kind(), ErrorKind::InputGone);
}

#[tokio::test]
async fn what_a_kind_requires_and_what_cannot_be_understood_is_refused_before_the_endpoint_sees_it() {
    let endpoint: Arc<dyn Endpoint> = endpoint(answered);
    let cx = Context::new(Still);
    let error = prepare(&endpoint, &cx, &Request::new()).await.unwrap_err();
    assert_eq!(error.fields()[0].path, "image");
    let request = Request::new().with_input(Role::Image, "https://");
    let error = prepare(&endpoint, &cx, &request).await.unwrap_err();
    assert_eq!((error.kind(), &*error.fields()[0].path), (ErrorKind::InvalidInput, "image"));
    assert!(prepare(&endpoint, &cx, &Request::new().with_extra("image", "x")).await.is_ok());
}

#[tokio::test]
async fn a_stub_of_a_model_with_a_schema_does_everything_but_prepare() {
    let whole = endpoint(answered);
    let schema = Schema::new(SchemaSource::Live, vec![Field::new("image", FieldType::text())]);
    let described = ModelSpec::clone(&whole.spec).with_schema(schema);
    let text = serde_json::to_string(&described.stub()).unwrap();
    let stub: ModelSpec = serde_json::from_str(&text).unwrap();
    let bare = Arc::new(Instant { spec: Arc::new(stub), sent: Mutex::default(), outcome: answered });
    let cx = Context::new(Still);

    let of_stub: Arc<dyn Endpoint> = Arc::clone(&bare) as _;
    let refused = prepare(&of_stub, &cx, &request()).await.unwrap_err();
    assert_eq!((refused.kind(), refused.hint()), (ErrorKind::Unsupported, Some("describe the model again")));

    let plan = prepared(&whole, &cx).await.plan().clone();
    let restored = Prepared::restore(of_stub, plan, vec!["a.png".into()]).unwrap();
    let ready = restored.upload(&cx).await.unwrap();
    let intent = intent(&ready);
    ready.submit(&cx, &intent).await.unwrap();
    assert_eq!(bare.sent.lock().unwrap().len(), 1);
    assert_eq!(whole.spec.stub().schema.source, SchemaSource::None, "what has no schema can be prepared from its stub");
}

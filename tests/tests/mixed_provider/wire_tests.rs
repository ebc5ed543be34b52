//! What leaves, what comes, and what it costs.

use crate::far::{Far, REVISION};
use libtest_mimic::{Failed, Trial};
use mediagen::assets::{
    Asset,
    keep::{Inputs, Provenance},
    record::TimingsMs,
};
use mediagen::core::{
    Context, Error, ErrorKind, FieldType, Intent, JobTicket, Lost, MediaInput, ModelId, ModelKind, Money, Output,
    PartSource, Phase, Request, Role, UploadCaps, prepare,
};
use mediagen_testkit::{Harness as _, Scenario, Server, TokioClock, canonical_request};
use serde_json::{Value, json};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("its_own_names_and_a_file_name_are_on_the_wire", || run(names_on_the_wire())),
        Trial::test("an_answer_is_a_bare_address_and_names_its_revision", || run(bare_address())),
        Trial::test("costs_are_in_the_unit_of_the_price_or_not_at_all", || run(costs())),
        Trial::test("each_kind_has_caps_of_its_own", || run(caps())),
    ]
}

fn run(test: impl Future<Output = Result<(), Failed>>) -> Result<(), Failed> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(test)
}

async fn generated(server: &Server, kind: ModelKind, request: &Request) -> Result<Output, Failed> {
    Far.mount(server, kind, Scenario::Succeeds).await;
    let (provider, cx) = (Far.connect(server.base())?, Context::new(TokioClock::new()));
    let endpoint = Far.registry().endpoint(&cx, &provider, &Far.model(kind), Some(kind)).await?;
    let ready = prepare(&endpoint, &cx, request).await?.upload(&cx).await?;
    let intent = Intent::new("mixed", ready.digest(), cx.clock().now());
    let submitted = ready.submit(&cx, &intent).await.map_err(Error::from)?;
    Ok(submitted.finish(&cx).await?)
}

async fn names_on_the_wire() -> Result<(), Failed> {
    let server = Server::start().await?;
    let request = Request::new()
        .with_prompt("a fox runs")
        .with_input(Role::Image, MediaInput::bytes(vec![0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a], "my fox.png"));
    let output = generated(&server, ModelKind::ImageToVideo, &request).await?;
    assert_eq!(output.parts.len(), 1);
    let bodies = Far.submitted(&server);
    let body: Value = serde_json::from_slice(&bodies[0])?;
    let input = json!({"wording": "a fox runs", "stills": [{"sheet": "in-1.png"}]});
    assert_eq!(body, json!({"model": "animate", "input": input}));
    assert_eq!(output.body, input, "what is kept shows the reference, not the content");
    let uploads: Vec<_> = server.seen().into_iter().filter(|seen| Far.phase(seen) == Some(Phase::Upload)).collect();
    let form = String::from_utf8_lossy(&uploads[0].body).into_owned();
    assert!(uploads.len() == 1 && form.contains("filename=\"my_fox.png\""), "{form}");
    Ok(())
}

async fn bare_address() -> Result<(), Failed> {
    let server = Server::start().await?;
    let output = generated(&server, ModelKind::TextToImage, &canonical_request(ModelKind::TextToImage)).await?;
    assert_eq!((output.raw.as_str(), output.parts[0].pointer.as_str()), (output.parts[0].url().map(AsRef::as_ref), ""));
    assert_eq!(output.revision.as_deref(), Some(REVISION));
    let output =
        generated(&Server::start().await?, ModelKind::TextToAudio, &Request::new().with_prompt("hello")).await?;
    assert!(matches!(&output.parts[0].source, PartSource::Bytes(content) if content.starts_with(b"RIFF")));
    assert!(output.raw.is_null() && output.revision.as_deref() == Some(REVISION));
    let video = canonical_request(ModelKind::ImageToVideo);
    let output = generated(&Server::start().await?, ModelKind::ImageToVideo, &video).await?;
    assert_eq!(output.revision.as_deref(), Some(REVISION), "the revision outlives the process in the ticket");
    Ok(())
}

async fn costs() -> Result<(), Failed> {
    // One call, and one and a half seconds of a machine: each price takes the count that is in its own unit.
    let expected = [
        (ModelKind::TextToImage, Some(Money::usd(0.003)), (1.0, "request", Some(0.003))),
        (ModelKind::ImageToVideo, Some(Money::usd(0.003)), (1.5, "compute second", Some(0.003))),
        (ModelKind::TextToAudio, None, (1.0, "request", None)),
    ];
    for (kind, cost, billed) in expected {
        let server = Server::start().await?;
        let mut output = generated(&server, kind, &canonical_request(kind)).await?;
        assert_eq!(output.usage.counts.len(), 2);
        let (provider, cx) = (Far.connect(server.base())?, Context::new(TokioClock::new()));
        let model = Far.model(kind);
        let prices = provider.prices(&cx, &[&model]).await?.remove(&model).unwrap_or_default();
        let body = output.body.as_object().cloned().unwrap_or_default();
        assert_eq!(output.usage.cost(&prices, &body), cost, "{model}");

        output.usage.counts = output.usage.billed(&prices, &body).into_iter().collect();
        output.usage.money = cost;
        let id = ModelId::new(provider.name(), model);
        let made = Provenance::new(&id, kind, &canonical_request(kind), Inputs::default()).with_output(&output);
        let record = made.record(0, &Asset::from_bytes("content", "a.bin"), TimingsMs::default());
        let made = record.made.ok_or("the record does not say what made the file")?;
        let (number, unit, amount) = billed;
        assert_eq!((made.cost.billed_units, made.cost.unit.as_deref()), (Some(number), Some(unit)));
        assert_eq!((made.cost.amount, made.revision.as_deref()), (amount, Some(REVISION)));
    }
    Ok(())
}

async fn caps() -> Result<(), Failed> {
    let cx = Context::new(TokioClock::new());
    for (kind, resumes) in
        [(ModelKind::TextToImage, false), (ModelKind::ImageToVideo, true), (ModelKind::TextToAudio, false)]
    {
        let server = Server::start().await?;
        Far.mount(&server, kind, Scenario::Succeeds).await;
        let provider = Far.connect(server.base())?;
        let endpoint = Far.registry().endpoint(&cx, &provider, &Far.model(kind), None).await?;
        let caps = endpoint.caps();
        assert_eq!((endpoint.kind(), caps.resume, caps.lost), (kind, resumes, Lost::Gone));
        assert_eq!(caps.upload, resumes.then(UploadCaps::new));
        let address = (kind != ModelKind::TextToAudio).then(FieldType::address);
        assert_eq!(endpoint.spec().schema.output, address, "the root of the answer is the address");
        assert_eq!(endpoint.prompt_limit(), Some(5000), "by its own name for the prompt");
        let named = endpoint.fields().into_iter().find(|place| place.options.contains(&"prompt"));
        assert_eq!(named.map(|place| place.field), Some("wording".to_owned()));
        let ticket = JobTicket::new(endpoint.spec().id.clone(), kind, Some("v-1".into()), Value::Null);
        let refused = endpoint.resume(ticket).err().map(|error| error.kind());
        assert_eq!(refused, (!resumes).then_some(ErrorKind::Unsupported));
    }
    Ok(())
}

//! Scenarios about the plan: what it holds, and what can be done with nothing else.

use super::request::local;
use crate::{
    UNKNOWN_PARAM,
    bench::{Bench, Verdict, ensure},
};
use bytes::Bytes;
use mediagen_core::{
    Endpoint, Event, Flow, JobTicket, Lost, ModelSpec, Note, Output, Phase, Plan, Prepared, Provider, Reconciled,
    Request, Submitted,
};
use serde_json::Value;
use std::sync::Arc;

/// A plan on its way through text.
fn reread(plan: &Plan) -> Result<Plan, String> {
    let text = serde_json::to_string(plan).map_err(|e| format!("the plan cannot be written down: {e}"))?;
    let reread: Plan = serde_json::from_str(&text).map_err(|e| format!("the plan cannot be read again: {e}"))?;
    ensure(reread == *plan, || format!("the plan changes on its way through text: {plan:?} became {reread:?}"))?;
    Ok(reread)
}

async fn prepare(bench: &Bench, request: &Request) -> Result<Prepared, String> {
    bench.prepare(request).await.map_err(|error| format!("a plan was expected: {error:?}"))
}

async fn pay(bench: &Bench, prepared: Prepared) -> Result<Submitted, String> {
    let ready = prepared.upload(&bench.cx).await.inspect_err(|error| bench.keep_error(error));
    let ready = ready.map_err(|error| format!("the upload failed: {error:?}"))?;
    bench.pay(ready).await.map_err(|failure| format!("the submit failed: {failure:?}"))
}

pub(super) async fn from_text(bench: &Bench) -> Verdict {
    let prepared = prepare(bench, &bench.request()).await?;
    let plan = reread(prepared.plan())?;
    let endpoint = bench.endpoint(&bench.connect_again()?).await.map_err(|e| e.to_string())?;
    let restored = Prepared::restore(endpoint, plan, prepared.inputs().to_vec()).map_err(|e| e.to_string())?;
    pay(bench, prepared).await?;
    pay(bench, restored).await?;
    let bodies = bench.harness.submitted(&bench.server);
    let [first, second] = bodies.as_slice() else {
        return Err(format!("{} bodies arrived for two submits", bodies.len()));
    };
    ensure(same(first, second), || format!("the restored plan sends another body: {second:?} instead of {first:?}"))
}

/// Whether both hold the same, as JSON where they are JSON.
fn same(one: &Bytes, other: &Bytes) -> bool {
    let json = |body: &Bytes| serde_json::from_slice::<Value>(body).ok();
    match (json(one), json(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// Binds the model by what a journal keeps of its spec.
fn bind_stub(bench: &Bench, provider: &Arc<dyn Provider>, spec: &ModelSpec) -> Result<Arc<dyn Endpoint>, String> {
    let text = serde_json::to_string(&spec.stub()).map_err(|e| format!("the stub cannot be written down: {e}"))?;
    bench.keep_text(&text);
    let stub: ModelSpec = serde_json::from_str(&text).map_err(|e| format!("the stub cannot be read again: {e}"))?;
    let bound = bench.registry.bind(provider, Arc::new(stub), bench.kind);
    bound.map_err(|error| format!("the stub cannot be bound: {error:?}"))
}

pub(super) async fn stub(bench: &Bench) -> Verdict {
    let first = bench.endpoint(&bench.provider).await.map_err(|error| format!("no model: {error:?}"))?;
    let mut request = bench.request();
    if let (Some(input), true) = (request.inputs.first_mut(), first.caps().upload.is_some()) {
        (_, input.media) = local(input.role);
    }
    let prepared = prepare(bench, &request).await?;
    let plan = reread(prepared.plan())?;

    let provider = bench.connect_again()?;
    let reads = bench.calls(Phase::Catalogue);
    let endpoint = bind_stub(bench, &provider, first.spec())?;
    let caps = endpoint.caps();
    ensure(caps == first.caps(), || {
        format!("from the stub it has other caps: {caps:?} instead of {:?}", first.caps())
    })?;
    let restored = Prepared::restore(Arc::clone(&endpoint), plan, prepared.inputs().to_vec());
    let restored = restored.map_err(|error| format!("the plan is refused: {error:?}"))?;
    let submitted = pay(bench, restored).await?;
    let ticket = submitted.job().map(|job| job.ticket().clone());
    let output = finish(bench, &endpoint, submitted).await?;
    ensure(!output.parts.is_empty(), || "the output has no parts".into())?;
    reconciles(bench, &endpoint, prepared.plan(), ticket).await?;
    let more = bench.calls(Phase::Catalogue) - reads;
    ensure(more == 0, || format!("{more} calls read the schema, which a plan makes needless"))?;

    // A model with a schema must not be mapped as if it had none.
    let again = mediagen_core::prepare(&endpoint, &bench.cx, &request).await;
    match again.inspect_err(|error| bench.keep_error(error)) {
        Err(_) => Ok(()),
        Ok(again) => ensure(again.plan().body == prepared.plan().body, || {
            format!("without the schema it prepares another body: {:?}", again.plan().body)
        }),
    }
}

/// The output, of a job by its ticket.
async fn finish(bench: &Bench, endpoint: &Arc<dyn Endpoint>, submitted: Submitted) -> Result<Output, String> {
    let job = match submitted {
        Submitted::Done(output) => return Ok(output),
        Submitted::Running(job) => job,
        _ => return Err("the submit led to something that is not known".into()),
    };
    ensure(endpoint.caps().flow != Flow::Done, || "an endpoint without jobs started one".into())?;
    let job = if endpoint.caps().resume {
        endpoint.resume(job.ticket().clone()).map_err(|error| format!("the ticket is refused: {error:?}"))?
    } else {
        job
    };
    let output = job.wait(&bench.cx).await.inspect_err(|error| bench.keep_error(error));
    output.map_err(|error| format!("an output was expected: {error:?}"))
}

async fn reconciles(bench: &Bench, endpoint: &Arc<dyn Endpoint>, plan: &Plan, ticket: Option<JobTicket>) -> Verdict {
    let found = endpoint.reconcile(&bench.cx, plan, &bench.intent()).await;
    let found = found.inspect_err(|error| bench.keep_error(error));
    let found = found.map_err(|error| format!("it could not be found out what became of the submit: {error:?}"))?;
    let Some(ticket) = ticket.filter(|_| endpoint.caps().lost == Lost::Reconcile) else { return Ok(()) };
    match &found {
        Reconciled::Accepted(found) if found.request_id == ticket.request_id => Ok(()),
        other => Err(format!("a submit that arrived is reconciled as {other:?}")),
    }
}

pub(super) async fn adjusts(bench: &Bench) -> Verdict {
    let request = bench.request().with_extra(UNKNOWN_PARAM, 1).with_allow_unknown(true);
    let prepared = prepare(bench, &request).await?;
    let notes = prepared.plan().notes.clone();
    let named = notes.iter().any(|note| note.option.contains(UNKNOWN_PARAM));
    ensure(named, || format!("no note in the plan is about `{UNKNOWN_PARAM}`: {notes:?}"))?;
    let endpoint = Arc::clone(prepared.endpoint());
    let submitted = pay(bench, prepared).await?;
    let output = match submitted {
        Submitted::Running(job) => job.wait(&bench.cx).await.map_err(|e| format!("an output was expected: {e:?}"))?,
        done => finish(bench, &endpoint, done).await?,
    };
    let reported: Vec<Note> = bench
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Adjusted(note) => Some(note),
            _ => None,
        })
        .collect();
    ensure(reported == notes, || format!("the plan has the notes {notes:?}, reported were {reported:?}"))?;
    for note in &notes {
        let times = output.notes.iter().filter(|other| *other == note).count();
        ensure(times == 1, || format!("`{note}` is {times} times in the output"))?;
    }
    Ok(())
}

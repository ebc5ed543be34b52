//! Scenarios that end with an output.

use crate::{
    DATA_URI, RETRY_HINT, WANTED_PARTS,
    bench::{Bench, Verdict, ensure},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use mediagen_core::{Event, Flow, Output, PartSource, Phase, Request};

/// Runs the canonical request; an output is expected.
async fn output(bench: &Bench) -> Result<Output, String> {
    output_of(bench, &bench.request()).await
}

async fn output_of(bench: &Bench, request: &Request) -> Result<Output, String> {
    let outcome = bench.run(request).await;
    let output = outcome.map_err(|error| format!("an output was expected: {error:?}"))?;
    ensure(!output.parts.is_empty(), || "the output has no parts".into())?;
    for part in &output.parts {
        let found = part.pointer.is_empty() || output.raw.pointer(&part.pointer).is_some();
        ensure(found, || format!("`{}` points nowhere in the raw answer", part.pointer))?;
    }
    Ok(output)
}

fn position(events: &[Event], wanted: impl Fn(&Event) -> bool) -> Option<usize> {
    events.iter().position(wanted)
}

fn is_submit(event: &Event) -> bool {
    matches!(event, Event::Requested(Phase::Submit))
}

pub(super) async fn succeeds(bench: &Bench) -> Verdict {
    let output = output(bench).await?;
    bench.submits(1..=1)?;
    let events = bench.events();
    let sent = position(&events, is_submit).ok_or("no event announces the submit")?;
    let completed = position(&events, |e| matches!(e, Event::Completed)).ok_or("no event reports the end")?;
    let ends = events.iter().filter(|e| matches!(e, Event::Completed)).count();
    ensure(ends == 1, || format!("`Completed` came {ends} times"))?;
    let tickets = events.iter().filter(|e| matches!(e, Event::Submitted(_))).count();
    let expected = match bench.caps().flow {
        Flow::Job => 1..=1,
        Flow::Done => 0..=0,
        _ => 0..=1,
    };
    ensure(expected.contains(&tickets), || format!("{tickets} events carry a ticket, expected {expected:?}"))?;
    let Some(submitted) = position(&events, |e| matches!(e, Event::Submitted(_))) else {
        return ensure(sent < completed, || format!("events are out of order: {events:?}"));
    };
    ensure(sent < submitted && submitted < completed, || format!("events are out of order: {events:?}"))?;
    ensure(output.request_id.is_some(), || "the output lacks the request id".into())?;
    ensure(!output.raw.is_null(), || "the raw answer is lost".into())
}

pub(super) async fn queued(bench: &Bench) -> Verdict {
    output(bench).await?;
    bench.submits(1..=1)?;
    let events = bench.events();
    let queued: Vec<Option<u32>> = events
        .iter()
        .filter_map(|e| match e {
            Event::Queued { position } => Some(*position),
            _ => None,
        })
        .collect();
    ensure(!queued.is_empty(), || "the queue was not reported".into())?;
    ensure(queued.windows(2).all(|pair| pair[0] != pair[1]), || format!("a position came twice: {queued:?}"))?;
    let known: Vec<u32> = queued.iter().flatten().copied().collect();
    ensure(known.is_sorted_by(|a, b| a >= b), || format!("positions go up: {known:?}"))?;
    let last_queued = events.iter().rposition(|e| matches!(e, Event::Queued { .. }));
    let running = position(&events, |e| matches!(e, Event::Running { .. }));
    ensure(running.is_none() || running > last_queued, || format!("it queued after it ran: {events:?}"))?;
    let mut lines: Vec<String> = events
        .iter()
        .filter_map(|e| match e {
            Event::Log(line) => Some(format!("{line:?}")),
            _ => None,
        })
        .collect();
    let all = lines.len();
    lines.sort();
    lines.dedup();
    ensure(lines.len() == all, || "a log line came twice".into())?;
    let invented = events.iter().any(|e| matches!(e, Event::Running { progress: Some(_) }));
    ensure(!invented, || "progress was reported that the provider does not know".into())
}

pub(super) async fn immediate(bench: &Bench) -> Verdict {
    output(bench).await?;
    bench.submits(1..=1)?;
    let polls = bench.calls(Phase::Status);
    ensure(polls <= 1, || format!("{polls} polls of a job that was done at once"))
}

pub(super) async fn rate_limited_then_ok(bench: &Bench) -> Verdict {
    output(bench).await?;
    bench.submits(2..=2)?;
    let delays: Vec<_> = bench
        .events()
        .into_iter()
        .filter_map(|e| match e {
            Event::Retrying { phase: Phase::Submit, delay, .. } => Some(delay),
            _ => None,
        })
        .collect();
    ensure(delays.len() == 1, || format!("one repetition was to be reported, not {}", delays.len()))?;
    ensure(delays.iter().all(|delay| *delay >= RETRY_HINT), || format!("the hint was not kept: {delays:?}"))?;
    let waited = bench.cx.clock().elapsed();
    ensure(waited >= RETRY_HINT, || format!("only {waited:?} passed on the caller's clock"))
}

pub(super) async fn dropped_connection(bench: &Bench) -> Verdict {
    output(bench).await?;
    bench.submits(1..=1)
}

pub(super) async fn done_but_running(bench: &Bench) -> Verdict {
    let output = output(bench).await?;
    bench.submits(1..=1)?;
    let parts = output.parts.len();
    ensure(parts == 2, || format!("the job ends with 2 files, the output has {parts}"))
}

pub(super) async fn fewer_parts(bench: &Bench) -> Verdict {
    let mut request = bench.request();
    request.options.count = Some(WANTED_PARTS);
    let output = output_of(bench, &request).await?;
    bench.submits(1..=1)?;
    let parts = output.parts.len();
    ensure(parts < WANTED_PARTS as usize, || {
        format!("fewer than {WANTED_PARTS} files were to be mounted, not {parts}")
    })?;
    let noted = output.notes.iter().any(|note| note.option == "count" && note.to.as_u64() == Some(parts as u64));
    ensure(noted, || {
        format!("{WANTED_PARTS} files were requested, {parts} came, and no note is about it: {:?}", output.notes)
    })
}

pub(super) async fn data_uri(bench: &Bench) -> Verdict {
    let output = output(bench).await?;
    bench.submits(1..=1)?;
    let (_, text) = DATA_URI.split_once(',').unwrap_or_default();
    let content = BASE64_STANDARD.decode(text).unwrap_or_default();
    let whole = output.parts.iter().any(|part| match &part.source {
        PartSource::DataUri(uri) => **uri == *DATA_URI,
        PartSource::Bytes(bytes) => **bytes == *content,
        _ => false,
    });
    ensure(whole, || format!("the file is in the answer, and not in the output: {:?}", output.parts))
}

//! Scenarios about a job's life beyond one wait.

use crate::bench::{Bench, Verdict, ensure};
use mediagen_core::{Cancel, CancelOutcome, ErrorKind, Event, Job, JobTicket, ModelKind, OnDrop, Phase};
use std::time::Duration;

async fn cancel(bench: &Bench, job: &Job) -> Result<CancelOutcome, String> {
    let outcome = job.cancel(&bench.cx).await;
    outcome.inspect_err(|error| bench.keep_error(error)).map_err(|error| format!("the cancel failed: {error:?}"))
}

pub(super) async fn cancel_queued(bench: &Bench) -> Verdict {
    let job = bench.start().await?;
    let outcome = cancel(bench, &job).await?;
    ensure(matches!(outcome, CancelOutcome::Cancelled | CancelOutcome::Requested), || {
        format!("it reports {outcome:?}")
    })?;
    let calls = bench.calls(Phase::Cancel);
    ensure(calls == 1, || format!("{calls} cancels reached the provider"))
}

pub(super) async fn cancel_too_late(bench: &Bench) -> Verdict {
    let job = bench.start().await?;
    let outcome = cancel(bench, &job).await?;
    ensure(outcome == CancelOutcome::AlreadyFinished, || format!("it reports {outcome:?}"))
}

pub(super) async fn resume(bench: &Bench) -> Verdict {
    let job = bench.start().await?;
    let text = serde_json::to_string(job.ticket()).map_err(|e| e.to_string())?;
    drop(job);
    let ticket: JobTicket = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    let reread = serde_json::to_string(&ticket).map_err(|e| e.to_string())?;
    ensure(reread == text, || "the ticket changes on its way through text".into())?;
    let provider = bench.connect_again()?;
    let endpoint = bench.endpoint(&provider).await.map_err(|e| e.to_string())?;

    let mut foreign = ticket.clone();
    foreign.kind = ModelKind::ALL.iter().copied().find(|kind| *kind != bench.kind).unwrap_or(bench.kind);
    let refused = endpoint.resume(foreign).err().map(|error| error.kind());
    ensure(refused == Some(ErrorKind::InvalidInput), || format!("a ticket of another kind gives {refused:?}"))?;

    let wanted = ticket.request_id.clone();
    let job = endpoint.resume(ticket).map_err(|error| format!("the ticket is refused: {error:?}"))?;
    let outcome = job.wait(&bench.cx).await.inspect_err(|error| bench.keep_error(error));
    let output = outcome.map_err(|error| format!("the resumed job failed: {error:?}"))?;
    ensure(!output.parts.is_empty(), || "the resumed job has no parts".into())?;
    ensure(output.request_id == wanted, || format!("{:?} became {wanted:?}", output.request_id))?;
    bench.submits(1..=1)
}

fn waits(event: &Event) -> bool {
    matches!(event, Event::Queued { .. } | Event::Running { .. })
}

/// Waits until the job's state is reported and drops the wait then.
async fn wait_and_drop(bench: &Bench, on_drop: OnDrop) -> Verdict {
    let job = bench.start().await?;
    let cx = bench.cx.clone().with_on_drop(on_drop);
    let reports = || bench.events().iter().filter(|event| waits(event)).count();
    let already = reports();
    let reported = async {
        while reports() <= already {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        outcome = job.wait(&cx) => Err(format!("a job that never ends ended: {outcome:?}")),
        () = reported => Ok(()),
    }
}

/// The cancels that arrived once nothing arrives any more; waits for up to ten seconds for `expected` of them.
async fn cancels(bench: &Bench, expected: usize) -> usize {
    for _ in 0..1000 {
        if bench.calls(Phase::Cancel) >= expected {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let calls = || bench.calls(Phase::Status) + bench.calls(Phase::Cancel);
    let mut before = usize::MAX;
    while before != calls() {
        before = calls();
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    bench.calls(Phase::Cancel)
}

pub(super) async fn dropped_wait(bench: &Bench) -> Verdict {
    wait_and_drop(bench, OnDrop::Detach).await?;
    let sent = cancels(bench, 0).await;
    ensure(sent == 0, || format!("{sent} cancels were sent although the wait was only dropped"))?;
    if bench.caps().cancel == Cancel::No {
        return Ok(());
    }
    wait_and_drop(bench, OnDrop::Cancel).await?;
    let sent = cancels(bench, 1).await;
    ensure(sent == 1, || format!("{sent} cancels were sent for one drop with cancel"))?;
    let job = bench.start().await?;
    let token = bench.cx.cancellation().clone();
    let (outcome, ()) = tokio::join!(job.wait(&bench.cx), async { token.cancel() });
    let kind = outcome.err().map(|error| error.kind());
    ensure(kind == Some(ErrorKind::Cancelled), || format!("the token ended the wait with {kind:?}"))?;
    let sent = cancels(bench, 2).await;
    ensure(sent == 2, || format!("{} cancels were sent for the token", sent.saturating_sub(1)))
}

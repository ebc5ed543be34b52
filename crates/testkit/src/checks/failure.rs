//! Scenarios that end with an error.

use crate::bench::{Bench, Verdict, ensure};
use mediagen_core::{Dispatch, Error, ErrorKind, Phase, Retry, SubmitFailure};
use std::ops::RangeInclusive;

/// Runs the canonical request; an error of one of `kinds` is expected.
async fn error(bench: &Bench, kinds: &[ErrorKind]) -> Result<Error, String> {
    match bench.run(&bench.request()).await {
        Ok(_) => Err(format!("{kinds:?} was expected, it succeeded")),
        Err(error) if kinds.contains(&error.kind()) => Ok(error),
        Err(error) => Err(format!("{kinds:?} was expected: {error:?}")),
    }
}

/// A refusal that no repetition can help.
pub(super) async fn refused(bench: &Bench, kinds: &[ErrorKind], submits: RangeInclusive<usize>) -> Verdict {
    let error = error(bench, kinds).await?;
    bench.submits(submits)?;
    let paid = bench.calls(Phase::Submit) > 0;
    ensure(!paid || error.dispatch() != Dispatch::NotSent, || format!("it claims that nothing was sent: {error:?}"))?;
    ensure(!error.is_safe_to_resubmit(), || format!("it claims to be safe to send again: {error:?}"))?;
    let permanent = [ErrorKind::Unauthenticated, ErrorKind::NotFound, ErrorKind::ContentRejected];
    ensure(!permanent.contains(&error.kind()) || error.retry() == Retry::Never, || {
        format!("it claims that a repetition may help: {error:?}")
    })
}

pub(super) async fn rate_limited(bench: &Bench) -> Verdict {
    let error = error(bench, &[ErrorKind::RateLimited]).await?;
    ensure(error.retry() == Retry::Exhausted, || format!("outer loops would start over: {error:?}"))?;
    bench.submits(2..=10)
}

pub(super) async fn submit_unknown(bench: &Bench) -> Verdict {
    unknown(bench, 1).await
}

/// A server that failed, and a gateway that failed in front of it, may have started the job.
pub(super) async fn gateway_error(bench: &Bench) -> Verdict {
    unknown(bench, 1).await?;
    unknown(bench, 2).await
}

/// A submit of unknown fate, number `nth` of all that the far end got.
async fn unknown(bench: &Bench, nth: usize) -> Verdict {
    let error = error(bench, &[ErrorKind::SubmitUnknown]).await?;
    bench.submits(nth..=nth)?;
    ensure(error.dispatch() == Dispatch::Unknown, || format!("its dispatch is {:?}", error.dispatch()))?;
    ensure(error.retry() == Retry::Never && !error.is_safe_to_resubmit(), || {
        format!("a paid call of unknown fate may not be repeated: {error:?}")
    })
}

/// Nothing can leave, so the request has to come back: an unknown fate would have to be reconciled, and a refusal would
/// give it up.
pub(super) async fn unreachable(bench: &Bench) -> Verdict {
    let prepared = bench.prepare(&bench.request()).await.map_err(|e| format!("a plan was expected: {e:?}"))?;
    let ready = prepared.upload(&bench.cx).await.map_err(|e| format!("the upload failed: {e:?}"))?;
    bench.server.close().await;
    match bench.pay(ready).await {
        Err(SubmitFailure::NotSent(_, error)) => {
            ensure(error.kind() == ErrorKind::Unavailable, || format!("`Unavailable` was expected: {error:?}"))?;
            bench.submits(0..=0)
        }
        Err(failure) => Err(format!("no connection could be made, and the request does not come back: {failure:?}")),
        Ok(_) => Err("the server is gone, and the submit succeeded".into()),
    }
}

pub(super) async fn expired(bench: &Bench) -> Verdict {
    let error = error(bench, &[ErrorKind::Expired]).await?;
    bench.submits(1..=1)?;
    ensure(error.dispatch() != Dispatch::NotSent, || "a job that ran was surely sent".into())?;
    ensure(error.retry() == Retry::Never, || format!("it claims that a repetition may help: {error:?}"))?;
    ensure(error.request_id().is_some(), || format!("the request id is lost: {error:?}"))
}

pub(super) async fn invalid(bench: &Bench) -> Verdict {
    let error = error(bench, &[ErrorKind::InvalidInput]).await?;
    bench.submits(1..=1)?;
    let named = error.fields().iter().any(|field| !field.path.is_empty() && !field.message.is_empty());
    ensure(named, || format!("no field is named: {error:?}"))?;
    ensure(error.retry() == Retry::Never, || format!("it claims that a repetition may help: {error:?}"))
}

pub(super) async fn job_fails(bench: &Bench) -> Verdict {
    let error = error(bench, &[ErrorKind::JobFailed]).await?;
    bench.submits(1..=1)?;
    ensure(error.dispatch() != Dispatch::NotSent, || "a job that ran was surely sent".into())?;
    if bench.caps().resume {
        ensure(error.ticket().is_some(), || "the error lacks the ticket".into())?;
    }
    ensure(error.request_id().is_some(), || format!("the request id is lost: {error:?}"))
}

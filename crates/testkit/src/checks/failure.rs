//! Scenarios that end with an error.

use crate::bench::{Bench, Verdict, ensure};
use mediagen_core::{Dispatch, Error, ErrorKind, Retry};
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
    let error = error(bench, &[ErrorKind::SubmitUnknown]).await?;
    bench.submits(1..=1)?;
    ensure(error.dispatch() == Dispatch::Unknown, || format!("its dispatch is {:?}", error.dispatch()))?;
    ensure(error.retry() == Retry::Never && !error.is_safe_to_resubmit(), || {
        format!("a paid call of unknown fate may not be repeated: {error:?}")
    })
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

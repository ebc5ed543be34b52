//! What is required of a provider in each scenario.

mod catalogue;
mod failure;
mod job;
mod plan;
mod request;
mod success;

use crate::{
    Capture, Scenario,
    bench::{Bench, Verdict, ensure},
};
use mediagen_core::ErrorKind;

pub(crate) async fn run(bench: &Bench, scenario: Scenario) -> Verdict {
    use Scenario as S;
    match scenario {
        S::Succeeds => success::succeeds(bench).await,
        S::Queued => success::queued(bench).await,
        S::Immediate => success::immediate(bench).await,
        S::RateLimitedThenOk => success::rate_limited_then_ok(bench).await,
        S::DroppedConnectionOnPoll | S::DroppedMidBody => success::dropped_connection(bench).await,
        S::RateLimitedForever => failure::rate_limited(bench).await,
        S::TimeoutOnSubmit | S::UnreadableAccept => failure::submit_unknown(bench).await,
        S::GatewayErrorOnSubmit => failure::gateway_error(bench).await,
        S::Unreachable => failure::unreachable(bench).await,
        S::BadKey => failure::refused(bench, &[ErrorKind::Unauthenticated], 0..=1).await,
        S::NoCredit => failure::refused(bench, &[ErrorKind::QuotaExceeded, ErrorKind::AccountLocked], 1..=1).await,
        S::Invalid => failure::invalid(bench).await,
        S::Rejected => failure::refused(bench, &[ErrorKind::ContentRejected], 1..=1).await,
        S::JobFails => failure::job_fails(bench).await,
        S::Malformed => failure::refused(bench, &[ErrorKind::InvalidResponse], 1..=1).await,
        S::Expired => failure::expired(bench).await,
        S::DoneButRunning => success::done_but_running(bench).await,
        S::FewerParts => success::fewer_parts(bench).await,
        S::DataUriOutput => success::data_uri(bench).await,
        S::NotFound => failure::refused(bench, &[ErrorKind::NotFound], 0..=1).await,
        S::CancelQueued => job::cancel_queued(bench).await,
        S::CancelTooLate => job::cancel_too_late(bench).await,
        S::ResumeFromTicket => job::resume(bench).await,
        S::PlanFromText => plan::from_text(bench).await,
        S::Stub => plan::stub(bench).await,
        S::Adjusts => plan::adjusts(bench).await,
        S::DroppedWait => job::dropped_wait(bench).await,
        S::UploadsBytes => request::uploads_bytes(bench).await,
        S::UnknownParam => request::unknown_param(bench).await,
        S::Unsupported => request::unsupported(bench),
        S::ForeignNextPage => catalogue::foreign_next_page(bench).await,
    }
}

/// What holds in every scenario: secrets stay in headers, and requests stay at the provider's own host.
pub(crate) fn discretion(bench: &Bench, scenario: Scenario, tracing: &Capture) -> Verdict {
    for event in bench.events() {
        bench.keep(&event);
        if let mediagen_core::Event::Submitted(ticket) = &event {
            bench.keep_text(&serde_json::to_string(ticket).unwrap_or_default());
        }
    }
    let places = [("what it shows of itself", bench.transcript()), ("its tracing output", tracing.text())];
    for secret in bench.harness.secrets().iter().filter(|secret| !secret.is_empty()) {
        for (place, text) in &places {
            ensure(!text.contains(secret.as_str()), || {
                format!("a secret stands in {place}: {}", around(text, secret))
            })?;
        }
        let in_address = bench.server.seen().into_iter().find(|seen| seen.path.contains(secret.as_str()));
        ensure(in_address.is_none(), || "a secret stands in the address of a request".to_owned())?;
    }
    let strays = bench.server.strays();
    ensure(strays.is_empty(), || format!("requests reached a foreign host: {strays:?}"))?;
    // In-memory providers send nothing. A dropped wait, and a server that is gone, leave requests that were announced and
    // did not arrive.
    let (seen, announced) = (bench.server.seen().len(), bench.recorder.requested());
    let unfinished = matches!(scenario, Scenario::DroppedWait | Scenario::Unreachable);
    let balanced = seen == announced || (unfinished && seen < announced);
    ensure(seen == 0 || balanced, || format!("{announced} requests were announced as events, {seen} arrived"))
}

fn around(text: &str, secret: &str) -> String {
    let at = text.find(secret).unwrap_or(0);
    text.get(..at).unwrap_or_default().chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect()
}

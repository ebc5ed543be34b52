//! The suite finds what it is there to find: each provider here misbehaves in one way, and its trial must fail.

mod carry;

#[path = "bites/far_end.rs"]
mod far_end;

use carry::Carry;
use mediagen_core::ModelKind;
use mediagen_testkit::{
    Harness, Scenario,
    bent::{Bend, BentHarness},
    check,
    fake::FakeHarness,
};
use std::{collections::BTreeSet, sync::Arc};

/// What a bent provider is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Made {
    /// Of the fake.
    Memory,
    /// Of `status_carries_result`.
    Http,
}
use Made::{Http, Memory};

/// Each way to be bent, with the scenario that is there for it.
const BENT: &[(Bend, Made, Scenario)] = {
    use Scenario as S;
    &[
        (Bend::UnknownAsNotSent, Memory, S::TimeoutOnSubmit),
        (Bend::UnknownAsNotSent, Memory, S::GatewayErrorOnSubmit),
        (Bend::UnknownAsNotSent, Http, S::GatewayErrorOnSubmit),
        (Bend::UnknownAsNotSent, Memory, S::UnreadableAccept),
        (Bend::UnknownAsNotSent, Http, S::UnreadableAccept),
        (Bend::UnknownAsRefused, Memory, S::TimeoutOnSubmit),
        (Bend::UnknownAsRefused, Memory, S::GatewayErrorOnSubmit),
        (Bend::UnknownAsRefused, Http, S::GatewayErrorOnSubmit),
        (Bend::UnknownAsRefused, Memory, S::UnreadableAccept),
        (Bend::UnknownAsRefused, Http, S::UnreadableAccept),
        (Bend::RefusedAsUnknown, Memory, S::NoCredit),
        (Bend::RefusedAsUnknown, Http, S::Invalid),
        (Bend::RefusedAsUnknown, Http, S::BadKey),
        (Bend::RefusedAsUnknown, Http, S::NotFound),
        (Bend::RefusedAsNotSent, Memory, S::NoCredit),
        (Bend::RefusedAsNotSent, Memory, S::Rejected),
        (Bend::NotSentAsUnknown, Http, S::Unreachable),
        (Bend::NotSentAsUnknown, Memory, S::RateLimitedForever),
        (Bend::NotSentAsRefused, Http, S::Unreachable),
        (Bend::SubmitsTwice, Memory, S::Succeeds),
        (Bend::SubmitsTwice, Http, S::ResumeFromTicket),
        (Bend::SubmitReported, Memory, S::Succeeds),
        (Bend::EndReported, Memory, S::Succeeds),
        (Bend::NotesReported, Memory, S::Adjusts),
        (Bend::NotesReportedOnly, Memory, S::Adjusts),
        (Bend::NotesLost, Http, S::Adjusts),
        (Bend::NotesRepeated, Memory, S::Adjusts),
        (Bend::UnknownFieldDropped, Memory, S::UnknownParam),
        (Bend::KeyInPlan, Memory, S::Succeeds),
        (Bend::KeyInTicket, Memory, S::Succeeds),
        (Bend::KeyInOutput, Memory, S::Succeeds),
        (Bend::PlanLacksBody, Memory, S::PlanFromText),
        (Bend::StubReadsSchema, Memory, S::Stub),
        (Bend::StubNeedsSchema, Memory, S::Stub),
        (Bend::IntentDropped, Memory, S::Stub),
        (Bend::PartIsTheEnd, Memory, S::DoneButRunning),
        (Bend::PartIsTheEnd, Http, S::DoneButRunning),
        (Bend::PartIsDone, Memory, S::DoneButRunning),
        (Bend::PartIsDone, Http, S::DoneButRunning),
        (Bend::OneFile, Memory, S::FewerParts),
        (Bend::InlineFilesLost, Memory, S::DataUriOutput),
        (Bend::BrokenBodyIsFinal, Http, S::DroppedMidBody),
        (Bend::ExpiredAsNotFound, Memory, S::Expired),
        (Bend::ExpiredAsNotFound, Http, S::Expired),
        (Bend::ProgressInvented, Memory, S::Queued),
        (Bend::CancelsTwice, Memory, S::CancelQueued),
        (Bend::CancelIsSure, Memory, S::CancelTooLate),
        (Bend::FailureWithoutReason, Memory, S::JobFails),
        (Bend::OtherContent, Memory, S::UploadsBytes),
        (Bend::PagesFollowed, Http, S::ForeignNextPage),
    ]
};

fn verdict(bend: Option<Bend>, made: Made, scenario: Scenario) -> Result<(), String> {
    let base: Arc<dyn Harness> = match made {
        Memory => Arc::new(FakeHarness::default()),
        Http => Arc::new(Carry),
    };
    let kind = if scenario == Scenario::UploadsBytes { ModelKind::ImageToImage } else { ModelKind::TextToImage };
    let harness: Arc<dyn Harness> = Arc::new(BentHarness::new(base, bend));
    check(&harness, kind, scenario)
}

#[test]
fn each_bent_provider_fails_the_scenario_that_is_there_for_it() {
    for &(bend, made, scenario) in BENT {
        let outcome = verdict(Some(bend), made, scenario);
        assert!(outcome.is_err(), "{scenario:?} passes although the provider is bent: {bend:?}, {made:?}");
    }
}

/// Otherwise the table would prove nothing: what is wrapped and not bent passes, and what is bent passes elsewhere.
#[test]
fn nothing_else_makes_them_fail() {
    for &(bend, made, scenario) in BENT {
        let straight = verdict(None, made, scenario);
        assert_eq!(straight, Ok(()), "{scenario:?} fails without a bend: {made:?}");
        if scenario != Scenario::Succeeds && bend != Bend::SubmitsTwice {
            assert_eq!(verdict(Some(bend), made, Scenario::Succeeds), Ok(()), "{bend:?} fails without its scenario");
        }
    }
}

#[test]
fn every_scenario_has_a_provider_that_fails_it() {
    // These are failed by far ends that misbehave, in the other module.
    let by_far_end = [
        Scenario::Immediate,
        Scenario::RateLimitedThenOk,
        Scenario::DroppedConnectionOnPoll,
        Scenario::Malformed,
        Scenario::DroppedWait,
        Scenario::Unsupported,
    ];
    let covered: BTreeSet<Scenario> = BENT.iter().map(|(_, _, scenario)| *scenario).chain(by_far_end).collect();
    let missing: Vec<&Scenario> = Scenario::ALL.iter().filter(|scenario| !covered.contains(scenario)).collect();
    assert!(missing.is_empty(), "no provider fails {missing:?}");
    let unused: Vec<&Bend> = Bend::ALL.iter().filter(|bend| !BENT.iter().any(|(used, ..)| used == *bend)).collect();
    assert!(unused.is_empty(), "no scenario is failed by {unused:?}");
}

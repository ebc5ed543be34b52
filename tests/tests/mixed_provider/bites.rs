//! The same provider, bent: each scenario that is there for the bend fails.

use libtest_mimic::Trial;
use mediagen::core::ModelKind;
use mediagen_testkit::{
    Harness, Scenario,
    bent::{Bend, BentHarness},
    check,
};
use std::sync::Arc;

const IMAGE: ModelKind = ModelKind::TextToImage;
const VIDEO: ModelKind = ModelKind::ImageToVideo;
const SPEECH: ModelKind = ModelKind::TextToAudio;

const BENT: &[(Bend, &[ModelKind], Scenario)] = {
    use Scenario as S;
    &[
        (Bend::UnknownAsNotSent, &[IMAGE, VIDEO, SPEECH], S::TimeoutOnSubmit),
        (Bend::UnknownAsNotSent, &[IMAGE, VIDEO, SPEECH], S::GatewayErrorOnSubmit),
        (Bend::UnknownAsRefused, &[IMAGE, VIDEO, SPEECH], S::GatewayErrorOnSubmit),
        (Bend::UnknownAsNotSent, &[IMAGE, VIDEO, SPEECH], S::UnreadableAccept),
        (Bend::UnknownAsRefused, &[IMAGE, VIDEO, SPEECH], S::UnreadableAccept),
        (Bend::NotSentAsUnknown, &[IMAGE, VIDEO, SPEECH], S::Unreachable),
        (Bend::NotSentAsRefused, &[IMAGE, VIDEO, SPEECH], S::Unreachable),
        (Bend::RefusedAsUnknown, &[IMAGE, VIDEO, SPEECH], S::NoCredit),
        (Bend::BrokenBodyIsFinal, &[VIDEO], S::DroppedMidBody),
        (Bend::ExpiredAsNotFound, &[VIDEO], S::Expired),
        (Bend::PartIsTheEnd, &[VIDEO], S::DoneButRunning),
        (Bend::PartIsDone, &[VIDEO], S::DoneButRunning),
        (Bend::OneFile, &[IMAGE], S::FewerParts),
        (Bend::InlineFilesLost, &[IMAGE, VIDEO], S::DataUriOutput),
        (Bend::PlanLacksBody, &[IMAGE, VIDEO, SPEECH], S::PlanFromText),
        (Bend::StubReadsSchema, &[IMAGE, VIDEO, SPEECH], S::Stub),
        (Bend::StubNeedsSchema, &[IMAGE, VIDEO, SPEECH], S::Stub),
        (Bend::NotesReported, &[IMAGE, VIDEO, SPEECH], S::Adjusts),
        (Bend::NotesReportedOnly, &[IMAGE, VIDEO, SPEECH], S::Adjusts),
        (Bend::NotesLost, &[IMAGE, VIDEO, SPEECH], S::Adjusts),
        (Bend::PagesFollowed, &[IMAGE], S::ForeignNextPage),
        (Bend::SubmitsTwice, &[IMAGE, VIDEO, SPEECH], S::Succeeds),
        (Bend::SubmitReported, &[VIDEO], S::Succeeds),
        (Bend::EndReported, &[IMAGE, VIDEO, SPEECH], S::Succeeds),
        (Bend::KeyInPlan, &[IMAGE, VIDEO, SPEECH], S::Succeeds),
        (Bend::KeyInTicket, &[VIDEO], S::Succeeds),
        (Bend::KeyInOutput, &[IMAGE, VIDEO, SPEECH], S::Succeeds),
        (Bend::OtherContent, &[VIDEO], S::UploadsBytes),
    ]
};

/// One trial for each bend, kind and scenario.
pub(crate) fn trials(harness: &Arc<dyn Harness>) -> Vec<Trial> {
    let rows = BENT.iter().flat_map(|(bend, kinds, scenario)| kinds.iter().map(move |kind| (*bend, *kind, *scenario)));
    let trial = |(bend, kind, scenario): (Bend, ModelKind, Scenario)| {
        let bent: Arc<dyn Harness> = Arc::new(BentHarness::new(Arc::clone(harness), Some(bend)));
        Trial::test(format!("bites::{kind}::{bend:?}::{scenario:?}"), move || match check(&bent, kind, scenario) {
            Ok(()) => Err("the scenario passes although the provider is bent".into()),
            Err(_) => Ok(()),
        })
    };
    rows.map(trial).collect()
}

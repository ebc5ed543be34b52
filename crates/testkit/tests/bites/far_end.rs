//! The far end misbehaves, or its harness reports what is not so.

use async_trait::async_trait;
use bytes::Bytes;
use mediagen_core::{ModelKind, Phase, Provider, Registry, Result};
use mediagen_testkit::{Harness, Scenario, Server, check, fake::FakeHarness};
use std::sync::Arc;
use url::Url;

/// The fake, with its far end, its counts or its secrets changed behind the suite's back.
#[derive(Default)]
struct Bent {
    fake: FakeHarness,
    /// The far end behaves like this, whatever was mounted.
    far_end: Option<Scenario>,
    /// Further calls that the far end reports.
    surplus: Option<(Phase, usize)>,
    secret: Option<&'static str>,
}

#[async_trait]
impl Harness for Bent {
    async fn mount(&self, server: &Server, kind: ModelKind, scenario: Scenario) -> bool {
        self.fake.mount(server, kind, self.far_end.unwrap_or(scenario)).await
    }
    fn connect(&self, base: &Url) -> Result<Arc<dyn Provider>> {
        self.fake.connect(base)
    }
    fn registry(&self) -> Registry {
        self.fake.registry()
    }
    fn model(&self, kind: ModelKind) -> String {
        self.fake.model(kind)
    }
    fn secrets(&self) -> Vec<String> {
        self.secret.map(str::to_owned).into_iter().collect()
    }
    fn calls(&self, server: &Server, phase: Phase) -> usize {
        let surplus = self.surplus.filter(|(p, _)| *p == phase).map_or(0, |(_, calls)| calls);
        self.fake.calls(server, phase) + surplus
    }
    fn submitted(&self, server: &Server) -> Vec<Bytes> {
        self.fake.submitted(server)
    }
    fn received(&self, server: &Server, content: &[u8]) -> bool {
        self.fake.received(server, content)
    }
}

fn verdict(bent: Bent, kind: ModelKind, scenario: Scenario) -> std::result::Result<(), String> {
    check(&(Arc::new(bent) as Arc<dyn Harness>), kind, scenario)
}

#[test]
fn every_scenario_fails_when_the_far_end_behaves_like_another() {
    use Scenario as S;
    for &scenario in S::ALL {
        let other = match scenario {
            S::Succeeds | S::Immediate | S::RateLimitedThenOk | S::RateLimitedForever | S::TimeoutOnSubmit => {
                S::JobFails
            }
            S::Queued => S::Immediate,
            S::DroppedConnectionOnPoll
            | S::DroppedMidBody
            | S::ResumeFromTicket
            | S::UploadsBytes
            | S::FewerParts
            | S::Stub
            | S::Adjusts => S::Malformed,
            S::PlanFromText => S::NoCredit,
            S::CancelQueued => S::CancelTooLate,
            S::CancelTooLate => S::CancelQueued,
            // Nothing at the far end matters where nothing may be sent, and the fake has no connections.
            S::Unsupported | S::UnknownParam | S::Unreachable | S::ForeignNextPage => continue,
            _ => S::Succeeds,
        };
        let bent = Bent { far_end: Some(other), ..Bent::default() };
        let outcome = verdict(bent, ModelKind::ImageToVideo, scenario);
        assert!(outcome.is_err(), "{scenario:?} passes although the far end behaves like {other:?}");
    }
}

#[test]
fn a_second_submit_is_noticed() {
    for scenario in [Scenario::Succeeds, Scenario::TimeoutOnSubmit, Scenario::ResumeFromTicket, Scenario::UnknownParam]
    {
        let bent = Bent { surplus: Some((Phase::Submit, 1)), ..Bent::default() };
        let text = verdict(bent, ModelKind::TextToImage, scenario).unwrap_err();
        assert!(text.contains("submits"), "{scenario:?}: {text}");
    }
}

#[test]
fn a_call_for_something_unsupported_is_noticed() {
    let bent = Bent { surplus: Some((Phase::Catalogue, 1)), ..Bent::default() };
    assert!(verdict(bent, ModelKind::TextToImage, Scenario::Unsupported).unwrap_err().contains("1 calls"));
}

#[test]
fn a_cancel_without_a_reason_is_noticed() {
    let bent = Bent { surplus: Some((Phase::Cancel, 1)), ..Bent::default() };
    assert!(verdict(bent, ModelKind::TextToImage, Scenario::DroppedWait).unwrap_err().contains("cancels"));
}

#[test]
fn a_secret_in_a_ticket_or_an_event_is_noticed() {
    let bent = Bent { secret: Some("fake-job-1"), ..Bent::default() };
    let text = verdict(bent, ModelKind::TextToImage, Scenario::Succeeds).unwrap_err();
    assert!(text.contains("a secret stands in"), "{text}");
}

#[test]
fn bytes_that_do_not_arrive_are_noticed() {
    struct Lossy(FakeHarness);
    #[async_trait]
    impl Harness for Lossy {
        async fn mount(&self, server: &Server, kind: ModelKind, scenario: Scenario) -> bool {
            self.0.mount(server, kind, scenario).await
        }
        fn connect(&self, base: &Url) -> Result<Arc<dyn Provider>> {
            self.0.connect(base)
        }
        fn registry(&self) -> Registry {
            self.0.registry()
        }
        fn model(&self, kind: ModelKind) -> String {
            self.0.model(kind)
        }
        fn secrets(&self) -> Vec<String> {
            Vec::new()
        }
        fn calls(&self, server: &Server, phase: Phase) -> usize {
            self.0.calls(server, phase)
        }
    }
    let harness: Arc<dyn Harness> = Arc::new(Lossy(FakeHarness::default()));
    let text = check(&harness, ModelKind::ImageToImage, Scenario::UploadsBytes).unwrap_err();
    assert!(text.contains("did not reach"), "{text}");
}

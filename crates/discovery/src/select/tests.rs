use super::*;
use crate::Verdict;
use mediagen_core::{
    CapabilityEvidence, JobTicket, MediaCapability, ModelId, ModelKind, ModelSpec, Price, PriceUnit, ProviderId,
};
use serde_json::Value;

const SWAP: MediaCapability = MediaCapability::VideoFaceSwap;

fn entry(provider: &'static str, name: &str, price: Option<f64>, shown: bool) -> Arc<Entry> {
    let id = ModelId::new(ProviderId::new(provider), name);
    let mut spec = ModelSpec::new(id).with_category("video-to-video");
    if shown {
        spec.capabilities.push(CapabilityEvidence::new(SWAP, Method::Rule, "the id"));
    }
    let mut entry = Entry::new(spec, Verdict::Known, "test", 0);
    entry.prices = price.map(|amount| Price::new(amount, PriceUnit::Second, "USD")).into_iter().collect();
    Arc::new(entry)
}

fn catalogue() -> Catalogue {
    let all = [
        entry("acme", "a/plain", Some(0.10), false),
        entry("acme", "b/shown", Some(0.20), true),
        entry("acme", "c/unpriced", None, false),
        entry("home", "d/plain", Some(0.20), false),
    ];
    all.into_iter().collect()
}

fn wish(change: impl FnOnce(&mut Wish)) -> Wish {
    let mut wish = Wish { query: Query::new().with_capability(SWAP, MatchLevel::Category), ..Wish::default() };
    change(&mut wish);
    wish
}

fn names(wish: &Wish) -> Vec<String> {
    select(&catalogue(), wish).unwrap().iter().map(|choice| choice.entry.id().name.to_string()).collect()
}

#[test]
fn a_118_excluding_all_is_no_provider_and_never_an_excluded_one() {
    let all = wish(|w| w.exclude_providers = [ProviderId::new("acme"), ProviderId::new("home")].into());
    let error = select(&catalogue(), &all).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoProvider);
    assert!(error.to_string().contains("4 match, 4 of them are excluded"), "{error}");
    let one = ModelId::new(ProviderId::new("acme"), "b/shown");
    let left = names(&wish(|w| w.exclude = [one].into()));
    assert_eq!(left, ["a/plain", "c/unpriced", "d/plain"]);
}

#[test]
fn a_119_evidence_price_locality_and_availability_each_move_the_ranking() {
    assert_eq!(names(&wish(|_| {})), ["b/shown", "a/plain", "c/unpriced", "d/plain"]);
    assert_eq!(names(&wish(|w| w.local = [ProviderId::new("home")].into()))[0], "d/plain");
    assert_eq!(
        names(&wish(|w| w.max_unit_price = Some(Money::usd(0.15)))),
        ["a/plain"],
        "an unknown price may be too high"
    );
    let down = [(ProviderId::new("acme"), Availability::Unreachable("refused".into()))];
    let choices = select(&catalogue(), &wish(|w| w.availability = down.into())).unwrap();
    assert_eq!(&*choices[0].entry.id().name, "d/plain");
    assert!(choices[1].reasons.iter().any(|reason| reason.contains("cannot be used now")), "{:?}", choices[1].reasons);
    let first = &select(&catalogue(), &wish(|_| {})).unwrap()[0];
    assert_eq!((first.score, first.reasons.len()), (140, 2), "{:?}", first.reasons);
}

#[tokio::test]
async fn a_120_the_row_goes_on_from_what_is_down_and_stops_at_what_is_wrong() {
    let choices = select(&catalogue(), &wish(|_| {})).unwrap();
    let policy = FallbackPolicy::default();
    let mut calls = 0;
    let (name, attempts) = policy
        .run(&choices, async |choice| {
            calls += 1;
            if calls == 1 {
                Err(Error::new(ErrorKind::Unavailable, "down"))
            } else {
                Ok(choice.entry.id().name.clone())
            }
        })
        .await
        .unwrap();
    assert_eq!((&*name, attempts.len()), ("a/plain", 2));
    assert_eq!(attempts[0].error.as_deref(), Some("down"));
    let mut calls = 0;
    let refused = policy.run::<()>(&choices, async |_| {
        calls += 1;
        Err(Error::new(ErrorKind::InvalidInput, "the prompt is too long"))
    });
    assert_eq!(refused.await.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(calls, 1);
    let mut calls = 0;
    let all_down = policy.run::<()>(&choices, async |_| {
        calls += 1;
        Err(Error::new(ErrorKind::RateLimited, "later"))
    });
    let error = all_down.await.unwrap_err();
    assert!(error.context().iter().any(|(key, text)| *key == "tried before" && text.contains("acme:b/shown: later")));
    assert_eq!(calls, 3);
}

#[test]
fn what_may_have_been_bought_is_not_bought_again() {
    let policy = FallbackPolicy::default();
    let error = |kind| Error::new(kind, "x");
    assert!(!policy.goes_on(&error(ErrorKind::SubmitUnknown)));
    assert!(!policy.goes_on(&error(ErrorKind::Unavailable).with_request_id("r-1")));
    assert!(!policy.goes_on(&error(ErrorKind::Unavailable).with_dispatch(Dispatch::Unknown)));
    let id = ModelId::new(ProviderId::new("shelf"), "acme/model");
    let ticket = JobTicket::new(id, ModelKind::TextToImage, None, Value::Null);
    assert!(!policy.goes_on(&error(ErrorKind::Unavailable).with_ticket(ticket)), "a job is there");
    assert!(policy.goes_on(&error(ErrorKind::Unavailable)));
    for kind in [ErrorKind::ContentRejected, ErrorKind::Unauthenticated, ErrorKind::QuotaExceeded, ErrorKind::JobFailed]
    {
        assert!(!policy.goes_on(&error(kind)), "{kind}");
    }
}

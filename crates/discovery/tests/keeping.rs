//! The catalogue between runs: ages, failures, cancelling, and many askers at once.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod shelf;

use mediagen_core::{
    BoxFuture, CapabilityEvidence, Clock, Context, ErrorKind, Event, MediaCapability, Method, ModelKind, Money,
};
use mediagen_discovery::{Answer, Classifier, Discovery, DiscoveryPolicy, Query, Question, Refresh, Verdict};
use shelf::{At, Shelf, spec};
use std::{
    sync::{Arc, Mutex, atomic::Ordering},
    time::{Duration, SystemTime},
};

const HOUR: u64 = 3600;

fn discovery(shelf: &Arc<Shelf>, folder: &tempfile::TempDir, change: impl FnOnce(&mut DiscoveryPolicy)) -> Discovery {
    let mut policy = DiscoveryPolicy::default();
    change(&mut policy);
    Discovery::new(Arc::clone(shelf) as Arc<_>, folder.path().join("shelf"), policy)
}

fn observed(at: &At) -> (Context, Arc<Mutex<Vec<Event>>>) {
    let events: Arc<Mutex<Vec<Event>>> = Arc::default();
    let sink = Arc::clone(&events);
    (Context::new(at.clone()).with_observer(move |event: &Event| sink.lock().unwrap().push(event.clone())), events)
}

#[tokio::test]
async fn a_095_a_listing_serves_for_a_day_and_an_old_one_serves_where_a_new_one_fails() {
    let (shelf, folder, at) = (Shelf::of(30), tempfile::tempdir().unwrap(), At::default());
    let (cx, events) = observed(&at);
    let kept = discovery(&shelf, &folder, |_| {});
    let first = kept.catalogue(&cx, Refresh::IfStale).await.unwrap();
    assert_eq!((first.catalogue.entries().len(), first.stale, shelf.pages()), (30, false, 3));
    at.pass(24 * HOUR - 1);
    let again = kept.catalogue(&cx, Refresh::IfStale).await.unwrap();
    assert_eq!((again.catalogue, again.fetched_at, shelf.pages()), (first.catalogue, first.fetched_at, 3));
    at.pass(1);
    kept.catalogue(&cx, Refresh::IfStale).await.unwrap();
    assert_eq!(shelf.pages(), 6);
    at.pass(25 * HOUR);
    shelf.broken.store(true, Ordering::SeqCst);
    let stale = kept.catalogue(&cx, Refresh::IfStale).await.unwrap();
    assert!(stale.stale && stale.catalogue.entries().len() == 30);
    let warned = |event: &Event| matches!(event, Event::Warning(text) if text.contains("an older one is used"));
    assert!(events.lock().unwrap().iter().any(warned));
    assert!(kept.catalogue(&cx, Refresh::Offline).await.unwrap().stale);
    assert_eq!(kept.catalogue(&cx, Refresh::Force).await.unwrap_err().kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn a_095_an_age_of_nothing_always_asks_and_force_asks_once() {
    let (shelf, folder, at) = (Shelf::of(5), tempfile::tempdir().unwrap(), At::default());
    let cx = Context::new(at.clone());
    let kept = discovery(&shelf, &folder, |policy| policy.max_age = Duration::ZERO);
    for asked in 1..=3 {
        assert!(!kept.catalogue(&cx, Refresh::IfStale).await.unwrap().stale);
        assert_eq!(shelf.pages(), asked);
    }
    let day = discovery(&shelf, &folder, |_| {});
    day.catalogue(&cx, Refresh::Force).await.unwrap();
    assert_eq!(shelf.pages(), 4);
    let nothing = discovery(&shelf, &tempfile::tempdir().unwrap(), |_| {});
    let error = nothing.catalogue(&cx, Refresh::Offline).await.unwrap_err();
    assert_eq!((error.kind(), shelf.pages()), (ErrorKind::NotFound, 4));
}

#[tokio::test]
async fn a_093_who_waited_for_a_forced_reading_takes_what_it_brought() {
    let (shelf, folder, at) = (Shelf::of(5), tempfile::tempdir().unwrap(), At::default());
    let cx = Context::new(at);
    let [one, other] = [discovery(&shelf, &folder, |_| {}), discovery(&shelf, &folder, |_| {})];
    let (one, other) = tokio::join!(one.catalogue(&cx, Refresh::Force), other.catalogue(&cx, Refresh::Force));
    assert_eq!((one.unwrap().catalogue, shelf.pages()), (other.unwrap().catalogue, 1));
}

/// A clock on which something happens when it is first asked for the date.
struct Meanwhile(At, Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl Clock for Meanwhile {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.sleep(duration)
    }
    fn now(&self) -> SystemTime {
        if let Some(happens) = self.1.lock().unwrap().take() {
            happens();
        }
        self.0.now()
    }
}

#[tokio::test]
async fn a_093_what_another_brought_before_the_lock_was_taken_is_not_brought_again() {
    let (shelf, folder, at) = (Shelf::of(5), tempfile::tempdir().unwrap(), At::default());
    let kept = discovery(&shelf, &folder, |_| {});
    kept.catalogue(&Context::new(at.clone()), Refresh::IfStale).await.unwrap();
    at.pass(25 * HOUR);
    let (other, there) = (discovery(&shelf, &folder, |_| {}), at.clone());
    let read = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(other.catalogue(&Context::new(there), Refresh::IfStale)).map(drop).unwrap();
    };
    let happens = move || std::thread::spawn(read).join().unwrap();
    let cx = Context::new(Meanwhile(at, Mutex::new(Some(Box::new(happens)))));
    let listed = kept.catalogue(&cx, Refresh::IfStale).await.unwrap();
    assert_eq!((listed.stale, shelf.pages()), (false, 2), "the first and the other's");
}

#[tokio::test]
async fn a_096_an_unknown_name_is_remembered_for_a_while_and_clear_forgets() {
    let (shelf, folder, at) = (Shelf::of(5), tempfile::tempdir().unwrap(), At::default());
    let cx = Context::new(at.clone());
    let kept = discovery(&shelf, &folder, |_| {});
    for described in [1, 1] {
        assert_eq!(kept.model(&cx, "acme/none").await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(shelf.described(), described);
    }
    at.pass(601);
    assert!(kept.model(&cx, "acme/none").await.is_err());
    assert_eq!(shelf.described(), 2);
    kept.model(&cx, "acme/model-1").await.unwrap();
    kept.model(&cx, "acme/model-1").await.unwrap();
    assert_eq!(shelf.described(), 3);
    kept.clear(&cx).await.unwrap();
    assert!(!folder.path().join("shelf").exists());
    kept.model(&cx, "acme/model-1").await.unwrap();
    assert_eq!(shelf.described(), 4);
}

#[tokio::test]
async fn a_097_fifty_who_ask_for_one_model_at_once_cause_one_fetch() {
    let (shelf, folder) = (Shelf::of(5), tempfile::tempdir().unwrap());
    let kept = discovery(&shelf, &folder, |_| {});
    let ask = || {
        let kept = kept.clone();
        tokio::spawn(async move { kept.model(&Context::new(At::default()), "acme/model-2").await.unwrap() })
    };
    let asked: Vec<_> = (0..50).map(|_| ask()).collect();
    for entry in asked {
        assert_eq!(&*entry.await.unwrap().id().name, "acme/model-2");
    }
    assert_eq!(shelf.described(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_093_many_workers_and_two_caches_lose_nothing() {
    let (shelf, folder) = (Shelf::of(35), tempfile::tempdir().unwrap());
    let caches = [discovery(&shelf, &folder, |_| {}), discovery(&shelf, &folder, |_| {})];
    let ask = |kept: &Discovery, n: usize| {
        let kept = kept.clone();
        tokio::spawn(async move { kept.model(&Context::new(At::default()), &format!("acme/model-{n}")).await.unwrap() })
    };
    let asked: Vec<_> = (0..35).flat_map(|n| caches.iter().map(move |kept| ask(kept, n))).collect();
    for entry in asked {
        entry.await.unwrap();
    }
    let before = shelf.described();
    let third = discovery(&shelf, &folder, |_| {});
    for n in 0..35 {
        let entry = third.model(&Context::new(At::default()), &format!("acme/model-{n}")).await.unwrap();
        assert!(entry.spec.schema.input("prompt").is_some());
    }
    assert_eq!(shelf.described(), before, "all 35 are on disk");
}

#[derive(Debug)]
struct Musical;

#[async_trait::async_trait]
impl Classifier for Musical {
    fn name(&self) -> String {
        "musical".into()
    }
    async fn classify(&self, _: &Context, questions: &[Question]) -> mediagen_core::Result<Vec<Answer>> {
        let purposes = vec![MediaCapability::MusicGeneration];
        Ok(questions.iter().map(|q| Answer::new(&q.id, Some("text-to-audio".into()), purposes.clone())).collect())
    }
}

#[tokio::test]
async fn a_098_what_every_rung_found_survives_a_restart() {
    let (folder, at) = (tempfile::tempdir().unwrap(), At::default());
    let shelf = Shelf::with(vec![
        spec("acme/given", Some("text-to-image")),
        spec("acme/x/image-to-video", None),
        spec("acme/riddle", None),
        spec("acme/lora-trainer", Some("training")),
    ]);
    let cx = Context::new(at.clone());
    let kept = discovery(&shelf, &folder, |_| {}).with_classifier(Arc::new(Musical));
    let first = kept.catalogue(&cx, Refresh::IfStale).await.unwrap();
    assert_eq!((first.report.language_calls, first.report.models), (1, 4));
    assert_eq!(
        first.report.methods,
        [("category", 1), ("language-model", 1), ("none", 1), ("rule", 1)].map(|(k, n)| (k.to_owned(), n)).into()
    );
    // Another process, without a language model and without a network.
    let later = discovery(&shelf, &folder, |_| {}).catalogue(&cx, Refresh::Offline).await.unwrap();
    assert_eq!((&later.catalogue, &later.report), (&first.catalogue, &first.report));
    let music = later.catalogue.find(&Query::new().with_kind(ModelKind::TextToAudio));
    assert_eq!(&*music[0].id().name, "acme/riddle");
    let said = |claim: &CapabilityEvidence| claim.method == Method::LanguageModel && claim.evidence == "musical";
    assert!(music[0].spec.capabilities.iter().any(said));
    assert!(matches!(
        later.catalogue.find(&Query::new().with_category("training"))[0].verdict,
        Verdict::Unsupported(_)
    ));
}

#[tokio::test]
async fn a_100_progress_counts_up_and_a_cancelled_reading_gives_what_it_has_and_keeps_nothing() {
    let (shelf, folder, at) = (Shelf::of(30), tempfile::tempdir().unwrap(), At::default());
    let token = Context::new(at.clone()).cancellation().clone();
    let counts: Arc<Mutex<Vec<usize>>> = Arc::default();
    let (sink, stop) = (Arc::clone(&counts), token.clone());
    let cx = Context::new(at.clone()).with_cancellation(token).with_observer(move |event: &Event| {
        if let Event::Discovered { done, .. } = event {
            sink.lock().unwrap().push(*done);
            if *done >= 20 {
                stop.cancel();
            }
        }
    });
    let kept = discovery(&shelf, &folder, |_| {});
    let partial = kept.catalogue(&cx, Refresh::IfStale).await.unwrap();
    assert_eq!(*counts.lock().unwrap(), [10, 20]);
    assert_eq!((partial.catalogue.entries().len(), partial.catalogue.is_complete()), (20, false));
    assert!(partial.report.sources[0].1.contains("cancelled"), "{:?}", partial.report);
    let whole = kept.catalogue(&Context::new(at), Refresh::IfStale).await.unwrap();
    assert_eq!((whole.catalogue.entries().len(), whole.catalogue.is_complete()), (30, true));
}

#[tokio::test]
async fn a_102_every_failure_is_in_the_report_by_name_and_reason() {
    let (folder, at) = (tempfile::tempdir().unwrap(), At::default());
    let shelf = Shelf::with(vec![spec("acme/model-1", Some("text-to-image")), spec("acme/unreadable", None)]);
    let kept = discovery(&shelf, &folder, |policy| policy.schemas = true);
    let listed = kept.catalogue(&Context::new(at), Refresh::IfStale).await.unwrap();
    assert_eq!(listed.report.failures.len(), 1);
    assert_eq!(listed.report.failures[0].0, "acme/unreadable");
    assert!(listed.report.failures[0].1.contains("cannot be read"), "{:?}", listed.report);
    assert_eq!((listed.report.schemas, listed.report.coarse), (1, 2));
}

#[tokio::test]
async fn prices_are_kept_for_a_day_and_a_missing_one_is_no_zero() {
    let (shelf, folder, at) = (Shelf::of(30), tempfile::tempdir().unwrap(), At::default());
    let cx = Context::new(at.clone());
    let kept = discovery(&shelf, &folder, |_| {});
    let names = ["acme/model-1", "acme/model-7"];
    let prices = kept.prices(&cx, &names).await.unwrap();
    assert_eq!((prices["acme/model-1"][0].per.amount, prices["acme/model-7"].len()), (0.04, 0));
    assert_eq!(kept.prices(&cx, &names).await.unwrap(), prices);
    assert_eq!(shelf.pages(), 1);
    at.pass(24 * HOUR);
    kept.prices(&cx, &names).await.unwrap();
    assert_eq!(shelf.pages(), 2);
    let listed = kept.catalogue(&cx, Refresh::IfStale).await.unwrap();
    let listed = kept.with_kept_prices(&cx, listed).await.unwrap();
    let cheap = listed.catalogue.find(&Query::new().with_max_unit_price(Money::usd(0.05)));
    assert_eq!(cheap.len(), 1, "an unknown price is not below any limit");
    shelf.broken.store(true, Ordering::SeqCst);
    assert_eq!(kept.prices(&cx, &["acme/model-2"]).await.unwrap_err().kind(), ErrorKind::Unavailable);
}

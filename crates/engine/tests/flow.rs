//! What a generation does when things go wrong, and what it costs.

#![expect(clippy::float_cmp, reason = "what was written down is read again, digit for digit")]

mod toys;

use mediagen_core::{
    Context, ErrorKind, ImageToVideoRequest, MediaInput, ModelKind, Request, Role, TextToImageRequest,
};
use mediagen_engine::{Fact, Journal as _, MemoryJournal, Step};
use mediagen_runtime::TokioClock;
use std::{sync::Arc, time::Duration};
use toys::{World, engine, row};

fn journal() -> Arc<MemoryJournal> {
    Arc::new(MemoryJournal::new())
}

#[tokio::test]
async fn three_statements_make_an_image_and_its_cost_is_known() {
    let journal = journal();
    let mediagen = engine("first", &journal).build();
    let image = mediagen.text_to_image("flux").await.unwrap().run("a lighthouse").await.unwrap();
    assert_eq!(image.cost().unwrap().amount, 0.02);
    assert_eq!(image.estimate().kind(), "exact");
    assert_eq!(image.output().body["prompt"], "a lighthouse");
    assert_eq!(row(&journal, image.id()).await.step, Step::Settled);
}

#[tokio::test]
async fn a_cap_is_held_before_anything_is_sent() {
    let journal = journal();
    let world = World::named("cap");
    let model = engine("cap", &journal).max_cost(0.03).build().text_to_image("flux").await.unwrap();
    let two = || TextToImageRequest::new("two").with_count(2);
    assert_eq!(model.dry_run(two()).await.unwrap().estimate.high(), Some(0.04));
    assert_eq!(model.run(two()).await.unwrap_err().kind(), ErrorKind::Budget);
    assert_eq!((world.state().arrived, journal.held().0), (0, 0));
    model.run("one").await.unwrap();
    model.with_max_cost(0.05).run(two()).await.unwrap();
    assert_eq!(world.paid(), 2);

    // What cannot be compared with the cap is refused under it, unless that is allowed.
    for currency in ["EUR", ""] {
        let name = format!("cap in {currency}");
        let world = World::named(&name);
        world.state().currency = currency.into();
        let capped = engine(&name, &journal).max_cost(1.0).build();
        let error = capped.text_to_image("flux").await.unwrap().run("x").await.unwrap_err();
        assert_eq!((error.kind(), world.state().arrived), (ErrorKind::Budget, 0), "{error}");
        let open = capped.with_unknown_cost_allowed(true);
        let made = open.text_to_image("flux").await.unwrap().run("x").await.unwrap();
        assert_eq!(made.cost().map(|cost| &*cost.currency), (currency == "EUR").then_some("EUR"));
        assert_eq!(world.paid(), 1);
    }
}

#[tokio::test]
async fn a_budget_bounds_all_jobs_together() {
    let journal = journal();
    let mediagen = engine("budget", &journal).budget(0.05).build();
    let model = mediagen.text_to_image("flux").await.unwrap();
    model.run("one").await.unwrap();
    model.run("two").await.unwrap();
    let error = model.run("three").await.unwrap_err();
    assert_eq!((error.kind(), World::named("budget").paid()), (ErrorKind::Budget, 2));
    assert!(error.message().contains("0.04 USD are spent or held"), "{error}");
}

#[tokio::test]
async fn only_what_surely_did_not_leave_goes_again_and_each_attempt_is_an_intent() {
    let (journal, world) = (journal(), World::named("offline"));
    let model = engine("offline", &journal).build().text_to_image("flux").await.unwrap();
    world.state().offline = 2;
    let made = model.run("x").await.unwrap();
    let intents = &made.row().progress.intents;
    assert_eq!((world.paid(), intents.len()), (1, 3));
    assert!(intents.iter().all(|intent| intent.digest == intents[0].digest));
    assert_ne!(intents[0].key, intents[1].key);

    world.state().offline = 3;
    let error = model.run("y").await.unwrap_err();
    assert_eq!((error.kind(), world.paid(), journal.held().0), (ErrorKind::Unavailable, 1, 0));
    assert_eq!(journal.unfinished().await.unwrap(), [made.id()], "the one that failed is over");
}

#[tokio::test]
async fn a_refusal_ends_the_job_and_frees_the_money() {
    let (journal, world) = (journal(), World::named("refused"));
    world.state().refuse = true;
    let model = engine("refused", &journal).max_cost(1.0).build().text_to_image("flux").await.unwrap();
    let error = model.run("x").await.unwrap_err();
    assert_eq!((error.kind(), world.state().arrived, journal.held().0), (ErrorKind::InvalidInput, 1, 0));
    assert_eq!(row(&journal, journal.rows()[0]).await.step, Step::Failed);
    // The row repeats why.
    let again = engine("refused", &journal).build().resume(journal.rows()[0]).await.unwrap_err();
    assert_eq!((again.kind(), again.message(), world.state().arrived), (ErrorKind::InvalidInput, "no such voice", 1));
}

#[tokio::test]
async fn a_lost_answer_is_found_out_and_never_guessed() {
    // With a list: found there, whether it was accepted or not.
    for (lost, swallowed) in [(1, 0), (0, 1)] {
        let name = format!("list {lost}");
        let (journal, world) = (journal(), World::named(&name));
        (world.state().lost, world.state().swallowed) = (lost, 0);
        world.state().swallowed = swallowed;
        engine(&name, &journal).build().text_to_image("flux").await.unwrap().run("x").await.unwrap();
        assert_eq!(world.paid(), 1, "{name}");
    }
    // With a key: sent again under the same one.
    let (journal_of_keys, world) = (journal(), World::named("key"));
    world.state().lost = 1;
    let made =
        engine("key", &journal_of_keys).build().text_to_image("status:flux").await.unwrap().run("x").await.unwrap();
    assert_eq!((world.paid(), world.state().arrived, made.row().progress.intents.len()), (1, 2, 1));
    // With neither: unknown, and held.
    let (journal, world) = (journal(), World::named("neither"));
    world.state().lost = 1;
    let mediagen = engine("neither", &journal).max_cost(1.0).build();
    let error = mediagen.text_to_audio("mixed:voice").await.unwrap().run("x").await.unwrap_err();
    assert_eq!((error.kind(), world.state().arrived, journal.held().0), (ErrorKind::SubmitUnknown, 1, 1));
    assert!(error.context().iter().any(|(key, _)| *key == "job"), "{error}");
    assert!(error.hint().unwrap().contains("0.02 USD"), "{error:?}");
    // Resuming does not send it either.
    assert_eq!(mediagen.resume(journal.rows()[0]).await.unwrap_err().kind(), ErrorKind::SubmitUnknown);
    assert_eq!(world.state().arrived, 1);
}

#[tokio::test]
async fn a_repeated_call_that_does_not_leave_proves_nothing_of_the_first() {
    let (journal, world) = (journal(), World::named("key offline"));
    (world.state().lost, world.state().offline_after) = (1, 100);
    let mediagen = engine("key offline", &journal).max_cost(1.0).build();
    let error = mediagen.text_to_image("status:flux").await.unwrap().run("x").await.unwrap_err();
    assert_eq!((error.kind(), world.paid(), journal.held().0), (ErrorKind::SubmitUnknown, 1, 1), "{error}");
    let id = journal.rows()[0];
    assert_eq!(row(&journal, id).await.step, Step::Unknown);
    // Within the time of the key it goes again, and is recognised.
    let young = row(&journal, id).await.progress.intents[0].at.elapsed().unwrap() < Duration::from_millis(300);
    world.state().offline = 0;
    if young {
        mediagen.resume(id).await.unwrap();
        assert_eq!((world.paid(), journal.held().0), (1, 0));
    }

    // After it, never.
    let (journal, world) = (self::journal(), World::named("key too old"));
    (world.state().lost, world.state().offline_after) = (1, 100);
    let mediagen = engine("key too old", &journal).max_cost(1.0).build();
    mediagen.text_to_image("status:flux").await.unwrap().run("x").await.unwrap_err();
    world.state().offline = 0;
    tokio::time::sleep(Duration::from_millis(450)).await;
    let error = mediagen.resume(journal.rows()[0]).await.unwrap_err();
    assert_eq!((error.kind(), world.state().arrived, journal.held().0), (ErrorKind::SubmitUnknown, 1, 1));
}

#[tokio::test]
async fn a_list_that_is_too_young_or_down_proves_nothing() {
    for down in [false, true] {
        let name = format!("young {down}");
        let (journal, world) = (journal(), World::named(&name));
        (world.state().swallowed, world.state().list_down) = (1, down);
        let patient = engine(&name, &journal).list_delay(Duration::from_mins(1)).build();
        let error = patient.text_to_image("flux").await.unwrap().run("x").await.unwrap_err();
        assert_eq!((error.kind(), world.state().arrived), (ErrorKind::SubmitUnknown, 0), "{error}");
        world.state().list_down = false;
        engine(&name, &journal).build().resume(journal.rows()[0]).await.unwrap();
        assert_eq!(world.paid(), 1);
    }
}

#[tokio::test]
async fn a_failed_job_ends_and_an_outage_or_a_deadline_does_not() {
    let (journal, world) = (journal(), World::named("fails"));
    world.state().fail_jobs = true;
    let model = engine("fails", &journal).max_cost(1.0).build().text_to_image("flux").await.unwrap();
    let error = model.run("x").await.unwrap_err();
    assert_eq!((error.kind(), journal.held().0, journal.spent()), (ErrorKind::JobFailed, 0, 0.0));
    assert!(error.ticket().is_some());

    let (journal, world) = (self::journal(), World::named("deadline"));
    world.state().runs = usize::MAX;
    let mediagen = engine("deadline", &journal).build();
    let model = mediagen.text_to_image("flux").await.unwrap().with_timeout(Duration::from_millis(30));
    let error = model.run("x").await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Timeout(_)), "{error}");
    assert_eq!(row(&journal, journal.rows()[0]).await.step, Step::Running);
    world.state().runs = 0;
    mediagen.resume(journal.rows()[0]).await.unwrap();
    assert_eq!(world.paid(), 1);
}

#[tokio::test]
async fn a_dropped_or_timed_out_caller_stops_waiting_and_the_ticket_is_written_all_the_same() {
    for drop in [true, false] {
        let name = format!("dropped {drop}");
        let (journal, world) = (journal(), World::named(&name));
        world.state().slow = Duration::from_millis(60);
        let mediagen = engine(&name, &journal).build();
        let model = mediagen.text_to_image("flux").await.unwrap();
        if drop {
            assert!(tokio::time::timeout(Duration::from_millis(20), model.run("x")).await.is_err());
        } else {
            let error = model.with_timeout(Duration::from_millis(20)).run("x").await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Timeout(_)) && error.to_string().contains("job: "), "{error}");
        }
        let id = journal.rows()[0];
        assert_eq!(row(&journal, id).await.step, Step::Submitting);
        // Taken up while its call is under way: nothing is known yet, and nothing is sent.
        assert_eq!(mediagen.resume(id).await.unwrap_err().kind(), ErrorKind::SubmitUnknown);
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(world.paid(), 1);
        mediagen.resume(id).await.unwrap();
        assert_eq!((world.paid(), world.state().arrived), (1, 1));
    }
}

#[tokio::test]
async fn without_a_spawner_a_dropped_call_is_paid_and_nothing_knows_of_it() {
    let (journal, world) = (journal(), World::named("no spawner"));
    world.state().slow = Duration::from_millis(60);
    let mediagen = engine("no spawner", &journal).context(Context::new(TokioClock::new())).build();
    let model = mediagen.text_to_audio("mixed:voice").await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(20), model.run("x")).await.is_err());
    tokio::time::sleep(Duration::from_millis(100)).await;
    // What the spawner is for: the same with one ends with a fact.
    let id = journal.rows()[0];
    assert_eq!((world.paid(), row(&journal, id).await.step), (1, Step::Submitting));
    let intent = row(&journal, id).await.progress.intents[0].clone();
    assert!(journal.facts(id, &intent).await.unwrap().is_empty());
    assert_eq!(mediagen.resume(id).await.unwrap_err().kind(), ErrorKind::SubmitUnknown);
}

#[tokio::test]
async fn a_worker_that_lost_its_job_in_the_paid_call_is_heard() {
    let (journal, world) = (journal(), World::named("fenced"));
    world.state().slow = Duration::from_millis(60);
    let mediagen = engine("fenced", &journal).build();
    let stalled = tokio::spawn({
        let mediagen = mediagen.clone();
        async move {
            mediagen.image_to_video("mixed:film").await?.run(ImageToVideoRequest::new("https://a.test/i.png")).await
        }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    let id = journal.rows()[0];
    let other = engine("fenced", &journal).build();
    assert_eq!(other.resume(id).await.unwrap_err().kind(), ErrorKind::SubmitUnknown);
    assert_eq!(stalled.await.unwrap().unwrap_err().kind(), ErrorKind::Fenced);
    assert_eq!(row(&journal, id).await.step, Step::Unknown, "its decision was refused");
    let intent = row(&journal, id).await.progress.intents[0].clone();
    assert!(matches!(journal.facts(id, &intent).await.unwrap()[..], [Fact::Accepted(_)]), "its fact was not");
    other.resume(id).await.unwrap();
    assert_eq!((world.paid(), world.state().arrived), (1, 1));
}

#[tokio::test]
async fn a_provider_that_calls_a_lost_answer_not_sent_pays_twice() {
    // Against the contract: what this costs is what the type of a submit is for.
    let (journal, world) = (journal(), World::named("careless"));
    world.state().lost = 1;
    engine("careless", &journal).build().text_to_image("careless:flux").await.unwrap().run("x").await.unwrap();
    assert_eq!(world.paid(), 2);
}

#[tokio::test]
async fn a_changed_file_is_not_sent_and_a_touched_one_is() {
    let folder = tempfile::tempdir().unwrap();
    for (content, touched, kind) in [
        ("one", false, None),
        ("one", true, None),
        ("two", true, Some(ErrorKind::InputChanged)),
        ("", true, Some(ErrorKind::InputGone)),
    ] {
        let name = format!("file {content} {touched}");
        let (path, journal, world) = (folder.path().join(&name), journal(), World::named(&name));
        std::fs::write(&path, "one").unwrap();
        let first = engine(&name, &journal).max_cost(1.0).crash_at("reserved").build();
        let film = first.image_to_video("film").await.unwrap();
        film.run(ImageToVideoRequest::new(path.clone())).await.unwrap_err();
        if touched {
            tokio::time::sleep(Duration::from_millis(20)).await;
            std::fs::write(&path, content).unwrap();
        }
        if content.is_empty() {
            std::fs::remove_file(&path).unwrap();
        }
        let second = engine(&name, &journal).max_cost(1.0).build().resume(journal.rows()[0]).await;
        assert_eq!(second.as_ref().err().map(mediagen_core::Error::kind), kind, "{name}: {second:?}");
        assert_eq!((world.paid(), journal.held().0), (usize::from(kind.is_none()), 0), "{name}");
    }
}

#[tokio::test]
async fn an_upload_that_expired_is_made_again() {
    let (journal, world) = (journal(), World::named("expired"));
    let first = engine("expired", &journal).crash_at("ready").build();
    let film = first.image_to_video("film").await.unwrap();
    film.run(ImageToVideoRequest::new(MediaInput::bytes(vec![1], "a.png"))).await.unwrap_err();
    let mut held = journal.claim(journal.rows()[0]).await.unwrap();
    held.progress.uploads[0].expires_at = Some(std::time::UNIX_EPOCH);
    journal.commit(&held).await.unwrap();
    let made = engine("expired", &journal).build().resume(held.id).await.unwrap();
    assert_eq!((world.paid(), world.state().uploads), (1, 2));
    assert!(made.output().inputs[0].blake3.is_some());
}

#[tokio::test]
async fn a_submission_can_be_followed_waited_for_and_cancelled() {
    use futures_util::StreamExt as _;
    let (journal, world) = (journal(), World::named("detached"));
    world.state().runs = 2;
    let model = engine("detached", &journal).build().text_to_image("flux").await.unwrap();
    let submission = model.submit("x").await.unwrap();
    assert_eq!((world.paid(), submission.ticket().is_some()), (1, true));
    let events: Vec<_> = submission.events().await.unwrap().unwrap().collect().await;
    assert!(matches!(events.last(), Some(Ok(mediagen_core::Event::Completed))), "{events:?}");
    assert_eq!(submission.wait().await.unwrap().cost().unwrap().amount, 0.02);

    world.state().runs = usize::MAX;
    let other = model.submit("y").await.unwrap();
    other.cancel().await.unwrap();
    assert_eq!(other.wait().await.unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(row(&journal, other.id()).await.step, Step::Failed);
    assert_eq!(world.state().cancelled, ["r1"]);
}

#[tokio::test]
async fn a_name_chooses_the_provider_and_a_kind_can_be_a_value() {
    let journal = journal();
    let mediagen = engine("names", &journal).build();
    for (model, kind) in [
        ("flux", ModelKind::TextToImage),
        ("mixed:voice", ModelKind::TextToAudio),
        ("status:o/n", ModelKind::TextToImage),
    ] {
        let endpoint = mediagen.endpoint(model, Some(kind)).await.unwrap();
        let made = mediagen.generate(&endpoint, &Request::new().with_prompt("x")).await.unwrap();
        let provider = model.split_once(':').map_or("queue", |(provider, _)| provider);
        assert_eq!(made.row().order.provider.name.as_str(), provider);
    }
    assert_eq!(mediagen.endpoint("mixed:x", Some(ModelKind::Raw)).await.unwrap_err().kind(), ErrorKind::Unsupported);
    // A colon that is not behind a provider's name belongs to the model.
    assert_eq!(&*mediagen.endpoint("odd:name", None).await.unwrap().spec().id.name, "odd:name");
    let none = mediagen_engine::Mediagen::builder(mediagen_core::Registry::from_entries([], []).unwrap()).build();
    assert_eq!(none.text_to_image("x").await.unwrap_err().kind(), ErrorKind::NoProvider);
    let several = mediagen_engine::Mediagen::builder(toys::registry()).build();
    let error = several.text_to_image("x").await.unwrap_err();
    assert!(error.message().contains("careless, mixed, queue"), "{error}");
}

#[tokio::test]
async fn nothing_waits_for_a_price_that_nothing_depends_on() {
    let (journal, world) = (journal(), World::named("slow price"));
    world.state().slow_price = Duration::from_mins(1);
    let model = engine("slow price", &journal).build().text_to_image("flux").await.unwrap();
    let begun = std::time::Instant::now();
    let made = model.run("x").await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert_eq!((made.cost(), world.state().priced), (None, 1));
    assert!(made.estimate().why().contains("did not come while the model worked"), "{:?}", made.estimate());
}

#[tokio::test]
async fn inputs_that_cannot_be_written_down_as_text_are_spooled() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(std::ffi::OsStr::from_bytes(b"odd\xff.png"));
    std::fs::write(&path, "content").unwrap();
    let (journal, world) = (journal(), World::named("odd path"));
    let first = engine("odd path", &journal).crash_at("reserved").build();
    let endpoint = first.endpoint("film", Some(ModelKind::ImageToVideo)).await.unwrap();
    let request = Request::new().with_input(Role::Image, path.as_path());
    first.generate(&endpoint, &request).await.unwrap_err();
    std::fs::remove_file(&path).unwrap();
    engine("odd path", &journal).build().resume(journal.rows()[0]).await.unwrap();
    assert_eq!((world.paid(), world.state().uploads), (1, 1));
}

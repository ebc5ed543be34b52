//! A job's life: queue, resume, cancel, locks, and one submit in each case.

use crate::{Rig, connect};
use mediagen::{
    core::{OnDrop, PollPolicy, Submitted},
    prelude::*,
};
use mediagen_emulator::fal::{EmulatorConfig, Fault, Route};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

fn small() -> TextToImageRequest {
    TextToImageRequest::new("x").with_size(Size::new(256, 256))
}

async fn submitted(rig: &Rig) -> Job {
    let model = rig.fal.text_to_image("fal-ai/flux/dev").await.unwrap();
    match model.submit(small()).await.unwrap() {
        Submitted::Running(job) => job,
        other => panic!("no job: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_027_a_job_is_found_again_by_its_ticket_alone() {
    let rig = Rig::with(EmulatorConfig::default().with_run_delay(Duration::from_millis(200))).await;
    let ticket = serde_json::to_string(submitted(&rig).await.ticket()).unwrap();
    assert!(!ticket.contains("lib-secret"));
    let other = connect(&rig.emulator);
    let model = other.text_to_image("fal-ai/flux/dev").await.unwrap();
    let job = model.resume(serde_json::from_str(&ticket).unwrap()).unwrap();
    let output = job.wait(&rig.cx).await.unwrap();
    assert_eq!(output.parts.len(), 1);
    assert_eq!(rig.emulator.jobs_created(), 1);
    assert_eq!(output.request_id.as_deref(), Some(rig.emulator.jobs()[0].request_id.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_025_dropping_a_wait_with_cancel_cancels_once_and_the_default_does_not() {
    let rig = Rig::with(EmulatorConfig::default().with_run_delay(Duration::from_secs(30))).await;
    let job = submitted(&rig).await;
    assert!(rig.cx.within(Duration::from_millis(300), job.wait(&rig.cx)).await.is_none());
    let cx = rig.cx.clone().with_on_drop(OnDrop::Cancel);
    assert_eq!(rig.emulator.count(Route::Cancel), 0);
    assert!(cx.within(Duration::from_millis(300), job.wait(&cx)).await.is_none());
    for _ in 0..100 {
        if rig.emulator.count(Route::Cancel) > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(rig.emulator.count(Route::Cancel), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_025_the_token_cancels_the_remote_job_and_ends_the_wait() {
    let rig = Rig::with(EmulatorConfig::default().with_run_delay(Duration::from_secs(30))).await;
    let job = submitted(&rig).await;
    let token = rig.cx.cancellation().clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        token.cancel();
    });
    let error = job.wait(&rig.cx).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(error.ticket().is_some() && error.request_id().is_some());
    assert_eq!(rig.emulator.count(Route::Cancel), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_028_positions_logs_and_changes_arrive_in_order_without_repeats() {
    for stream in [true, false] {
        let config = EmulatorConfig::default().with_queue_ahead(2).with_queue_delay(Duration::from_millis(600));
        let rig = Rig::with(config.with_run_delay(Duration::from_millis(600))).await;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&seen);
        let mut poll = PollPolicy::default();
        poll.stream = stream;
        poll.max = Duration::from_millis(100);
        let cx = rig.cx.clone().with_poll(poll).with_observer(move |event: &Event| {
            let word = match event {
                Event::Submitted(_) => "submitted".to_owned(),
                Event::Queued { position } => format!("queued {position:?}"),
                Event::Running { progress } => format!("running {progress:?}"),
                Event::Log(line) => format!("log {}", line.message),
                Event::Completed => "completed".to_owned(),
                _ => return,
            };
            sink.lock().unwrap().push(word);
        });
        let model = rig.fal.with_context(cx).text_to_image("fal-ai/flux/dev").await.unwrap();
        model.run(small()).await.unwrap();
        let seen = seen.lock().unwrap().clone();
        let logs: Vec<_> = seen.iter().filter(|word| word.starts_with("log")).collect();
        let distinct: std::collections::BTreeSet<_> = logs.iter().collect();
        assert_eq!(logs.len(), distinct.len(), "a log line came twice: {seen:?}");
        assert!(!logs.is_empty(), "{seen:?}");
        let at =
            |word: &str| seen.iter().position(|w| w.starts_with(word)).unwrap_or_else(|| panic!("no {word}: {seen:?}"));
        assert!(at("submitted") < at("queued") && at("queued") < at("running") && at("running") < at("completed"));
        // the server gives no percentage, so none is told.
        assert!(seen.contains(&"running None".to_owned()), "{seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_on_the_way_back_one_job_is_bought() {
    let faults: [(Route, Fault, usize); 6] = [
        (Route::Stream, Fault::DropBeforeAnswer, 2),
        (Route::Stream, Fault::StreamEndsEarly, 3),
        (Route::Stream, Fault::UnknownStatus("PAUSED".into()), 1),
        (Route::Result, Fault::NginxHtml(504), 2),
        (Route::Result, Fault::DropBeforeAnswer, 2),
        (Route::Submit, Fault::RetryAfter(0, 429), 1),
    ];
    for (route, fault, times) in faults {
        let rig = Rig::with(EmulatorConfig::default().with_run_delay(Duration::from_millis(100))).await;
        rig.emulator.fail(route, fault.clone(), times);
        let model = rig.fal.text_to_image("fal-ai/flux/dev").await.unwrap();
        let output = model.run(small()).await.unwrap_or_else(|e| panic!("{route:?} {fault:?}: {e}"));
        assert_eq!(output.parts.len(), 1);
        assert_eq!(rig.emulator.jobs_created(), 1, "{route:?} {fault:?}");
    }
}

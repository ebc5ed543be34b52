//! Dropping a wait and triggering its token.

use super::fixture::*;
use crate::{Clock as _, ErrorKind, OnDrop};
use futures_util::future::{Either, join, select};
use std::pin::pin;
use tokio_util::sync::CancellationToken;

/// Waits for a job that never ends, and drops the wait after ten seconds.
fn drop_after_ten_seconds(bench: &Bench, on_drop: OnDrop) -> usize {
    let job = bench.polled(|_, _| Ok(running()));
    let cx = bench.context().with_on_drop(on_drop);
    bench.clock.run(async {
        let wait = pin!(job.wait(&cx));
        assert!(matches!(select(wait, bench.clock.sleep(secs(10))).await, Either::Right(_)));
    });
    let polls = bench.log.polls();
    bench.run_spawned();
    bench.clock.run(bench.clock.sleep(secs(60)));
    assert_eq!(bench.log.polls(), polls, "polling goes on after the drop");
    polls
}

#[test]
fn a_025_dropping_the_wait_cancels_once_when_asked_to_and_stops_polling() {
    let bench = Bench::new();
    assert!(drop_after_ten_seconds(&bench, OnDrop::Cancel) > 0);
    assert_eq!(bench.log.cancels(), 1);
}

#[test]
fn dropping_the_wait_leaves_the_job_alone_by_default() {
    let bench = Bench::new();
    drop_after_ten_seconds(&bench, OnDrop::default());
    assert_eq!(bench.log.cancels(), 0);
}

#[test]
fn a_025_the_token_cancels_once_and_stops_polling_at_once() {
    for on_drop in [OnDrop::Detach, OnDrop::Cancel] {
        let bench = Bench::new();
        let token = CancellationToken::new();
        let cx = bench.context().with_cancellation(token.clone()).with_on_drop(on_drop);
        let job = bench.polled(|_, _| Ok(running()));
        let (outcome, ()) = bench.clock.run(join(job.wait(&cx), async {
            bench.clock.sleep(secs(10)).await;
            token.cancel();
        }));
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.request_id()), (ErrorKind::Cancelled, Some("job-7")));
        assert!(error.to_string().contains("cancel requested"), "{error}");
        assert_eq!(error.dispatch(), crate::Dispatch::Answered, "the job was accepted, so it is not `NotSent`");
        bench.run_spawned();
        assert_eq!(*bench.log.cancels.lock().unwrap(), [secs(10)]);
        assert!(bench.log.polls.lock().unwrap().iter().all(|at| *at <= secs(10)));
    }
}

#[test]
fn a_token_triggered_beforehand_ends_the_wait_before_any_poll() {
    let bench = Bench::new();
    let token = CancellationToken::new();
    token.cancel();
    let job = bench.polled(|_, _| Ok(running()));
    let error = bench.clock.run(job.wait(&bench.context().with_cancellation(token))).unwrap_err();
    assert_eq!((error.kind(), bench.log.polls(), bench.log.cancels()), (ErrorKind::Cancelled, 0, 1));
}

#[test]
fn a_finished_wait_cancels_nothing() {
    let bench = Bench::new();
    let job = bench.polled(|_, _| Ok(done()));
    bench.clock.run(job.wait(&bench.context().with_on_drop(OnDrop::Cancel))).unwrap();
    bench.run_spawned();
    assert_eq!(bench.log.cancels(), 0);
}

#[test]
fn a_drop_without_a_spawner_says_that_the_job_goes_on() {
    let bench = Bench::new();
    let log = std::sync::Arc::clone(&bench.log);
    let observe = move |event: &crate::Event| log.events.lock().unwrap().push(format!("{event:?}"));
    let cx = crate::Context::new(bench.clock.clone()).with_observer(observe).with_on_drop(OnDrop::Cancel);
    let job = bench.polled(|_, _| Ok(running()));
    drop(crate::JobGuard::new(&job, &cx, cx.on_drop()));
    assert!(bench.log.events().iter().any(|event| event.contains("no spawner")));
    assert_eq!(bench.log.cancels(), 0);
}

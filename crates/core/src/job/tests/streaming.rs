//! The status stream first, polling after it.

use super::fixture::*;
use crate::{Deadlines, Error, ErrorKind, Retry};
use std::time::Duration;

fn at(seconds: u64, view: View) -> Step {
    (secs(seconds), Ok(view))
}

#[test]
fn a_stream_that_ends_with_the_result_needs_no_poll() {
    let bench = Bench::new();
    let streams = |_| Ok(Some(vec![at(0, queued(1)), at(2, running()), at(3, done())]));
    let job = bench.job(streams, |_, _| panic!("polled in spite of the stream"));
    bench.clock.run(job.wait(&bench.context())).unwrap();
    assert_eq!((bench.log.watches(), bench.log.polls(), bench.log.fetches()), (1, 0, 1));
    assert_eq!(bench.log.events(), ["queued Some(1)", "running None", "completed"]);
}

#[test]
fn a_stream_that_ends_early_is_opened_again_without_repeating_events() {
    let bench = Bench::new();
    let streams = |nth| Ok(Some(if nth == 1 { vec![at(1, running())] } else { vec![at(0, running()), at(1, done())] }));
    let job = bench.job(streams, |_, _| panic!("polled in spite of the stream"));
    bench.clock.run(job.wait(&bench.context())).unwrap();
    assert_eq!((bench.log.watches(), bench.log.polls()), (2, 0));
    assert_eq!(bench.log.events(), ["running None", "completed"]);
}

#[test]
fn streams_that_give_nothing_leave_the_rest_to_polling() {
    let bench = Bench::new();
    let job = bench.job(|_| Ok(Some(Vec::new())), |nth, _| Ok(if nth == 2 { done() } else { running() }));
    bench.clock.run(job.wait(&bench.context())).unwrap();
    assert_eq!((bench.log.watches(), bench.log.polls()), (4, 2));
}

#[test]
fn no_stream_and_a_refused_stream_are_polled_at_once() {
    for refused in [false, true] {
        let bench = Bench::new();
        let streams = move |_| if refused { Err(lost()) } else { Ok(None) };
        let job = bench.job(streams, |_, _| Ok(done()));
        bench.clock.run(job.wait(&bench.context())).unwrap();
        assert_eq!((bench.log.watches(), bench.log.polls()), (1, 1));
        assert_eq!(bench.log.events().len(), if refused { 2 } else { 1 }, "a refusal is told once");
    }
}

#[test]
fn a_cut_stream_is_no_failure_but_a_refusal_of_the_job_is() {
    let bench = Bench::new();
    let cut =
        |nth| Ok(Some(if nth == 1 { vec![at(1, running()), (secs(1), Err(lost()))] } else { vec![at(1, done())] }));
    bench.clock.run(bench.job(cut, |_, _| panic!("polled")).wait(&bench.context())).unwrap();
    assert_eq!(bench.log.watches(), 2);

    let bench = Bench::new();
    let denied = |_| {
        let error = Error::new(ErrorKind::PermissionDenied, "not yours").with_retry(Retry::Never);
        Ok(Some(vec![at(1, running()), (secs(1), Err(error))]))
    };
    let error = bench.clock.run(bench.job(denied, |_, _| panic!("polled")).wait(&bench.context())).unwrap_err();
    assert_eq!((error.kind(), error.request_id()), (ErrorKind::PermissionDenied, Some("job-7")));
    assert_eq!(bench.log.watches(), 1);
}

#[test]
fn a_silent_stream_is_given_up_after_the_idle_deadline() {
    let bench = Bench::new();
    let streams = |nth| Ok(Some(if nth == 1 { vec![at(100_000, done())] } else { vec![at(1, done())] }));
    let job = bench.job(streams, |_, _| panic!("polled"));
    let deadlines = Deadlines { idle: secs(20), ..Deadlines::default() };
    bench.clock.run(job.wait(&bench.context().with_deadlines(deadlines))).unwrap();
    assert_eq!(bench.log.watches(), 2);
    let ended = crate::Clock::elapsed(&bench.clock);
    assert!(ended >= secs(21) && ended < secs(22) + Duration::from_millis(200), "{ended:?}");
}

#[test]
fn a_stream_that_tells_the_same_whenever_it_is_opened_gives_way_to_polling() {
    let bench = Bench::new();
    let job = bench.job(|_| Ok(Some(vec![(secs(0), Ok(running()))])), |_, _| Ok(done()));
    bench.clock.run(job.wait(&bench.context())).unwrap();
    assert!((2..=5).contains(&bench.log.watches()) && bench.log.polls() == 1, "{}", bench.log.watches());
}

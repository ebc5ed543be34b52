//! Polling: the cadence, the events, what an unknown status does.

use super::fixture::*;
use crate::{Deadline, Deadlines, ErrorKind, JobStatus, LogLine, PollPolicy, Retry};
use std::time::Duration;

#[test]
fn the_default_cadence_starts_at_100_ms_and_doubles() {
    let bench = Bench::new();
    let job = bench.polled(|_, now| Ok(if now >= secs(3) { done() } else { running() }));
    bench.clock.run(job.wait(&bench.context())).unwrap();
    let polls: Vec<u128> = bench.log.polls.lock().unwrap().iter().map(Duration::as_millis).collect();
    assert_eq!(polls, [100, 300, 700, 1500, 3100]);
    assert!(polls.len() <= 8);
    assert_eq!(bench.log.fetches(), 1);
}

#[test]
fn the_pause_never_exceeds_five_seconds() {
    let bench = Bench::new();
    let job = bench.polled(|_, now| Ok(if now >= secs(60) { done() } else { running() }));
    bench.clock.run(job.wait(&bench.context())).unwrap();
    let polls = bench.log.polls.lock().unwrap().clone();
    let pauses: Vec<Duration> = polls.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
    assert!(pauses.iter().all(|pause| *pause <= secs(5)), "{pauses:?}");
    assert_eq!(pauses.last(), Some(&secs(5)));
}

#[test]
fn a_policy_of_the_caller_is_kept() {
    let bench = Bench::new();
    let policy = PollPolicy { initial: secs(2), factor: 1.0, max: secs(2), stream: false };
    let job =
        bench.job(|_| panic!("the stream was switched off"), |nth, _| Ok(if nth == 3 { done() } else { running() }));
    bench.clock.run(job.wait(&bench.context().with_poll(policy))).unwrap();
    assert_eq!(*bench.log.polls.lock().unwrap(), [secs(2), secs(4), secs(6)]);
}

#[test]
fn a_028_events_come_in_order_and_no_log_line_twice() {
    let bench = Bench::new();
    let line = |text: &str| vec![LogLine::new(text)];
    let job = bench.polled(move |nth, _| {
        Ok(match nth {
            1 | 2 => queued(2),
            3 => queued(0),
            4 => running().with_logs(line("one")),
            5 => running().with_logs(line("two")),
            6 => running(),
            _ => done().with_logs(line("three")),
        })
    });
    bench.clock.run(job.wait(&bench.context())).unwrap();
    let expected = ["queued Some(2)", "queued Some(0)", "log one", "running None", "log two", "log three", "completed"];
    assert_eq!(bench.log.events(), expected);
}

#[test]
fn a_029_progress_is_passed_on_and_never_invented() {
    let bench = Bench::new();
    let job = bench.polled(|nth, _| {
        Ok(match nth {
            1 | 2 => running(),
            3 => View::new(JobStatus::Running { progress: Some(0.25) }),
            _ => done(),
        })
    });
    bench.clock.run(job.wait(&bench.context())).unwrap();
    assert_eq!(bench.log.events(), ["running None", "running Some(0.25)", "completed"]);
}

#[test]
fn c5_3_an_unknown_status_is_waited_through_until_the_deadline_and_named() {
    let bench = Bench::new();
    let job = bench.polled(|_, _| Ok(View::new(JobStatus::Other("BOILING".into()))));
    let deadlines = Deadlines { start: secs(30), ..Deadlines::default() };
    let error = bench.clock.run(job.wait(&bench.context().with_deadlines(deadlines))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Deadline::Start));
    assert!(error.to_string().contains("BOILING"), "{error}");
    assert!(bench.log.polls() > 5);
    let warnings = bench.log.events().iter().filter(|e| e.contains("BOILING")).count();
    assert_eq!(warnings, 1, "the same word warns once");
}

#[test]
fn c5_3_an_unknown_status_on_the_way_does_no_harm() {
    let bench = Bench::new();
    let job = bench.polled(|nth, _| Ok(if nth == 1 { View::new(JobStatus::Other("WARMING".into())) } else { done() }));
    bench.clock.run(job.wait(&bench.context())).unwrap();
    assert_eq!(bench.log.polls(), 2);
}

#[test]
fn a_short_outage_is_waited_through_and_a_long_one_ends_the_wait() {
    let down = |nth: usize, until: usize| (2..until).contains(&nth);
    for (until, ends_well) in [(6, true), (usize::MAX, false)] {
        let bench = Bench::new();
        let job = bench.polled(move |nth, _| match nth {
            _ if down(nth, until) => Err(lost().with_retry(Retry::Exhausted)),
            1 => Ok(running()),
            _ => Ok(done()),
        });
        let outcome = bench.clock.run(job.wait(&bench.context()));
        let now = crate::Clock::elapsed(&bench.clock);
        let warnings = bench.log.events().iter().filter(|event| event.contains("still trying")).count();
        match outcome {
            Ok(_) => assert!(ends_well && warnings == 4, "{warnings}"),
            Err(error) => {
                assert_eq!((error.kind(), error.request_id()), (ErrorKind::Unavailable, Some("job-7")));
                assert!(!ends_well && (secs(60)..secs(70)).contains(&now), "{now:?}");
            }
        }
    }
}

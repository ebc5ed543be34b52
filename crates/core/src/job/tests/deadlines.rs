//! Start, run and total deadlines, and what each does to the remote job.

use super::fixture::*;
use crate::{Deadline, Deadlines, Error, ErrorKind, OnDeadline};

fn limits() -> Deadlines {
    Deadlines { start: secs(30), run: secs(60), total: secs(600), ..Deadlines::default() }
}

fn timed_out(bench: &Bench, view: fn(u64) -> View, limits: Deadlines, on: OnDeadline) -> Error {
    let job = bench.polled(move |_, now| Ok(view(now.as_secs())));
    let cx = bench.context().with_deadlines(limits).with_on_deadline(on);
    bench.clock.run(job.wait(&cx)).unwrap_err()
}

#[test]
fn a_026_start_run_and_total_deadlines_are_told_apart_and_carry_the_request_id() {
    let long_queue: fn(u64) -> View = |_| queued(3);
    let long_run: fn(u64) -> View = |now| if now < 10 { queued(0) } else { running() };
    let short_total = Deadlines { total: secs(20), ..limits() };
    let cases = [
        (long_queue, limits(), Deadline::Start, 30),
        // The run is counted from when it was first seen running, 12.7 s after the start.
        (long_run, limits(), Deadline::Run, 60 + 11),
        (long_queue, short_total.clone(), Deadline::Total, 20),
        (long_run, short_total, Deadline::Total, 20),
    ];
    for (view, limits, deadline, ended) in cases {
        let bench = Bench::new();
        let error = timed_out(&bench, view, limits, OnDeadline::Detach);
        assert_eq!(error.kind(), ErrorKind::Timeout(deadline), "{error}");
        assert_eq!(error.request_id(), Some("job-7"));
        assert_eq!(error.ticket().and_then(|t| t.request_id.as_deref()), Some("job-7"));
        let now = crate::Clock::elapsed(&bench.clock).as_secs();
        assert!((ended..ended + 3).contains(&now), "{deadline:?} passed at {now} s");
    }
}

#[test]
fn what_a_deadline_does_to_the_job_depends_on_policy_and_place() {
    let in_queue: fn(u64) -> View = |_| queued(3);
    let in_run: fn(u64) -> View = |_| running();
    let cases = [
        (OnDeadline::CancelQueued, in_queue, 1, "cancel requested"),
        (OnDeadline::CancelQueued, in_run, 0, "left running"),
        (OnDeadline::Cancel, in_queue, 1, "cancel requested"),
        (OnDeadline::Cancel, in_run, 1, "cancel requested"),
        (OnDeadline::Detach, in_queue, 0, "left running"),
        (OnDeadline::Detach, in_run, 0, "left running"),
    ];
    for (on, view, cancels, text) in cases {
        let bench = Bench::new();
        let error = timed_out(&bench, view, limits(), on);
        assert_eq!(bench.log.cancels(), cancels, "{on:?}");
        assert!(error.to_string().contains(text), "{on:?}: {error}");
        assert!(error.is_retryable() && !error.is_safe_to_resubmit());
    }
}

#[test]
fn a_poll_that_never_answers_is_cut_by_the_deadline() {
    use crate::{Context, Job, JobDriver, JobTicket, Result};
    struct Silent(JobTicket);
    #[async_trait::async_trait]
    impl JobDriver for Silent {
        fn ticket(&self) -> &JobTicket {
            &self.0
        }
        async fn poll(&self, _: &Context) -> Result<View> {
            std::future::pending().await
        }
    }
    let bench = Bench::new();
    let job = Job::new(Silent(ticket()));
    let error = bench.clock.run(job.wait(&bench.context().with_deadlines(limits()))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Deadline::Start));
    assert!(error.to_string().contains("cannot cancel"), "{error}");
}

#[test]
fn deadlines_without_an_end_and_odd_factors_do_not_panic() {
    use crate::PollPolicy;
    use std::time::Duration;
    let endless = Deadlines { start: Duration::MAX, run: Duration::MAX, total: Duration::MAX, ..limits() };
    for factor in [0.0, -3.0, f64::NAN, f64::INFINITY, 1e300] {
        let bench = Bench::new();
        let job = bench.polled(|nth, _| Ok(if nth < 4 { running() } else { done() }));
        let poll = PollPolicy { factor, ..PollPolicy::default() };
        let cx = bench.context().with_deadlines(endless.clone()).with_poll(poll);
        bench.clock.run(job.wait(&cx)).unwrap();
        let polls = bench.log.polls.lock().unwrap().clone();
        assert!(
            polls.windows(2).all(|pair| pair[1].saturating_sub(pair[0]) >= Duration::from_millis(100)),
            "{polls:?}"
        );
    }
}

//! How a wait ends: outputs, failures, and what the error carries.

use super::fixture::*;
use crate::{Error, ErrorKind, JobStatus, Submitted};

#[test]
fn a_view_that_carries_the_output_needs_no_fetch() {
    let bench = Bench::new();
    let job = bench.polled(|_, _| Ok(done().with_output(output())));
    assert_eq!(bench.clock.run(job.wait(&bench.context())).unwrap().parts.len(), 1);
    assert_eq!((bench.log.polls(), bench.log.fetches()), (1, 0));
}

#[test]
fn an_output_on_a_job_that_still_runs_is_not_the_end() {
    let bench = Bench::new();
    let job = bench.polled(|nth, _| Ok(if nth == 1 { running().with_output(output()) } else { done() }));
    bench.clock.run(job.wait(&bench.context())).unwrap();
    assert_eq!((bench.log.polls(), bench.log.fetches()), (2, 1));
}

#[test]
fn failed_cancelled_and_expired_views_end_the_wait_with_their_own_errors() {
    let told = || Error::new(ErrorKind::ContentRejected, "refused by the filter");
    let cases = [
        (JobStatus::Failed, None, ErrorKind::JobFailed),
        (JobStatus::Cancelled, None, ErrorKind::Cancelled),
        (JobStatus::Expired, None, ErrorKind::Expired),
        (JobStatus::Failed, Some(told as fn() -> Error), ErrorKind::ContentRejected),
    ];
    for (status, failure, kind) in cases {
        let bench = Bench::new();
        let job = bench.polled(move |_, _| {
            let view = View::new(status.clone());
            Ok(match failure {
                Some(failure) => view.with_failure(failure()),
                None => view,
            })
        });
        let error = bench.clock.run(job.wait(&bench.context())).unwrap_err();
        assert_eq!((error.kind(), error.request_id()), (kind, Some("job-7")));
        assert!(error.ticket().is_some());
        assert_eq!(error.dispatch() == crate::Dispatch::NotSent, failure.is_some(), "the provider's own word stays");
        assert_eq!((bench.log.polls(), bench.log.fetches(), bench.log.cancels()), (1, 0, 0));
        assert!(!bench.log.events().contains(&"completed".to_owned()));
    }
}

#[test]
fn a_poll_that_fails_for_good_ends_the_wait_with_the_ticket() {
    let bench = Bench::new();
    let job = bench.polled(|_, _| Err(Error::new(ErrorKind::Unauthenticated, "the key was revoked")));
    let error = bench.clock.run(job.wait(&bench.context())).unwrap_err();
    assert_eq!((error.kind(), error.request_id()), (ErrorKind::Unauthenticated, Some("job-7")));
}

#[test]
fn c5_3_done_finishes_without_any_call_and_a_job_by_waiting() {
    let bench = Bench::new();
    let cx = bench.context();
    let done_at_once = Submitted::Done(output());
    assert!(done_at_once.job().is_none());
    assert_eq!(bench.clock.run(done_at_once.finish(&cx)).unwrap().parts.len(), 1);
    let submitted = Submitted::Running(bench.polled(|_, _| Ok(done())));
    assert_eq!(submitted.job().unwrap().ticket(), &ticket());
    assert_eq!(bench.clock.run(submitted.finish(&cx)).unwrap().parts.len(), 1);
    assert_eq!(bench.log.polls(), 1);
}

#[test]
fn a_finished_job_has_left_the_queue_so_a_slow_fetch_cancels_nothing() {
    use crate::Clock as _;
    use crate::{BoxFuture, CancelOutcome, Context, Deadline, Deadlines, Job, JobDriver, JobTicket, Output, Result};
    use std::sync::Arc;
    struct Slow(JobTicket, Arc<Log>, Stepped);
    #[async_trait::async_trait]
    impl JobDriver for Slow {
        fn ticket(&self) -> &JobTicket {
            &self.0
        }
        async fn poll(&self, _: &Context) -> Result<View> {
            Ok(done())
        }
        async fn fetch(&self, _: &Context) -> Result<Output> {
            let never: BoxFuture<'static, ()> = self.2.sleep(secs(1_000_000));
            never.await;
            Ok(output())
        }
        async fn cancel(&self, _: &Context) -> Result<CancelOutcome> {
            self.1.cancels.lock().unwrap().push(self.2.elapsed());
            Ok(CancelOutcome::AlreadyFinished)
        }
    }
    let bench = Bench::new();
    let job = Job::new(Slow(ticket(), Arc::clone(&bench.log), bench.clock.clone()));
    let deadlines = Deadlines { start: secs(5), run: secs(30), ..Deadlines::default() };
    let error = bench.clock.run(job.wait(&bench.context().with_deadlines(deadlines))).unwrap_err();
    assert_eq!((error.kind(), bench.log.cancels()), (ErrorKind::Timeout(Deadline::Run), 0));
}

#[test]
fn a_ticket_survives_text_and_keeps_unknown_fields_out_of_the_way() {
    let text = serde_json::to_string(&ticket()).unwrap();
    let back: crate::JobTicket = serde_json::from_str(&text).unwrap();
    assert_eq!(back, ticket());
    let newer = text.replacen('{', "{\"added_later\":1,", 1);
    assert_eq!(serde_json::from_str::<crate::JobTicket>(&newer).unwrap(), ticket());
}

//! The only waiting loop of the workspace.

use super::{CancelOutcome, JobDriver, JobStatus, JobView};
use crate::{BoxStream, Context, Deadline, Dispatch, Error, ErrorKind, Event, OnDeadline, Output, Result, Retry};
use futures_util::StreamExt as _;
use std::time::Duration;

/// How often a status stream is opened anew after it ended early, before polling takes over.
const STREAM_REOPENINGS: u32 = 3;

/// Waits for the output of `driver`'s job.
pub(super) async fn wait(driver: &dyn JobDriver, cx: &Context) -> Result<Output> {
    let mut watch = Watch { driver, cx, begun: cx.clock().elapsed(), running_since: None, last: None };
    let token = cx.cancellation().clone();
    let outcome = {
        let work = std::pin::pin!(watch.until_done());
        let cancelled = std::pin::pin!(token.cancelled());
        match futures_util::future::select(work, cancelled).await {
            futures_util::future::Either::Left((outcome, _)) => outcome,
            futures_util::future::Either::Right(_) => Err(Stop::Token),
        }
    };
    match outcome {
        Ok(output) => {
            cx.emit(Event::Completed);
            Ok(output)
        }
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Token) => {
            let how = stop_remote(driver, cx).await;
            Err(Error::new(ErrorKind::Cancelled, format!("the wait was cancelled; the remote job: {how}"))
                .with_dispatch(Dispatch::Answered))
        }
        Err(Stop::Deadline(deadline)) => Err(watch.deadline_passed(deadline).await),
    }
}

enum Stop {
    Failed(Error),
    Token,
    Deadline(Deadline),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

struct Watch<'a> {
    driver: &'a dyn JobDriver,
    cx: &'a Context,
    begun: Duration,
    running_since: Option<Duration>,
    last: Option<JobStatus>,
}

/// What following the stream led to.
enum Followed {
    Done(Box<Output>),
    Ended { progressed: bool },
    Refused,
}

impl Watch<'_> {
    async fn until_done(&mut self) -> Result<Output, Stop> {
        if self.cx.poll().stream {
            let mut reopenings = 0;
            let mut pause = self.cx.poll().initial;
            loop {
                match self.follow_stream().await? {
                    Followed::Done(output) => return Ok(*output),
                    Followed::Refused => break,
                    Followed::Ended { progressed } => {
                        reopenings = if progressed { 1 } else { reopenings + 1 };
                        if reopenings > STREAM_REOPENINGS {
                            break;
                        }
                        self.pause(pause).await?;
                        pause = self.cx.poll().next(pause);
                    }
                }
            }
        }
        self.poll_until_done().await
    }

    async fn follow_stream(&mut self) -> Result<Followed, Stop> {
        let opened = self.limited(self.driver.watch(self.cx)).await?;
        let mut stream: BoxStream<'static, Result<JobView>> = match opened {
            Ok(Some(stream)) => stream,
            Ok(None) => return Ok(Followed::Refused),
            Err(error) if may_go_on(&error) => {
                self.cx.emit(Event::Warning(format!("no status stream, polling instead: {error}")));
                return Ok(Followed::Refused);
            }
            Err(error) => return Err(error.into()),
        };
        let mut progressed = false;
        loop {
            let idle = self.cx.deadlines().idle;
            match self.limited(self.cx.within(idle, stream.next())).await? {
                Some(Some(Ok(view))) => {
                    // A stream that tells the same again each time it is opened leads nowhere.
                    progressed |= !view.logs.is_empty() || self.last.as_ref() != Some(&view.status);
                    if let Some(output) = self.look(view).await? {
                        return Ok(Followed::Done(Box::new(output)));
                    }
                }
                Some(Some(Err(error))) if !may_go_on(&error) => return Err(error.into()),
                // Cut, ended early or silent: a fresh look decides whether to open it again.
                _ => return Ok(Followed::Ended { progressed }),
            }
        }
    }

    async fn poll_until_done(&mut self) -> Result<Output, Stop> {
        let mut pause = self.cx.poll().initial;
        let mut answered = self.cx.clock().elapsed();
        loop {
            self.pause(pause).await?;
            pause = self.cx.poll().next(pause);
            let view = match self.limited(self.driver.poll(self.cx)).await? {
                Ok(view) => view,
                // The job goes on meanwhile: a short outage of the answers is no reason to give up a long wait.
                Err(error) if is_outage(&error) && self.since(answered) < self.cx.deadlines().idle => {
                    self.cx.emit(Event::Warning(format!("the job cannot be asked about, still trying: {error}")));
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            answered = self.cx.clock().elapsed();
            if let Some(output) = self.look(view).await? {
                return Ok(output);
            }
        }
    }

    /// Takes in a view: reports what is new, and gives the output once there is one.
    async fn look(&mut self, view: JobView) -> Result<Option<Output>, Stop> {
        for line in view.logs {
            self.cx.emit(Event::Log(line));
        }
        let changed = self.last.as_ref() != Some(&view.status);
        match &view.status {
            JobStatus::Queued { position } if changed => self.cx.emit(Event::Queued { position: *position }),
            JobStatus::Running { progress } => {
                self.running_since.get_or_insert_with(|| self.cx.clock().elapsed());
                if changed {
                    self.cx.emit(Event::Running { progress: *progress });
                }
            }
            // A finished job has left the queue: fetching its output is no longer the start deadline's business.
            JobStatus::Succeeded => {
                self.running_since.get_or_insert_with(|| self.cx.clock().elapsed());
            }
            JobStatus::Other(word) if changed => {
                self.cx.emit(Event::Warning(format!("unknown status `{word}`, taken as still working")));
            }
            _ => {}
        }
        let status = view.status.clone();
        self.last = Some(view.status);
        // There is a job, so the submission surely arrived.
        let untold = |kind, text: &'static str| Error::new(kind, text).with_dispatch(Dispatch::Answered);
        let failed = |kind, text| view.failure.unwrap_or_else(|| untold(kind, text));
        match status {
            JobStatus::Succeeded => match view.output {
                Some(output) => Ok(Some(output)),
                None => Ok(Some(self.limited(self.driver.fetch(self.cx)).await??)),
            },
            JobStatus::Failed => Err(failed(ErrorKind::JobFailed, "the job failed without a reason").into()),
            JobStatus::Cancelled => Err(failed(ErrorKind::Cancelled, "the job was cancelled").into()),
            JobStatus::Expired => Err(failed(ErrorKind::Expired, "the result is gone").into()),
            _ => Ok(None),
        }
    }

    fn since(&self, moment: Duration) -> Duration {
        self.cx.clock().elapsed().saturating_sub(moment)
    }

    async fn pause(&self, pause: Duration) -> Result<(), Stop> {
        self.limited(self.cx.clock().sleep(pause)).await
    }

    /// `work`, unless the deadline of the present phase passes first.
    async fn limited<T>(&self, work: impl Future<Output = T>) -> Result<T, Stop> {
        let (deadline, left) = self.time_left();
        if left.is_zero() {
            return Err(Stop::Deadline(deadline));
        }
        self.cx.within(left, work).await.ok_or(Stop::Deadline(deadline))
    }

    fn time_left(&self) -> (Deadline, Duration) {
        let now = self.cx.clock().elapsed();
        let limits = self.cx.deadlines();
        let total = self.begun.saturating_add(limits.total).saturating_sub(now);
        // The call's own deadline bounds the wait as well.
        let total = (Deadline::Total, self.cx.time_left().map_or(total, |left| left.min(total)));
        let phase = match self.running_since {
            None => (Deadline::Start, self.begun.saturating_add(limits.start).saturating_sub(now)),
            Some(since) => (Deadline::Run, since.saturating_add(limits.run).saturating_sub(now)),
        };
        if phase.1 < total.1 { phase } else { total }
    }

    async fn deadline_passed(&self, deadline: Deadline) -> Error {
        let queued = self.running_since.is_none();
        let how = match self.cx.on_deadline() {
            OnDeadline::Cancel => stop_remote(self.driver, self.cx).await,
            OnDeadline::CancelQueued if queued => stop_remote(self.driver, self.cx).await,
            OnDeadline::CancelQueued | OnDeadline::Detach => "left running; resume it with its ticket".to_owned(),
        };
        let what = match deadline {
            Deadline::Start => "the job did not start in time",
            Deadline::Run => "the job ran for too long",
            _ => "the job did not finish in time",
        };
        let error = Error::new(ErrorKind::Timeout(deadline), format!("{what}; the remote job: {how}"))
            .with_retry(Retry::After(None))
            .with_dispatch(Dispatch::Answered);
        match &self.last {
            Some(JobStatus::Other(word)) => error.with("last status", word),
            _ => error,
        }
    }
}

/// Whether waiting can go on in another way after `error`: the job itself is not known to be lost or refused.
fn may_go_on(error: &Error) -> bool {
    error.is_retryable()
        || error.retry() == Retry::Exhausted
        || matches!(
            error.kind(),
            ErrorKind::Unavailable
                | ErrorKind::Unsupported
                | ErrorKind::NotFound
                | ErrorKind::InvalidResponse
                | ErrorKind::Timeout(_)
                | ErrorKind::Transfer
        )
}

/// Whether `error` says that nobody answered, or nobody had time to, rather than anything about the job.
fn is_outage(error: &Error) -> bool {
    let may_pass = error.is_retryable() || error.retry() == Retry::Exhausted;
    let silent = matches!(
        error.kind(),
        ErrorKind::Unavailable | ErrorKind::RateLimited | ErrorKind::Transfer | ErrorKind::Timeout(Deadline::Request)
    );
    may_pass && silent
}

async fn stop_remote(driver: &dyn JobDriver, cx: &Context) -> String {
    match cx.within(cx.deadlines().request, driver.cancel(cx)).await {
        Some(Ok(CancelOutcome::Cancelled)) => "cancelled".into(),
        Some(Ok(CancelOutcome::Requested)) => "cancel requested".into(),
        Some(Ok(CancelOutcome::AlreadyFinished)) => "had finished already".into(),
        Some(Ok(CancelOutcome::Unsupported)) => "goes on, the provider cannot cancel".into(),
        Some(Err(error)) => format!("the cancel failed: {error}"),
        None => "the cancel got no answer".into(),
    }
}
